"""The line in which the reader writes what to look for; it leads them from match to match."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message as TextualMessage
from textual.widgets import Input, Static

from chat_tui import glyphs
from chat_tui.document.selection import Point
from chat_tui.ids import MessageId
from chat_tui.widgets.line_input import LineInput
from chat_tui.widgets.pane.conversation_view import ConversationView
from chat_tui.widgets.transcript.finder import Finder


class FindBar(Horizontal):
    """One row, hidden until it is opened."""

    DEFAULT_CSS = """
    FindBar {
        height: 1; display: none;
        &.-open { display: block; }
        & #find-mark { width: 3; color: $accent; }
        & Input {
            width: 1fr; height: 1; border: none; padding: 0; background: $background;
            &:focus { border: none; }
        }
        & #find-count { width: 2; padding: 0 1; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+enter,up", "step(-1)"),
        Binding("down", "step(1)"),
        Binding("escape", "close"),
    ]

    class Closed(TextualMessage):
        """The reader looks for nothing any more."""

    def __init__(self, view: ConversationView) -> None:
        """Make a bar.

        Args:
            view: Where is looked, and what shows what was found.
        """
        super().__init__()
        self._view = view
        self._finder = Finder(view.rows, view.marks.matches, self._found_more)
        self._start = Point(0, 0, 0)
        """Where the reader was: looking begins there."""

    def compose(self) -> ComposeResult:
        yield Static(" / ", id="find-mark", markup=False)
        yield LineInput(placeholder="Find in this conversation", id="find-text")
        yield Static("", id="find-count", markup=False)

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    @property
    def looking(self) -> bool:
        """Not everything has been read yet."""
        return self._finder.looking

    @property
    def count(self) -> str:
        """What the bar says about what was found."""
        return str(self.query_one("#find-count", Static).content)

    def open(self) -> None:
        """Show the bar and take the keys; what was written last is there, selected."""
        if not self.is_open:
            self.add_class("-open")
            self._start = self._view.top_point()
        text = self.query_one(Input)
        text.focus()
        text.action_select_all()
        self.look_again()

    def look_for(self, text: str, message: MessageId) -> None:
        """Open the bar, and go to the first match of a text from a message on."""
        self.query_one(Input).value = text
        self.open()
        self._start = Point(self._view.rows.number(message) or 0, 0, 0)
        self.look_again()

    def close(self) -> None:
        """Hide the bar and the marks of what was found."""
        self.remove_class("-open")
        self._finder.stop()
        self._view.repaint()
        self._say("")

    def look_again(self) -> None:
        """Look through the conversation, which may be another one now."""
        if self.is_open:
            self._finder.look_for(self.query_one(Input).value, self._start)

    def step(self, by: int) -> None:
        """Go to another match: 1 to the next, -1 to the one before."""
        if not self.is_open:
            return
        self._finder.catch_up()
        self._go(by)
        self._say_found()

    async def on_unmount(self) -> None:
        await self._finder.aclose()

    def action_step(self, by: int) -> None:
        self.step(by)

    def action_close(self) -> None:
        self.post_message(self.Closed())

    @on(Input.Changed)
    def _on_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.look_again()

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.step(1)

    def _go(self, by: int) -> None:
        match = self._finder.matches.step(by, self._start)
        if match is not None:
            self._view.show_match(match)

    def _found_more(self) -> None:
        """Go to the first match as soon as there is one, and count the others."""
        if not self.children:  # the pane is being closed
            return
        if self._finder.matches.current is None:
            self._go(1)
        self._view.repaint()
        self._say_found()

    def _say_found(self) -> None:
        matches = self._finder.matches
        more = str(glyphs.ELLIPSIS) if self.looking or matches.full else ""
        if not self.query_one(Input).value.strip():
            self._say("")
        elif not len(matches):
            self._say(more or "nothing found")
        else:
            self._say(f"{matches.place:,} of {len(matches):,}{more}")

    def _say(self, count: str) -> None:
        shown = self.query_one("#find-count", Static)
        shown.update(Content(count))
        shown.styles.width = len(count) + 2  # an automatic width may be that of an earlier count
