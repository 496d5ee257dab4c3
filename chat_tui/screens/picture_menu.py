"""A small menu: what is to be done with a picture, which of several is meant, or who draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chat_tui.screens.dialog import Box, Dialog
from chat_tui.text import clean_line

_WORDS_CHARS = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu."""

    name: str
    """What choosing it means; given back as it is."""
    words: str
    key: str = ""
    """A letter that chooses it."""
    why_not: str = ""
    """Why it cannot be chosen; empty where it can."""


class PictureMenu(Dialog[str]):
    """A list; Enter or a letter chooses, Esc leaves."""

    DEFAULT_CSS = """
    PictureMenu {
        & > Box { width: 66; }
        & OptionList { text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, title: str, entries: Sequence[Entry]) -> None:
        """Offer something.

        Args:
            title: What is chosen.
            entries: At least one.
        """
        super().__init__()
        self._title = title
        self._entries = entries

    def compose(self) -> ComposeResult:
        with Box(self._title):
            yield OptionList(*map(_option, self._entries), markup=False)
            yield Static("Enter choose   Esc leave", classes="note -below", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def on_key(self, event: events.Key) -> None:
        for entry in self._entries:
            if event.key == entry.key and not entry.why_not:
                event.stop()
                self.dismiss(entry.name)

    @on(OptionList.OptionSelected)
    def _on_chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._entries[event.option_index].name)


def _option(entry: Entry) -> Option:
    words = clean_line(entry.words, _WORDS_CHARS)
    key = f"{entry.key}  " if entry.key else ""
    if entry.why_not:
        line = f"{key}{words}  {entry.why_not}"
        return Option(Content.assemble((line, "$text-muted")), disabled=True)
    return Option(Content.assemble((key, "$accent"), words))
