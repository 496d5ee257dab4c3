"""Bytes in pieces, as a network would bring them."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from itertools import pairwise
from typing import TypeVar

from chat_tui.net.frames import Frame
from chat_tui.net.sse import sse_batches

T = TypeVar("T")


def cut(whole: bytes, size: int) -> list[bytes]:
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def cut_at(whole: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted({place % (len(whole) + 1) for place in places}), len(whole)]
    return [whole[start:end] for start, end in pairwise(edges)]


async def arriving(pieces: Iterable[bytes]) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece


async def collect(items: AsyncGenerator[T, None], into: list[T]) -> None:
    """Read everything; what came before an error is kept."""
    async with aclosing(items):
        async for item in items:
            into.append(item)  # noqa: PERF401  # a comprehension would lose them to an error


async def sse_frames(
    pieces: AsyncIterator[bytes], *, max_event_bytes: int, lenient: bool = False
) -> AsyncGenerator[Frame, None]:
    """The frames of an event stream, one by one."""
    stream = sse_batches(pieces, max_event_bytes=max_event_bytes, lenient=lenient)
    async with aclosing(stream) as batches:
        async for frames in batches:
            for frame in frames:
                yield frame
