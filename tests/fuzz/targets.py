"""What is fuzzed: each target takes any bytes, and raises only where a promise is broken."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from chat_tui.config.load import load
from chat_tui.document.markdown.markdown import MarkdownDocument
from chat_tui.errors import ConfigError, ProtocolViolation
from chat_tui.net.frames import Frame
from chat_tui.net.sse import SseDecoder
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.text import clean

MAX_BYTES: Final = 4096
"""The most of an input that is looked at: what is long is slow, and finds no more."""

_MAX_EVENT_BYTES: Final = 512
_WIDTHS: Final = (1, 20, 80)


def sse(data: bytes) -> None:
    """However a stream is cut, its frames and its error are the same.

    The first byte says how it is cut, the lowest bit whether it is read leniently.
    """
    if not data:
        return
    size, lenient, stream = 1 + data[0] // 2, bool(data[0] & 1), data[1 : 1 + MAX_BYTES]
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    cut = _frames(pieces, lenient=lenient)
    whole = _frames([stream], lenient=lenient)
    assert cut == whole, (cut, whole)


def _frames(pieces: list[bytes], *, lenient: bool) -> tuple[list[Frame], bool]:
    decoder = SseDecoder(max_event_bytes=_MAX_EVENT_BYTES, lenient=lenient)
    frames: list[Frame] = []
    try:
        for piece in pieces:
            frames += decoder.feed(piece)
        frames += decoder.end()
    except ProtocolViolation:
        return frames, True
    return frames, False


def markdown(data: bytes) -> None:
    """A text that grows looks as if it had come at once, at every width, and nothing in it is raw."""
    if not data:
        return
    size, text = 1 + data[0] % 40, data[1 : 1 + MAX_BYTES].decode("utf-8", "replace")
    grown, whole = MarkdownDocument(), MarkdownDocument()
    for at in range(0, len(text), size):
        grown.feed(text[at : at + size])
        grown.commit()
        grown.height(_WIDTHS[1])
    whole.feed(text)
    for document in (grown, whole):
        while document.pending:
            document.commit()
        document.finish()
    for width in _WIDTHS:
        rows = _rows(whole, width)
        assert _rows(grown, width) == rows, width
        for row in rows:
            assert row == clean(row), row


def _rows(document: MarkdownDocument, width: int) -> list[str]:
    return [
        "".join(span.text for span in document.row(index, width))
        for index in range(document.height(width))
    ]


def config(data: bytes) -> None:
    """A configuration is followed, or there is one error of one printable line."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-fuzz-") as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(data[:MAX_BYTES])
        said = "followed"
        try:
            load(path, registry=KINDS, explicit=True)
        except ConfigError as error:
            said = f"{error} {error.hint}".removeprefix(f"{path}: ")
        assert said.strip(), "an error says what is wrong"
        assert said.isprintable(), repr(said)


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "sse": sse,
    "markdown": markdown,
    "config": config,
}
