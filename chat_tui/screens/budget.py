"""Asks before more is spent than was meant for a day."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from chat_tui.screens.dialog import Box, Dialog
from chat_tui.usage import dollars


class BudgetScreen(Dialog[bool]):
    """Enter goes on, `n` and Esc do not."""

    DEFAULT_CSS = """
    BudgetScreen {
        & > Box { width: 64; max-height: 100%; border: round $warning; }
        & Static { height: auto; margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "answer(False)", "No", priority=True),
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
        with Box("budget"):
            yield Static(words, markup=False)
            yield Static(
                "Enter send, and ask no more today   Esc leave it", classes="note", markup=False
            )

    def action_answer(self, send: bool) -> None:
        self.dismiss(send)
