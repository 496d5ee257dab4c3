"""Whom to compare: a list of providers, of which several are marked."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chat_tui import glyphs
from chat_tui.model_names import shown_model
from chat_tui.roster.listing import Listing
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.text import clean_line

NAME_MAX = 24
LoadListings = Callable[[], Awaitable[Sequence[Listing]]]


class CompareScreen(Dialog[Sequence[str]]):
    """Space marks, Enter compares, Esc leaves."""

    DEFAULT_CSS = """
    CompareScreen {
        & > Box { width: 78; }
        & OptionList { text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
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
        with Box("compare"):
            yield OptionList(markup=False)
            yield Static("", classes="note -below", markup=False)

    def on_mount(self) -> None:
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


def _columns(listing: Listing) -> tuple[str, str]:
    what = shown_model(listing.name, listing.model) or listing.kind
    return clean_line(listing.name, NAME_MAX), clean_line(what, NAME_MAX)
