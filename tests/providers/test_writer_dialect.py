"""Writer's two halves alone: options and bodies out, frames and documents in."""

import json
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import (
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
)
from chat_tui.events import (
    Finished,
    Notice,
    Source,
    SourceRefs,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
    encode_event,
)
from chat_tui.folding import fold
from chat_tui.message import blank_reply, user_message
from chat_tui.net.frames import Frame
from chat_tui.net.json import decode_json
from chat_tui.providers.posted import Decoder
from chat_tui.providers.writer.answers import (
    AnswerDecoder,
    Application,
    Completion,
    Question,
    Search,
)
from chat_tui.providers.writer.chat import WriterChatDecoder
from chat_tui.providers.writer.graph import GraphSearch
from chat_tui.providers.writer.lists import decode_inputs, decode_page
from chat_tui.providers.writer.options import WriterOptions
from chat_tui.providers.writer.requests import application_body, chat_body
from chat_tui.providers.writer.sources import EXCERPT_CHARS, Passages
from chat_tui.providers.writer.tools import completed
from tests.providers.asking import Heard, heard, request
from tests.providers.frames import frame

ERROR = {"tpe": "X", "errors": [{"description": "boom", "key": "k", "extras": {}}], "extras": {}}
STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def chat() -> Decoder:
    return WriterChatDecoder(provider="p", model="m")


def answers(form: Callable[[], Any]) -> Callable[[], Decoder]:
    return lambda: AnswerDecoder(form(), provider="p", model="m")


DECODERS: dict[str, Callable[[], Decoder]] = {
    "chat": chat,
    "completions": answers(Completion),
    "application": answers(Application),
    "question": answers(Question),
    "search": answers(Search),
}
SAYING: dict[str, Callable[[str], dict[str, Any]]] = {
    "chat": lambda text: {"choices": [{"index": 0, "delta": {"content": text}}]},
    "completions": lambda text: {"value": text},
    "application": lambda text: {"delta": {"content": text}},
    "question": lambda text: {"answer": text},
    "search": lambda text: {"answer": text},
}
ALL = pytest.mark.parametrize("name", DECODERS)


def decoded(decoder: Decoder, *bodies: Any) -> list[StreamEvent]:
    """The events of bodies (JSON, text, or whole frames) and a clean end after them."""
    events: list[StreamEvent] = []
    try:
        for body in bodies:
            events += decoder.decode(body if isinstance(body, Frame) else frame(body))
        events += decoder.end()
    except ProviderError as error:
        events += decoder.broken_off()
        events.append(StreamError(error.kind, error.message, error.hint))
    return events


def read(name: str, *bodies: Any) -> Heard:
    return heard(decoded(DECODERS[name](), *bodies))


def choice(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "finish_reason": None, **fields}]}


def told_sources(events: Iterable[StreamEvent]) -> tuple[Source, ...]:
    return [event.sources for event in events if isinstance(event, SourceRefs)][-1]


def test_the_options_have_the_vendors_defaults() -> None:
    options = WriterOptions(kind="writer")
    assert options.base_url == "https://api.writer.com/v1"
    assert (options.endpoint, options.model, options.prompt_input) == (
        "chat",
        "palmyra-x5",
        "query",
    )


def test_the_model_is_what_is_asked() -> None:
    asked = {"application_id": "a", "graph_ids": ["g", "h"]}
    models = [
        msgspec.convert({"kind": "writer", "endpoint": endpoint, **asked}, WriterOptions).model
        for endpoint in ("application", "knowledge-graph", "web-search", "completions")
    ]
    assert models == ["a", "g,h", "palmyra-x5", "palmyra-x5"]


def test_an_empty_model_is_the_usual_one() -> None:
    assert WriterOptions(kind="writer", model="").model == "palmyra-x5"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"graph_ids": [" "]}, "' ' is not the id of a Knowledge Graph"),
        ({"graph_ids": ["a,b"]}, "'a,b' is not the id"),
        ({"endpoint": "application", "prompt_input": ""}, "prompt_input"),
        ({"tools": [{}]}, "tool 1 needs a type"),
        ({"tools": [{"type": ""}]}, "tool 1 needs a type"),
        ({"tools": [{"type": "graph", "function": 1}]}, "is not a table"),
        ({"tools": [{"type": "graph"}]}, "tool 1 ('graph') needs 'graph_ids'"),
        ({"tools": [{"type": "llm", "function": {"model": "m"}}]}, "needs 'description'"),
        ({"tools": [{"type": "vision"}]}, "needs 'variables'"),
        ({"tools": [{"type": "function"}]}, "needs 'name'"),
        ({"tools": [{"type": "web_search"}, {"type": "translation"}]}, "one built-in tool"),
    ],
)
def test_options_that_cannot_be_followed_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"kind": "writer", **wrong}, WriterOptions)
    assert words in str(caught.value)


def test_tools_get_what_the_server_insists_on() -> None:
    tools = completed(
        [
            {"type": "translation", "function": {"formality": True}},
            {"type": "function", "function": {"name": "f"}},
            {"type": "new", "more": 1},
        ],
        [],
    )
    assert tools[0]["function"] == {
        "model": "palmyra-translate",
        "formality": True,
        "length_control": False,
        "mask_profanity": False,
    }
    assert tools[1] == {"type": "function", "function": {"name": "f"}}
    assert tools[2] == {"type": "new", "more": 1, "function": {}}


def test_a_vision_tool_needs_only_its_variables() -> None:
    variables = [{"name": "a", "file_id": "f"}]
    [tool] = completed([{"type": "vision", "function": {"variables": variables}}], [])
    assert tool["function"] == {"model": "palmyra-vision", "variables": variables}


def test_the_prompt_wins_over_an_input_of_its_name() -> None:
    asked = request(user_message("a\x1b", parent=None))
    body = application_body(asked, inputs={"query": "x", "b": "\x1b"}, prompt_input="query")
    assert body["inputs"] == [{"id": "query", "value": ["a␛"]}, {"id": "b", "value": ["␛"]}]


def test_the_users_tools_win_over_the_configured_ones() -> None:
    asked = request(parameters={"tools": [], "tool_choice": "none"})
    body = chat_body(asked, model="m", tools=[{"type": "web_search"}])
    assert (body["tools"], body["tool_choice"]) == ([], "none")


@ALL
def test_text_is_told_delta_by_delta(name: str) -> None:
    say = SAYING[name]
    events = decoded(DECODERS[name](), say(""), say("a"), say(" b"), STOP if name == "chat" else "")
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["a", " b"]
    assert events[-1] == Finished("stop")


@ALL
def test_events_of_another_name_are_passed_over(name: str) -> None:
    say = SAYING[name]
    bodies = (say("a"), frame(say("b"), "ping"), frame(say("c"), "completion"))
    assert read(name, *bodies).text == "a"


@ALL
@pytest.mark.parametrize("event", ["message", "error"])
def test_an_error_in_the_stream_is_the_providers(name: str, event: str) -> None:
    found = read(name, SAYING[name]("a"), frame(ERROR, event))
    assert found.text == "a"
    assert found.error is not None
    assert (found.error.kind, found.error.message) == ("provider", "boom")


@ALL
def test_an_error_that_is_not_json_is_told_as_it_is(name: str) -> None:
    error = read(name, frame("it broke", "error")).error
    assert error is not None
    assert (error.kind, error.message) == ("provider", "it broke")


@ALL
def test_an_error_document_is_the_providers(name: str) -> None:
    with pytest.raises(ProviderFailed, match=r"^boom$"):
        list(DECODERS[name]().whole(ERROR))


@ALL
def test_a_proxys_error_is_the_providers_too(name: str) -> None:
    error = read(name, {"error": {"message": "boom"}}).error
    assert error is not None
    assert (error.kind, error.message) == ("provider", "boom")


@ALL
@pytest.mark.parametrize("body", [[], "x", 1, None, {"strange": 1}])
def test_a_document_of_another_sort_is_not_a_reply(name: str, body: Any) -> None:
    with pytest.raises(ProtocolViolation):
        list(DECODERS[name]().whole(body))


@ALL
def test_nothing_but_done_is_an_empty_reply(name: str) -> None:
    error = read(name, "[DONE]").error
    assert error is not None
    assert (error.kind, "empty reply" in error.message) == ("protocol", True)


@ALL
def test_nothing_is_told_after_the_end(name: str) -> None:
    decoder = DECODERS[name]()
    events = decoded(decoder, SAYING[name]("a"), "[DONE]", SAYING[name]("b"))
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["a"]
    assert decoder.ended
    assert list(decoder.end()) == []


@ALL
def test_two_frames_of_nonsense_are_skipped_and_the_third_is_too_much(name: str) -> None:
    assert len(read(name, "{", "[]", SAYING[name]("a")).notices) >= 2
    error = read(name, "{", "{", "{").error
    assert error is not None
    assert error.kind == "protocol"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("application", {"delta": {"stages": [{"id": "s", "content": "Searching"}]}}),
        ("question", {"answer": "", "subqueries": [{"query": "q", "answer": None}]}),
    ],
)
def test_an_answer_that_never_came_is_incomplete(name: str, body: Any) -> None:
    events = decoded(DECODERS[name](), body)
    assert [event.state for event in events if isinstance(event, Step)] == ["running", "failed"]
    assert isinstance(events[-2], Notice)
    assert events[-1] == Finished("incomplete")


def test_sources_of_a_broken_reply_keep_their_state() -> None:
    decoder = chat()
    events = list(decoder.decode(frame(choice(delta={"llm_data": {"model": "m"}}))))
    events += decoder.broken_off()
    assert [event.state for event in events if isinstance(event, ToolCall)] == [
        "running",
        "failed",
    ]


def test_an_object_of_nulls_is_not_a_search() -> None:
    nothing: dict[str, Any] = {"sources": None, "status": None, "subqueries": None}
    delta = {"content": "a", "graph_data": nothing, "llm_data": {}, "translation_data": {}}
    events = decoded(chat(), choice(delta={**delta, "web_search_data": {"sources": []}}), STOP)
    assert [type(event).__name__ for event in events] == ["Started", "TextDelta", "Finished"]


def test_the_message_beside_a_delta_is_read_for_its_sources_only() -> None:
    graph = {"references": {"files": [{"fileId": "f", "text": "x", "score": 1}]}}
    body = choice(delta={"content": "a"}, message={"content": "a", "graph_data": graph})
    events = decoded(chat(), body, STOP)
    assert heard(events).text == "a"
    assert told_sources(events) == (Source("file f", None, "x", 1.0),)


def test_another_alternatives_tools_are_not_told() -> None:
    other = {"choices": [{"index": 1, "delta": {"llm_data": {"model": "m"}}}]}
    assert read("chat", other, SAYING["chat"]("a"), STOP).tools == {}


def test_a_translation_into_one_known_language_has_no_arrow() -> None:
    told = {"source_text": "a", "target_language_code": "es"}
    found = read("chat", choice(delta={"content": "b", "translation_data": told}), STOP)
    assert found.tools["translation"].output is None


def test_what_is_repeated_with_each_delta_is_told_once() -> None:
    data = {
        "translation_data": {"source_text": "a"},
        "web_search_data": {"query": "q", "search_depth": "basic", "sources": [{"url": "u"}]},
        "graph_data": {"status": "processing", "sources": [{"file_id": "f", "snippet": "s"}]},
    }
    once = choice(delta={"content": "b", **data})
    events = decoded(chat(), once, once, STOP)
    kinds = [type(event).__name__ for event in events]
    assert (kinds.count("ToolCall"), kinds.count("Step")) == (1, 3)
    details = [event.detail for event in events if isinstance(event, Step)]
    assert "q, basic" in details


def test_a_search_that_never_says_it_is_finished_ends_with_the_reply() -> None:
    body = choice(delta={"content": "a", "graph_data": {"status": "processing"}})
    events = decoded(chat(), body, STOP)
    assert [event.state for event in events if isinstance(event, Step)] == ["running", "done"]


def test_a_finished_search_does_not_begin_again() -> None:
    search = GraphSearch(Passages())
    events = [
        event
        for status in ("processing", "finished", "processing")
        for event in search.read({"status": status})
    ]
    assert [event.state for event in events if isinstance(event, Step)] == ["running", "done"]


def test_a_subquery_without_an_answer_runs_until_it_has_one() -> None:
    search = GraphSearch(Passages())
    asked, answered = {"query": "q", "answer": ""}, {"query": "q", "answer": "a"}
    events = [
        event
        for one in (asked, answered, asked, {"query": ""}, None)
        for event in search.read({"subqueries": [one]})
    ]
    assert [(event.state, event.detail) for event in events if isinstance(event, Step)] == [
        ("running", ""),
        ("done", "a"),
    ]


def test_what_only_subqueries_rest_on_comes_last() -> None:
    passages = Passages()
    snippet = {"file_id": "f", "snippet": "s"}
    subquery = {"query": "q", "answer": "a", "sources": [None, snippet]}
    list(GraphSearch(passages).read({"subqueries": [subquery]}))
    passages.add([{"file_id": "g", "snippet": "t"}])
    assert [one.title for one in told_sources(passages.news())] == ["file g", "file f"]


def test_a_question_may_be_wrapped_in_data() -> None:
    assert read("question", {"data": {"answer": "a"}}).text == "a"
    assert read("search", {"data": {"answer": "a"}}).text == "a"


def test_a_search_may_repeat_its_answer_or_go_on_with_it() -> None:
    grown = read("search", {"answer": "a"}, {"answer": "ab"}, {"answer": "ab"})
    added = read("search", {"answer": "a"}, {"answer": "b"}, {"answer": None})
    assert (grown.text, added.text) == ("ab", "ab")


def test_a_search_without_words_has_its_pages() -> None:
    events = decoded(DECODERS["search"](), {"sources": [{"url": "u", "title": "T"}, {"url": ""}]})
    assert told_sources(events) == (Source("T", "u"),)
    assert events[-1] == Finished("stop")


def test_a_stage_keeps_its_label_when_only_its_sources_come() -> None:
    stages = [
        {"id": "s", "content": "Searching"},
        {"id": "s", "content": None, "sources": ["u", 1, ""]},
        {"id": None, "content": "Reading"},
        {"id": "t", "content": None},
    ]
    bodies = [{"delta": {"stages": [stage, None]}} for stage in stages]
    events = decoded(DECODERS["application"](), *bodies, {"delta": {"content": "a"}})
    last = {event.id: event for event in events if isinstance(event, Step)}
    assert [(step.label, step.state, step.detail) for step in last.values()] == [
        ("Searching", "done", "u"),
        ("Reading", "done", ""),
        ("working", "done", ""),
    ]


def test_a_title_is_told_unless_it_is_the_usual_word() -> None:
    titles = ("output", "Headline", "Headline", None)
    bodies = [{"delta": {"title": title, "content": "a"}} for title in titles]
    events = decoded(DECODERS["application"](), *bodies)
    assert [event.label for event in events if isinstance(event, Step)] == ["Headline"]


def test_a_page_of_the_web_is_cut_to_an_excerpt() -> None:
    passages = Passages()
    passages.add([{"url": "u", "raw_content": "x" * 10_000}])
    [page] = told_sources(passages.news())
    assert page.excerpt == "x" * (EXCERPT_CHARS - 1) + "…"


@pytest.mark.parametrize(
    ("references", "shown"),
    [
        ({"files": [{"fileId": "f", "page": True, "score": False}]}, Source("file f")),
        ({"files": [{"file_id": "f", "text": " ", "page": 3}]}, Source("file f, page 3")),
        ({"files": None, "web": [{"url": "u", "score": 2}]}, Source(None, "u", None, 2.0)),
        ({"web": [{"url": "u", "score": 10**400}, None, {}]}, Source(None, "u")),
    ],
)
def test_references_are_read_as_far_as_they_go(references: Any, shown: Source) -> None:
    passages = Passages()
    passages.refer(references)
    assert told_sources(passages.news()) == (shown,)


def test_references_that_are_none_are_not_told() -> None:
    passages = Passages()
    nothing: tuple[Any, ...] = (None, [], {"files": [None, {}], "web": 1})
    for references in nothing:
        passages.refer(references)
    assert list(passages.news()) == []


@pytest.mark.parametrize("body", [None, [], {}, {"data": None}])
def test_a_list_of_another_sort_is_not_a_page(body: Any) -> None:
    with pytest.raises(ProtocolViolation, match="list"):
        decode_page(body)


def test_entries_without_an_id_are_left_out() -> None:
    entries = [None, {}, {"id": ""}, {"id": "a", "name": None}, {"id": "b", "status": "draft"}]
    choices, more = decode_page({"data": entries, "has_more": 1})
    assert [(one.id, one.label) for one in choices] == [("a", ""), ("b", "(draft)")]
    assert more is False


def test_inputs_that_are_not_told_are_unknown() -> None:
    assert decode_inputs({"inputs": None}) is None
    assert decode_inputs({"inputs": [None, {}, {"name": 1}]}) == ()


KEYS = [
    "choices", "delta", "message", "content", "index", "finish_reason", "refusal", "tool_calls",
    "function", "name", "arguments", "id", "usage", "graph_data", "sources", "subqueries", "status",
    "references", "files", "web", "fileId", "file_id", "snippet", "text", "page", "score", "cite",
    "url", "title", "query", "answer", "llm_data", "model", "prompt", "translation_data",
    "source_text", "source_language_code", "target_language_code", "web_search_data",
    "search_depth", "raw_content", "value", "stages", "suggestion", "data", "question", "tpe",
    "errors", "description", "key", "extras", "error",
]  # fmt: skip
WORDS = ["stop", "finished", "processing", "output", "[DONE]", "[a](b)", "b", "https://x.test/"]
# No capital N: "None" in a text can then only be our own.
TEXTS = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_categories=(), exclude_characters="N"), max_size=8),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.sampled_from([0, 1, 2**80])
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6)
BODIES = st.one_of(
    VALUES,
    OBJECTS,
    st.builds(lambda one: {"choices": [{"delta": one}]}, OBJECTS),
    st.builds(lambda one: {"delta": one}, OBJECTS),
    st.builds(
        lambda graph: {"choices": [{"message": {"graph_data": graph}, "finish_reason": "stop"}]},
        OBJECTS,
    ),
    st.builds(lambda stages: {"delta": {"stages": stages}}, st.lists(OBJECTS, max_size=3)),
)
EVENTS = st.sampled_from(["message", "message", "message", "error", "x"])
NAMES = st.sampled_from(list(DECODERS))


def check(name: str, read_all: Callable[[Decoder], Iterable[StreamEvent]]) -> None:
    """Read something, and look at all that comes of it."""
    decoder = DECODERS[name]()
    events: list[StreamEvent] = []
    failed: ProviderError | None = None
    try:
        for event in read_all(decoder):
            events.append(event)  # noqa: PERF402  # a comprehension would lose them to an error
    except ProviderError as error:
        failed = error
        events += decoder.broken_off()
    assert decoder.ended is (failed is None)
    assert failed is None or (failed.message and "None" not in failed.message)
    for event in events:
        assert b"None" not in encode_event(event)
    ends = [at for at, event in enumerate(events) if isinstance(event, Finished)]
    assert ends == ([] if failed else [len(events) - 1])
    left = {event.id: event.state for event in events if isinstance(event, Step)}
    assert "running" not in left.values()
    fold(events, blank_reply(parent=None, provider="p", model="m"))


@given(NAMES, st.lists(st.tuples(EVENTS, BODIES), max_size=6))
def test_whatever_frames_come_become_events_or_a_providers_error(
    name: str, bodies: list[tuple[str, Any]]
) -> None:
    def read_all(decoder: Decoder) -> Iterable[StreamEvent]:
        for event, body in bodies:
            yield from decoder.decode(Frame(event, json.dumps(body)))
        yield from decoder.end()

    check(name, read_all)


@given(NAMES, BODIES)
def test_whatever_document_comes_becomes_events_or_a_providers_error(name: str, body: Any) -> None:
    document = decode_json(json.dumps(body))
    check(name, lambda decoder: decoder.whole(document))


@given(
    st.sampled_from([name for name in DECODERS if name != "search"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<"), min_size=1),
    st.lists(st.integers(0, 50)),
)
def test_however_a_text_is_cut_into_deltas_it_is_the_same(
    name: str, text: str, cuts: list[int]
) -> None:
    places = [0, *sorted(min(place, len(text)) for place in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    found = read(name, *(SAYING[name](piece) for piece in pieces))
    assert found.text == text
