"""What was sent while a reply ran: it waits above the prompt, and can be taken back."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from chat_tui import glyphs
from chat_tui.text import clean_line

MAX_ROWS: Final = 4
"""Of messages; a row below says how many more there are and what becomes of them."""
OTHER_ROWS: Final = 4
"""Of a pane: its header, its state, and one each of the transcript and of the prompt."""


class QueueBar(Widget):
    """Messages in the order in which they will be sent, for each conversation its own."""

    DEFAULT_CSS = """
    QueueBar {
        height: auto; display: none; color: $text-muted;
        &.-open { display: block; }
        & > .queue-bar--held { color: $warning; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"queue-bar--held"}

    def __init__(
        self, tell: Callable[[str, Sequence[str]], object], *, send: str, earlier: str
    ) -> None:
        """Make an empty queue.

        Args:
            tell: Told the conversation, and what waits in it, whenever that has changed.
            send: The key that sends what is held.
            earlier: The key that takes a message back.
        """
        super().__init__()
        self._tell = tell
        self._waiting: dict[str, list[str]] = {}
        self._held: dict[str, str] = {}
        self._shown = ""
        self._send = send
        self._earlier = earlier

    @property
    def texts(self) -> list[str]:
        """What waits in the conversation that is shown."""
        return self._waiting.get(self._shown, [])

    @property
    def held(self) -> str:
        """Why it is not sent by itself; empty where it will be."""
        return self._held.get(self._shown, "") if self.texts else ""

    def show_for(self, conversation: str, *, running: bool) -> None:
        """Show what waits in a conversation.

        Args:
            conversation: Its id.
            running: A reply of it is under way, after which it goes on.
        """
        self._shown = conversation
        if self.texts and not running and not self.held:
            self._held[conversation] = "the reply ended meanwhile"
        self._changed()

    def add(self, text: str) -> None:
        """Queue a message; what was held goes on with it when the reply ends."""
        self._waiting.setdefault(self._shown, []).append(text)
        self._held.pop(self._shown, None)
        self._told_and_changed()

    def put_back(self, text: str, conversation: str) -> None:
        """Return a message that could not be sent to the head of a queue, and hold it.

        Args:
            text: Of the message.
            conversation: Where it waited, by its id.
        """
        self._waiting.setdefault(conversation, []).insert(0, text)
        self._held[conversation] = "it could not be sent"
        self._tell(conversation, tuple(self._waiting[conversation]))
        self._changed()

    def hold(self, why: str) -> None:
        """Send nothing by itself any more."""
        self._held[self._shown] = why
        self._changed()

    def next(self) -> str | None:
        """Take out the message that is to be sent; those behind it follow by themselves."""
        texts = self.texts
        text = texts.pop(0) if texts else None
        self._held.pop(self._shown, None)
        self._told_and_changed()
        return text

    def last(self) -> str | None:
        """Take out the message that was queued last."""
        texts = self.texts
        text = texts.pop() if texts else None
        self._told_and_changed()
        return text

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take what there is to show, or a third of what a small pane has to spare."""
        rows = min(MAX_ROWS, len(self.texts)) + 1 if self.texts else 0
        return max(0, min(rows, (container.height - OTHER_ROWS + 2) // 3))

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        texts = self.texts
        if y < min(self._rows, len(texts)):
            words = clean_line(texts[y], max(1, self.size.width - 5))
            line = Segment(f" {glyphs.NOT_YET} {words}", base)
        else:
            style = base
            if self.held:
                style += self.get_component_rich_style("queue-bar--held", partial=True)
            line = Segment(f"   {self._note()}", style)
        return Strip([line]).adjust_cell_length(self.size.width, base)

    def _note(self) -> str:
        hidden = len(self.texts) - self._rows
        more = f"{glyphs.ELLIPSIS} {hidden} {'more ' if self._rows else ''}" if hidden > 0 else ""
        if self.held:
            keys = f"{self._send} sends, {self._earlier} takes back"
            return f"{more}not sent: {self.held}. {keys}"
        back = f"{self._earlier} in an empty prompt takes one back"
        return f"{more}sent when the reply ends. {back}"

    @property
    def _rows(self) -> int:
        """How many messages have a row."""
        return min(MAX_ROWS, self.size.height - 1)

    def _told_and_changed(self) -> None:
        self._tell(self._shown, tuple(self.texts))
        self._changed()

    def _changed(self) -> None:
        self.set_class(bool(self.texts), "-open")
        self.refresh(layout=True)
