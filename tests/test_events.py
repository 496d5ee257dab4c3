import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageResult,
    Notice,
    Source,
    SourceRefs,
    StreamError,
    StreamEvent,
    TextDelta,
    decode_event,
    encode_event,
)
from tests.event_strategies import events, terminals


def without_bytes(event: StreamEvent) -> StreamEvent:
    if isinstance(event, ImagePreview | ImageResult):
        return msgspec.structs.replace(event, data=b"")
    return event


@given(events)
def test_an_event_comes_back_without_the_bytes_of_its_picture(event: StreamEvent) -> None:
    assert decode_event(encode_event(event)) == without_bytes(event)


@given(events)
def test_an_event_is_one_line_of_json_with_its_type(event: StreamEvent) -> None:
    line = encode_event(event)
    assert b"\n" not in line
    assert isinstance(json.loads(line)["type"], str)


@given(st.binary(min_size=1))
def test_picture_bytes_are_never_in_the_line(data: bytes) -> None:
    for event in (ImagePreview("j", 0, "image/png", data=data), ImageResult("j", 0, data=data)):
        assert "data" not in json.loads(encode_event(event))
        assert encode_event(event) == encode_event(without_bytes(event))


@given(terminals)
def test_an_event_cannot_be_changed(event: Finished | StreamError) -> None:
    with pytest.raises(AttributeError):
        event.elapsed_s = 1.0  # type: ignore[union-attr, misc]  # this is what is refused


def test_text_is_encoded_as_it_was_sent() -> None:
    assert json.loads(encode_event(TextDelta("\x1b[2J\u202e"))) == {
        "type": "text",
        "text": "\x1b[2J\u202e",
    }


def test_what_a_source_does_not_say_is_null() -> None:
    line = encode_event(SourceRefs((Source(title="A page"),)))
    assert json.loads(line) == {
        "type": "sources",
        "sources": [{"title": "A page", "url": None, "excerpt": None, "score": None}],
    }


def test_a_picture_has_every_field_but_its_bytes() -> None:
    assert json.loads(encode_event(ImageResult("j", 0, path="/p.png", data=b"png"))) == {
        "type": "image",
        "job": "j",
        "index": 0,
        "path": "/p.png",
        "url": None,
        "media_type": None,
        "width_px": None,
        "height_px": None,
        "seed": None,
        "flagged": None,
        "elapsed_s": None,
        "revised_prompt": None,
    }


def test_an_error_has_every_field() -> None:
    assert json.loads(encode_event(StreamError("rate_limit", "too many", status=429))) == {
        "type": "error",
        "kind": "rate_limit",
        "message": "too many",
        "hint": "",
        "status": 429,
        "retry_after_s": None,
    }


def test_the_end_has_every_field() -> None:
    assert json.loads(encode_event(Finished("stop", 2.5))) == {
        "type": "finished",
        "reason": "stop",
        "elapsed_s": 2.5,
        "first_s": None,
        "stop_answer": None,
    }


def test_fields_that_a_later_version_added_are_passed_over() -> None:
    assert decode_event('{"type":"notice","text":"hello","colour":"red"}') == Notice("hello")


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        "null",
        '{"type":"nonsense"}',
        '{"type":"text"}',
        '{"type":"text","text":1}',
        '{"type":"finished","reason":"bored"}',
    ],
)
def test_a_line_that_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_event(line)


def test_a_line_that_is_no_json_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_event("{")
