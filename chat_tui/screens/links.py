"""Which link is opened: each with the host that it really leads to."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chat_tui import glyphs
from chat_tui.document.units import Link
from chat_tui.links import link_note
from chat_tui.text import clean_line

LABEL_CHARS = 40
HOST_CHARS = 300
"""A host has at most 253."""


class LinkScreen(ModalScreen[str | None]):
    """A list; Enter opens, Esc leaves."""

    DEFAULT_CSS = """
    LinkScreen {
        align: center middle;
        & #links {
            width: 78; max-width: 96%; height: auto; max-height: 80%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & OptionList {
            height: auto; max-height: 100%; border: none; background: $surface; padding: 0;
            &:focus { border: none; }
        }
        & #links-note { color: $text-muted; height: auto; dock: bottom; padding: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", priority=True)]

    def __init__(self, links: Sequence[Link]) -> None:
        """Ask which link is opened.

        Args:
            links: At least one; the list shows where each leads, whatever its label says.
        """
        super().__init__()
        self._links = links

    def compose(self) -> ComposeResult:
        with Vertical(id="links"):
            yield OptionList(*map(_option, self._links), markup=False)
            yield Static("Enter open   Esc leave", id="links-note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#links").border_title = Content("open a link")
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _on_chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._links[event.option_index].url)

    def action_leave(self) -> None:
        self.dismiss(None)


def _option(link: Link) -> Option:
    note = link_note(link.label, link.url)
    label = clean_line(link.label, LABEL_CHARS)
    if note.url is None:
        return Option(Content.assemble(f"{label}  ", ("is not opened", "$warning")), disabled=True)
    host = clean_line(note.host, HOST_CHARS)
    where = (
        (f"leads to {host}", "$warning")
        if note.confirm
        else (f"{glyphs.ARROW} {host}", "$text-muted")
    )
    return Option(Content.assemble(f"{label}  ", where))
