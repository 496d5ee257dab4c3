"""The keys of vi in the prompt: what they mean is said elsewhere, and done here."""

from typing import TYPE_CHECKING, Final, assert_never

from textual import events
from textual.widgets.text_area import Edit as Step
from textual.widgets.text_area import Selection

from chat_tui.vi.keys import Mode, Vi
from chat_tui.vi.outcomes import Do, Edit, Go, Outcome
from chat_tui.vi.places import line_number, line_start, on_line, start_of_line

if TYPE_CHECKING:
    from chat_tui.widgets.prompt.prompt import Prompt

_AS_SIGNS: Final = {"backspace": "h", "delete": "x", "home": "0", "end": "$"}
"""What keys without a sign mean in normal mode."""
_AS_SIGNS_IN_VISUAL: Final = {
    **_AS_SIGNS,
    "left": "h",
    "right": "l",
    "up": "k",
    "down": "j",
}


class ViKeys:
    """Belongs to one prompt."""

    def __init__(self, prompt: "Prompt") -> None:
        self._prompt = prompt
        self._vi = Vi()
        self._began: list[Step] | None = None
        """The last edit before insert mode."""
        self._joined: list[list[Step]] = []
        """Edits that are undone with the one before."""
        self._marked: tuple[Selection, int] | None = None
        """What is marked in visual mode, and where its cursor is really."""

    @property
    def mode(self) -> Mode:
        return self._vi.mode

    @property
    def takes_escape(self) -> bool:
        """Esc leaves something here, and stops no reply."""
        return self._vi.mode != "normal" or bool(self._vi.typed)

    def begin(self) -> None:
        """Begin a new text, in insert mode."""
        self._vi.reset()
        self._began = self._last_edit
        self._prompt.tell_mode()

    def key(self, event: events.Key) -> bool:
        """Act on a key, and tell whether it was for us."""
        vi, key = self._vi, event.key
        self._see_what_is_marked()
        if key == "escape":
            return self._escape()
        if vi.mode == "insert":
            vi.look(self._prompt.text, self._at)
            return False
        if key == "ctrl+r":
            vi.leave_visual()
            self._do(Do("redo", 1))
            return True
        signs = _AS_SIGNS_IN_VISUAL if vi.selecting else _AS_SIGNS
        sign = signs.get(key, event.character if event.is_printable else None)
        if sign is None or "+" in key:
            return False
        before = self._last_edit
        self._do(vi.press(sign, self._prompt.text, self._at))
        if self.mode == "insert":
            self._began = before
        return True

    def _escape(self) -> bool:
        if not self.takes_escape:
            return False
        was = self.mode
        self._prompt.history.checkpoint()
        self._do(self._vi.escape(self._prompt.text, self._at))
        if was == "insert":
            self._join_edits()
        return True

    def _see_what_is_marked(self) -> None:
        """Leave visual mode when a click, or something else, has put the cursor elsewhere."""
        if self._marked is not None and self._prompt.selection != self._marked[0]:
            self._marked = None
            self._vi.leave_visual()

    @property
    def _last_edit(self) -> list[Step] | None:
        """What would be undone now; null where there is nothing."""
        steps = self._prompt.history.undo_stack
        return steps[-1] if steps else None

    def _join_edits(self) -> None:
        """What was written in insert mode, and what began that, is undone in one go."""
        history = self._prompt.history
        done = history.undo_stack
        known = [*done, *history.redo_stack]
        self._joined = [step for step in self._joined if _is_in(step, known)]
        forgotten = self._began is None or len(done) == history.max_checkpoints
        since = next(
            (i + 1 for i, step in enumerate(done) if step is self._began),
            0 if forgotten else len(done),
        )
        self._joined += [step for step in done[since + 1 :] if not _is_in(step, self._joined)]

    def _undo(self) -> None:
        while (step := self._last_edit) is not None:
            self._prompt.undo()
            if not _is_in(step, self._joined):
                break

    def _redo(self) -> None:
        history = self._prompt.history
        self._prompt.redo()
        while (steps := history.redo_stack) and _is_in(steps[-1], self._joined):
            self._prompt.redo()

    @property
    def _at(self) -> int:
        """Where the cursor is in the text."""
        if self._marked is not None:
            return self._marked[1]
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
                if self._marked is not None:
                    self._go(start)  # undoing it leads to where it was, and marks nothing
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
        if self._vi.selecting:
            self._mark(self._at)
        prompt.tell_mode()

    def _repeat(self, what: str, times: int) -> None:
        prompt = self._prompt
        actions = {
            "undo": self._undo,
            "redo": self._redo,
            "up": prompt.action_earlier,
            "down": prompt.action_later,
        }
        self._marked = None
        for _ in range(min(times, 1_000)):
            actions[what]()
        self._go(on_line(prompt.text, self._at))

    def _go(self, at: int) -> None:
        self._marked = None
        self._prompt.move_cursor(self._place(at))

    def _mark(self, at: int) -> None:
        start, end = self._vi.shown(self._prompt.text, at)
        self._prompt.selection = Selection(self._place(start), self._place(end))
        self._marked = self._prompt.selection, at


def _is_in(step: list[Step], steps: list[list[Step]]) -> bool:
    """Whether it is this very one: others may be equal."""
    return any(step is each for each in steps)
