"""Event streams: conformance, cuts, limits and leniency."""

import base64
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import ConnectionLost, ProtocolViolation
from chat_tui.net.frames import Frame
from tests.net.pieces import arriving, collect, cut, cut_at, sse_frames


class Expected(msgspec.Struct):
    event: str
    data: str
    id: str


class Case(msgspec.Struct):
    name: str
    bytes_base64: str
    expected_events: list[Expected]
    lenient_events: list[Expected] | None = None

    @property
    def body(self) -> bytes:
        return base64.b64decode(self.bytes_base64)

    @property
    def frames(self) -> list[Frame]:
        return [Frame(each.event, each.data, each.id) for each in self.expected_events]


def load_cases() -> list[Case]:
    lines = Path(__file__).with_name("sse.jsonl").read_bytes().splitlines()
    long_line = Case(
        "long-line-1mb",
        base64.b64encode(b"data: " + b"A" * 1_000_000 + b"\n\n").decode(),
        [Expected("message", "A" * 1_000_000, "")],
    )
    return [*(msgspec.json.decode(line, type=Case) for line in lines), long_line]


CASES = load_cases()
SMALL = [case for case in CASES if len(case.body) < 100_000]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
each_small_case = pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)


async def decoded(
    pieces: list[bytes], *, max_event_bytes: int = 1 << 24, lenient: bool = False
) -> list[Frame]:
    stream = sse_frames(arriving(pieces), max_event_bytes=max_event_bytes, lenient=lenient)
    return [frame async for frame in stream]


def test_all_sixty_cases_are_there() -> None:
    assert len({case.name for case in CASES}) == 60


@each_case
async def test_a_whole_stream_gives_the_expected_events(case: Case) -> None:
    assert await decoded([case.body]) == case.frames


@each_small_case
async def test_a_stream_cut_at_every_byte_gives_the_same_events(case: Case) -> None:
    assert await decoded(cut(case.body, 1)) == case.frames


@each_case
async def test_a_stream_cut_every_seven_bytes_gives_the_same_events(case: Case) -> None:
    assert await decoded(cut(case.body, 7)) == case.frames


@given(case=st.sampled_from(SMALL), places=st.lists(st.integers(0, 5000)))
async def test_a_stream_cut_anywhere_gives_the_same_events(case: Case, places: list[int]) -> None:
    assert await decoded(cut_at(case.body, places)) == case.frames


@given(
    body=st.lists(
        st.sampled_from(
            [
                b"data: a",
                b"data",
                b"id: 1",
                b"event: x",
                b": c",
                b"{",
                b"\r",
                b"\n",
                b"\xef\xbb\xbf",
            ]
        )
    ).map(b"".join),
    places=st.lists(st.integers(0, 200)),
    lenient=st.booleans(),
)
async def test_cuts_never_change_what_is_decoded(
    body: bytes, places: list[int], lenient: bool
) -> None:
    whole = await decoded([body], lenient=lenient)
    assert await decoded(cut_at(body, places), lenient=lenient) == whole


@pytest.mark.parametrize("newline", [b"\n", b"\r", b"\r\n"])
async def test_a_frame_is_yielded_as_soon_as_its_blank_line_has_come(newline: bytes) -> None:
    taken = 0

    async def pieces() -> AsyncGenerator[bytes, None]:
        nonlocal taken
        for piece in (b"data: 1" + newline + newline[:1], newline[1:] + b"data: 2"):
            taken += 1
            yield piece

    stream = sse_frames(pieces(), max_event_bytes=1000)
    frame = await anext(stream)
    assert (frame.data, taken) == ("1", 1)
    await stream.aclose()


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_an_event_over_the_limit_is_refused_after_those_before_it(size: int) -> None:
    body = b"data: 1\n\ndata: " + b"x" * 100 + b"\n\ndata: 3\n\n"
    stream = sse_frames(arriving(cut(body, size)), max_event_bytes=50)
    assert (await anext(stream)).data == "1"
    with pytest.raises(ProtocolViolation, match="larger than 50 bytes"):
        await anext(stream)


async def test_many_lines_of_one_event_count_together() -> None:
    with pytest.raises(ProtocolViolation, match="larger than 50 bytes"):
        await decoded([b"data: xx\n" * 20 + b"\n"], max_event_bytes=50)


async def test_many_events_do_not_count_together() -> None:
    frames = await decoded([b": comment\ndata: xx\n\n" * 20], max_event_bytes=50)
    assert len(frames) == 20


@pytest.mark.parametrize("start", [b"data: ", b": ", b"unknown", b""])
async def test_a_giant_line_without_an_end_is_refused_without_being_kept(start: bytes) -> None:
    taken = 0

    async def pieces() -> AsyncGenerator[bytes, None]:
        nonlocal taken
        yield start
        while True:
            taken += 1
            yield b"x" * 1000

    with pytest.raises(ProtocolViolation):
        await collect(sse_frames(pieces(), max_event_bytes=10_000), [])
    assert taken == 10 if start else 11


async def test_an_error_of_the_network_comes_through_and_cuts_the_event_off() -> None:
    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b'data: 1\n\ndata: {"a":1}\n'
        raise ConnectionLost("gone")

    frames: list[Frame] = []
    with pytest.raises(ConnectionLost):
        await collect(sse_frames(pieces(), max_event_bytes=99, lenient=True), frames)
    assert frames == [Frame("message", "1")]


@pytest.mark.parametrize("name", ["done-without-final-blank", "last-chunk-without-final-blank"])
@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_leniently_a_last_event_without_a_blank_line_counts(name: str, size: int) -> None:
    case = next(case for case in CASES if case.name == name)
    assert case.lenient_events is not None
    frames = await decoded(cut(case.body, size), lenient=True)
    assert frames == [Frame(each.event, each.data, each.id) for each in case.lenient_events]


@pytest.mark.parametrize("rest", [b'data: {"a":', b"data: text", b"event: x", b"data: [1]", b"da"])
async def test_leniently_half_an_event_is_still_dropped(rest: bytes) -> None:
    assert await decoded([b"data: 1\n\n" + rest], lenient=True) == [Frame("message", "1")]


@each_small_case
async def test_leniently_all_strict_events_come_too(case: Case) -> None:
    frames = await decoded([case.body], lenient=True)
    assert frames[: len(case.frames)] == case.frames


async def test_an_error_field_becomes_an_error_before_done() -> None:
    body = b'data: 1\n\nerror: {"code":500,"message":"boom"}\n\ndata: [DONE]\n\n'
    frames = await decoded([body], lenient=True)
    assert frames == [
        Frame("message", "1"),
        Frame("error", '{"error":{"code":500,"message":"boom"}}'),
        Frame("message", "[DONE]"),
    ]


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_unframed_json_becomes_an_error_at_the_end(size: int) -> None:
    body = b'data: 1\n\n[{\n  "error": {\n    "message": "boom"\n  }\n}\n]'
    frames = await decoded(cut(body, size), lenient=True)
    assert [frame.event for frame in frames] == ["message", "error"]
    assert msgspec.json.decode(frames[1].data) == [{"error": {"message": "boom"}}]


@pytest.mark.parametrize("stray", [b"error: no json", b"{broken", b" data: 1", b'"text"', b"}{"])
async def test_unframed_text_that_is_not_json_is_dropped(stray: bytes) -> None:
    assert await decoded([stray + b"\n\ndata: 1\n\n"], lenient=True) == [Frame("message", "1")]


async def test_unframed_text_is_not_kept_without_bound() -> None:
    body = b'{"a":1,\n"b":"' + b"x" * 70_000 + b'"}\n\ndata: 1\n\n'
    assert await decoded([body], lenient=True) == [Frame("message", "1")]
