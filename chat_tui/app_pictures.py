"""What is done with pictures: opened, saved, described, made again, found."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never, get_args

from chat_tui.app_errors import told
from chat_tui.app_memory import Memory
from chat_tui.app_sessions import Sessions
from chat_tui.conversation import Conversation, first_words
from chat_tui.errors import ChatTuiError, TranscriptError
from chat_tui.ids import MessageId
from chat_tui.message import Lineage, Message
from chat_tui.providers.base import Capabilities
from chat_tui.roster import Roster
from chat_tui.store.pictures import StoredPicture, pictures_of
from chat_tui.store.store import Store
from chat_tui.widgets.picture_actions import PictureAction, PictureSpot, Wish, put_words
from chat_tui.widgets.picture_desk import PictureDesk

if TYPE_CHECKING:
    from textual.widget import Widget

    from chat_tui.app import ChatApp

DESCRIBE: Final = "Describe this picture."
_NO_PATH: Final = "this picture is not saved here"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTools:
    """What the application lends for it."""

    roster: Roster
    store: Store
    sessions: Sessions
    memory: Memory
    environ: Mapping[str, str]
    desk: PictureDesk


class AppPictures:
    """Made with the first picture that something is to be done with."""

    def __init__(self, app: "ChatApp", tools: PictureTools) -> None:
        self._app = app
        self._tools = tools

    def act(self, action: PictureAction, spots: Sequence[PictureSpot]) -> None:
        """Do something with a picture.

        Args:
            action: What.
            spots: Which; of several, one is asked for.
        """
        if not spots:
            self._app.notify("there is no finished picture here")
        elif len(spots) == 1:
            self._act(action, spots[0])
        else:
            self._choose_spot(spots, lambda spot: self._act(action, spot))

    def act_on_last(self, action: PictureAction) -> None:
        """Do something with the picture that the keys are on, else with the last one."""
        transcript = self._app.pane.transcript
        self.act(action, transcript.pictures_here() or transcript.last_pictures())

    def draw_words(self) -> None:
        """Make a picture of the reply that the keys are on, else of the last one with words."""
        reply = self._app.pane.transcript.reply_here()
        if reply is None:
            self._app.notify("there is no reply with words yet")
            return
        self._ask_who(
            "draw it with", lambda can: can.images_out, lambda name: self._draw(reply, name)
        )

    def show(self) -> None:
        """Show all pictures of this conversation, or of all; Enter goes to one."""
        from chat_tui.screens.gallery import GalleryScreen

        here = pictures_of(self._app.pane.session.snapshot())

        def chosen(found: StoredPicture | None) -> None:
            if found is not None:
                self._app.run_worker(self._go(found), group="pictures")

        gallery = GalleryScreen(here, self._tools.store.pictures, thumbnail=self._thumbnail())
        self._app.push_screen(gallery, chosen)

    def _thumbnail(self) -> "Callable[[Path], Widget] | None":
        desk = self._tools.desk
        if desk.shelf is None:
            return None
        from chat_tui.widgets.picture_thumbnail import PictureThumbnail

        return lambda path: PictureThumbnail(path, desk)

    def _act(self, action: PictureAction, spot: PictureSpot) -> None:
        match action:
            case "open":
                self._with_path(spot, lambda path: self._start(self._open(path)))
            case "save":
                self._with_path(spot, lambda path: self._save(spot, path))
            case "copy_path":
                self._with_path(spot, lambda path: self._app.copy_to_clipboard(str(path)))
            case "info":
                self._show_info(spot)
            case "menu":
                self._show_menu(spot)
            case "again_new":
                self._again(spot, same_seed=False)
            case "again_same":
                self._again(spot, same_seed=True)
            case "edit":
                self._edit(spot)
            case "use":
                self._with_path(spot, lambda path: self._start(self._use(spot, path)))
            case "describe":
                self._with_path(spot, lambda path: self._describe(spot, path))
            case _:
                assert_never(action)

    def _show_menu(self, spot: PictureSpot) -> None:
        from chat_tui.screens.picture_menu import Entry, PictureMenu

        unsaved = "" if spot.picture.path else "it is not saved"
        wordless = "" if _prompt(spot) else "its words are not known"
        seedless = wordless or ("" if spot.seed is not None else "its seed is not known")
        entries = (
            Entry("again_new", "Again, with a new seed", "n", wordless),
            Entry("again_same", "Again, with the same seed", "a", seedless),
            Entry("edit", "Edit the words", "e", wordless),
            Entry("use", "Use it for the next prompt", "u", unsaved),
            Entry("describe", "Have it described", "d", unsaved),
            Entry("open", "Open it in another program", "o", unsaved),
            Entry("save", "Save a copy", "s", unsaved),
            Entry("copy_path", "Copy its path", "y", unsaved),
            Entry("info", "What it was made with", "i"),
        )

        def chosen(name: str | None) -> None:
            for group in get_args(PictureAction):
                for action in get_args(group):
                    if action == name:
                        self._act(action, spot)

        self._app.push_screen(PictureMenu("picture", entries), chosen)

    def _choose_spot(
        self, spots: Sequence[PictureSpot], act: Callable[[PictureSpot], None]
    ) -> None:
        from chat_tui.screens.picture_menu import Entry, PictureMenu

        entries = [
            Entry(str(place), _spot_words(spot), str(spot.number) if spot.number < 10 else "")
            for place, spot in enumerate(spots)
        ]

        def chosen(name: str | None) -> None:
            if name is not None:
                act(spots[int(name)])

        self._app.push_screen(PictureMenu("which picture", entries), chosen)

    def _with_path(self, spot: PictureSpot, act: Callable[[Path], None]) -> None:
        if spot.picture.path:
            act(Path(spot.picture.path))
        else:
            self._app.notify(_NO_PATH)

    async def _open(self, path: Path) -> None:
        from chat_tui.media.opening import open_picture

        try:
            await open_picture(path, environ=self._tools.environ)
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")

    def _save(self, spot: PictureSpot, path: Path) -> None:
        from chat_tui.screens.save import SaveScreen
        from chat_tui.transcripts.write import suggested_name

        memory = self._tools.memory
        folder = Path(memory.state.save_dir) if memory.state.save_dir else Path.cwd()
        title = first_words(_prompt(spot)) or "picture"
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

    def _show_info(self, spot: PictureSpot) -> None:
        from chat_tui.media.recipe import recipe_of
        from chat_tui.screens.picture_info import PictureInfoScreen
        from chat_tui.transcripts.redact import redacted

        recipe = recipe_of(spot.turn, redacted(spot.reply), spot.picture)
        path = Path(spot.picture.path) if spot.picture.path else None
        self._app.push_screen(PictureInfoScreen(recipe, path))

    def _again(self, spot: PictureSpot, *, same_seed: bool) -> None:
        prompt = _prompt(spot)
        if not prompt:
            self._app.notify("the words of this picture are not known")
        elif same_seed and spot.seed is None:
            self._app.notify("the provider did not tell the seed of this picture")
        else:
            self._start(self._say(prompt, spot.again(same_seed=same_seed)))

    async def _say(self, text: str, wish: Wish) -> None:
        pane = self._app.pane
        if await pane.say(text, wish):
            pane.prompt.focus()

    def _edit(self, spot: PictureSpot) -> None:
        pane, prompt = self._app.pane, _prompt(spot)
        if not prompt:
            self._app.notify("the words of this picture are not known")
            return
        if spot.reply.provider in self._tools.roster.names():
            pane.answer_with(spot.reply.provider, spot.reply.model)
        put_words(pane.prompt, prompt)
        pane.origin.set(spot.lineage, prompt)
        pane.prompt.focus()

    async def _use(self, spot: PictureSpot, path: Path) -> bool:
        pane = self._app.pane
        try:
            await pane.action_attach(str(path))
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")
            return False
        pane.origin.set(spot.lineage)
        pane.prompt.focus()
        return True

    def _describe(self, spot: PictureSpot, path: Path) -> None:
        self._ask_who(
            "describe it with",
            lambda can: can.text and can.images_in,
            lambda provider: self._start(self._describe_with(provider, spot, path)),
        )

    async def _describe_with(self, provider: str, spot: PictureSpot, path: Path) -> None:
        """Have it described at once: whoever chose the provider has said where it goes."""
        session = self._app.pane.session
        try:
            attachment = await asyncio.to_thread(session.attach, path)
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")
            return
        wish = Wish(
            provider=provider,
            model=self._tools.memory.state.models.get(provider, ""),
            attachments=(attachment,),
            made_from=spot.lineage,
        )
        await self._say(DESCRIBE, wish)

    def _draw(self, reply: Message, provider: str) -> None:
        wish = Wish(
            provider=provider,
            model=self._tools.memory.state.models.get(provider, ""),
            made_from=Lineage(message=reply.id, said=reply.created),
        )
        self._start(self._say(reply.text.strip(), wish))

    def _ask_who(
        self, title: str, fits: Callable[[Capabilities], bool], act: Callable[[str], None]
    ) -> None:
        self._start(self._choose_provider(title, fits, act))

    async def _choose_provider(
        self, title: str, fits: Callable[[Capabilities], bool], act: Callable[[str], None]
    ) -> None:
        """Ask which of the providers that can do it; where there is one, it is that."""
        from chat_tui.app_preload import load_network
        from chat_tui.screens.picture_menu import Entry, PictureMenu

        await asyncio.to_thread(load_network)  # providers are built here, on the way of every key
        entries: list[Entry] = []
        for listing in await self._tools.roster.listings():
            try:
                able = fits(self._tools.roster.provider(listing.name).capabilities)
            except ChatTuiError:
                continue
            if able:
                why_not = "" if listing.state == "ready" else listing.state
                entries.append(Entry(listing.name, listing.name, why_not=why_not))
        ready = [entry.name for entry in entries if not entry.why_not]
        if not ready:
            self._app.notify(f"no provider is ready to {title.removesuffix(' with')}")
        elif len(ready) == 1:
            act(ready[0])
        else:

            def chosen(name: str | None) -> None:
                if name is not None:
                    act(name)

            self._app.push_screen(PictureMenu(title, entries), chosen)

    async def _go(self, found: StoredPicture) -> None:
        """Open the conversation of a picture, and take the keys to it."""
        pane = self._app.pane
        try:
            session = await self._tools.sessions.open(found.conversation)
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")
            return
        if found.message not in session.conversation:
            self._app.notify("this message is not there any more")
            return
        shown = any(message.id == found.message for message in session.conversation.path())
        if not shown:
            session.conversation.show(_leaf_below(session.conversation, found.message))
        if not shown or session is not pane.session:
            pane.open(session)
        pane.call_after_refresh(pane.transcript.go_to, found.message, found.number)

    def _start(self, work: Coroutine[None, None, object]) -> None:
        self._app.run_worker(work, group="pictures")


def _leaf_below(conversation: Conversation, message: MessageId) -> MessageId:
    leaf = message
    while children := conversation.children(leaf):
        leaf = children[-1]
    return leaf


def _prompt(spot: PictureSpot) -> str:
    return spot.turn.text if spot.turn is not None else ""


def _spot_words(spot: PictureSpot) -> str:
    picture = spot.picture
    size = f"{picture.width_px} x {picture.height_px}" if picture.width_px else ""
    seed = f"seed {picture.seed}" if picture.seed is not None else ""
    return "  ".join(filter(None, (f"picture {spot.number}", size, seed)))
