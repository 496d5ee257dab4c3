"""What was used: tokens and cost of this conversation, and of this day."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from chat_tui import glyphs
from chat_tui.screens.dialog import Dialog, ScrollingBox
from chat_tui.text import clean_line
from chat_tui.usage import Reckoned, Total, by_model, dollars, total

_NAME_MAX: Final = 26
_HEADS: Final = ("replies", "tokens in", "out", "cost")
_COLUMNS: Final = (8, 12, 11, 11)
_FRAME: Final = 6
"""Columns for the border, the padding and the scrollbar."""


class UsageScreen(Dialog[None]):
    """A table that scrolls; Esc leaves."""

    DEFAULT_CSS = """
    UsageScreen {
        & > ScrollingBox { width: 86; }
        & Static { height: auto; margin: 1 0 0 0; }
        & #usage-head { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,enter", "leave", "Leave", priority=True)]

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
        with ScrollingBox("usage"):
            yield Static(id="usage-head", markup=False)
            for _ in self._parts:
                yield Static(classes="usage-table", markup=False)
            yield Static(self._keys(), classes="note", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        narrow = event.size.width * 96 // 100 - _FRAME < sum(_COLUMNS) + _NAME_MAX + 1
        head = "" if narrow else _cells("", _HEADS)
        self.query_one("#usage-head", Static).update(Content(head))
        self.query_one("#usage-head").display = not narrow
        tables = self.query(".usage-table").results(Static)
        for shown, (name, replies) in zip(tables, self._parts.items(), strict=True):
            shown.update(_table(name, replies, narrow=narrow))

    def _keys(self) -> str:
        notes = []
        if self._budget_usd is not None:
            spent = total(self._parts["today"]).cost_usd
            notes.append(f"{dollars(spent)} of the {dollars(self._budget_usd)} for a day")
        if any(total(replies).unpriced for replies in self._parts.values()):
            notes.append('? no cost known: prices stand in [prices."MODEL"] of the configuration')
        return "\n".join([*notes, "Esc leave"])


def _table(name: str, replies: Sequence[Reckoned], *, narrow: bool) -> Content:
    """List sums: a row each, or, where that is too wide, a name with its numbers below it."""
    rows = [_row(name, total(replies), bold=True, narrow=narrow)]
    models = by_model(replies)
    if len(models) > 1 or (models and "" not in models):
        rows += [
            _row(model or "no model named", one, narrow=narrow) for model, one in models.items()
        ]
    if silent := total(replies).silent:
        of = f"{silent:,} of the replies" if silent > 1 else "one of the replies"
        rows.append(Content.assemble((f"  {of} told no tokens", "$text-muted")))
    return Content("\n").join(rows)


def _row(name: str, one: Total, *, bold: bool = False, narrow: bool) -> Content:
    lead = "" if bold else "  "
    label = f"{lead}{clean_line(name, _NAME_MAX - 2)}"
    # Where nothing is known of any, a zero would be a lie.
    cost = dollars(one.cost_usd) if one.priced or not one.replies else ""
    mark = "?" if one.unpriced else ""
    tokens_in = tokens_out = ""
    if one.silent < one.replies or not one.replies:
        tokens_in, tokens_out = f"{one.input_tokens:,}", f"{one.output_tokens:,}"
    if narrow:
        replies = f"{one.replies:,} {'reply' if one.replies == 1 else 'replies'}"
        tokens = f"{tokens_in} in {glyphs.DOT} {tokens_out} out" if tokens_in else ""
        facts = f" {glyphs.DOT} ".join(filter(None, (replies, tokens, cost + mark)))
        words = f"{label}\n{lead}  {facts}"
    else:
        counts = (f"{one.replies:,}", tokens_in, tokens_out, cost)
        words = _cells(label, counts) + mark
    return Content.assemble((words, "bold" if bold else ""))


def _cells(label: str, values: Sequence[str]) -> str:
    counts = zip(values, _COLUMNS, strict=True)
    return f"{label:<{_NAME_MAX}}{''.join(f'{value:>{width}}' for value, width in counts)}"
