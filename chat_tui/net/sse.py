"""Server-sent events: bytes in any pieces to frames, decoded by httpx-sse.

httpx-sse is given whole blocks of text that can only mean one thing, because by itself it loses
the first event after a byte order mark, makes events of blocks without data, holds back an event
that ends in CR until more comes, and has no limit (0.4.3).
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar, cast

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


async def sse_frames(
    chunks: AsyncIterator[bytes], *, max_event_bytes: int, lenient: bool = False
) -> AsyncGenerator[Frame, None]:
    """Decode an event stream; a frame is yielded as soon as its blank line has come.

    Strictly, it follows the WHATWG: an event that the end cuts off is dropped. With `lenient`, a
    clean end also yields such an event when its data is `[DONE]` or a JSON object; and JSON that
    came without framing, as some servers report errors, becomes one frame called `error`, before
    `[DONE]` or at the end.

    Args:
        chunks: The decoded body, cut anywhere; the caller closes it.
        max_event_bytes: The most that one event may take, and one line of any sort.
        lenient: Accept what servers send although the standard drops it.

    Raises:
        ProtocolViolation: an event is larger than `max_event_bytes`.
    """
    from httpx_sse import EventSource

    feed = _Feed(chunks, max_event_bytes, lenient=lenient)
    # EventSource reads nothing of a response but these two members.
    source = EventSource(cast("httpx.Response", feed))
    try:
        async with aclosing(source.aiter_sse()) as events:
            async for event in events:
                if feed.cut_off and not _is_whole(event.data):
                    continue
                if lenient and event.data.strip() == DONE:
                    for frame in feed.take_stray():
                        yield frame
                yield Frame(event.event, event.data, event.id)
        for frame in feed.take_stray():
            yield frame
    finally:
        await feed.aclose()


def _is_whole(data: str) -> bool:
    if data.strip() == DONE:
        return True
    try:
        return isinstance(decode_json(data), dict)
    except ProtocolViolation:
        return False


class _Feed:
    """What `EventSource` needs of a response: a content type, and text."""

    headers: ClassVar = {"content-type": "text/event-stream"}

    def __init__(
        self, chunks: AsyncIterator[bytes], max_event_bytes: int, *, lenient: bool
    ) -> None:
        self.cut_off = False
        """The stream is over, and what is yielded now had no blank line."""
        self._chunks = chunks
        self._max_event_bytes = max_event_bytes
        self._lenient = lenient
        self._text: AsyncGenerator[str, None] | None = None
        self._started = False
        self._after_cr = False
        self._line = bytearray()
        self._block: list[str] = []
        self._block_bytes = 0
        self._block_has_data = False
        self._stray: list[str] = []
        self._stray_bytes = 0

    def aiter_text(self) -> AsyncGenerator[str, None]:
        self._text = self._blocks()
        return self._text

    async def aclose(self) -> None:
        if self._text is not None:
            await self._text.aclose()

    def take_stray(self) -> Iterator[Frame]:
        """Yield what came outside of any frame, if it is JSON, at most once."""
        lines, self._stray = self._stray, []
        data = _stray_error(lines)
        if data is not None:
            yield Frame("error", data)

    async def _blocks(self) -> AsyncGenerator[str, None]:
        async for chunk in self._chunks:
            for line in self._split(chunk):
                if text := self._take(line):
                    yield text
            self._check(len(self._line))
        if not self._lenient:
            return
        if self._line:
            self._take(bytes(self._line))
        self.cut_off = True
        if text := self._take(b""):
            yield text

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
                yield bytes(self._line)
                self._line.clear()
            else:
                yield line
        self._line += rest

    def _take(self, line: bytes) -> str:
        """Take one line; return what httpx-sse should see now, often nothing."""
        if not self._started:
            self._started = True
            line = line.removeprefix(BOM)
        if not line:
            return self._end_block()
        self._check(len(line))
        field = _FIELD.match(line)
        if field is not None:
            self._block.append(line.decode("utf-8", "replace"))
            self._block_bytes += len(line) + 1
            self._block_has_data |= field[1] == b"data"
        elif self._lenient and _STRAY.match(line):
            self._keep_stray(line)
        return ""

    def _end_block(self) -> str:
        block, self._block = self._block, []
        has_data, self._block_has_data = self._block_has_data, False
        self._block_bytes = 0
        if has_data:
            return "\n".join(block) + "\n\n"
        # Without data there is no event and its name is forgotten, but the id stays.
        return "".join(f"{line}\n" for line in block if line.startswith("id"))

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
            self._stray.append(line.decode("utf-8", "replace"))


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
