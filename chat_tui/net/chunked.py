"""The chunked framing of HTTP/1.1 (RFC 9112, section 7.1), for the chunks in the middle of a body.

The last chunk, and whatever is no chunk, is left to h11, which knows trailers and errors.
"""

import re
from typing import Final

_HEADER: Final = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\r\n]*)?[ \t]*\r\n")
_MAX_HEADER_BYTES: Final = 256
_NO_HEADER: Final = b"\r\n"
"""A blank line where the size of a chunk should stand."""


class Dechunker:
    """Takes a body out of its chunks."""

    def __init__(self) -> None:
        self.ended = False
        """What follows is not for us."""
        self.rest = b""
        """What came and was not used; at the end, what h11 is to read."""
        self._left_bytes = 0
        """Of the chunk that we are in."""
        self._in_chunk = False

    def feed(self, data: bytes) -> bytes:
        """Return what the next bytes hold of the body, as far as it goes without doubt."""
        data = self.rest + data if self.rest else data
        pieces: list[bytes] = []
        at = 0
        while not self.ended:
            if self._in_chunk:
                piece = data[at : at + self._left_bytes]
                pieces.append(piece)
                at += len(piece)
                self._left_bytes -= len(piece)
                if self._left_bytes or len(data) - at < 2:
                    break
                self._in_chunk = False
                if data[at : at + 2] != b"\r\n":
                    # What follows may look like a chunk: h11 is to see that it is none.
                    self.ended = True
                    self.rest = _NO_HEADER + data[at:]
                    return b"".join(pieces)
                at += 2
            header = _HEADER.match(data, at)
            if header is None:
                self.ended = b"\n" in data[at:] or len(data) - at > _MAX_HEADER_BYTES
                break
            self._left_bytes = int(header[1], 16)
            if not self._left_bytes:
                self.ended = True
                break
            self._in_chunk = True
            at = header.end()
        self.rest = data[at:]
        return b"".join(pieces)
