"""What opens over the conversation: a box with a title, and Esc leaves it."""

from typing import ClassVar, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import active_worker

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None], Generic[Result]):
    """Gives null when it is left.

    In its box, a line to type into and a list have no frames of their own, and what has the class
    `note` says which keys there are.
    """

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > Box, & > ScrollingBox {
            max-width: 96%; height: auto; max-height: 80%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & Input { border: none; background: $surface; padding: 0; height: 1; &:focus { border: none; } }
        & OptionList {
            height: auto; max-height: 100%; border: none; background: $surface; padding: 0;
            &:focus { border: none; }
        }
        & RowList { background: $surface; }
        & .note { color: $text-muted; height: auto; margin: 1 0 0 0; }
        & .note.-below { dock: bottom; margin: 0; padding: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", priority=True)]

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave with a result; what the dialog still waits for would find its widgets gone."""
        here = active_worker.get(None)
        for worker in list(self.workers):
            if worker.node is self and worker is not here:
                worker.cancel()
        return super().dismiss(result)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _note(self, text: str) -> None:
        """Say something in the place of the keys."""
        self.query_one(".note", Static).update(Content(text))


class Box(Vertical):
    """Holds what a dialog shows."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.border_title = Content(title)


class ScrollingBox(VerticalScroll):
    """Holds what a dialog shows, and scrolls where that is too much."""

    def __init__(self, title: str, *, can_focus: bool = True) -> None:
        super().__init__(can_focus=can_focus)
        self.border_title = Content(title)
