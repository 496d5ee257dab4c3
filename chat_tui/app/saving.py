"""F4: the conversation of a pane becomes a document."""

import asyncio
from pathlib import Path

from textual.app import App

from chat_tui.app.memory import Memory
from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError, TranscriptExists
from chat_tui.transcripts.forms import WHAT_THEY_ARE, Form, form_of


def save_transcript(
    app: App[int],
    snapshot: Conversation,
    memory: Memory,
    *,
    form: Form = "md",
    place: Path | None = None,
) -> None:
    """Ask where to, write, and remember the folder.

    Args:
        app: Where is asked.
        snapshot: What is written, as it stands.
        memory: Knows the folder of the last time.
        form: The format, where the name of the file does not say another.
        place: What Enter accepts; in the folder of the last time when left out.
    """
    from chat_tui.screens.save import SaveScreen
    from chat_tui.transcripts.write import suggested_name

    if not len(snapshot):
        app.notify("there is nothing to save yet")
        return
    folder = Path(memory.state.save_dir) if memory.state.save_dir else Path.cwd()

    async def save_to(path: Path, overwrite: bool) -> None:
        from chat_tui.exporting import export_to

        made = await export_to(snapshot, form_of(path) or form, path, overwrite=overwrite)
        remarks.extend(made.remarks)

    def saved(path: Path | None) -> None:
        if path is not None:
            app.notify("\n".join([f"saved {path}", *remarks]))
            memory.keep(save_dir=str(path.parent))

    def describe(path: Path) -> str:
        return WHAT_THEY_ARE[form_of(path) or form]

    remarks: list[str] = []
    suggested = place or folder / suggested_name(snapshot, f".{form}")
    app.push_screen(SaveScreen(suggested, save_to, describe=describe), saved)


async def save_at(
    app: App[int], snapshot: Conversation, memory: Memory, *, form: Form | None, place: Path
) -> None:
    """Write to a place that was named, and ask only where something is there already.

    Args:
        app: Says what was written, or asks.
        snapshot: What is written, as it stands.
        memory: Remembers the folder.
        form: The format; null: as the name of the file ends, else Markdown.
        place: A file, or a folder for a file with the usual name.

    Raises:
        TranscriptError: it cannot be written.
    """
    from chat_tui.exporting import export_to
    from chat_tui.transcripts.write import suggested_name

    if not len(snapshot):
        raise TranscriptError("there is nothing to save yet")
    form = form or form_of(place) or "md"
    if await asyncio.to_thread(place.is_dir):
        place /= suggested_name(snapshot, f".{form}")
    try:
        made = await export_to(snapshot, form, place, overwrite=False)
    except TranscriptExists:
        save_transcript(app, snapshot, memory, form=form, place=place)
        return
    app.notify("\n".join([f"saved {place}", *made.remarks]))
    memory.keep(save_dir=str(place.parent))
