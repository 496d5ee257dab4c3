"""What was taken is put in: behind or before the cursor, or in the place of what is selected."""

from chat_tui.vi.outcomes import Edit, Register, times_that_fit
from chat_tui.vi.places import first_word, line_end, line_start, on_line
from chat_tui.vi.regions import Region


def put(register: Register, text: str, at: int, count: int, *, after: bool) -> Edit | None:
    """Put so many copies in; nothing happens where nothing was taken."""
    if not register.text and not register.lines:
        return None
    count = times_that_fit(register.text, count)
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
    if "\n" in piece:
        return Edit(place, place, piece, at if piece.startswith("\n") else place)
    return Edit(place, place, piece, place + len(piece) - 1)


def put_over(register: Register, text: str, region: Region, count: int) -> Edit:
    """Put so many copies in the place of a region."""
    start, end = region.start, region.end
    count = times_that_fit(register.text, count)
    if register.lines:
        piece = "\n".join([register.text] * count)
        if not region.lines:
            piece = f"\n{piece}\n"
    else:
        piece = register.text * count
    new = text[:start] + piece + text[end:]
    if register.lines or region.lines:
        return Edit(start, end, piece, first_word(new, start + (not region.lines)))
    last = start if "\n" in piece else start + max(0, len(piece) - 1)
    return Edit(start, end, piece, on_line(new, last))
