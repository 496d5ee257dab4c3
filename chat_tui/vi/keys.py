"""A text edited by the keys of vi: each key is an edit, a place for the cursor, or neither."""

from dataclasses import replace
from typing import Final, Literal, TypeAlias

from chat_tui.vi.changes import joined, replaced, swapped
from chat_tui.vi.command import Command, Operator, parse
from chat_tui.vi.motions import Find, find_of, moved
from chat_tui.vi.objects import is_object
from chat_tui.vi.operators import operated
from chat_tui.vi.outcomes import Do, Edit, Go, Outcome, Register, applied
from chat_tui.vi.places import line_end, line_start, on_line
from chat_tui.vi.putting import put, put_over
from chat_tui.vi.reaching import reached
from chat_tui.vi.regions import Region
from chat_tui.vi.registers import Registers
from chat_tui.vi.repeating import Change, Insertion, ended, stepped_back, written_again
from chat_tui.vi.selecting import Kept, Selected, extended, kept, object_selected

Mode: TypeAlias = Literal["insert", "normal", "visual", "visual line"]

_SHORT: Final[dict[str, tuple[Operator, str]]] = {
    "D": ("d", "$"),
    "C": ("c", "$"),
    "S": ("c", "c"),
    "Y": ("y", "y"),
    "x": ("d", "l"),
    "s": ("c", "l"),
    "X": ("d", "h"),
}
"""Acts of normal mode that are an operator and a motion."""
_ON_SELECTED: Final[dict[str, Operator]] = {"x": "d", "s": "c", "u": "gu", "U": "gU", "~": "g~"}
_ON_THEIR_LINES: Final[dict[str, Operator]] = {
    "X": "d",
    "D": "d",
    "Y": "y",
    "C": "c",
    "S": "c",
    "R": "c",
}


class Vi:
    """The mode, and what was typed of a command; the text itself is the caller's."""

    def __init__(self) -> None:
        self.mode: Mode = "insert"
        self.typed = ""
        """Of a command that is not complete."""
        self._registers = Registers()
        self._find: Find | None = None
        self._change: Change | None = None
        self._insertion: Insertion | None = None
        self._selected = Selected(0)
        self._kept: Kept | None = None
        """What was selected before."""

    @property
    def register(self) -> Register:
        """What was taken last."""
        return self._registers.last

    @property
    def selecting(self) -> bool:
        """It is one of the visual modes."""
        return self.mode in ("visual", "visual line")

    def reset(self) -> None:
        """Begin a new text: in insert mode, with what was taken last still there."""
        self.mode, self.typed, self._insertion = "insert", "", None

    def leave_visual(self) -> None:
        """Select nothing any more."""
        self.typed = ""
        if self.selecting:
            self.mode = "normal"

    def shown(self, text: str, at: int) -> tuple[int, int]:
        """What is to be marked in visual mode: from its beginning to the cursor's side."""
        return self._selected.shown(text, at)

    def look(self, text: str, at: int) -> None:
        """See the text and the cursor before each key of insert mode."""
        if self._insertion is not None:
            self._insertion.look(text, at)

    def escape(self, text: str, at: int) -> Outcome:
        """Leave insert mode, visual mode, or a command that is not complete."""
        self.typed = ""
        if self.mode == "normal":
            return None
        if self.selecting:
            self._kept = kept(self._selected, text, at)
            self.mode = "normal"
            return Go(on_line(text, at))
        self.mode = "normal"
        insertion, self._insertion = self._insertion, None
        if insertion is None or self._change is None:
            return Go(stepped_back(text, at))
        written = insertion.end(text, at)
        command = Change(Command("i")) if insertion.moved else self._change
        self._change = replace(command, written=written)
        return ended(self._change, text, at)

    def press(self, sign: str, text: str, at: int) -> Outcome:
        """Take a sign that was typed in normal or visual mode.

        Args:
            sign: One character.
            text: As it is now.
            at: Where the cursor is in it.
        """
        self.typed += sign
        command = parse(self.typed, visual=self.selecting)
        if command == "more":
            return None
        self.typed = ""
        if command == "nothing":
            return None
        if self.selecting:
            return self._on_selection(command, text, min(at, len(text)))
        at = on_line(text, at)
        if command.name == "." and not command.operator:
            return self._again(command.count, text, at)
        outcome = self._run(command, text, at)
        self._note(Change(command), outcome, text, at)
        return outcome

    def _note(self, change: Change, outcome: Outcome, text: str, at: int) -> None:
        """Keep a change for `.`; what is written for it follows."""
        if self.mode == "insert":
            self._insertion = Insertion(*applied(outcome, text, at))
            self._change = change
        elif change.alters and (outcome is not None or change.command.name in "xX"):
            self._change = change

    def _again(self, count: int, text: str, at: int) -> Outcome:
        change = self._change
        if change is None:
            return None
        if count and change.extent is None:
            change = replace(change, command=replace(change.command, count=count))
            self._change = change
        if change.extent is None:
            outcome = self._run(change.command, text, at)
        else:
            outcome = self._on_region(change.command, text, change.extent.region(text, at))
        if self.mode != "insert":
            return outcome
        self.mode = "normal"
        return written_again(change, outcome, text, at)

    def _run(self, command: Command, text: str, at: int) -> Outcome:
        if not command.operator and command.name in _SHORT:
            operator, motion = _SHORT[command.name]
            command = Command(motion, operator, command.count, register=command.register)
        if command.operator:
            region = reached(command, text, at, self._find)
            self._remember(command)
            return None if region is None else self._operate(command, text, region)
        self._remember(command)
        count = max(1, command.count)
        match command.name:
            case "i" | "I" | "a" | "A" | "o" | "O":
                return self._insert(command.name, text, at)
            case "p" | "P":
                held = self._registers.of(command.register)
                return put(held, text, at, count, after=command.name == "p")
            case "u":
                return Do("undo", count)
            case "j" | "k":
                return Do("down" if command.name == "j" else "up", count)
            case "v" | "V":
                return self._select(Selected(at, lines=command.name == "V"), at)
            case "gv":
                return None if self._kept is None else self._select(*self._kept.again(text))
            case "J":
                return joined(text, at, max(2, count) - 1)
            case "r":
                return replaced(text, at, command.sign, count)
            case "~":
                return swapped(text, at, count)
            case _:
                to = moved(command, text, at, self._find)
                return None if to is None else Go(to)

    def _remember(self, command: Command) -> None:
        if command.name not in ";," and (find := find_of(command, None)) is not None:
            self._find = find

    def _operate(self, command: Command, text: str, region: Region, times: int = 1) -> Outcome:
        operator = command.operator or "d"
        done = operated(operator, text, region, times=times)
        if done.taken is not None:
            self._registers.take(command.register, done.taken, copied=operator == "y")
        if operator == "c":
            self.mode = "insert"
        return done.outcome

    def _insert(self, name: str, text: str, at: int) -> Outcome:
        self.mode = "insert"
        start, end = line_start(text, at), line_end(text, at)
        match name:
            case "o":
                return Edit(end, end, "\n", end + 1)
            case "O":
                return Edit(start, start, "\n", start)
            case "I":
                blank = len(text[start:end]) - len(text[start:end].lstrip(" \t"))
                return Go(start + blank)
            case "A":
                return Go(end)
            case _:
                return Go(min(end, at + 1) if name == "a" else at)

    def _select(self, selected: Selected, at: int) -> Outcome:
        self._selected = selected
        self.mode = "visual line" if selected.lines else "visual"
        return Go(at)

    def _on_selection(self, command: Command, text: str, at: int) -> Outcome:
        """Do what a command means in visual mode."""
        selected = self._selected
        if command.name in "vV" and not command.operator:
            if selected.lines is (command.name == "V"):
                return self.escape(text, at)
            return self._select(replace(selected, lines=command.name == "V"), at)
        if command.name == "gv":
            if self._kept is None:
                return None
            before, self._kept = self._kept, kept(selected, text, at)
            return self._select(*before.again(text))
        if command.name == "o":
            return self._select(Selected(at, selected.lines), selected.anchor)
        if command.operator or command.name in "xXDYCSRsuU~JpPr":
            if command.name in _ON_THEIR_LINES:
                selected = replace(selected, lines=True)
            region, extent = selected.region(text, at), selected.extent(text, at)
            self._kept = kept(self._selected, text, at)
            self.mode = "normal"
            outcome = self._on_region(command, text, region)
            self._note(Change(command, extent=extent), outcome, text, at)
            return Go(on_line(text, region.home)) if outcome is None else outcome
        if is_object(command.name):
            found = object_selected(selected, command, text, at)
        else:
            found = extended(selected, command, text, at, self._find)
            self._remember(command)
        return None if found is None else self._select(*found)

    def _on_region(self, command: Command, text: str, region: Region) -> Outcome:
        """Do to a region what a command of visual mode does to what is selected."""
        count, start, end = max(1, command.count), region.start, region.end
        operator = command.operator or _ON_SELECTED.get(command.name)
        operator = operator or _ON_THEIR_LINES.get(command.name)
        if operator:
            return self._operate(replace(command, operator=operator), text, region, count)
        match command.name:
            case "J":
                return joined(text, start, max(1, text.count("\n", start, end - 1)))
            case "r":
                lines = text[start:end].split("\n")
                piece = "\n".join(command.sign * len(line) for line in lines)
                return Edit(start, end, piece, start)
            case _:
                return self._put_over(command, text, region)

    def _put_over(self, command: Command, text: str, region: Region) -> Outcome:
        """Put in the place of what is selected; what was put is selected again by `gv`."""
        held = self._registers.of(command.register)
        if not held.text and not held.lines:
            return self._operate(replace(command, operator="d", register=""), text, region)
        outcome = put_over(held, text, region, max(1, command.count))
        if command.name == "p":
            taken = Register(text[region.start : region.end], region.lines)
            self._registers.take("", taken, copied=False)
        then, _ = applied(outcome, text, region.start)
        broken = 1 if held.lines and not region.lines else 0  # a newline on each side
        first = outcome.start + broken
        last = max(first, outcome.start + len(outcome.text) - 1 - broken)
        self._kept = kept(replace(self._selected, anchor=first), then, last)
        return outcome
