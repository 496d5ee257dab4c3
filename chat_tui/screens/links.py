"""Which link is opened: each with the host that it really leads to."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chat_tui import glyphs
from chat_tui.document.units import Link
from chat_tui.links import link_note, safe_link
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.text import clean_line
from chat_tui.widgets.copying import CopyWanted

LABEL_CHARS = 40
HOST_CHARS = 300
"""A host has at most 253."""


class LinkScreen(Dialog[str]):
    """A list; Enter opens, `c` copies, Esc leaves."""

    DEFAULT_CSS = """
    LinkScreen {
        & > Box { width: 78; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "copy", "Copy")]

    def __init__(self, links: Sequence[Link]) -> None:
        """Ask which link is opened.

        Args:
            links: At least one; the list shows where each leads, whatever its label says.
        """
        super().__init__()
        self._links = links

    def compose(self) -> ComposeResult:
        with Box("open a link"):
            yield OptionList(*map(_option, self._links), markup=False)
            yield Static("Enter open   c copy   Esc leave", classes="note -below", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _on_chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._links[event.option_index].url)

    def action_copy(self) -> None:
        """Copy the address, as a browser here or elsewhere would be given it."""
        marked = self.query_one(OptionList).highlighted
        if marked is not None and (url := safe_link(self._links[marked].url)) is not None:
            self.post_message(CopyWanted(url, "the address"))


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
