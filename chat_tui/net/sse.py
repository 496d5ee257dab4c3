"""Server-sent events: bytes in any pieces to frames, decoded by httpx-sse.

httpx-sse is given whole blocks of lines that can only mean one thing, because by itself it loses
the first event after a byte order mark, makes events of blocks without data, holds back an event
that ends in CR until more comes, and has no limit (0.4.3). A block of a single data line, which
nearly every frame of a reply is, is read here: it can mean one thing only, and costs a tenth.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import TYPE_CHECKING, ClassVar, Final, cast

from chat_tui.errors import ProtocolViolation
from chat_tui.net.frames import Frame
from chat_tui.net.json import decode_json, encode_json

if TYPE_CHECKING:
    import httpx

BOM = b"\xef\xbb\xbf"
DONE = "[DONE]"

# A list of empty data lines costs far more memory than its bytes.
_MAX_EVENT_LINES = 1 << 20
_MAX_STRAY_BYTES = 64 << 10
_FIELD = re.compile(rb"(data|event|id)(?::|\Z)")
_STRAY = re.compile(rb'[{}\[\]",\s]|error:')
_DATA: Final = b"data:"


class SseDecoder:
    """Decodes one event stream; a frame is out as soon as its blank line has come.

    Strictly, it follows the WHATWG: an event that the end cuts off is dropped. When lenient, a
    clean end also gives such an event when its data is `[DONE]` or a JSON object; and JSON that
    came without framing, as some servers report errors, becomes one frame called `error`, before
    `[DONE]` or at the end.
    """

    def __init__(self, *, max_event_bytes: int, lenient: bool = False) -> None:
        """Start a stream.

        Args:
            max_event_bytes: The most that one event may take, and one line of any sort.
            lenient: Accept what servers send although the standard drops it.
        """
        self._max_event_bytes = max_event_bytes
        self._lenient = lenient
        self._started = False
        self._after_cr = False
        self._line = bytearray()
        """A line whose end has not come."""
        self._block: list[bytes] = []
        """The fields of an event whose blank line has not come."""
        self._block_bytes = 0
        self._block_has_data = False
        self._last_id = ""
        self._stray: list[bytes] = []
        self._stray_bytes = 0

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """Yield the frames that are complete now.

        Args:
            chunk: The next bytes, cut anywhere.

        Raises:
            ProtocolViolation: an event is larger than `max_event_bytes`.
        """
        for line in self._split(chunk):
            if line[:5] == _DATA:
                self._check(len(line))
                self._block.append(line)
                self._block_bytes += len(line) + 1
                self._block_has_data = True
            elif line:
                self._take(line)
            elif len(self._block) == 1 and self._block_has_data and not self._stray:
                yield self._end_line()
            elif self._block:
                yield from self._end_block()
        if self._line:
            mark = len(BOM) if not self._started and self._line.startswith(BOM) else 0
            self._check(len(self._line) - mark)

    def end(self) -> Iterator[Frame]:
        """Yield what a clean end of the stream completes.

        Raises:
            ProtocolViolation: an event is larger than `max_event_bytes`.
        """
        if self._lenient:
            if self._line:
                self._take(bytes(self._line))
            for frame in self._end_block():
                if _is_whole(frame.data):
                    yield frame
        yield from self._take_stray()

    def _split(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the lines that end in this chunk: at CR, LF or both, and never later."""
        if not chunk:
            return
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r")
        # Those of bytes end at CR and LF only; those of str end at much else.
        lines = chunk.splitlines()
        rest = b"" if chunk.endswith((b"\r", b"\n")) or not lines else lines.pop()
        for line in lines:
            if self._line:
                self._line += line
                yield self._first(bytes(self._line))
                self._line.clear()
            else:
                yield line if self._started else self._first(line)
        self._line += rest

    def _first(self, line: bytes) -> bytes:
        """Take the byte order mark from the first line of the stream."""
        if self._started:
            return line
        self._started = True
        return line.removeprefix(BOM)

    def _take(self, line: bytes) -> None:
        self._check(len(line))
        field = _FIELD.match(line)
        if field is not None:
            self._block.append(line)
            self._block_bytes += len(line) + 1
            self._block_has_data |= field[1] == b"data"
        elif self._lenient and _STRAY.match(line):
            self._keep_stray(line)

    def _end_line(self) -> Frame:
        """Make the frame of a block that is one line of data."""
        line = self._block.pop()
        self._block_has_data = False
        self._block_bytes = 0
        if line[:5] != _DATA:  # `data` alone
            return self._decode_by_library([line])
        return Frame(
            "message",
            line[6 if line[5:6] == b" " else 5 :].decode("utf-8", "replace"),
            self._last_id,
        )

    def _end_block(self) -> Iterator[Frame]:
        block, self._block = self._block, []
        has_data, self._block_has_data = self._block_has_data, False
        self._block_bytes = 0
        if not has_data:
            # There is no event and its name is forgotten, but the id stays.
            for line in block:
                if line.startswith(b"id"):
                    self._decode_by_library([line, b"data"])
            return
        frame = self._decode_by_library(block)
        if self._stray and self._lenient and frame.data.strip() == DONE:
            yield from self._take_stray()
        yield frame

    def _decode_by_library(self, block: list[bytes]) -> Frame:
        from httpx_sse import EventSource

        # The id of an earlier block holds until another comes.
        text = b"\n".join([b"id:" + self._last_id.encode(), *block]) + b"\n\n"
        # EventSource reads nothing of a response but two members.
        (event,) = EventSource(cast("httpx.Response", _OneBlock(text))).iter_sse()
        self._last_id = event.id
        return Frame(event.event, event.data, event.id)

    def _check(self, more_bytes: int) -> None:
        size = self._block_bytes + more_bytes
        if size > self._max_event_bytes or len(self._block) > _MAX_EVENT_LINES:
            raise ProtocolViolation(
                f"the server sent an event larger than {self._max_event_bytes} bytes",
                hint="raise max_event_mb in [app] if such events are meant to come",
            )

    def _keep_stray(self, line: bytes) -> None:
        self._stray_bytes += len(line) + 1
        if self._stray_bytes <= _MAX_STRAY_BYTES:
            self._stray.append(line)

    def _take_stray(self) -> Iterator[Frame]:
        """Yield what came outside of any frame, if it is JSON, at most once."""
        lines, self._stray = self._stray, []
        data = _stray_error([line.decode("utf-8", "replace") for line in lines])
        if data is not None:
            yield Frame("error", data)


async def sse_batches(
    chunks: AsyncIterator[bytes], *, max_event_bytes: int, lenient: bool = False
) -> AsyncGenerator[list[Frame], None]:
    """Decode an event stream piece by piece: all frames that a piece completes, never none.

    Args:
        chunks: The decoded body, cut anywhere; the caller closes it.
        max_event_bytes: See `SseDecoder`.
        lenient: See `SseDecoder`.

    Raises:
        ProtocolViolation: an event is larger than `max_event_bytes`.
    """
    decoder = SseDecoder(max_event_bytes=max_event_bytes, lenient=lenient)
    async for chunk in chunks:
        frames: list[Frame] = []
        too_large: ProtocolViolation | None = None
        try:
            for frame in decoder.feed(chunk):
                frames.append(frame)  # noqa: PERF402  # what came before an error is kept
        except ProtocolViolation as error:
            too_large = error
        if frames:
            yield frames
        if too_large is not None:
            raise too_large
    if frames := list(decoder.end()):
        yield frames


def _is_whole(data: str) -> bool:
    if data.strip() == DONE:
        return True
    try:
        return isinstance(decode_json(data), dict)
    except ProtocolViolation:
        return False


class _OneBlock:
    """What `EventSource` needs of a response: a content type, and text."""

    headers: ClassVar = {"content-type": "text/event-stream"}

    def __init__(self, block: bytes) -> None:
        self._text = block.decode("utf-8", "replace")

    def iter_text(self) -> Iterator[str]:
        yield self._text


def _stray_error(lines: list[str]) -> str | None:
    """Return unframed lines as the JSON of one error, or None when they are not JSON."""
    for line in lines:
        if line.startswith("error:"):
            try:
                error = decode_json(line.removeprefix("error:"))
            except ProtocolViolation:
                continue
            return encode_json({"error": error}).decode()
    text = "\n".join(lines).strip()
    if not text.startswith(("{", "[")):
        return None
    try:
        decode_json(text)
    except ProtocolViolation:
        return None
    return text
