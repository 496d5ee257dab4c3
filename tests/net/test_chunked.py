"""Chunks, taken apart as h11 takes them apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat_tui.net.chunked import Dechunker
from tests.net.pieces import cut, cut_at

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"


@dataclass
class Outcome:
    data: bytes = b""
    trailers: list[tuple[bytes, bytes]] = field(default_factory=list)
    end: str = "open"
    """Or `whole`, or `broken`."""
    unused: bytes = b""


def by_h11(pieces: Iterable[bytes]) -> Outcome:
    """What h11 makes of a body by itself, with the connection closed behind it."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(HEAD)
    assert isinstance(client.next_event(), h11.Response)
    found = Outcome()
    for piece in (*pieces, b""):
        if found.end != "open":
            found.unused += piece
            continue
        try:
            client.receive_data(piece)
            while True:
                match client.next_event():
                    case h11.Data(data=data):
                        found.data += data
                    case h11.EndOfMessage(headers=trailers):
                        found.end = "whole"
                        found.trailers = list(trailers)
                        found.unused = client.trailing_data[0]
                        break
                    case _:
                        break
        except h11.RemoteProtocolError:
            found.end = "broken"
    return found


def by_us(pieces: list[bytes]) -> Outcome:
    """The same with the chunks in the middle taken out before h11 sees the rest."""
    dechunker = Dechunker()
    data = b""
    left = list(pieces)
    while left and not dechunker.ended:
        data += dechunker.feed(left.pop(0))
    found = by_h11([dechunker.rest, *left])
    found.data = data + found.data
    return found


def same(one: Outcome, other: Outcome) -> bool:
    # What stands behind an error is nobody's.
    unused = one.end == "broken" or one.unused == other.unused
    return unused and (one.data, one.trailers, one.end) == (other.data, other.trailers, other.end)


CHUNKS = st.builds(
    lambda data, zeros, upper, ext, space: (
        (b"0" * zeros + (b"%X" if upper else b"%x") % len(data))
        + (b";" + ext if ext else b"")
        + space
        + b"\r\n"
        + data
        + b"\r\n"
    ),
    st.one_of(
        st.binary(min_size=1, max_size=20), st.sampled_from([b"x" * 300, b"\r\n", b"0\r\n\r\n"])
    ),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from([b"", b"a", b"a=b;c", b'q="0\t"', b"x" * 400, b"\xff\x00"]),
    st.sampled_from([b"", b" ", b"\t "]),
)
TRAILERS = st.sampled_from([b"", b"x-a: 1\r\n", b"x-a: 1\r\nx-b: 2\r\n"])
ENDS = st.builds(
    lambda zeros, ext, trailers: b"0" * zeros + ext + b"\r\n" + trailers + b"\r\n",
    st.integers(1, 3),
    st.sampled_from([b"", b";last"]),
    TRAILERS,
)
BODIES = st.builds(lambda chunks, end: b"".join(chunks) + end, st.lists(CHUNKS, max_size=5), ENDS)
PLACES = st.lists(st.integers(0, 4000), max_size=12)


@given(BODIES, PLACES)
def test_any_cut_of_any_chunks_gives_what_h11_gives(body: bytes, places: list[int]) -> None:
    expected = by_h11([body])
    assert expected.end == "whole"
    found = by_us(cut_at(body, places))
    assert same(expected, found)


@given(BODIES, PLACES, st.integers(0, 4000), st.sampled_from([b"", b"\r", b"\n", b"5", b"z", b";"]))
@example(b"5\r\nhello5\r\nworld\r\n0\r\n\r\n", [], 0, b"")
@example(b"5\r\nhello\r5\r\nworld\r\n0\r\n\r\n", [], 0, b"")
def test_what_is_no_chunk_is_as_wrong_as_h11_finds_it(
    body: bytes, places: list[int], at: int, instead: bytes
) -> None:
    at %= len(body)
    spoilt = body[:at] + instead + body[at + 1 :] if places or at else body
    assert same(by_h11([spoilt]), by_us(cut_at(spoilt, places)))


@given(BODIES, PLACES, st.integers(0, 4000))
def test_a_body_that_breaks_off_is_broken(body: bytes, places: list[int], size: int) -> None:
    begun = body[: size % len(body)]
    assert same(by_h11([begun]), by_us(cut_at(begun, places)))


@pytest.mark.parametrize(
    "wrong",
    [
        b"x\r\nhello\r\n",
        b"\r\n",
        b"-5\r\nhello\r\n",
        b"0x5\r\nhello\r\n",
        b"5 ;a\r\nhello\r\n",
        b"5\nhello\r\n",
        b" 5\r\nhello\r\n",
        b"123456789012345678901\r\n",
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_the_error_is_left_to_h11(wrong: bytes, size: int) -> None:
    body = b"2\r\nok\r\n" + wrong + LAST
    expected = by_h11([body])
    assert expected.end == "broken"
    assert same(expected, by_us(cut(body, size)))


def test_a_wrong_end_of_a_chunk_is_not_forgotten() -> None:
    found = by_us([b"5\r\nhello5\r\nworld\r\n" + LAST])
    assert (found.data, found.end) == (b"hello", "broken")


@pytest.mark.parametrize("size", [1, 3, 1 << 20])
def test_the_last_chunk_and_what_follows_it_stay(size: int) -> None:
    end = b"0;x\r\nx-a: 1\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
    dechunker = Dechunker()
    pieces = cut(b"2\r\nok\r\n" + end, size)
    data = b""
    while not dechunker.ended:
        data += dechunker.feed(pieces.pop(0))
    assert data == b"ok"
    assert dechunker.rest + b"".join(pieces) == end
    assert dechunker.feed(b"") == b""


def test_a_piece_of_a_chunk_is_handed_out_as_it_comes() -> None:
    dechunker = Dechunker()
    assert [dechunker.feed(piece) for piece in (b"a\r\nhel", b"lo", b" you", b"!")] == [
        b"hel", b"lo", b" you", b"!",
    ]  # fmt: skip
    assert not dechunker.ended


def test_a_header_that_does_not_end_is_not_kept_growing() -> None:
    dechunker = Dechunker()
    dechunker.feed(b"5;" + b"x" * 300)
    assert dechunker.ended
