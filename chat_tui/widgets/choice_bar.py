"""The row above the prompt that offers what can be chosen: a decision, or what to ask next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as TextualMessage
from textual.strip import Strip
from textual.widget import Widget

from chat_tui import glyphs
from chat_tui.document.choices import Choices, choice_words
from chat_tui.events import Approval
from chat_tui.ids import MessageId
from chat_tui.widgets.key_bar import KeyHint

CHOICE_KEYS: Final[tuple[KeyHint, ...]] = (
    ("Left Right", "move"),
    ("Enter", "choose"),
    ("Esc", "back"),
)
"""While the bar has the keys."""
FEEDBACK_NOTE: Final = "with what you wrote below"
_MARGIN: Final = 3
_BETWEEN: Final = 3
_LEAST_CELLS: Final = 20
"""Of a choice, where there is no room for all."""


class _Placed(NamedTuple):
    """A choice on the row."""

    number: int
    start: int
    end: int


class ChoiceBar(Widget, can_focus=True):
    """One row, hidden while there is nothing to choose. What is chosen is the pane's to do."""

    FOCUS_ON_CLICK = False
    DEFAULT_CSS = """
    ChoiceBar {
        height: 1; display: none; color: $foreground;
        &.-open { display: block; }
        & > .choice-bar--number { color: $accent; text-style: bold; }
        & > .choice-bar--current { background: $panel; text-style: bold reverse; }
        & > .choice-bar--note { color: $text-muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "choice-bar--number",
        "choice-bar--current",
        "choice-bar--note",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up,h,k", "move(-1)"),
        Binding("right,down,l,j", "move(1)"),
        Binding("home", "edge(0)"),
        Binding("end", "edge(-1)"),
        Binding("enter,space", "choose"),
        Binding("escape,tab,shift+tab", "leave"),
    ]

    @dataclass
    class Chosen(TextualMessage):
        """One of the choices is to be taken."""

        number: int
        at_once: bool
        """By Enter: nothing is left to be done for it."""

    class Left(TextualMessage):
        """The keys are to go back to the prompt."""

    def __init__(self, hint: str = "") -> None:
        """Make a bar with nothing to choose.

        Args:
            hint: Says how to choose, at the right edge where there is room.
        """
        super().__init__()
        self._hint = hint
        self._choices: Choices | None = None
        self._reply: MessageId | None = None
        self._words: Sequence[str] = ()
        self._current = 0
        self._first = 0
        """The choice at the left edge."""

    @property
    def choices(self) -> Choices | None:
        """What can be chosen now."""
        return self._choices

    @property
    def reply(self) -> MessageId | None:
        """Whose choices they are."""
        return self._reply

    @property
    def line(self) -> str:
        """What the row says."""
        return self.render_line(0).text.rstrip() if self._choices is not None else ""

    def offer(self, choices: Choices | None, reply: MessageId | None = None) -> None:
        """Show what can be chosen, or nothing.

        Args:
            choices: Null hides the bar.
            reply: Whose they are.
        """
        if choices is None:
            reply = None
        if (choices, reply) != (self._choices, self._reply):
            self._choices, self._reply = choices, reply
            self._words = choice_words(choices) if choices is not None else ()
            self._current = self._first = 0
        self.set_class(choices is not None, "-open")
        if choices is None and self.has_focus:
            self.post_message(self.Left())
        self.refresh()

    def pick(self, number: int) -> bool:
        """Choose by number, from 0 on.

        Returns:
            Whether there is such a choice.
        """
        if self._choices is None or not 0 <= number < len(self._words):
            return False
        self.post_message(self.Chosen(number, at_once=False))
        return True

    def action_move(self, by: int) -> None:
        self._go(self._current + by)

    def action_edge(self, at: int) -> None:
        self._go(at % max(1, len(self._words)))

    def action_choose(self) -> None:
        if self._words:
            self.post_message(self.Chosen(self._current, at_once=True))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        event.stop()
        for placed in self._placed():
            if placed.start <= event.x < placed.end:
                self.pick(placed.number)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        number_style = self.get_component_rich_style("choice-bar--number", partial=True)
        segments: list[Segment] = []
        at = 0
        for number, start, end in self._placed():
            lead = " " * (start - at)
            if at == 0 and self._first:
                lead = f" {glyphs.ELLIPSIS}"[: start - 1].ljust(start)
            style = base
            if self.has_focus and number == self._current:
                style += self.get_component_rich_style("choice-bar--current", partial=True)
            label = f"{number + 1} "
            segments += [
                Segment(lead, base),
                Segment(label, style + number_style),
                Segment(_fitted(self._words[number], end - start - len(label)), style),
            ]
            at = end
        note_style = base + self.get_component_rich_style("choice-bar--note", partial=True)
        segments.append(Segment(self._notes(self.size.width - at), note_style))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _notes(self, room: int) -> str:
        """Say what goes along with a decision and how to choose, as far as there is room."""
        notes = ""
        if isinstance(self._choices, Approval) and self._choices.feedback:
            notes = f"{' ' * _BETWEEN}{FEEDBACK_NOTE}"
        if cell_len(notes) > room:
            return ""
        free = room - cell_len(notes) - cell_len(self._hint) - 1
        if self._hint and not self.has_focus and free >= _BETWEEN:
            notes += f"{' ' * free}{self._hint}"
        return notes

    def _go(self, number: int) -> None:
        self._current = max(0, min(number, len(self._words) - 1))
        self._first = min(self._first, self._current)
        while self._current not in {placed.number for placed in self._placed()}:
            self._first += 1
        self.refresh()

    def _placed(self) -> list[_Placed]:
        """Put the choices onto the row, from the first one that is shown on."""
        room = max(1, self.size.width - _MARGIN)
        sizes = [len(f"{n} ") + cell_len(words) for n, words in enumerate(self._words, 1)]
        if sum(sizes) + _BETWEEN * (len(sizes) - 1) > room:
            share = max(_LEAST_CELLS, room // len(sizes) - _BETWEEN)
            sizes = [min(size, share, room) for size in sizes]
        placed: list[_Placed] = []
        at = _MARGIN
        for number in range(self._first, len(sizes)):
            end = at + sizes[number]
            if placed and end > self.size.width:
                break
            placed.append(_Placed(number, at, end))
            at = end + _BETWEEN
        return placed


def _fitted(words: str, room: int) -> str:
    if cell_len(words) <= room:
        return words
    mark = str(glyphs.ELLIPSIS)
    return set_cell_size(words, max(0, room - len(mark))) + mark[:room]
