"""A text edited by the keys of vi: each key is an edit, a place for the cursor, or neither."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from chat_tui.vi.command import Command, parse
from chat_tui.vi.motions import Find, find_of, moved, of_lines, span
from chat_tui.vi.places import first_word, line_end, line_start, on_line

Mode: TypeAlias = Literal["insert", "normal"]
_MOST_CHARACTERS: Final = 1_000_000
"""What a count may put in at once."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of the text becomes another one, and the cursor is put somewhere."""

    start: int
    end: int
    text: str
    cursor: int
    """In the text as it is then."""


@dataclass(frozen=True, slots=True)
class Go:
    """The cursor goes somewhere."""

    cursor: int


@dataclass(frozen=True, slots=True)
class Do:
    """Something that is not known here: what was changed before, and what stands above."""

    what: Literal["undo", "redo", "up", "down"]
    times: int


Outcome: TypeAlias = Edit | Go | Do | None
"""Null: nothing happens, or more has to be typed."""


@dataclass(frozen=True, slots=True)
class Register:
    """What was taken last."""

    text: str = ""
    lines: bool = False
    """Whole lines, without the last newline."""


class Vi:
    """The mode, and what was typed of a command; the text itself is the caller's."""

    def __init__(self) -> None:
        self.mode: Mode = "insert"
        self.typed = ""
        """Of a command that is not complete."""
        self.register = Register()
        self._find: Find | None = None

    def reset(self) -> None:
        """Begin a new text: in insert mode, with what was taken last still there."""
        self.mode, self.typed = "insert", ""

    def escape(self, text: str, at: int) -> Outcome:
        """Leave insert mode, or a command that is not complete."""
        self.typed = ""
        if self.mode == "normal":
            return None
        self.mode = "normal"
        return Go(max(line_start(text, at), min(at, line_end(text, at)) - 1))

    def press(self, sign: str, text: str, at: int) -> Outcome:
        """Take a sign that was typed in normal mode.

        Args:
            sign: One character.
            text: As it is now.
            at: Where the cursor is in it.
        """
        self.typed += sign
        match parse(self.typed):
            case "more":
                return None
            case "nothing":
                self.typed = ""
                return None
            case command:
                self.typed = ""
                return self._run(command, text, on_line(text, at))

    def _run(self, command: Command, text: str, at: int) -> Outcome:
        if command.operator:
            return self._operate(command, text, at)
        self._remember(command)
        count = max(1, command.count)
        match command.name:
            case "i" | "I" | "a" | "A" | "o" | "O":
                return self._insert(command.name, text, at)
            case "x" | "s":
                end = min(line_end(text, at), at + count)
                return self._take(text, at, end, command.name == "s")
            case "D" | "C":
                to_end: Literal["d", "c"] = "d" if command.name == "D" else "c"
                return self._operate(Command("$", to_end, command.count), text, at)
            case "X":
                return self._take(text, max(line_start(text, at), at - count), at)
            case "S" | "Y":
                operator: Literal["c", "y"] = "c" if command.name == "S" else "y"
                return self._operate(Command(operator, operator, command.count), text, at)
            case "p" | "P":
                return self._put(text, at, count, after=command.name == "p")
            case "u":
                return Do("undo", count)
            case "j" | "k":
                return Do("down" if command.name == "j" else "up", count)
            case "J":
                return _joined(text, at, max(2, count) - 1)
            case "r" | "~":
                return _replaced(command, text, at, count)
            case _:
                to = moved(command, text, at, self._find)
                return None if to is None else Go(to)

    def _remember(self, command: Command) -> None:
        if command.name not in ";," and (find := find_of(command, None)) is not None:
            self._find = find

    def _operate(self, command: Command, text: str, at: int) -> Outcome:
        found = span(command, text, at, self._find)
        self._remember(command)
        if found is None:
            return None
        start, end = found
        if of_lines(command) or _means_lines(command, text, at, start, end):
            to = moved(command, text, at, self._find)
            return self._operate_on_lines(
                command.operator,
                text,
                line_start(text, start),
                line_end(text, end),
                at if to is None else min(at, to),
            )
        if command.operator == "y":
            self.register = Register(text[start:end])
            return Go(start)
        return self._take(text, start, end, command.operator == "c")

    def _operate_on_lines(
        self, operator: str, text: str, start: int, end: int, cursor: int
    ) -> Outcome:
        self.register = Register(text[start:end], lines=True)
        if operator == "y":
            return Go(cursor)
        if operator == "c":
            self.mode = "insert"
            return Edit(start, end, "", start)
        if end < len(text):
            end += 1
        elif start:
            start -= 1
        left = text[:start] + text[end:]
        last = line_start(left, len(left))
        return Edit(start, end, "", first_word(left, min(start, last) if end < len(text) else last))

    def _take(self, text: str, start: int, end: int, change: bool = False) -> Outcome:
        """Take a piece out; a change goes on in insert mode."""
        if change:
            self.mode = "insert"
        if start < end:
            self.register = Register(text[start:end])
        elif not change:
            return None
        left = text[:start] + text[end:]
        return Edit(start, end, "", start if change else on_line(left, start))

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

    def _put(self, text: str, at: int, count: int, *, after: bool) -> Outcome:
        register = self.register
        if not register.text and not register.lines:
            return None
        count = max(1, min(count, _MOST_CHARACTERS // (len(register.text) + 1)))
        if register.lines:
            block = "\n".join([register.text] * count)
            if after:
                end = line_end(text, at)
                new = text[:end] + "\n" + block + text[end:]
                return Edit(end, end, "\n" + block, first_word(new, end + 1))
            start = line_start(text, at)
            new = text[:start] + block + "\n" + text[start:]
            return Edit(start, start, block + "\n", first_word(new, start))
        piece = register.text * count
        place = min(line_end(text, at), at + 1) if after else at
        cursor = place if "\n" in piece else place + len(piece) - 1
        return Edit(place, place, piece, cursor)


def _means_lines(command: Command, text: str, at: int, start: int, end: int) -> bool:
    """Whether a piece that leaves nothing but blanks of its lines is these lines, as in vi."""
    if command.name in "wW" and command.operator == "d" and start == end < len(text):
        return True  # a word that is an empty line
    if text[line_start(text, start) : start].strip() or "\n" not in text[start : max(at, end)]:
        return False
    rest = text[end : line_end(text, end)]
    adjusted = command.name in "bB" and end < at
    return adjusted or (command.operator == "d" and "\n" in text[start:end] and not rest.strip())


def _joined(text: str, at: int, times: int) -> Outcome:
    """Join lines, with one blank in between where there was none."""
    start = line_end(text, at)
    lines = text[start:].split("\n")[1 : times + 1]
    if not lines:
        return None
    whole = text[line_start(text, at) : start]
    before, cursor = len(whole), start
    for line in lines:
        words = line.lstrip(" \t")
        blank = words and not words.startswith(")") and whole and not whole[-1].isspace()
        cursor = start + len(whole) - before
        whole += (" " if blank else "") + words
    end = start + sum(len(line) + 1 for line in lines)
    piece = whole[before:]
    return Edit(start, end, piece, on_line(text[:start] + piece + text[end:], cursor))


def _replaced(command: Command, text: str, at: int, count: int) -> Outcome:
    end = at + count
    if command.name == "r":
        if end > line_end(text, at):
            return None
        return Edit(at, end, command.sign * count, end - 1)
    end = min(end, line_end(text, at))
    new = text[:at] + text[at:end].swapcase() + text[end:]
    return Edit(at, end, text[at:end].swapcase(), on_line(new, end)) if at < end else None
