"""How far an operator reaches in normal mode: its motion or object, as vi takes it."""

from chat_tui.vi.command import Command
from chat_tui.vi.motions import Find, moved, of_lines, span
from chat_tui.vi.objects import is_object, object_of
from chat_tui.vi.places import first_word, line_end, line_start
from chat_tui.vi.regions import Region, lines_of


def reached(command: Command, text: str, at: int, last: Find | None) -> Region | None:
    """Say what an operator works on; null where its motion leads nowhere."""
    if is_object(command.name):
        found = object_of(command.name, text, at, max(1, command.count))
        if found is None or found.lines:
            return found
        if _means_lines(command, text, at, found.start, found.end):
            return lines_of(text, found.start, found.end)
        return found
    between = span(command, text, at, last)
    if between is None:
        return None
    start, end = between
    if of_lines(command) or _means_lines(command, text, at, start, end):
        return lines_of(text, start, end, min(at, _home(command, text, at, last)))
    return Region(start, end)


def _home(command: Command, text: str, at: int, last: Find | None) -> int:
    """Where an operator on whole lines leads the cursor, if that is further up."""
    if command.name == command.operator:
        return first_word(text, at) if command.count < 2 and command.operator != "y" else at
    to = moved(command, text, at, last)
    return at if to is None else to


def _means_lines(command: Command, text: str, at: int, start: int, end: int) -> bool:
    """Whether a piece that leaves nothing but blanks of its lines is these lines, as in vi."""
    if command.name in "wW" and command.operator == "d" and start == end < len(text):
        return True  # a word that is an empty line
    cut = command.name == "}" and end < len(text)
    if text[line_start(text, start) : start].strip():
        return False
    if "\n" not in text[start : max(at, end + cut)]:
        return False
    rest = text[end : line_end(text, end)]
    adjusted = cut or (command.name in "bB{" and end < at)
    return adjusted or (command.operator == "d" and "\n" in text[start:end] and not rest.strip())
