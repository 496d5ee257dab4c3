"""The keys of vi in the prompt: what they mean is said elsewhere, and done here."""

from typing import TYPE_CHECKING, Final, assert_never

from textual import events

from chat_tui.vi.keys import Do, Edit, Go, Mode, Outcome, Vi
from chat_tui.vi.places import line_number, line_start, on_line, start_of_line

if TYPE_CHECKING:
    from chat_tui.widgets.prompt.prompt import Prompt

_AS_SIGNS: Final = {"backspace": "h", "delete": "x", "home": "0", "end": "$"}
"""What keys without a sign mean in normal mode."""


class ViKeys:
    """Belongs to one prompt."""

    def __init__(self, prompt: "Prompt") -> None:
        self._prompt = prompt
        self._vi = Vi()
        self._began = 0
        """How many edits there were before insert mode."""
        self._groups: dict[int, int] = {}
        """Edits that are undone together: how many there are after them, and before."""

    @property
    def mode(self) -> Mode:
        return self._vi.mode

    @property
    def takes_escape(self) -> bool:
        """Esc leaves something here, and stops no reply."""
        return self._vi.mode == "insert" or bool(self._vi.typed)

    def begin(self) -> None:
        """Begin a new text, in insert mode."""
        self._vi.reset()
        self._began = self._edits
        self._prompt.tell_mode()

    def key(self, event: events.Key) -> bool:
        """Act on a key, and tell whether it was for us."""
        vi, key = self._vi, event.key
        if key == "escape":
            if not self.takes_escape:
                return False
            self._prompt.history.checkpoint()
            if vi.mode == "insert" and self._edits > self._began:
                self._forget_groups(self._began)
                self._groups[self._edits] = self._began
            self._do(vi.escape(self._prompt.text, self._at))
            return True
        if vi.mode == "insert":
            return False
        if key == "ctrl+r":
            vi.typed = ""
            self._do(Do("redo", 1))
            return True
        sign = _AS_SIGNS.get(key, event.character if event.is_printable else None)
        if sign is None or "+" in key:
            return False
        before = self._edits
        self._do(vi.press(sign, self._prompt.text, self._at))
        if self.mode == "insert":
            self._began = before
        return True

    @property
    def _edits(self) -> int:
        """How many there are to be undone."""
        return len(self._prompt.history.undo_stack)

    def _forget_groups(self, edits: int) -> None:
        """Whatever came after so many edits can be made again no more."""
        self._groups = {end: start for end, start in self._groups.items() if end <= edits}

    def _undo(self) -> None:
        until = self._groups.get(self._edits, self._edits - 1)
        while self._edits > max(0, until):
            self._prompt.undo()

    def _redo(self) -> None:
        here = self._edits
        until = max((end for end, start in self._groups.items() if start == here), default=here + 1)
        while self._edits < until and self._prompt.history.redo_stack:
            self._prompt.redo()

    @property
    def _at(self) -> int:
        """Where the cursor is in the text."""
        row, column = self._prompt.cursor_location
        return start_of_line(self._prompt.text, row) + column

    def _place(self, at: int) -> tuple[int, int]:
        """The row and the column of a place in the text."""
        text = self._prompt.text
        return line_number(text, at), at - line_start(text, at)

    def _do(self, outcome: Outcome) -> None:
        prompt = self._prompt
        match outcome:
            case Edit(start=start, end=end, text=text, cursor=cursor):
                self._forget_groups(self._edits)
                prompt.history.checkpoint()  # undone by itself
                prompt.replace(
                    text, self._place(start), self._place(end), maintain_selection_offset=False
                )
                prompt.history.checkpoint()
                self._go(cursor)
            case Go(cursor=cursor):
                self._go(cursor)
            case Do(what=what, times=times):
                self._repeat(what, times)
            case None:
                pass
            case _:
                assert_never(outcome)
        prompt.tell_mode()

    def _repeat(self, what: str, times: int) -> None:
        prompt = self._prompt
        actions = {
            "undo": self._undo,
            "redo": self._redo,
            "up": prompt.action_earlier,
            "down": prompt.action_later,
        }
        for _ in range(min(times, 1_000)):
            actions[what]()
        self._go(on_line(prompt.text, self._at))

    def _go(self, at: int) -> None:
        self._prompt.move_cursor(self._place(at))
