"""What an answer rests on: each source with its passage, and the way to it."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chat_tui.document.sources import source_name
from chat_tui.document.units import Link, source_link
from chat_tui.events import Source
from chat_tui.links import link_note
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.text import clean, clean_line
from chat_tui.widgets.copying import CopyWanted

OpenLinks = Callable[[Sequence[Link]], None]
"""Opens a link, and asks first where its label names another host."""
_PASSAGE_CHARS: Final = 50_000
_HOST_CHARS: Final = 300


class SourceList(OptionList):
    """A click only goes to a source: what it is called may not be where it leads."""

    async def _on_click(self, event: events.Click) -> None:
        event.prevent_default()
        number = event.style.meta.get("option")
        if isinstance(number, int):
            self.highlighted = number


class SourcesScreen(Dialog[None]):
    """A list and, below it, the passage of the source that the cursor is on."""

    DEFAULT_CSS = """
    SourcesScreen {
        & > Box { width: 90; max-height: 90%; }
        & OptionList { max-height: 9; }
        & #passage { height: auto; max-height: 12; margin: 1 0 0 0; }
        & #passage Static { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "Leave", priority=True),
        Binding("enter,o", "open", "Open", priority=True),
        Binding("y,c", "copy", "Copy", priority=True),
        Binding("j", "move(1)", priority=True),
        Binding("k", "move(-1)", priority=True),
        Binding("pageup", "scroll(-1)", priority=True),
        Binding("pagedown,space", "scroll(1)", priority=True),
    ]

    def __init__(self, sources: Sequence[Source], open_links: OpenLinks) -> None:
        """Show sources.

        Args:
            sources: At least one.
            open_links: Opens the link of one.
        """
        super().__init__()
        self._sources = sources
        self._open_links = open_links

    def compose(self) -> ComposeResult:
        with Box("sources"):
            yield SourceList(
                *(_option(number, source) for number, source in enumerate(self._sources, 1)),
                markup=False,
            )
            with VerticalScroll(id="passage", can_focus=False):
                yield Static("", id="passage-where", markup=False)
                yield Static("", id="passage-text", markup=False)
            yield Static("Enter open   y copy   Esc leave", classes="note", markup=False)

    def on_mount(self) -> None:
        self.query_one(SourceList).focus()

    @property
    def source(self) -> Source:
        """The one that the cursor is on."""
        return self._sources[self.query_one(SourceList).highlighted or 0]

    @on(OptionList.OptionHighlighted)
    def _on_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        source = self.source
        self.query_one("#passage-where", Static).update(Content.assemble(_where(source)))
        passage = clean((source.excerpt or "")[:_PASSAGE_CHARS]).strip()
        words = (passage, "") if passage else ("no passage given", "$text-muted")
        self.query_one("#passage-text", Static).update(Content.assemble(words))
        self.query_one("#passage").scroll_home(animate=False)

    def action_open(self) -> None:
        if (link := source_link(self.source)) is None:
            self.app.notify("this source has no address")
        else:
            self._open_links([link])

    def action_copy(self) -> None:
        """Copy the address, or what is known instead of one."""
        source = self.source
        text, what = source.title, "the title"
        if source.url:
            text, what = source.url, "the address"
        elif source.excerpt:
            text, what = source.excerpt, "the passage"
        self.post_message(CopyWanted(text or "", what))

    def action_move(self, by: int) -> None:
        sources = self.query_one(SourceList)
        if by > 0:
            sources.action_cursor_down()
        else:
            sources.action_cursor_up()

    def action_scroll(self, by: int) -> None:
        passage = self.query_one("#passage")
        passage.scroll_relative(y=by * max(1, passage.size.height - 1), animate=False)


def _option(number: int, source: Source) -> Option:
    return Option(Content.assemble((f"{number:>2} ", "$accent"), source_name(source, 80)))


def _where(source: Source) -> Content:
    """Say where a source really leads, and how well it fits."""
    words: list[tuple[str, str]] = []
    if (link := source_link(source)) is not None:
        note = link_note(link.label, link.url)
        host = clean_line(note.host, _HOST_CHARS)
        if note.url is None:
            words.append((f"is not opened: {clean_line(link.url)}", "$warning"))
        elif note.confirm:
            words.append((f"leads to {host}: {clean_line(link.url)}", "$warning"))
        else:
            words.append((clean_line(link.url, _HOST_CHARS), "$text-muted"))
    if source.score is not None:
        words.append((f"score {source.score:.3g}", "$text-muted"))
    return Content("\n").join([Content.assemble(word) for word in words])
