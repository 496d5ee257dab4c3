"""Adding a provider: which service, then a form; those that were added are changed here, too."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from chat_tui import glyphs
from chat_tui.roster.offers import Offer
from chat_tui.screens.filtered_list import FilteredList
from chat_tui.text import clean_line

NAME_CELLS: Final = 16


class AddProvider(FilteredList[Offer | str]):
    """A list of what can be added; gives an offer, or the name of one to change."""

    DEFAULT_CSS = """
    AddProvider > Box { width: 84; }
    """

    def __init__(self, offers: Sequence[Offer], own: Sequence[str]) -> None:
        """Open the list.

        Args:
            offers: What can be added, what was found first.
            own: Names of the providers that were added in the app.
        """
        super().__init__(
            [*offers, *own],
            searched=_searched,
            drawn=_line,
            title="add a provider",
            placeholder="type to find a service",
            keys="Enter choose   Esc leave",
        )


def _searched(row: Offer | str) -> str:
    if isinstance(row, str):
        return f"{row} change or remove"
    return f"{row.name} {row.title} {row.found}"


def _line(row: Offer | str) -> Content:
    if isinstance(row, str):
        name, mark, words = row, str(glyphs.NOTE), "yours: change or remove it"
    else:
        mark = str(glyphs.DONE if row.found else glyphs.NOT_YET)
        found = f", {row.found}" if row.found else ""
        name, words = row.name, f"{row.title}{found}"
    name = clean_line(name, NAME_CELLS)
    name = set_cell_size(name, max(NAME_CELLS, cell_len(name)))
    return Content.assemble(f"{mark} {name} ", (clean_line(words, 120), "$text-muted"))
