"""The rows of a whole conversation: exact where somebody looked, estimated elsewhere."""

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from chat_tui.document.heights import HeightIndex
from chat_tui.document.message_view import MessageView
from chat_tui.document.spans import Span
from chat_tui.events import StreamEvent
from chat_tui.ids import MessageId
from chat_tui.message import Message, Part, ReasoningPart, TextPart

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat_tui.document.code.highlight import Colours, HandOut, WholeFence
    from chat_tui.document.pictures.job_times import RunTimes

TOP_ROWS = 1
"""Empty, so that the first message does not touch the header."""
GAP_ROWS = 1
"""Empty, below each message."""
MAX_VIEWS = 192
"""Messages that are kept as blocks; the others are made again when they are looked at."""
_FILLED = 0.92
"""How much of a row wrapped text fills, about."""


class Place(NamedTuple):
    """A row: which message it is in, and which row of that; below the first is no message."""

    message: int
    row: int


class Rows:
    """Messages, one below the other, for one width."""

    def __init__(self, *, error_hint: str = "") -> None:
        """Make an empty conversation.

        Args:
            error_hint: What to do about a failed reply.
        """
        self._error_hint = error_hint
        self.hand_out: HandOut | None = None
        """Has code coloured that is lexed as a whole; null: it is done when a row is looked at."""
        self.runs: RunTimes | None = None
        """What earlier picture jobs took."""
        self.clock: Callable[[], float] = monotonic
        self.note_of: Callable[[MessageId], str] | None = None
        """Says what stands in the header of a message, beside the time."""
        self._messages: list[Message] = []
        self._index: dict[MessageId, int] | None = None
        """Which number a message has; null until somebody asks."""
        self._views: OrderedDict[int, MessageView] = OrderedDict()
        self._opened: dict[int, dict[int, bool]] = {}
        self._chars: array[int] = array("L")
        self._lines: array[int] = array("L")
        self._heights = HeightIndex()
        self._exact = bytearray()
        """Whether the height of a message is known for this width."""
        self.width = 0
        """In cells; 0 until it is known."""

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def total(self) -> int:
        """All rows."""
        return TOP_ROWS + self._heights.total

    def show(self, messages: Iterable[Message]) -> None:
        """Show these messages instead."""
        self._messages = list(messages)
        self._index = None
        self._views.clear()
        self._opened.clear()
        self._chars, self._lines = _sizes(self._messages)
        self._estimate()

    def add(self, message: Message) -> int:
        """Append a message, and return its number."""
        number = len(self._messages)
        self._messages.append(message)
        if self._index is not None:
            self._index[message.id] = number
        chars, lines = _size(message.parts)
        self._chars.append(chars)
        self._lines.append(lines)
        self._heights.append(1)
        self._exact.append(0)
        return number

    def number(self, message_id: MessageId) -> int | None:
        """Find a message; null where it is not shown."""
        if self._index is None:
            self._index = {message.id: i for i, message in enumerate(self._messages)}
        return self._index.get(message_id)

    def message(self, number: int) -> Message:
        """Return a message as it stands."""
        view = self._views.get(number)
        return view.message if view is not None else self._messages[number]

    def set_width(self, width: int) -> None:
        """Wrap for another width; heights are estimates until they are looked at."""
        self.width = width
        self._estimate()

    def view(self, number: int) -> MessageView:
        """Return the blocks of a message."""
        view = self._views.get(number)
        if view is None:
            view = MessageView(
                self._messages[number],
                error_hint=self._error_hint,
                note=self.note_of(self._messages[number].id) if self.note_of is not None else "",
                hand_out=self._colour,
                opened=self._opened.pop(number, None),
                asked=self._asked(number),
                runs=self.runs,
                clock=self.clock,
            )
            self._views[number] = view
            self._forget_some()
        else:
            self._views.move_to_end(number)
        return view

    def feed(self, number: int, events: Iterable[StreamEvent]) -> None:
        """Give a streaming message more; `commit` brings it to the rows."""
        self.view(number).feed(events)

    def name_again(self) -> set[int]:
        """Take in that names of models have become known; `commit` brings them to the rows.

        Returns:
            The messages whose headers are others now.
        """
        return {number for number, view in self._views.items() if view.name_again()}

    def commit(self, number: int) -> tuple[int | None, bool]:
        """Bring a streaming message's rows up to date.

        Returns:
            Its first row that changed, or null; and whether there is more to commit.
        """
        view = self.view(number)
        changed = view.commit()
        if changed is not None:
            self._exact[number] = 0
            self.measure(number)
        return changed, view.pending

    def measure(self, number: int) -> None:
        """Make the height of a message exact."""
        if not self._exact[number] and self.width:
            self._heights.set(number, self.view(number).height(self.width) + GAP_ROWS)
            self._exact[number] = 1

    def ticks(self, number: int) -> bool:
        """Whether some rows of a message change while nothing comes."""
        view = self._views.get(number)
        return view is not None and view.ticks

    def ticking(self, number: int) -> list[int]:
        """List those rows, as far as they are measured."""
        view = self._views.get(number)
        return [] if view is None else view.ticking(self.width)

    def forget_height(self, number: int) -> None:
        """The blocks of a message have changed."""
        self._exact[number] = 0
        self.measure(number)

    def is_exact(self, number: int) -> bool:
        return bool(self._exact[number])

    def height(self, number: int) -> int:
        """Rows of a message, the gap below it included."""
        return self._heights.height(number)

    def top(self, number: int) -> int:
        """The first row of a message."""
        return TOP_ROWS + self._heights.top(number)

    def find(self, row: int) -> Place:
        """Find the message at a row; the nearest one above the first and below the last."""
        if not self._messages:
            return Place(0, 0)
        row = max(0, min(row - TOP_ROWS, self._heights.total - 1))
        return Place(*self._heights.find(row))

    def spans(self, place: Place) -> Sequence[Span]:
        """Return a row of a message, unpadded; its height must be exact."""
        if place.row >= self.height(place.message) - GAP_ROWS:
            return ()
        return self.view(place.message).row(place.row, self.width)

    def provider(self, number: int) -> str:
        return self._messages[number].provider

    def _asked(self, number: int) -> str:
        before = self._messages[number - 1] if number else None
        return before.text if before is not None and before.role == "user" else ""

    def _estimate(self) -> None:
        """Guess every height from how much text there is."""
        if not self.width:
            heights: Iterable[int] = [1] * len(self._messages)
        else:
            per_row = max(1.0, self.width * _FILLED)
            heights = [
                2 + GAP_ROWS + lines + int(chars / per_row)
                for chars, lines in zip(self._chars, self._lines, strict=True)
            ]
        self._heights = HeightIndex(heights)
        self._exact = bytearray(len(self._messages))

    def _colour(self, fence: "WholeFence", done: "Callable[[Colours | None], None]") -> None:
        if self.hand_out is not None:
            self.hand_out(fence, done)
        else:
            done(fence.run())

    def _forget_some(self) -> None:
        """Drop the blocks that nobody looked at for longest, but not of what still streams."""
        if len(self._views) <= MAX_VIEWS:
            return
        for number in list(self._views):
            view = self._views[number]
            if view.running:
                continue
            self._messages[number] = view.message
            if view.opened:
                self._opened[number] = view.opened
            self._exact[number] &= not view.forgets
            del self._views[number]
            if len(self._views) <= MAX_VIEWS * 3 // 4:
                return


def _sizes(messages: Iterable[Message]) -> "tuple[array[int], array[int]]":
    """Count the characters and the line ends of each message, as `_size` does."""
    all_chars, all_lines = array("L"), array("L")
    for message in messages:
        parts = message.parts
        if len(parts) == 1 and type(part := parts[0]) is TextPart:  # nearly all of them
            text = part.text
            chars, lines = len(text), text.count("\n") + 1
        else:
            chars, lines = _size(parts)
        all_chars.append(chars)
        all_lines.append(lines)
    return all_chars, all_lines


def _size(parts: Iterable[Part]) -> tuple[int, int]:
    """Count the characters and the line ends of what a message shows when it is opened."""
    chars = lines = 0
    for part in parts:
        if isinstance(part, TextPart):
            text = part.text
            chars += len(text)
            lines += text.count("\n") + 1
        elif isinstance(part, ReasoningPart):
            lines += 2
        else:
            lines += 1
    return chars, lines
