"""Newline-delimited JSON: bytes in any pieces to lines."""

from collections.abc import AsyncGenerator, AsyncIterator

from chat_tui.errors import ProtocolViolation

_BOM = b"\xef\xbb\xbf"


async def ndjson_lines(
    chunks: AsyncIterator[bytes], *, max_line_bytes: int
) -> AsyncGenerator[str, None]:
    r"""Yield lines that are not blank, ended by `\n` or `\r\n` or a clean end of the stream.

    Args:
        chunks: The decoded body, cut anywhere; the caller closes it.
        max_line_bytes: The most that one line may take.

    Raises:
        ProtocolViolation: a line is larger than `max_line_bytes`.
    """
    rest = bytearray()
    started = False
    async for chunk in chunks:
        *ended, last = chunk.split(b"\n")
        for piece in ended:
            rest += piece
            _check(rest, max_line_bytes)
            line = _text(rest, first=not started)
            started = True
            rest.clear()
            if line:
                yield line
        rest += last
        _check(rest, max_line_bytes)
    line = _text(rest, first=not started)
    if line:
        yield line


def _check(line: bytearray, max_line_bytes: int) -> None:
    if len(line) > max_line_bytes:
        raise ProtocolViolation(
            f"the server sent a line larger than {max_line_bytes} bytes",
            hint="raise max_event_mb in [app] if such lines are meant to come",
        )


def _text(line: bytearray, *, first: bool) -> str:
    whole = line.removeprefix(_BOM) if first else line
    return whole.decode("utf-8", "replace").strip(" \t\r")
