"""Lines of JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import ProtocolViolation
from chat_tui.net.ndjson import ndjson_lines
from tests.net.pieces import arriving, cut, cut_at


async def lines_of(pieces: list[bytes], limit: int = 1000) -> list[str]:
    return [line async for line in ndjson_lines(arriving(pieces), max_line_bytes=limit)]


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_lines_end_at_lf_and_crlf_and_at_the_end(size: int) -> None:
    body = b'\xef\xbb\xbf{"a":1}\r\n\n \r\n{"b":2}\n{"c":3}'
    assert await lines_of(cut(body, size)) == ['{"a":1}', '{"b":2}', '{"c":3}']


async def test_other_line_ends_of_unicode_are_text() -> None:
    text = '{"t":"a\u2028b\u0085c\x0bd"}'
    assert await lines_of([text.encode() + b"\n"]) == [text]


async def test_a_mark_further_on_is_text() -> None:
    assert await lines_of([b"1\n\xef\xbb\xbf2\n"]) == ["1", "\ufeff2"]


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_a_line_over_the_limit_is_refused_after_those_before_it(size: int) -> None:
    stream = ndjson_lines(arriving(cut(b"1\n" + b"x" * 60, size)), max_line_bytes=50)
    assert await anext(stream) == "1"
    with pytest.raises(ProtocolViolation, match="larger than 50 bytes"):
        await anext(stream)


@given(
    body=st.lists(st.sampled_from([b"{}", b"\n", b"\r", "é".encode(), b"\xff"])).map(b"".join),
    places=st.lists(st.integers(0, 100)),
)
async def test_cuts_never_change_the_lines(body: bytes, places: list[int]) -> None:
    assert await lines_of(cut_at(body, places)) == await lines_of([body])
