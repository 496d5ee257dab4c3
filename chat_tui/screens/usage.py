"""What was used: tokens and cost of this conversation, and of this day."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from chat_tui.text import clean_line
from chat_tui.usage import Reckoned, Total, by_model, dollars, total

_NAME_MAX = 26


class UsageScreen(ModalScreen[None]):
    """A table that scrolls; Esc leaves."""

    DEFAULT_CSS = """
    UsageScreen {
        align: center middle;
        & #usage {
            width: 86; max-width: 96%; height: auto; max-height: 80%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & Static { height: auto; margin: 1 0 0 0; }
        & #usage-note, & #usage-head { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Leave", priority=True)
    ]

    def __init__(
        self, here: Sequence[Reckoned], today: Sequence[Reckoned], budget_usd: float | None
    ) -> None:
        """Show sums.

        Args:
            here: The replies of the conversation, on all its branches.
            today: Those of the day in all conversations.
            budget_usd: For a day; null is none.
        """
        super().__init__()
        self._parts: Mapping[str, Sequence[Reckoned]] = {
            "this conversation": here,
            "today": today,
        }
        self._budget_usd = budget_usd

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="usage"):
            head = f"{'':<{_NAME_MAX}}{'replies':>8}{'tokens in':>12}{'out':>11}{'cost':>11}"
            yield Static(head, id="usage-head", markup=False)
            for name, replies in self._parts.items():
                yield Static(_table(name, replies), markup=False)
            yield Static(self._note(), id="usage-note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#usage").border_title = Content("usage")

    def action_leave(self) -> None:
        self.dismiss(None)

    def _note(self) -> str:
        notes = []
        if self._budget_usd is not None:
            spent = total(self._parts["today"]).cost_usd
            notes.append(f"{dollars(spent)} of the {dollars(self._budget_usd)} for a day")
        if any(total(replies).unpriced for replies in self._parts.values()):
            notes.append('? no cost known: prices stand in [prices."MODEL"] of the configuration')
        return "\n".join([*notes, "Esc leaves"])


def _table(name: str, replies: Sequence[Reckoned]) -> Content:
    rows = [_row(name, total(replies), bold=True)]
    models = by_model(replies)
    if len(models) > 1 or (models and "" not in models):
        rows += [_row(f"  {model or 'no model named'}", one) for model, one in models.items()]
    return Content("\n").join(rows)


def _row(name: str, one: Total, *, bold: bool = False) -> Content:
    label = f"{clean_line(name.strip(), _NAME_MAX - 2)}"
    lead = "" if bold else "  "
    # Where nothing is known of any, a zero would be a lie.
    known = one.unpriced < one.replies or not one.replies
    cost = dollars(one.cost_usd) if known else ""
    mark = "?" if one.unpriced else ""
    words = (
        f"{lead + label:<{_NAME_MAX}}{one.replies:>8,}{one.input_tokens:>12,}"
        f"{one.output_tokens:>11,}{cost:>11}{mark}"
    )
    return Content.assemble((words, "bold" if bold else ""))
