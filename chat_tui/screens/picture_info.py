"""What a picture was made with: every setting, its words, and where it is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from chat_tui.media.recipe import Recipe
from chat_tui.text import clean

_NAME_CELLS: Final = 15
_VALUE_CHARS: Final = 4_000


class PictureInfoScreen(ModalScreen[None]):
    """A list that scrolls; Esc leaves."""

    DEFAULT_CSS = """
    PictureInfoScreen {
        align: center middle;
        & #picture-info {
            width: 90; max-width: 96%; height: auto; max-height: 90%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & Static { height: auto; }
        & #picture-info-note { color: $text-muted; margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,i", "leave", "Leave", priority=True),
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
        lines = [
            Content.assemble((f"{name:<{_NAME_CELLS}}", "bold"), clean(value[:_VALUE_CHARS]))
            for name, value in _lines(self._recipe, self._path)
        ]
        with VerticalScroll(id="picture-info"):
            yield Static(Content("\n").join(lines), markup=False)
            yield Static("y copy the prompt   Esc leave", id="picture-info-note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#picture-info").border_title = Content("picture")

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._recipe.prompt)

    def action_leave(self) -> None:
        self.dismiss(None)


def _lines(recipe: Recipe, path: Path | None) -> Iterator[tuple[str, str]]:
    created = recipe.created
    for name, value in (
        ("prompt", recipe.prompt),
        ("drawn as", recipe.revised_prompt),
        ("provider", recipe.provider),
        ("model", recipe.model),
        ("seed", "" if recipe.seed is None else str(recipe.seed)),
        ("size", recipe.size),
        ("made", "" if created is None else f"{created.astimezone():%Y-%m-%d %H:%M:%S}"),
        ("file", "not saved" if path is None else str(path)),
    ):
        if value:
            yield name, value
    for name, parameter in recipe.parameters.items():
        text = parameter if isinstance(parameter, str) else json.dumps(parameter, default=str)
        yield clean(name), text
