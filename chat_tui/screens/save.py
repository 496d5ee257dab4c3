"""F4: where the transcript goes, and by the ending of the name in which form.

Enter accepts; a file that exists is replaced only if asked.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from chat_tui.errors import TranscriptError, TranscriptExists
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.text import clean_line
from chat_tui.widgets.line_input import LineInput, one_line

SaveTo = Callable[[Path, bool], Awaitable[None]]
"""Writes the transcript to a path; the second argument allows replacing a file."""
Describe = Callable[[Path], str]
"""Says what would be written to a path."""


class SaveScreen(Dialog[Path]):
    """One line to edit."""

    DEFAULT_CSS = """
    SaveScreen {
        & > Box { width: 90; max-height: 100%; }
    }
    """

    def __init__(
        self,
        suggested: Path,
        save_to: SaveTo,
        *,
        title: str = "save transcript",
        describe: Describe | None = None,
    ) -> None:
        """Ask for a path.

        Args:
            suggested: What Enter accepts at once.
            save_to: Writes the document.
            title: What is saved.
            describe: Says it while the path is typed; left out where nothing depends on it.
        """
        super().__init__()
        self._title = title
        self._suggested = suggested
        self._shown = one_line(str(suggested))
        self._save_to = save_to
        self._describe = describe
        self._may_replace: Path | None = None
        """The user has been told that this file exists."""

    def compose(self) -> ComposeResult:
        with Box(self._title):
            yield LineInput(self._shown, id="save-path")
            yield Static(self._usual_note(), classes="note", markup=False)

    def on_mount(self) -> None:
        path = self.query_one(Input)
        path.focus()
        path.action_end()

    @on(Input.Changed)
    def _on_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._note(self._usual_note(event.value))

    @on(Input.Submitted)
    async def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self._note("a file needs a name")
            return
        path = self._path_of(event.value)
        try:
            await self._save_to(path, path == self._may_replace)
        except TranscriptExists:
            self._may_replace = path
            self._note("this file exists: Enter replaces it, or change the name")
        except TranscriptError as error:
            self._note(clean_line(f"not saved: {error}", 300))
        else:
            self.dismiss(path)

    def _path_of(self, written: str) -> Path:
        return self._suggested if written == self._shown else _path(written.strip())

    def _usual_note(self, written: str | None = None) -> str:
        if self._describe is None:
            return "Enter save   Esc leave"
        path = self._suggested if written is None else self._path_of(written)
        return f"Enter save: {self._describe(path)}   Esc leave"


def _path(written: str) -> Path:
    try:
        return Path(written).expanduser().absolute()
    except RuntimeError:  # ~somebody who is not there
        return Path(written).absolute()
