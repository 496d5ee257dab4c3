"""The row above the prompt that offers what can be chosen: a decision, or what to ask next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as TextualMessage
from textual.strip import Strip

from chat_tui.document.choices import Choices, choice_words
from chat_tui.events import Approval
from chat_tui.ids import MessageId
from chat_tui.widgets.key_bar import KeyHint
from chat_tui.widgets.prompt.side_by_side import MARGIN, SideBySide, fitted

CHOICE_KEYS: Final[tuple[KeyHint, ...]] = (
    ("Left Right", "move"),
    ("Enter", "choose"),
    ("Esc", "back"),
)
"""While the bar has the keys."""
FEEDBACK_NOTE: Final = "with what you wrote below"
_LEAST_CELLS: Final = 20
"""Of a choice, where there is no room for all."""


class ChoiceBar(SideBySide):
    """One row, hidden while there is nothing to choose. What is chosen is the pane's to do."""

    DEFAULT_CSS = """
    ChoiceBar {
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
        Binding("enter,space", "choose"),
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

    def action_choose(self) -> None:
        if self._words:
            self.post_message(self.Chosen(self._current, at_once=True))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if (placed := self.placed_at(event.x)) is not None:
            self.pick(placed.number)

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        number_style = self.get_component_rich_style("choice-bar--number", partial=True)
        segments: list[Segment] = []
        at = 0
        for number, start, end in self.placed():
            style = base
            if self.has_focus and number == self._current:
                style += self.get_component_rich_style("choice-bar--current", partial=True)
            label = f"{number + 1} "
            segments += [
                Segment(self._lead(at, start), base),
                Segment(label, style + number_style),
                Segment(fitted(self._words[number], end - start - len(label)), style),
            ]
            at = end
        note_style = base + self.get_component_rich_style("choice-bar--note", partial=True)
        segments.append(Segment(self._notes(self.size.width - at), note_style))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _notes(self, room: int) -> str:
        """Say what goes along with a decision and how to choose, as far as there is room."""
        notes = ""
        if isinstance(self._choices, Approval) and self._choices.feedback:
            notes = f"{' ' * self.BETWEEN}{FEEDBACK_NOTE}"
        if cell_len(notes) > room:
            return ""
        free = room - cell_len(notes) - cell_len(self._hint) - 1
        if self._hint and not self.has_focus and free >= self.BETWEEN:
            notes += f"{' ' * free}{self._hint}"
        return notes

    @property
    def sizes(self) -> Sequence[int]:
        room = max(1, self.size.width - MARGIN)
        sizes = [len(f"{n} ") + cell_len(words) for n, words in enumerate(self._words, 1)]
        if sum(sizes) + self.BETWEEN * (len(sizes) - 1) > room:
            share = max(_LEAST_CELLS, room // len(sizes) - self.BETWEEN)
            sizes = [min(size, share, room) for size in sizes]
        return sizes
