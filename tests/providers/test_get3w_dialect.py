"""The get3w dialect's pure halves, and the laws of its decoder."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import ProtocolViolation, ProviderError, Rejected
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    Started,
    StreamError,
    StreamEvent,
    TextDelta,
    encode_event,
)
from chat_tui.folding import fold
from chat_tui.message import blank_reply
from chat_tui.net.frames import Frame
from chat_tui.net.json import decode_json
from chat_tui.net.sse import SseDecoder
from chat_tui.providers.get3w.dialect import Get3wDecoder, encode, read_balance, read_models
from chat_tui.providers.get3w.prediction import read_prediction
from chat_tui.simulator.pictures import landscape
from tests.net.pieces import cut_at
from tests.providers.asking import heard, request
from tests.providers.frames import frame

PNG = landscape("x", cells=1)
B64 = base64.b64encode(PNG).decode()
OTHER_FILE = base64.b64encode(b"\0\0\0\x20ftypisom" * 20).decode()
STARTED = Started("p", "m")
SKIPPED = Notice("skipped an event from the server that cannot be understood")


def decoder() -> Get3wDecoder:
    return Get3wDecoder(provider="p", model="m", job="j", host="h.test")


def decoded(*events: Any) -> list[StreamEvent]:
    reading = decoder()
    found: list[StreamEvent] = []
    try:
        for event in events:
            found += reading.decode(event if isinstance(event, Frame) else frame(event))
        found += reading.end()
    except ProviderError as error:
        found.append(StreamError(error.kind, error.message, status=error.status))
    return found


def processing(**fields: Any) -> dict[str, Any]:
    return {"status": "processing", **fields}


def completed(*outputs: Any, **fields: Any) -> dict[str, Any]:
    return {"status": "completed", "outputs": list(outputs), **fields}


def told(*outputs: Any, **fields: Any) -> list[StreamEvent]:
    """What comes of a result, between the beginning and the end."""
    events = decoded(completed(*outputs, **fields))
    assert events[:2] == [STARTED, ImageProgress("j", "saving", 1.0)]
    assert isinstance(events[-1], Finished)
    return events[2:-1]


def fractions(*progress: Any) -> list[float | None]:
    events = decoded(*(processing(progress=value) for value in progress), completed("x"))
    return [
        event.fraction
        for event in events
        if isinstance(event, ImageProgress) and event.state == "running"
    ]


def test_only_v3_is_asked_for_a_stream() -> None:
    asked = request(parameters={"seed": 2})
    assert encode(asked, parameters={"seed": 1}, stream=True) == {
        "prompt": "hi",
        "stream": True,
        "seed": 2,
    }
    assert encode(asked, parameters={}, stream=False) == {"prompt": "hi", "seed": 2}


@pytest.mark.parametrize(
    ("told", "fraction"),
    [
        ((0.1, 0.5, 0.9), [0.1, 0.5, 0.9]),
        ((0, 10, 50, 100), [0, 0.1, 0.5, 1]),
        ((1, 2, 3), [0.01, 0.02, 0.03]),
        ((0.5, 1), [0.5, 1]),
        ((0.5, 0.3, 0.6), [0.5, 0.6]),
        ((20, 1, 30), [0.2, 0.3]),
        ((-1, 101, 2000, 1e300), [0, 1]),
        (("half", None, True, 0.5), [None, 0.5]),
    ],
)
def test_progress_is_a_share_that_never_falls(
    told: tuple[Any, ...], fraction: list[float | None]
) -> None:
    assert fractions(*told) == fraction


def test_an_id_that_comes_later_is_told() -> None:
    events = decoded(processing(progress=0.1), processing(id="t", progress=0.2), completed("x"))
    begun = [event for event in events if isinstance(event, Started)]
    assert begun == [STARTED, Started("p", "m", "t")]


def test_an_event_may_come_in_an_envelope() -> None:
    def wrapped(data: dict[str, Any]) -> dict[str, Any]:
        return {"code": 200, "message": "success", "data": data}

    bare = (processing(progress=0.5, id="t"), completed("https://x.test/a.png", id="t"))
    assert decoded(*map(wrapped, bare)) == decoded(*bare)


def test_pictures_come_in_every_form() -> None:
    assert told("https://x.test/a.png", f"data:image/webp;base64,{B64}", B64, {"url": B64}) == [
        ImageResult("j", 0, url="https://x.test/a.png"),
        ImageResult("j", 1, url="data:image/webp", media_type="image/webp", data=PNG),
        ImageResult("j", 2, media_type="image/png", data=PNG),
        ImageResult("j", 3, media_type="image/png", data=PNG),
    ]


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\0\0\0WEBP", "image/webp"),
    ],
)
def test_a_naked_picture_is_known_by_its_first_bytes(head: bytes, media_type: str) -> None:
    data = head + bytes(20)
    (picture,) = told(base64.b64encode(data).decode())
    assert picture == ImageResult("j", 0, media_type=media_type, data=data)


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "iVBORw0KGgo is how it begins",
        "/9j/",
        "see https://x.test/a.png",
        "  two\n",
        "QUJD",
    ],
)
def test_other_outputs_are_text(text: str) -> None:
    assert told(text) == [TextDelta(text)]


def test_several_texts_are_paragraphs() -> None:
    assert told("one", {"text": "two"}, {"score": 1}) == [
        TextDelta("one"),
        TextDelta("\n\ntwo"),
        TextDelta('\n\n{"score":1}'),
    ]


@pytest.mark.parametrize("address", ["https://x.test/film.mp4", "https://x.test/a.WAV?sig=1"])
def test_the_address_of_another_file_is_told_as_text(address: str) -> None:
    assert told(address) == [TextDelta(address)]


@pytest.mark.parametrize(
    "output",
    [
        OTHER_FILE,
        f"data:video/mp4;base64,{OTHER_FILE}",
        base64.b64encode(b"ID3\xff\xfb\x90" * 40).decode(),
    ],
)
def test_another_file_inline_is_only_mentioned(output: str) -> None:
    events = decoded(completed(output))
    assert events[2:] == [
        Notice("the server sent a file of 240 bytes that is not a picture; it is not kept"),
        Finished("unknown"),
    ]


def test_an_address_that_cannot_be_read_is_left_to_whoever_fetches_it() -> None:
    assert told("http://[") == [ImageResult("j", 0, url="http://[")]


def test_a_long_word_of_a_text_is_no_file() -> None:
    encoded = base64.b64encode("wörter ".encode() * 2000).decode()
    assert told(encoded) == [TextDelta(encoded)]


def test_flags_belong_to_their_pictures() -> None:
    events = told("https://x.test/a", "https://x.test/b", has_nsfw_contents=[True, "no"])
    assert [event.flagged for event in events if isinstance(event, ImageResult)] == [True, None]


@pytest.mark.parametrize(("given", "seed"), [(7, 7), (-1, None), (True, None), ("7", None)])
def test_the_seed_is_the_one_asked_for(given: Any, seed: int | None) -> None:
    (picture,) = told("https://x.test/a", input={"prompt": "x", "seed": given})
    assert isinstance(picture, ImageResult)
    assert picture.seed == seed


def test_how_long_it_took_is_in_the_last_progress() -> None:
    events = decoded(completed("x", timings={"inference": 1234}))
    assert events[1] == ImageProgress("j", "saving", 1.0, note="made in 1.2 s")


def test_pictures_of_a_task_at_work_are_previews() -> None:
    elsewhere = processing(outputs=["https://x.test/a.png", "a text"])
    inline = processing(outputs=[f"data:image/jpeg;base64,{B64}", B64])
    assert decoded(elsewhere, inline, completed("x"))[2:4] == [
        ImagePreview("j", 0, "image/jpeg", data=PNG),
        ImagePreview("j", 1, "image/png", data=PNG),
    ]


@pytest.mark.parametrize("status", ["failed", "cancelled", "timeout", "deleted", "FAILED"])
def test_a_task_that_ends_badly_is_the_providers_error(status: str) -> None:
    assert decoded({"status": status, "error": "it broke"})[-1] == StreamError(
        "provider", "it broke"
    )
    assert decoded({"status": status, "error": ""})[-1] == StreamError(
        "provider", f"the task ended as {status.lower()}"
    )
    assert decoded({"status": status, "error": {"message": "it broke"}, "code": 7})[-1] == (
        StreamError("provider", "it broke (code 7)")
    )


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({"code": 403, "message": "No balance", "data": None}, ("rejected", 403)),
        ({"code": "403", "error": "No balance"}, ("rejected", 403)),
        ({"code": 429, "data": {"error": "No balance"}}, ("rate_limit", 429)),
        ({"code": 1001, "message": "No balance", "data": {}}, ("provider", None)),
        ({"error": "No balance"}, ("provider", None)),
        ({"code": 200, "data": {"error": "No balance"}}, ("provider", None)),
        (Frame("error", '{"code": 401, "message": "No balance"}'), ("auth", 401)),
        (Frame("error", "No balance"), ("provider", None)),
    ],
)
def test_a_refusal_in_the_stream_has_the_kind_of_its_code(
    event: Any, error: tuple[str, int | None]
) -> None:
    last = decoded(event)[-1]
    assert isinstance(last, StreamError)
    assert (last.kind, last.status) == error
    assert "No balance" in last.message


def test_a_task_at_work_may_have_a_code_and_an_error() -> None:
    late = processing(code=5004, error="Sync mode timed out", id="t")
    assert decoded(late, completed("x", id="t"))[-1] == Finished("stop")


def test_a_result_of_nothing_is_an_error() -> None:
    for nothing in (completed(), completed("", None, "  "), {"status": "completed"}):
        last = decoded(nothing)[-1]
        assert last == StreamError("protocol", "the task is completed, but has no output")


def test_a_result_that_was_held_back_is_filtered() -> None:
    assert decoded(completed(has_nsfw_contents=[True]))[2:] == [
        Notice("the server made nothing that it considers safe to show"),
        Finished("filtered"),
    ]


def test_outputs_without_a_status_are_a_result() -> None:
    assert decoded({"id": "t", "outputs": "x"})[-2:] == [TextDelta("x"), Finished("stop")]


@pytest.mark.parametrize("extra", [": ", "[DONE]", Frame("ping", "{}"), ""])
def test_what_is_not_of_the_dialect_is_passed_over(extra: Any) -> None:
    if extra == ": ":
        extra = Frame("message", " ")
    assert decoded(extra, completed("x"), extra)[-1] == Finished("stop")


def test_nothing_counts_after_the_result() -> None:
    assert decoded(completed("x"), completed("y"), {"code": 500, "error": "x"}) == decoded(
        completed("x")
    )


@pytest.mark.parametrize("nonsense", ["{nope", "[1]", "3", {"code": 200, "data": None}, {"x": 1}])
def test_nonsense_is_skipped_twice(nonsense: Any) -> None:
    assert decoded(nonsense, nonsense, completed("x"))[:2] == [SKIPPED, SKIPPED]
    last = decoded(nonsense, nonsense, nonsense)[-1]
    assert isinstance(last, StreamError)
    assert last.kind == "protocol"


@pytest.mark.parametrize(
    "body",
    [
        {"code": 200, "message": "success", "data": [{"model_id": "a/b", "name": "B"}]},
        {"code": 200, "data": {"models": [{"id": "a/b", "name": "B"}], "total": 1}},
        {"data": {"items": [{"model_id": "a/b", "name": "B"}]}},
        [{"model_id": "a/b", "name": "B"}],
        {"models": [{"id": "a/b", "name": "B"}]},
    ],
)
def test_models_are_listed_in_many_forms(body: Any) -> None:
    (model,) = read_models(body, host="h")
    assert (model.id, model.label) == ("a/b", "B")


def test_a_list_of_models_that_is_none_is_an_error() -> None:
    with pytest.raises(Rejected, match="Insufficient"):
        read_models({"code": 403, "message": "Insufficient balance", "data": None}, host="h")
    for body in ({"data": {"x": 1}}, {}, "x", {"data": 3}):
        with pytest.raises(ProtocolViolation, match="list of models"):
            read_models(body, host="h")


@pytest.mark.parametrize(
    ("body", "balance"),
    [
        ({"data": {"balance": 2}}, 2.0),
        ({"data": {"balance": True}}, None),
        ({"data": {}}, None),
        ([], None),
    ],
)
def test_a_balance_is_a_number(body: Any, balance: float | None) -> None:
    assert read_balance(body) == balance


def test_the_same_state_is_equal_to_itself() -> None:
    body = {"data": completed(B64, has_nsfw_contents=[False], timings={"inference": 1})}
    assert read_prediction(body, host="h") == read_prediction(body, host="h")


KEYS = [
    "id", "model", "status", "progress", "outputs", "output", "urls", "get", "error", "code",
    "message", "data", "has_nsfw_contents", "timings", "inference", "input", "seed", "url", "text",
    "estimated_duration",
]  # fmt: skip
WORDS = [
    "created", "processing", "completed", "failed", "x", "", "https://x.test/a", "http://[",
    "data:image/png;base64,AAAA", "data:image/png;base64,*", "data:,x", B64, OTHER_FILE, "[DONE]",
]  # fmt: skip
# No capital N: "None" in a text can then only be our own.
TEXTS = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_categories=(), exclude_characters="N"), max_size=6),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.sampled_from([0, 1, 401, 500])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6)
STATES = st.builds(
    lambda status, more: {**more, "status": status},
    st.sampled_from(["created", "processing", "completed", "failed"]),
    OBJECTS,
)
BODIES = st.one_of(STATES, OBJECTS, VALUES, st.builds(lambda one: {"data": one}, STATES))
FRAMES = st.builds(
    lambda name, body: Frame(name, json.dumps(body)),
    st.sampled_from(["message", "message", "message", "error", "ping"]),
    BODIES,
)


@given(st.lists(FRAMES, max_size=6))
def test_whatever_comes_becomes_events_or_a_providers_error(frames: list[Frame]) -> None:
    reading = decoder()
    events: list[StreamEvent] = []
    failed: ProviderError | None = None
    try:
        for one in frames:
            events += reading.decode(one)
        events += reading.end()
    except ProviderError as error:
        failed = error
    assert failed is None or (failed.message and "None" not in failed.message)
    assert failed is not None or reading.over
    for event in events:
        assert b"None" not in encode_event(event)
    ends = [at for at, event in enumerate(events) if isinstance(event, Finished)]
    assert ends == ([] if failed else [len(events) - 1])
    shares = [
        event.fraction
        for event in events
        if isinstance(event, ImageProgress) and event.fraction is not None
    ]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    fold(events, blank_reply(parent=None, provider="p", model="m"))


@given(BODIES)
def test_whatever_document_comes_becomes_events_or_a_providers_error(body: Any) -> None:
    reading = decoder()
    events: list[StreamEvent] = []
    with suppress(ProviderError):
        for event in reading.advance(reading.read(decode_json(json.dumps(body)))):
            events.append(event)  # noqa: PERF402  # what came before an error is kept
        assert reading.over is isinstance(events[-1], Finished)
    assert not any(isinstance(event, Finished) for event in events[:-1])


STREAM = (
    b'data: {"id":"t","status":"created"}\n\n: wait\n\n'
    b'data: {"id":"t","status":"processing","progress":40}\r\n\r\n'
    b'data: {"id":"t","status":"completed","outputs":["h\xc3\xa9","https://x.test/a.png"]}\n\n'
)


@given(st.lists(st.integers(0, 1000), max_size=8))
def test_however_a_stream_is_cut_it_gives_the_same_events(places: list[int]) -> None:
    def events(pieces: list[bytes]) -> list[StreamEvent]:
        sse, reading = SseDecoder(max_event_bytes=1 << 20, lenient=True), decoder()
        found = [
            event for piece in pieces for one in sse.feed(piece) for event in reading.decode(one)
        ]
        return [*found, *(event for one in sse.end() for event in reading.decode(one))]

    whole = events([STREAM])
    assert events(cut_at(STREAM, places)) == whole
    assert heard(whole).text == "hé"
    assert heard(whole).finish == "stop"
