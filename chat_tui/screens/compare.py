"""Whom to compare: a list of providers, of which several are marked."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chat_tui import glyphs
from chat_tui.roster.listing import Listing
from chat_tui.text import clean_line

NAME_MAX = 24
LoadListings = Callable[[], Awaitable[Sequence[Listing]]]


class CompareScreen(ModalScreen[Sequence[str] | None]):
    """Space marks, Enter compares, Esc leaves."""

    DEFAULT_CSS = """
    CompareScreen {
        align: center middle;
        & #compare {
            width: 78; max-width: 96%; height: auto; max-height: 80%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & OptionList {
            height: auto; max-height: 100%; border: none; background: $surface; padding: 0;
            text-wrap: nowrap; text-overflow: ellipsis;
            &:focus { border: none; background-tint: $surface 0%; }
        }
        & #compare-note { color: $text-muted; height: auto; dock: bottom; padding: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", priority=True),
        Binding("space", "mark", show=False, priority=True),
        Binding("enter", "compare", show=False, priority=True),
    ]

    def __init__(self, load_listings: LoadListings, most: int) -> None:
        """Open the list.

        Args:
            load_listings: The configured providers and their states.
            most: How many can be compared.
        """
        super().__init__()
        self._load_listings = load_listings
        self._most = most
        self._listings: Sequence[Listing] = ()
        self._marked: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="compare"):
            yield OptionList(id="compare-list", markup=False)
            yield Static("", id="compare-note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#compare").border_title = Content("compare")
        self.query_one(OptionList).focus()
        self._load()

    @work(exclusive=True)
    async def _load(self) -> None:
        self._note(f"reading the keys {glyphs.ELLIPSIS}")
        self._listings = await self._load_listings()
        options = self.query_one(OptionList)
        options.add_options(
            Option(Content.assemble(self._line(listing))) for listing in self._listings
        )
        options.highlighted = 0
        self._note("Space marks   Enter compares   Esc leaves")

    def action_mark(self) -> None:
        """Mark a provider, or take its mark away."""
        options = self.query_one(OptionList)
        at = options.highlighted
        if at is None:
            return
        listing = self._listings[at]
        if listing.name in self._marked:
            self._marked.remove(listing.name)
        elif listing.state != "ready":
            self._note(clean_line(f"{listing.name}: {listing.reason}", 300))
            return
        elif len(self._marked) == self._most:
            self._note(f"{self._most} at most")
            return
        else:
            self._marked.append(listing.name)
        options.replace_option_prompt_at_index(at, self._line(listing))

    @on(OptionList.OptionSelected)
    def action_compare(self) -> None:
        if len(self._marked) < 2:
            self._note("mark two or more with Space")
        else:
            self.dismiss(tuple(self._marked))

    def action_leave(self) -> None:
        self.dismiss(None)

    def _line(self, listing: Listing) -> Content:
        mark = glyphs.CHECKED if listing.name in self._marked else glyphs.TO_DO
        name, model = _columns(listing)
        name_cells, model_cells = (max(map(cell_len, column)) for column in self._all_columns())
        words = f"  {set_cell_size(model, model_cells)}"
        if listing.state != "ready":
            words += f"  {listing.state}"
        return Content.assemble(
            f"{mark} {set_cell_size(name, name_cells)}", (words.rstrip(), "$text-muted")
        )

    def _all_columns(self) -> Iterable[tuple[str, ...]]:
        return zip(*map(_columns, self._listings), strict=True)

    def _note(self, text: str) -> None:
        self.query_one("#compare-note", Static).update(Content(text))


def _columns(listing: Listing) -> tuple[str, str]:
    return clean_line(listing.name, NAME_MAX), clean_line(listing.model or listing.kind, NAME_MAX)
