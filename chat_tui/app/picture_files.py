"""What is done with the file of a picture: opened, saved elsewhere, and what it was made with."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.app.errors import told
from chat_tui.app.memory import Memory
from chat_tui.conversation import Conversation, first_words
from chat_tui.errors import ChatTuiError, TranscriptError
from chat_tui.widgets.picture_actions import PictureSpot

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp


class PictureFiles:
    """Belongs to `AppPictures`."""

    def __init__(self, app: "ChatApp", memory: Memory, environ: Mapping[str, str]) -> None:
        self._app = app
        self._memory = memory
        self._environ = environ

    async def open(self, path: Path) -> None:
        """Open it in another program."""
        from chat_tui.media.opening import open_picture

        try:
            await open_picture(path, environ=self._environ)
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")

    def save(self, spot: PictureSpot, path: Path) -> None:
        """Ask where a copy goes that says what it was made with."""
        from chat_tui.screens.save import SaveScreen
        from chat_tui.transcripts.write import suggested_name

        memory = self._memory
        folder = Path(memory.state.save_dir) if memory.state.save_dir else Path.cwd()
        title = first_words(spot.prompt) or "picture"
        named = Conversation(title=title, created=spot.reply.created)
        suggested = folder / suggested_name(named, path.suffix)

        async def save_to(target: Path, overwrite: bool) -> None:
            from chat_tui.media.copies import described_copy
            from chat_tui.transcripts.redact import redacted
            from chat_tui.transcripts.write import save

            reply = redacted(spot.reply)
            try:
                data = await asyncio.to_thread(described_copy, path, spot.turn, reply, spot.picture)
            except ChatTuiError as error:
                raise TranscriptError(error.message) from error
            await save(data, target, overwrite=overwrite)

        def saved(target: Path | None) -> None:
            if target is not None:
                self._app.notify(f"saved {target}")
                memory.keep(save_dir=str(target.parent))

        self._app.push_screen(SaveScreen(suggested, save_to, title="save picture"), saved)

    def show_info(self, spot: PictureSpot) -> None:
        """Show what it was made with."""
        from chat_tui.media.recipe import recipe_of
        from chat_tui.screens.picture_info import PictureInfoScreen
        from chat_tui.transcripts.redact import redacted

        recipe = recipe_of(spot.turn, redacted(spot.reply), spot.picture)
        path = Path(spot.picture.path) if spot.picture.path else None
        self._app.push_screen(PictureInfoScreen(recipe, path))
