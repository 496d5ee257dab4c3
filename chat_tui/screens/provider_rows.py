"""How the provider menu looks: its rows in columns, and the line of its keys."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from chat_tui import glyphs
from chat_tui.config.key_labels import first_key_label
from chat_tui.roster.model_rows import ModelRow
from chat_tui.text import clean_line

MARKS: Final = {
    "ready": glyphs.DONE,
    "needs a key": glyphs.NOT_YET,
    "not reachable": glyphs.FAILED,
}
DIM: Final = "$text-muted"
NAME_MAX: Final = 16
MODEL_MIN: Final = 16
MODEL_MAX: Final = 36
STATE_MIN: Final = 28
"""Cells for what is said of a model, with the marks before it."""
KEYS: Final = {
    "menu.models": "models",
    "menu.favourite": "favourite",
    "menu.key": "key",
    "menu.ask": "reload",
    "menu.add": "add",
}
"""A word for each key of the menu that can be rebound."""


def drawn(rows: Sequence[ModelRow], width: int) -> list[Content]:
    """Draw rows as columns in so many cells."""
    names = _column((row.choice.provider for row in rows), NAME_MAX)
    room = width - STATE_MIN - cell_len("".join(names[:1]))
    models = _column((row.model_words for row in rows), max(MODEL_MIN, min(MODEL_MAX, room)))
    return [_line(row, name, model) for row, name, model in zip(rows, names, models, strict=True)]


def keys_line(keys: Mapping[str, str]) -> str:
    """Say what the keys of the menu do, as they are bound now."""
    named = (f"{first_key_label(keys[name])} {word}" for name, word in KEYS.items())
    return "   ".join(["Enter choose", *named, "Esc"])


def _column(words: Iterable[str], widest: int) -> list[str]:
    """Make the words of a column equally wide, and no wider than they need."""
    lines = [clean_line(word, widest) for word in words]
    width = min(widest, max(map(cell_len, lines), default=0))
    return [set_cell_size(line, width) for line in lines]


def _line(row: ModelRow, name: str, model: str) -> Content:
    listing = row.listing
    state = row.state if row.state != "not reachable" else clean_line(listing.reason, 60)
    star = str(glyphs.FAVOURITE) if row.favourite else " "
    label = f"  {clean_line(row.remark, 40)}" if row.remark else ""
    since = "  recent" if row.recent else ""
    return Content.assemble(
        f"{MARKS[row.state]}{star}{name}  {model}", (f"  {state}{since}{label}", DIM)
    )
