"""Motions: where a command leads, and what lies on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chat_tui.vi.command import FINDS, Command
from chat_tui.vi.pairs import partner
from chat_tui.vi.places import (
    end_of_word_before,
    first_word,
    line_end,
    line_number,
    line_start,
    next_word,
    on_line,
    paragraph_end,
    start_of_line,
    this_word_end,
    word_before,
    word_end,
)

_OPPOSITE: Final = {"f": "F", "F": "f", "t": "T", "T": "t"}


@dataclass(frozen=True, slots=True)
class Find:
    """What was looked for last on a line."""

    name: str
    """`f`, `F`, `t` or `T`."""
    sign: str


def moved(command: Command, text: str, at: int, last: Find | None) -> int | None:
    """Say where the cursor goes by a motion alone; null where it leads nowhere."""
    count = max(1, command.count)
    match command.name:
        case "h":
            return max(line_start(text, at), at - count)
        case "l":
            return on_line(text, min(line_end(text, at), at + count))
        case "0":
            return line_start(text, at)
        case "^":
            return first_word(text, at)
        case "$":
            down = _down(text, at, count - 1)
            return None if down is None else on_line(text, line_end(text, down))
        case "j" | "k":
            return _other_line(text, at, count if command.name == "j" else -count)
        case "gg" | "G":
            return first_word(text, _line_of(command, text))
        case "{" | "}":
            to = paragraph_end(text, at, forward=command.name == "}", count=count)
            return None if to is None else on_line(text, to)
        case "w" | "W" | "b" | "B" | "e" | "E" | "ge" | "gE":
            to = by_words(command.name, text, at, count)
            return None if to == at else on_line(text, to)
        case "%":
            return _hundredth(text, command.count) if command.count else partner(text, at)
        case _:
            found = find_of(command, last)
            return _found(found, text, at, count, again=command.name in ";,") if found else None


def span(command: Command, text: str, at: int, last: Find | None) -> tuple[int, int] | None:
    """Say what lies between the cursor and where a motion leads; null where it leads nowhere.

    Returns:
        Where it begins, and where it ends; of a command on whole lines both are in such lines.
    """
    count = max(1, command.count)
    if command.name == command.operator:
        down = _down(text, at, count - 1)
        return None if down is None else (at, max(at, down))
    match command.name:
        case "l":
            return at, min(line_end(text, at), at + count)
        case "$":
            down = _down(text, at, count - 1)
            return None if down is None else (at, line_end(text, down))
        case "w" | "W":
            return at, _words_to(command, text, at, count)
        case "e" | "E":
            return at, min(len(text), by_words(command.name, text, at, count) + 1)
        case "{" | "}":
            to = paragraph_end(text, at, forward=command.name == "}", count=count)
            return None if to is None else _paragraphs_between(text, at, to)
        case _:
            to = moved(command, text, at, last)
            if to is None:
                return None
            if command.name in "bB" and "\n" in text[to:at] and at == line_start(text, at):
                at -= 1
            found = find_of(command, last)
            onto = command.name in ("%", "ge", "gE")
            onto = onto or (found is not None and found.name in "ft" and to >= at)
            end = max(at, to)
            return min(at, to), min(line_end(text, end), end + 1) if onto else end


def of_lines(command: Command) -> bool:
    """Whether an operator with this motion takes whole lines."""
    return command.name in ("j", "k", "gg", "G", command.operator) or (
        command.name == "%" and command.count > 0
    )


def find_of(command: Command, last: Find | None) -> Find | None:
    """What a command looks for on the line; null where it looks for nothing."""
    if command.name in FINDS:
        return Find(command.name, command.sign)
    if last is not None and command.name == ",":
        return Find(_OPPOSITE[last.name], last.sign)
    return last if command.name == ";" else None


def by_words(name: str, text: str, at: int, count: int) -> int:
    """Where `w`, `b`, `e` or `ge` leads; the edge of the text where there are no more words."""
    steps: dict[str, Callable[..., int]] = {
        "w": next_word,
        "b": word_before,
        "e": word_end,
        "ge": end_of_word_before,
    }
    for _ in range(min(count, len(text) + 1)):
        at = steps[name.lower()](text, at, big=name[-1].isupper())
    return at


def _paragraphs_between(text: str, at: int, to: int) -> tuple[int, int]:
    """What lies on the way: it ends with a line, not at the beginning of the next one."""
    start, end = min(at, to), max(at, to)
    return start, end - 1 if start < end == line_start(text, end) else end


def _line_of(command: Command, text: str) -> int:
    if command.count:
        return start_of_line(text, command.count - 1)
    return 0 if command.name == "gg" else line_start(text, len(text))


def _hundredth(text: str, count: int) -> int | None:
    """Where the line is that is so many hundredths down."""
    lines = text.count("\n") + 1
    if count > 100:
        return None
    return first_word(text, start_of_line(text, (count * lines + 99) // 100 - 1))


def _down(text: str, at: int, lines: int) -> int | None:
    """So many lines further down, as far as there are; null where there is none."""
    if not lines:
        return at
    number = line_number(text, at)
    return start_of_line(text, number + lines) if number < text.count("\n") else None


def _other_line(text: str, at: int, by: int) -> int | None:
    """The same column so many lines on, as far as there are; null where there is none."""
    number = max(0, min(line_number(text, at) + by, text.count("\n")))
    if number == line_number(text, at):
        return None
    column = at - line_start(text, at)
    start = start_of_line(text, number)
    return on_line(text, min(start + column, line_end(text, start)))


def _words_to(command: Command, text: str, at: int, count: int) -> int:
    """Where `w` ends for an operator: not beyond the line that its last word is in."""
    big = command.name == "W"
    if command.operator == "c" and at < len(text) and not text[at].isspace():
        end = this_word_end(text, at, big=big)
        for _ in range(min(count, len(text) + 1) - 1):
            end = word_end(text, end, big=big)
        return min(len(text), end + 1)
    before = at
    for _ in range(min(count, len(text) + 1) - 1):
        before = next_word(text, before, big=big)
    to = next_word(text, before, big=big)
    first = line_end(text, before)
    to = min(to, first)
    return to - 1 if at < to - 1 and to == len(text) == line_start(text, to) else to


def _found(find: Find, text: str, at: int, count: int, *, again: bool) -> int | None:
    """Where a sign stands on the line, or the place before it."""
    start, end = line_start(text, at), line_end(text, at)
    forward = find.name in "ft"
    short = find.name in "tT"
    place = at
    if again and short and count == 1:  # `;` after `t` does not stay where it is
        place = at + 1 if forward else at - 1
    for _ in range(count):
        place = (
            text.find(find.sign, place + 1, end)
            if forward
            else text.rfind(find.sign, start, max(start, place))
        )
        if place < 0:
            return None
    return place + (0 if not short else -1 if forward else 1)
