"""Asks before more is spent than was meant for a day."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from chat_tui.usage import dollars


class BudgetScreen(ModalScreen[bool]):
    """Enter goes on, Esc does not."""

    DEFAULT_CSS = """
    BudgetScreen {
        align: center middle;
        & #budget {
            width: 64; max-width: 96%; height: auto;
            background: $surface; border: round $warning; border-title-color: $foreground;
            padding: 0 1;
        }
        & Static { height: auto; margin: 1 0 0 0; }
        & #budget-note { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", priority=True),
        Binding("enter,y", "answer(True)", "Yes", priority=True),
    ]

    def __init__(self, spent_usd: float, budget_usd: float) -> None:
        super().__init__()
        self._spent_usd = spent_usd
        self._budget_usd = budget_usd

    def compose(self) -> ComposeResult:
        words = (
            f"{dollars(self._spent_usd)} were spent today, and {dollars(self._budget_usd)} are meant"
            " for a day. This message may pass that. Send it?"
        )
        with Vertical(id="budget"):
            yield Static(words, markup=False)
            yield Static(
                "Enter send, and ask no more today   Esc leave it", id="budget-note", markup=False
            )

    def on_mount(self) -> None:
        self.query_one("#budget").border_title = Content("budget")

    def action_answer(self, send: bool) -> None:
        self.dismiss(send)
