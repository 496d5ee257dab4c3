"""What a picture was made with: every setting, its words, and where it is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from chat_tui import glyphs
from chat_tui.media.recipe import Recipe
from chat_tui.screens.dialog import Dialog, ScrollingBox
from chat_tui.text import clean
from chat_tui.widgets.copying import CopyWanted

_MOST_NAME_CELLS: Final = 24
_VALUE_CHARS: Final = 4_000


class PictureInfoScreen(Dialog[None]):
    """A list that scrolls; Esc leaves."""

    DEFAULT_CSS = """
    PictureInfoScreen {
        & > ScrollingBox { width: 90; max-height: 90%; }
        & Horizontal { height: auto; }
        & Static { height: auto; width: 1fr; }
        & .name { padding: 0 1 0 0; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,i", "leave", "Leave", priority=True),
        Binding("y,c", "copy", "Copy", priority=True),
    ]

    def __init__(self, recipe: Recipe, path: Path | None) -> None:
        """Show a recipe.

        Args:
            recipe: Of one picture, with keys masked.
            path: Of the kept file; null where there is none.
        """
        super().__init__()
        self._recipe = recipe
        self._path = path

    def compose(self) -> ComposeResult:
        with ScrollingBox("picture"):
            lines = list(_lines(self._recipe, self._path))
            name_cells = min(max(cell_len(name) for name, _ in lines), _MOST_NAME_CELLS) + 3
            for name, value in lines:
                with Horizontal():
                    label = Static(name, classes="name", markup=False)
                    label.styles.width = name_cells
                    yield label
                    yield Static(clean(value[:_VALUE_CHARS]), markup=False)
            yield Static("y copy the prompt   Esc leave", classes="note", markup=False)

    def action_copy(self) -> None:
        self.post_message(CopyWanted(self._recipe.prompt, "the prompt of the picture"))


def _lines(recipe: Recipe, path: Path | None) -> Iterator[tuple[str, str]]:
    created = recipe.created
    for name, value in (
        ("prompt", recipe.prompt),
        ("drawn as", recipe.revised_prompt),
        ("provider", recipe.provider),
        ("model", recipe.model),
        ("seed", "" if recipe.seed is None else str(recipe.seed)),
        ("size", recipe.size.replace("x", str(glyphs.TIMES))),
        ("made", "" if created is None else f"{created.astimezone():%Y-%m-%d %H:%M:%S}"),
        ("file", "not saved" if path is None else str(path)),
    ):
        if value:
            yield name, value
    for name, parameter in recipe.parameters.items():
        text = parameter if isinstance(parameter, str) else json.dumps(parameter, default=str)
        yield clean(name), text
