"""What servers make of the dialect, one way a test."""

from typing import Any

import pytest

from chat_tui.errors import ProtocolViolation, ProviderFailed
from chat_tui.events import (
    Finished,
    ImageResult,
    Notice,
    ReasoningDelta,
    Started,
    StreamError,
    StreamEvent,
    TextDelta,
    Usage,
    encode_event,
)
from chat_tui.net.frames import Frame
from chat_tui.providers.chat.chunks import decode_usage
from chat_tui.providers.chat.dialect import ChatDecoder
from tests.providers.asking import heard
from tests.providers.frames import STOP, decoded, delta, finish, frame, read, told

PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    "first",
    [delta(role="assistant"), delta(role="assistant", content=""), delta(content=None), delta()],
)
def test_a_delta_without_text_says_nothing(first: Any) -> None:
    assert told([first, delta(content="a"), delta(role="assistant", content="b")]) == [
        Started("p", "asked"),
        TextDelta("a"),
        TextDelta("b"),
    ]


def test_the_server_may_name_the_reply_and_the_model_that_it_used() -> None:
    assert told([{**delta(content="a"), "id": "r1", "model": "used"}])[0] == Started(
        "p", "used", "r1"
    )


def test_an_opening_chunk_without_choices_is_passed_over() -> None:
    azure = {"choices": [], "id": "", "model": "", "created": 0, "prompt_filter_results": [{}]}
    assert told([azure, delta(content="a")]) == [Started("p", "asked"), TextDelta("a")]


TOTALS = {"prompt_tokens": 20, "completion_tokens": 9, "cost": 0.5}


@pytest.mark.parametrize(
    "chunks",
    [
        [delta(content="a"), STOP, {"choices": [], "usage": TOTALS}],
        [delta(content="a"), STOP, {"choices": [{"index": 0, "delta": {}}], "usage": TOTALS}],
        [delta(content="a"), {**STOP, "usage": TOTALS}],
        [{**delta(content="a"), "usage": None}, {**STOP, "usage": TOTALS}],
        [{**delta(content="a"), "usage": {}}, STOP, {"usage": TOTALS}],
    ],
)
def test_usage_is_read_wherever_it_stands(chunks: list[Any]) -> None:
    events = decoded(*chunks, "[DONE]")
    assert [event for event in events if isinstance(event, Usage)] == [Usage(20, 9, 0.5)]
    assert events[-1] == Finished("stop")


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"input_tokens": 3, "output_tokens": 4}, Usage(3, 4)),
        ({"prompt_tokens": "3", "completion_tokens": True, "cost": "x"}, Usage()),
        ({"prompt_tokens": -1, "completion_tokens": 1 << 70, "cost": -1}, Usage()),
        ({"prompt_tokens": 2.5, "cost": True}, Usage()),
        ({"cost": float("nan")}, Usage()),
        ({"cost": 1 << 2000}, Usage()),
        ({"cost": 2}, Usage(cost_usd=2.0)),
    ],
)
def test_only_sensible_totals_are_taken(usage: Any, expected: Usage) -> None:
    assert list(decode_usage(usage)) == [expected]


@pytest.mark.parametrize("usage", [None, {}, [], "12", 3])
def test_what_is_no_usage_object_says_nothing(usage: Any) -> None:
    assert list(decode_usage(usage)) == []


def test_keys_may_be_absent() -> None:
    found = read({"choices": [{"delta": {"content": "a"}}]}, {"choices": [{}]}, finish("stop"))
    assert (found.text, found.finish, found.notices) == ("a", "stop", [])


@pytest.mark.parametrize(
    "thought",
    [
        {"reasoning_content": "hm"},
        {"reasoning": "hm"},
        {"thinking": "hm"},
        {"reasoning_content": "hm", "content": None},
        {"reasoning_content": "", "reasoning": "hm", "thinking": "hm"},
        {"reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": "h"}, {"summary": "m"}, 3]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
        {"content": [{"type": "thinking", "thinking": "hm"}]},
        {"content": "<think>hm</think>"},
    ],
)
def test_thinking_has_many_names_and_one_channel(thought: dict[str, Any]) -> None:
    found = read(delta(**thought), delta(content="42"), STOP)
    assert (found.reasoning, found.text) == ("hm", "42")


def test_a_reply_of_thinking_alone_says_that_there_is_no_answer() -> None:
    found = read(delta(reasoning_content="hm"), STOP)
    assert (found.reasoning, found.finish) == ("hm", "stop")
    assert found.notices == ["the server sent no answer text"]


def test_the_parts_of_a_content_list_are_joined() -> None:
    content = [{"type": "text", "text": "a"}, "b", {"type": "unknown"}, None, {"text": "c"}]
    assert read(delta(content=content), STOP).text == "abc"


@pytest.mark.parametrize(
    "fields",
    [
        {"images": [{"type": "image_url", "image_url": {"url": PIXEL}, "index": 0}]},
        {"images": [{"type": "image_url", "image_url": PIXEL}]},
        {"content": [{"type": "image_url", "image_url": {"url": PIXEL}}]},
    ],
)
def test_a_picture_in_a_delta_is_a_result(fields: dict[str, Any]) -> None:
    [picture] = [event for event in told([delta(**fields)]) if isinstance(event, ImageResult)]
    assert (picture.index, picture.media_type, picture.url) == (0, "image/png", "data:image/png")
    assert picture.data == b"\x89PNG\r\n\x1a\n"
    assert read(delta(**fields), STOP).notices == []


def test_pictures_are_numbered_and_one_with_a_known_number_replaces_the_other() -> None:
    def picture(**fields: Any) -> dict[str, Any]:
        return delta(images=[{"image_url": {"url": PIXEL}, **fields}])

    found = read(picture(), picture(index=0), picture(), picture(index="x"), STOP)
    assert [one.index for one in found.pictures] == [0, 0, 1, 2]


def test_a_picture_elsewhere_is_named() -> None:
    found = read(delta(images=[{"image_url": {"url": "https://x.test/a.png"}}, "odd"]), STOP)
    assert [(one.url, one.data) for one in found.pictures] == [("https://x.test/a.png", b"")]
    assert found.notices == []


def test_a_refusal_is_text_that_says_so() -> None:
    found = read(delta(refusal="I can"), delta(refusal="'t.", content=None), STOP)
    assert (found.refusal, found.text, found.notices) == ("I can't.", "", [])


@pytest.mark.parametrize(
    ("reason", "finished"),
    [
        ("stop", "stop"),
        ("end_turn", "stop"),
        ("eos", "stop"),
        ("length", "length"),
        ("MAX_TOKENS", "length"),
        ("content_filter", "filtered"),
        ("SAFETY", "filtered"),
        ("function_call", "stop"),
        ("tool_calls", "stop"),
        ("aborted", "incomplete"),
        ("insufficient_system_resource", "incomplete"),
        ("error", "unknown"),
        ("banana", "unknown"),
    ],
)
def test_the_reason_of_the_end_is_translated(reason: str, finished: str) -> None:
    assert read(delta(content="a"), finish(reason)).finish == finished


@pytest.mark.parametrize("reason", ["banana", "error"])
def test_an_unknown_reason_is_shown_as_it_came(reason: str) -> None:
    assert read(delta(content="a"), finish(reason)).notices == [
        f"the server ended the reply with the reason {reason!r}"
    ]


def test_a_reply_that_the_server_broke_off_says_why() -> None:
    assert read(delta(content="a"), finish("aborted")).notices == [
        "the server broke the reply off: aborted"
    ]


@pytest.mark.parametrize("reason", [None, "", 3, {}])
def test_what_is_no_reason_ends_nothing(reason: Any) -> None:
    found = read(delta(content="a"), finish(reason), delta(content="b"))
    assert (found.text, found.finish) == ("ab", "incomplete")
    assert found.notices == [
        "the connection ended before the server said that the reply is complete"
    ]


def test_the_first_of_several_alternatives_is_shown() -> None:
    both = [
        {"index": 0, "delta": {"content": "a"}},
        {"index": 1, "delta": {"content": "x"}, "finish_reason": "length"},
    ]
    found = read({"choices": both}, {"choices": both}, STOP)
    assert (found.text, found.finish) == ("aa", "stop")
    assert found.notices == ["the server sent several alternatives; the first one is shown"]


def test_an_error_beside_choices_keeps_the_text() -> None:
    cut = {"index": 0, "delta": {"content": "b"}, "finish_reason": "error"}
    chunk = {"error": {"code": 502, "message": "upstream is gone"}, "choices": [cut]}
    found = read(delta(content="a"), chunk)
    assert found.text == "ab"
    assert found.error == StreamError("provider", "upstream is gone")


@pytest.mark.parametrize(
    "chunk",
    [
        {"error": {"message": "it broke", "code": 1}},
        {"error": {"message": "it broke"}, "choices": None},
        {"error": "it broke"},
        {"message": "it broke"},
        {"detail": "it broke"},
        {"detail": [{"msg": "it broke"}]},
        {"code": 7, "msg": "it broke"},
        Frame("error", '{"error": {"message": "it broke"}, "message": "it broke"}'),
        Frame("error", '"it broke"'),
        Frame("error", "it broke"),
    ],
)
def test_an_error_in_the_stream_is_the_providers(chunk: Any) -> None:
    found = read(delta(content="a"), chunk, "[DONE]")
    assert found.text == "a"
    assert found.error == StreamError("provider", "it broke")


def test_what_is_held_back_is_not_lost_to_an_error() -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"a'}}
    more = {"index": 0, "function": {"arguments": '": 1}'}}
    found = read(
        delta(content="<thi"), delta(tool_calls=[call]), delta(tool_calls=[more]), {"error": "x"}
    )
    assert found.text == "<thi"
    assert [(call.arguments, call.state) for call in found.tools.values()] == [
        ('{"a": 1}', "running")
    ]


@pytest.mark.parametrize(
    "keepalive",
    [
        Frame("ping", "{}"),
        Frame("heartbeat", "x"),
        Frame("message", ""),
        Frame("message", "  "),
        Frame("message", '{"type": "ping"}'),
        {"type": "metadata", "speed": 3},
        {"message": {"role": "assistant"}},
    ],
)
def test_what_is_no_part_of_the_reply_is_passed_over(keepalive: Any) -> None:
    assert told([keepalive, delta(content="a"), keepalive]) == [
        Started("p", "asked"),
        TextDelta("a"),
    ]


def test_perplexitys_whole_message_beside_a_delta_is_not_told_twice() -> None:
    chunks = [
        {"choices": [{"index": 0, "delta": {"content": new}, "message": {"content": all_}}]}
        for new, all_ in (("Hel", "Hel"), ("lo", "Hello"))
    ]
    assert read(*chunks, STOP).text == "Hello"


def test_a_message_without_a_delta_is_the_reply() -> None:
    assert read({"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}).text == (
        "Hello"
    )


def test_the_text_of_the_older_completions_is_read() -> None:
    assert read({"choices": [{"text": "Hel"}]}, {"choices": [{"text": "lo"}, 7]}, STOP).text == (
        "Hello"
    )


def test_the_transcript_of_spoken_words_is_the_text() -> None:
    chunks = [delta(audio={"id": "a", "transcript": "Hel"}), delta(audio={"transcript": "lo"})]
    assert read(*chunks, delta(audio={"data": "AAAA"}), STOP).text == "Hello"


def test_nothing_counts_after_the_mark_of_the_end() -> None:
    events = decoded(delta(content="a"), STOP, "[DONE]", delta(content="b"), "nonsense", "[DONE]")
    assert heard(events).text == "a"
    assert events[-1] == Finished("stop")


@pytest.mark.parametrize("mark", ["[DONE]", " [DONE] ", "\t[DONE]"])
def test_the_mark_of_the_end_is_no_sign_that_the_reply_is_complete(mark: str) -> None:
    assert read(delta(content="a"), mark).finish == "incomplete"


@pytest.mark.parametrize("chunks", [[], ["[DONE]"], [delta()], [{"choices": []}, "[DONE]"]])
def test_nothing_at_all_is_an_empty_reply(chunks: list[Any]) -> None:
    error = read(*chunks).error
    assert error is not None
    assert (error.kind, error.message) == ("protocol", "the server sent an empty reply")
    assert error.hint


def test_events_of_another_dialect_are_no_reply() -> None:
    error = read({"type": "message_start"}, {"type": "content_block_delta"}).error
    assert error is not None
    assert error.message == "the server's answer is not a reply of the OpenAI dialect"
    assert "base_url" in error.hint


def test_a_finish_without_any_text_is_a_reply_that_says_so() -> None:
    found = read(finish("stop"))
    assert (found.finish, found.notices) == ("stop", ["the server sent no answer text"])


@pytest.mark.parametrize("nonsense", ["{nope", "[1, 2]", '"text"', "12", "[" * 10_000, "null"])
def test_one_frame_of_nonsense_is_skipped_with_a_notice(nonsense: str) -> None:
    assert told([delta(content="a"), nonsense, delta(content="b")]) == [
        Started("p", "asked"),
        TextDelta("a"),
        Notice("skipped an event from the server that cannot be understood"),
        TextDelta("b"),
    ]


def test_the_third_frame_of_nonsense_ends_the_reply_and_keeps_its_text() -> None:
    found = read(delta(content="a"), "{", delta(content="b"), "{", delta(content="c"), "{")
    assert found.text == "abc"
    assert found.error is not None
    assert found.error.kind == "protocol"
    assert len(found.notices) == 2


def test_numbers_that_are_not_finite_are_unknown() -> None:
    chunk = '{"choices": [], "usage": {"prompt_tokens": NaN, "completion_tokens": 1e999, "cost": Infinity}}'
    assert read(delta(content="a"), chunk, STOP).usage == Usage()


HALVES = '"\\ud83d"', '"\\ude00"'


@pytest.mark.parametrize(
    ("key", "channel"),
    [
        ("content", "text"),
        ("reasoning_content", "reasoning"),
        ("reasoning", "reasoning"),
        ("thinking", "reasoning"),
        ("refusal", "refusal"),
    ],
)
def test_a_character_in_two_deltas_is_whole_again(key: str, channel: str) -> None:
    chunks = [
        '{"choices": [{"delta": {"%s": %s}}]}' % (key, text)  # noqa: UP031 - it is full of braces
        for text in ('"a\\ud83d"', '"\\ude00b"')
    ]
    assert getattr(read(*chunks, STOP), channel) == "a😀b"


def test_half_a_character_that_stays_alone_is_replaced() -> None:
    events = decoded(
        *(f'{{"choices": [{{"delta": {{"content": {half}}}}}]}}' for half in HALVES[:1])
    )
    assert heard(events).text == "\ufffd"


def test_half_a_character_of_a_reply_that_breaks_off_is_dropped() -> None:
    chunk = '{"choices": [{"delta": {"content": "a\\ud83d", "reasoning": "b\\ud83d"}}]}'
    found = read(chunk, {"error": "x"})
    assert (found.text, found.reasoning) == ("a", "b")


def test_lone_surrogates_elsewhere_are_replaced() -> None:
    chunk = (
        '{"id": "\\ud800", "model": "m\\udfff", "citations": ["https://x.test/\\ud800"],'
        ' "choices": [{"delta": {"content": "a\\udfffb"}, "finish_reason": "\\ud800"}]}'
    )
    events = decoded(chunk)
    assert all(encode_event(event) for event in events)
    assert events[0] == Started("p", "m\ufffd", "\ufffd")
    assert heard(events).text == "a\ufffdb"


def test_a_pair_of_escapes_in_one_string_is_one_character() -> None:
    assert read('{"choices": [{"delta": {"content": "\\ud83d\\ude00"}}]}', STOP).text == "😀"


def test_halves_in_broken_but_readable_json_are_joined_too() -> None:
    chunks = [
        f'\ufeff{{"x": NaN, "choices": [{{"delta": {{"content": {half}}}}}]}}' for half in HALVES
    ]
    assert read(*chunks, STOP).text == "😀"


def whole(body: object) -> list[StreamEvent]:
    return list(ChatDecoder(provider="p", model="asked").whole(body))


def test_a_reply_in_one_document_is_the_same_as_in_a_stream() -> None:
    message = {"role": "assistant", "content": "Hello", "reasoning_content": "hm"}
    body = {"id": "r", "choices": [{"message": message, "finish_reason": "stop"}], "usage": TOTALS}
    assert whole(body) == [
        Started("p", "asked", "r"),
        ReasoningDelta("hm"),
        TextDelta("Hello"),
        Usage(20, 9, 0.5),
        Finished("stop"),
    ]


def test_an_error_in_one_document_is_the_providers() -> None:
    with pytest.raises(ProviderFailed, match="it broke"):
        whole({"error": {"message": "it broke"}})


def test_an_error_in_a_list_is_the_providers() -> None:
    with pytest.raises(ProviderFailed, match="it broke"):  # Gemini's, behind OpenAI's dialect
        whole([{"error": {"message": "it broke"}}])


@pytest.mark.parametrize("body", [[], ["a"], "text", None, 3, {}, {"model": "m", "message": {}}])
def test_a_document_of_another_sort_is_no_reply(body: object) -> None:
    with pytest.raises(ProtocolViolation, match="not a reply of the OpenAI dialect"):
        whole(body)


def test_the_decoder_knows_when_the_reply_is_complete() -> None:
    decoder = ChatDecoder(provider="p", model="m")
    known = []
    for chunk in (delta(content="a"), STOP, "[DONE]"):
        list(decoder.decode(frame(chunk)))
        known.append((decoder.finish_seen, decoder.ended))
    assert known == [(False, False), (True, False), (True, True)]
    assert list(decoder.end()) == []


def test_a_frame_that_is_nested_too_deeply_is_nonsense() -> None:
    deep: object = "x"
    for _ in range(70):
        deep = [deep]
    found = read(delta(content="a", logprobs=deep), delta(content="b"), STOP)
    assert (found.text, len(found.notices)) == ("b", 1)
