"""Undoing gzip and deflate without ever holding more than one small piece of the result.

We ask for no compression; some servers and proxies compress all the same. zlib is used directly
because httpx hands over all that one network read inflates to, a thousand times its size.
"""

import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from chat_tui.errors import ConnectionLost, ProtocolViolation

_PIECE_BYTES = 64 << 10
_EITHER_HEADER = zlib.MAX_WBITS | 32


def check_encoding(content_encoding: str, host: str) -> bool:
    """Tell whether a body must be inflated.

    Raises:
        ProtocolViolation: it is compressed in a way that we did not ask for and cannot bound.
    """
    match content_encoding.strip().lower():
        case "" | "identity":
            return False
        case "gzip" | "x-gzip" | "deflate":
            return True
        case other:
            raise ProtocolViolation(
                f"{host} compressed its answer with {other!r}, although asked not to",
                hint="look at the proxy in between, if there is one",
            )


async def inflated(chunks: AsyncIterator[bytes], host: str) -> AsyncGenerator[bytes, None]:
    """Yield the content of a gzip or zlib stream, at most 64 KiB at a time.

    Raises:
        ConnectionLost: the stream ends before its content does.
        ProtocolViolation: it is not gzip or zlib.
    """
    inflater = zlib.decompressobj(_EITHER_HEADER)
    seen = False
    async for chunk in chunks:
        rest = chunk
        while rest:
            if inflater.eof:
                inflater = zlib.decompressobj(_EITHER_HEADER)
            seen = True
            try:
                piece = inflater.decompress(rest, _PIECE_BYTES)
            except zlib.error:
                raise ProtocolViolation(
                    f"{host} sent an answer that is not compressed the way its header says"
                ) from None
            rest = inflater.unconsumed_tail or inflater.unused_data
            if piece:
                yield piece
    if seen and not inflater.eof:
        raise ConnectionLost(f"the answer of {host} ended before it was complete", retryable=True)
