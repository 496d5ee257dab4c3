"""Undoing compression under bounds."""

import gzip
import zlib
from collections.abc import Callable

import pytest

from chat_tui.errors import ConnectionLost, ProtocolViolation
from chat_tui.net.compression import check_encoding, inflated
from tests.net.pieces import arriving, cut


async def content(pieces: list[bytes]) -> list[bytes]:
    return [piece async for piece in inflated(arriving(pieces), "api.example")]


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
async def test_gzip_and_deflate_are_undone_however_cut(
    compress: Callable[[bytes], bytes], size: int
) -> None:
    packed = compress(b"hello " * 100)
    assert b"".join(await content(cut(packed, size))) == b"hello " * 100


async def test_several_gzip_members_are_one_body() -> None:
    assert b"".join(await content([gzip.compress(b"a") + gzip.compress(b"b")])) == b"ab"


async def test_a_bomb_comes_in_small_pieces() -> None:
    pieces = await content([gzip.compress(b"\0" * (8 << 20))])
    assert sum(map(len, pieces)) == 8 << 20
    assert max(map(len, pieces)) <= 64 << 10


async def test_a_truncated_stream_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionLost):
        await content([gzip.compress(b"hello")[:-9]])


async def test_garbage_is_refused() -> None:
    with pytest.raises(ProtocolViolation):
        await content([b"data: 1\n\n"])


async def test_an_empty_body_is_empty() -> None:
    assert await content([]) == []


@pytest.mark.parametrize(
    ("encoding", "packed"), [("", False), ("identity", False), ("gzip", True), (" GZip ", True)]
)
def test_known_encodings_are_taken(encoding: str, packed: bool) -> None:
    assert check_encoding(encoding, "api.example") is packed


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_other_encodings_are_refused_by_name(encoding: str) -> None:
    with pytest.raises(ProtocolViolation, match=encoding):
        check_encoding(encoding, "api.example")
