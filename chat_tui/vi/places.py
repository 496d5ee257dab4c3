"""Places in a text, counted in characters from its beginning: lines and words as vi sees them."""


def line_start(text: str, at: int) -> int:
    """Where the line of a place begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Where the line of a place ends: at its newline, or at the end of the text."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def first_word(text: str, at: int) -> int:
    """The first place of a line that is not blank; of a blank line, its last one."""
    start, end = line_start(text, at), line_end(text, at)
    blank = len(text[start:end]) - len(text[start:end].lstrip(" \t"))
    return on_line(text, start + blank)


def on_line(text: str, at: int) -> int:
    """The nearest place on a character, as in normal mode: not behind the last one of a line."""
    at = max(0, min(at, len(text)))
    start, end = line_start(text, at), line_end(text, at)
    return min(at, max(start, end - 1))


def line_number(text: str, at: int) -> int:
    """The number of the line of a place, from 0."""
    return text.count("\n", 0, at)


def start_of_line(text: str, number: int) -> int:
    """Where a line begins, by its number from 0; the last line's where there are not so many."""
    at = 0
    for _ in range(number):
        newline = text.find("\n", at)
        if newline < 0:
            break
        at = newline + 1
    return at


def next_word(text: str, at: int, *, big: bool = False) -> int:
    """Where the next word begins, or an empty line; the end of the text where there is none."""
    kind = _kind(text, at, big=big)
    while kind and at < len(text) and _kind(text, at, big=big) == kind:
        at += 1
    first = not kind
    while at < len(text) and not _kind(text, at, big=big):
        if not first and _is_empty_line(text, at):
            return at
        first = False
        at += 1
    return at


def word_before(text: str, at: int, *, big: bool = False) -> int:
    """Where the word before a place begins, or the one that it is in; else the first place."""
    at -= 1
    while at > 0 and not _kind(text, at, big=big) and not _is_empty_line(text, at):
        at -= 1
    if at <= 0:
        return 0
    kind = _kind(text, at, big=big)
    while kind and at > 0 and _kind(text, at - 1, big=big) == kind:
        at -= 1
    return at


def word_end(text: str, at: int, *, big: bool = False) -> int:
    """The last character of the word after a place, or of the one that it is in.

    Where there is none it is the end of the text.
    """
    at += 1
    while at < len(text) and not _kind(text, at, big=big):
        at += 1
    return this_word_end(text, at, big=big) if at < len(text) else len(text)


def end_of_word_before(text: str, at: int, *, big: bool = False) -> int:
    """The last character of the word before a place, or an empty line; else the first place."""
    kind = _kind(text, at, big=big)
    at -= 1
    while kind and at > 0 and _kind(text, at, big=big) == kind:
        at -= 1
    while at > 0 and not _kind(text, at, big=big) and not _is_empty_line(text, at):
        at -= 1
    return max(0, at)


def paragraph_end(text: str, at: int, *, forward: bool, count: int = 1) -> int | None:
    """The empty line behind so many paragraphs, or before them.

    Args:
        text: The whole one.
        at: A place in it.
        forward: Down; else up.
        count: Of paragraphs.

    Returns:
        At the edge of the text its first or its last place; null where there are not so many.
    """
    lines = text.split("\n")
    row, step = line_number(text, at), 1 if forward else -1
    for left in reversed(range(count)):
        words = bool(lines[row])
        while 0 <= row + step < len(lines):
            row += step
            if words and not lines[row]:
                break
            words = words or bool(lines[row])
        else:
            if left:
                return None
            return len(text) if forward else 0
    return start_of_line(text, row)


def this_word_end(text: str, at: int, *, big: bool = False) -> int:
    """The last character of the run of word, signs or blanks that a place is in."""
    kind = _kind(text, at, big=big)
    end = line_end(text, at)
    while at + 1 < end and _kind(text, at + 1, big=big) == kind:
        at += 1
    return at


def this_word_start(text: str, at: int, *, big: bool = False) -> int:
    """The first character of the run of word, signs or blanks that a place is in."""
    start, kind = line_start(text, at), _kind(text, at, big=big)
    while at > start and _kind(text, at - 1, big=big) == kind:
        at -= 1
    return at


def _kind(text: str, at: int, *, big: bool) -> int:
    """What stands at a place: 0 a blank, 1 a part of a word, 2 another sign."""
    if at >= len(text) or text[at].isspace():
        return 0
    return 1 if big or text[at].isalnum() or text[at] == "_" else 2


def _is_empty_line(text: str, at: int) -> bool:
    return text[at] == "\n" and (at == 0 or text[at - 1] == "\n")
