"""Whom to compare: a list of providers, of which several are marked."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from chat_tui import glyphs
from chat_tui.fuzzy import ranked
from chat_tui.model_names import shown_model
from chat_tui.roster.listing import Listing
from chat_tui.roster.model_rows import NO_MODEL
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.screens.filtered_list import MOVES, ListBelow
from chat_tui.text import clean_line
from chat_tui.widgets.line_input import LineInput

NAME_MAX = 24
LoadListings = Callable[[], Awaitable[Sequence[Listing]]]


class CompareFilter(LineInput):
    """Takes everything that is typed but Space, which marks."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key != "space" and super().check_consume_key(key, character)


class CompareScreen(Dialog[Sequence[str]]):
    """Typing filters, Space marks, Enter compares, Esc leaves."""

    DEFAULT_CSS = """
    CompareScreen {
        & > Box { width: 78; }
        & Input { dock: top; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
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
        self._shown: Sequence[Listing] = ()
        self._marked: list[str] = []

    def compose(self) -> ComposeResult:
        with Box("compare"):
            yield CompareFilter(placeholder="type to filter")
            yield ListBelow(markup=False)
            yield Static("", classes="note -below", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._load()

    @work(exclusive=True)
    async def _load(self) -> None:
        self._note(f"reading the keys {glyphs.ELLIPSIS}")
        self._listings = await self._load_listings()
        self._filter()

    @on(Input.Changed)
    def _on_filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._listings:
            self._filter()

    @on(OptionList.OptionSelected)
    def _on_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_mark()

    def action_move(self, by: int) -> None:
        self.query_one(ListBelow).move(by)

    def action_mark(self) -> None:
        """Mark a provider, or take its mark away; what is typed next looks for another one."""
        options = self.query_one(ListBelow)
        at = options.highlighted
        if at is None:
            return
        listing = self._shown[at]
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
        self.query_one(Input).action_select_all()
        self._tell_keys()

    def action_compare(self) -> None:
        if len(self._marked) < 2:
            self._note("mark two or more with Space")
        else:
            self.dismiss(tuple(self._marked))

    def _filter(self) -> None:
        """Show what fits; what is marked stays so where it is not shown."""
        query = self.query_one(Input).value
        self._shown = ranked(query, self._listings, _searched)
        options = self.query_one(ListBelow)
        options.clear_options()
        options.add_options(Content.assemble(self._line(listing)) for listing in self._shown)
        options.highlighted = 0 if self._shown else None
        self._tell_keys()

    def _tell_keys(self) -> None:
        marked = f"{len(self._marked)} marked   " if self._marked else ""
        self._note(f"{marked}Space mark   Enter compare   Esc leave")

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


def _searched(listing: Listing) -> str:
    model = shown_model(listing.name, listing.model)
    return f"{listing.name} {listing.model} {model} {listing.kind}"


def _columns(listing: Listing) -> tuple[str, str]:
    what = shown_model(listing.name, listing.model) or NO_MODEL
    return clean_line(listing.name, NAME_MAX), clean_line(what, NAME_MAX)
