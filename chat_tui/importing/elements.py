"""JSON from outside a value at a time: lines, the elements of one list, or one object.

Of a list or of lines, no more than one value is in memory, whatever the size of the file.
"""

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from chat_tui.errors import TranscriptError
from chat_tui.importing.found import Unusable

MAX_VALUE_BYTES: Final = 256 << 20
_READ_BYTES: Final = 1 << 20
_SPACE: Final = " \t\r\n"


def elements(file: BinaryIO) -> Iterator[Any]:
    """Read a file of JSON.

    Args:
        file: At its beginning.

    Yields:
        The elements of its list; or the values of its lines; or its one value. `Unusable` stands
        for a line that is no JSON; after damage in a list, nothing more comes.

    Raises:
        TranscriptError: it is no JSON from its beginning on.
    """
    beginning = file.read(1024).decode("utf-8-sig", "replace").lstrip(_SPACE)
    file.seek(0)
    if beginning.startswith("["):
        yield from _of_list(file)
    elif beginning.startswith("{"):
        yield from _of_lines(file)
    else:
        raise TranscriptError("its form is not known")


def _of_lines(file: BinaryIO) -> Iterator[Any]:
    """Read a value a line; a file whose first line is only a part of one is one value."""
    for number, line in enumerate(_lines(file)):
        text = line.decode("utf-8-sig" if number == 0 else "utf-8", "replace")
        if not text.strip():
            continue
        try:
            value = _decoded(text)
        except ValueError as error:
            if number == 0:
                file.seek(0)
                yield _whole(file, error)
                return
            yield Unusable("a line of it is no JSON")
        else:
            yield value


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MAX_VALUE_BYTES + 1):
        if len(line) > MAX_VALUE_BYTES:
            raise TranscriptError(f"a line of it has over {MAX_VALUE_BYTES >> 20} MiB")
        yield line


def _whole(file: BinaryIO, error: ValueError) -> Any:
    data = file.read(MAX_VALUE_BYTES + 1)
    if len(data) > MAX_VALUE_BYTES:
        raise TranscriptError(f"a value in it has over {MAX_VALUE_BYTES >> 20} MiB")
    try:
        return _decoded(data.decode("utf-8-sig", "replace"))
    except ValueError as later:
        raise TranscriptError(f"it is no JSON: {later}") from error


def _of_list(file: BinaryIO) -> Iterator[Any]:
    text = _Text(file)
    text.skip("[" + _SPACE, once="[")
    any_yet = False
    while True:
        text.skip("," + _SPACE, once="," if any_yet else "")
        if text.next == "]":
            return
        try:
            value = text.value()
        except ValueError as error:
            if not any_yet:
                raise TranscriptError(f"it is no JSON: {error}") from error
            yield Unusable("the file is damaged from here on, or was cut off")
            return
        any_yet = True
        yield value


class _Text:
    """The file as text, of which only what is being read is held."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._held = ""
        self._at = 0
        self._ended = False

    @property
    def next(self) -> str:
        """The next sign; empty at the end."""
        if self._at == len(self._held):
            self._more(_READ_BYTES)
        return self._held[self._at : self._at + 1]

    def skip(self, signs: str, *, once: str) -> None:
        """Pass over these signs, over one of them no more than once."""
        while (sign := self.next) and sign in signs:
            if sign == once:
                signs = signs.replace(once, "")
            elif sign not in _SPACE:
                return
            self._at += 1

    def value(self) -> Any:
        """Read the next value.

        Raises:
            ValueError: there is none, or it is longer than `MAX_VALUE_BYTES`.
        """
        size = _READ_BYTES
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._at)
                # A number may go on behind what is held.
                if end < len(self._held) or self._ended:
                    self._at = end
                    return value
            except RecursionError as error:
                raise ValueError("a value is nested too deeply") from error
            except ValueError:
                if self._ended or len(self._held) - self._at > MAX_VALUE_BYTES:
                    raise
            self._more(size)
            size *= 2  # each try begins anew: few of them for a long value

    def _more(self, size: int) -> None:
        data = self._file.read(size)
        self._ended = not data
        self._held = self._held[self._at :] + self._decoder.decode(data, self._ended)
        self._at = 0


def _decoded(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise ValueError("a value is nested too deeply") from error


_DECODER: Final = json.JSONDecoder(parse_constant=lambda _: None)
