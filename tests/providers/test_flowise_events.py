"""Frames and answers of Flowise as events."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import ProtocolViolation, ProviderError
from chat_tui.events import (
    Approval,
    Finished,
    FollowUps,
    ImageResult,
    Notice,
    ReasoningDelta,
    Source,
    SourceRefs,
    Started,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from chat_tui.net.frames import Frame
from chat_tui.net.json import decode_json
from chat_tui.net.sse import SseDecoder
from chat_tui.providers.flowise.events import FlowiseDecoder
from tests.net.pieces import cut_at
from tests.providers.test_flowise_dialect import V1_ACTION, V2_ACTION

STARTED = Started("p", "f")
METADATA: dict[str, Any] = {"chatId": "c", "chatMessageId": "m1", "sessionId": "c"}
CALL = {"tool": "calc", "toolInput": {"input": "1+1"}, "toolOutput": ""}
USED = {**CALL, "toolOutput": "2"}
RUNNING = ToolCall("tool 1", "calc", '{"input":"1+1"}')
DONE = ToolCall("tool 1", "calc", '{"input":"1+1"}', "2", "done")


def new_decoder() -> FlowiseDecoder:
    return FlowiseDecoder(
        provider="p", flow="f", chat_id="c", address=lambda name: f"http://files/{name}"
    )


def frame(event: str, data: Any, **more: Any) -> Frame:
    return Frame("message", json.dumps({"event": event, "data": data, **more}))


def decoded(*frames: Frame) -> list[StreamEvent]:
    """The events of frames and of the end after them."""
    decoder = new_decoder()
    events: list[StreamEvent] = []
    try:
        for one in frames:
            events += decoder.decode(one)
        events += decoder.end()
    except ProviderError as error:
        events.append(StreamError(error.kind, error.message, error.hint))
    return events


def told(*frames: Frame) -> list[StreamEvent]:
    """What frames say of a flow that succeeds, without what every reply says."""
    say = frame("token", "x")
    events = decoded(*frames, say, frame("metadata", METADATA), frame("end", "[DONE]"))
    assert events[-1] == Finished("stop")
    usual = {STARTED, Started("p", "f", "m1"), TextDelta("x"), events[-1]}
    return [event for event in events if event not in usual]


def answered(body: Any) -> list[StreamEvent]:
    decoder = new_decoder()
    return [*decoder.whole(body), *decoder.end()]


def test_an_answer_is_complete_once_its_metadata_came() -> None:
    assert decoded(
        frame("start", "Hel"),
        frame("token", "Hel"),
        frame("token", ""),
        frame("token", "lo"),
        frame("metadata", METADATA),
        frame("end", "[DONE]"),
        frame("token", "never"),
    ) == [
        STARTED,
        TextDelta("Hel"),
        TextDelta("lo"),
        Started("p", "f", "m1"),
        Finished("stop"),
    ]


@pytest.mark.parametrize(
    ("frames", "notice"),
    [
        ((frame("end", "[DONE]"),), "the flow ended without saying that its answer is complete"),
        ((), "the connection ended before the server said that the reply is complete"),
        ((frame("abort", "[DONE]"), frame("end", "")), "the flow was stopped at the server"),
        ((frame("agentFlowEvent", "TERMINATED"),), "the flow ended at the server: terminated"),
    ],
)
def test_text_without_metadata_is_incomplete(frames: tuple[Frame, ...], notice: str) -> None:
    assert decoded(frame("token", "a"), *frames) == [
        STARTED,
        TextDelta("a"),
        Notice(notice),
        Finished("incomplete"),
    ]


def test_an_end_after_an_error_is_no_success() -> None:
    assert decoded(frame("token", "a"), frame("error", "it broke"), frame("end", "")) == [
        STARTED,
        TextDelta("a"),
        StreamError("provider", "it broke"),
    ]


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        ("Error: predictionsServices.buildChatflow - boom", "provider", "boom"),
        ("Error in LLM node: Unauthorized", "provider", "Error in LLM node: Unauthorized"),
        ("Unauthorized", "auth", "the flow does not answer"),
        ("Error: predictionsServices.buildChatflow - Unauthorized", "auth", "the flow does not"),
        ("Error: predictionsServices.buildChatflow - Chatflow x not found", "rejected", "Chatflow"),
        ({"message": "deep"}, "provider", "deep"),
        ("", "provider", "without saying why"),
    ],
)
def test_an_error_has_its_own_words_and_kind(said: object, kind: str, message: str) -> None:
    (error,) = decoded(frame("error", said))
    assert isinstance(error, StreamError)
    assert (error.kind, message in error.message) == (kind, True)
    assert "predictionsServices" not in error.message


def test_the_key_of_the_model_is_not_that_of_the_user() -> None:
    (error,) = decoded(frame("error", "401 Unauthorized – check your API key and ensure it"))
    assert isinstance(error, StreamError)
    assert (error.kind, "in the flow" in error.hint) == ("provider", True)


def test_an_error_object_without_framing_is_an_error() -> None:
    (error,) = decoded(Frame("error", '{"statusCode":500,"success":false,"message":"it broke"}'))
    assert error == StreamError("provider", "it broke")


@pytest.mark.parametrize(
    "between",
    [
        frame("token", "so"),
        frame("calledTools", [{"tool": "t", "toolInput": "", "toolOutput": ""}]),
        frame("usedTools", [{"tool": "t", "toolInput": "", "toolOutput": "1"}]),
    ],
)
def test_a_duration_that_comes_too_late_begins_no_other_thought(between: Frame) -> None:
    events = told(frame("thinking", "hm"), between, frame("thinking", "", duration=2))
    assert [one for one in events if isinstance(one, ReasoningDelta)] == [ReasoningDelta("hm")]


def test_thinking_comes_with_its_duration() -> None:
    assert told(
        frame("thinking", "hm"), frame("thinking", "", duration=2), frame("thinking", "")
    ) == [ReasoningDelta("hm"), ReasoningDelta("", 2.0)]


def test_a_duration_without_a_thought_is_nothing() -> None:
    assert told(frame("thinking", "", duration=2)) == []


@pytest.mark.parametrize("duration", [True, "2", -1, None])
def test_an_odd_duration_is_none(duration: object) -> None:
    assert told(frame("thinking", "hm", duration=duration)) == [ReasoningDelta("hm")]


def test_halves_of_characters_are_joined() -> None:
    halves = [Frame("message", f'{{"event":"token","data":"{h}"}}') for h in (r"\ud83d", r"\ude00")]
    assert told(*halves) == [TextDelta("😀")]


def test_a_half_that_stays_alone_is_told_at_the_end() -> None:
    half = Frame("message", r'{"event":"token","data":"a\ud83d"}')
    assert decoded(half)[1:3] == [TextDelta("a"), TextDelta("\ufffd")]
    assert decoded(half, frame("error", "e"))[1:3] == [TextDelta("a"), TextDelta("\ufffd")]
    thought = Frame("message", r'{"event":"thinking","data":"a\ud83d"}')
    assert decoded(thought)[1:3] == [ReasoningDelta("a"), ReasoningDelta("\ufffd")]


@pytest.mark.parametrize(
    ("payload", "text"),
    [([{"type": "text", "text": "a"}, "b", None], "ab"), (42, "42"), (True, ""), ({}, "")],
)
def test_a_token_may_be_more_than_a_text(payload: object, text: str) -> None:
    assert told(frame("token", payload)) == ([TextDelta(text)] if text else [])


@pytest.mark.parametrize(
    ("status", "state", "detail"),
    [
        ("INPROGRESS", "running", ""),
        ("FINISHED", "done", ""),
        ("STOPPED", "running", "waiting for you"),
        ("TERMINATED", "failed", "terminated"),
        ("TIMEOUT", "failed", "timed out"),
        ("PAUSED", "running", "PAUSED"),
    ],
)
def test_a_node_is_a_step(status: str, state: Any, detail: str) -> None:
    node = {"nodeId": "n", "nodeLabel": "LLM", "status": status}
    assert told(frame("nextAgentFlow", node)) == [Step("n", "LLM", state, detail)]


def test_the_error_of_a_node_is_its_detail() -> None:
    node = {"nodeId": "n", "nodeLabel": "", "status": "ERROR", "error": {"code": 1}}
    assert told(frame("nextAgentFlow", node)) == [Step("n", "n", "failed", '{"code":1}')]


def test_agents_are_a_list_that_is_sent_again_whole() -> None:
    worker = {"agentName": "Worker", "messages": ["a", "b"], "usedTools": [USED, None]}
    boss = {"nodeName": "supervisor", "instructions": "go", "sourceDocuments": [None]}
    assert told(
        frame("start", [worker]),
        frame("agentReasoning", [worker]),
        frame("nextAgent", "Boss"),
        frame("agentReasoning", [worker, boss, "odd"]),
        frame("agentReasoning", [{**worker, "messages": ["c"]}]),
        frame("agentReasoning", None),
        frame("usedTools", [USED]),
    ) == [
        Step("agent 1", "Worker", "done", "a\n\nb"),
        DONE,
        Step("agent 2", "Boss", "running"),
        Step("agent 2", "supervisor", "done", "go"),
        Step("agent 1", "Worker", "done", "c"),
    ]


def test_an_agent_that_says_nothing_is_done_with_the_flow() -> None:
    assert told(frame("nextAgent", "Boss"), frame("nextAgent", None)) == [
        Step("agent 1", "Boss", "running"),
        Step("agent 1", "Boss", "done"),
    ]


def test_a_call_and_its_use_are_one_tool_call() -> None:
    assert told(
        frame("calledTools", [CALL]),
        frame("calledTools", [CALL, None, {"odd": 1}]),
        frame("usedTools", [None, USED]),
        frame("calledTools", []),
    ) == [RUNNING, DONE]


def test_an_input_may_be_json_in_a_text() -> None:
    used = {**USED, "toolInput": '{ "input": "1+1" }'}
    assert told(frame("calledTools", [CALL]), frame("usedTools", [used])) == [RUNNING, DONE]


def test_the_same_call_of_a_later_node_is_another_one() -> None:
    again = [
        frame("calledTools", [CALL]),
        frame("usedTools", [USED]),
        frame("calledTools", []),
    ]
    events = told(*again, *again)
    assert [event.id for event in events if isinstance(event, ToolCall)] == [
        "tool 1", "tool 1", "tool 2", "tool 2",
    ]  # fmt: skip


def test_two_like_calls_in_one_list_are_two() -> None:
    events = told(frame("usedTools", [USED, {**USED, "toolOutput": "3"}]))
    assert [(one.id, one.output) for one in events if isinstance(one, ToolCall)] == [
        ("tool 1", "2"),
        ("tool 2", "3"),
    ]


def test_a_use_that_comes_after_the_calls_were_cleared_finds_its_call() -> None:
    assert told(
        frame("calledTools", [CALL]), frame("calledTools", []), frame("usedTools", [USED])
    ) == [RUNNING, DONE]


def test_a_call_without_an_output_is_done_with_the_flow() -> None:
    over = ToolCall("tool 1", "calc", '{"input":"1+1"}', None, "done")
    assert told(frame("calledTools", [CALL])) == [RUNNING, over]


def test_outputs_may_be_objects_and_errors() -> None:
    calls = [
        {"tool": "a", "toolInput": "x", "toolOutput": {"b": [1]}},
        {"tool": "b", "toolInput": None, "toolOutput": "", "error": "no"},
    ]
    assert told(frame("usedTools", calls)) == [
        ToolCall("tool 1", "a", "x", '{"b":[1]}', "done"),
        ToolCall("tool 2", "b", "", "no", "failed"),
    ]


def test_a_trace_is_the_same_call_as_the_use_that_follows() -> None:
    action = json.dumps({"tool": "calc", "toolInput": {"input": "1+1"}, "log": " Invoking \n"})
    start = {"step": "tool_start", "name": "unknown-tool", "input": '{"input":"1+1"}'}
    end = {"step": "tool_end", "output": "2", "runId": "r2", "parentRunId": "r1"}
    assert told(
        frame("agent_trace", {"step": "agent_action", "action": action, "runId": "r1"}),
        frame("agent_trace", {**start, "runId": "r2", "parentRunId": "r1"}),
        frame("agent_trace", end),
        frame("usedTools", [USED]),
    ) == [
        Step("run r1", "agent: calc", "running", "Invoking"),
        RUNNING,
        Step("run r1", "agent: calc", "done", "Invoking"),
        DONE,
    ]


def test_a_tool_that_no_agent_chose_is_named_by_the_use_that_follows() -> None:
    start = {"step": "tool_start", "name": "unknown-tool", "input": '{"input":"1+1"}'}
    end = {"step": "tool_end", "output": "2", "runId": "r2", "parentRunId": "r1"}
    assert told(
        frame("agent_trace", {**start, "runId": "r2", "parentRunId": "r1"}),
        frame("agent_trace", end),
        frame("usedTools", [USED]),
    ) == [
        ToolCall("tool 1", "tool", '{"input":"1+1"}'),
        ToolCall("tool 1", "tool", '{"input":"1+1"}', "2", "done"),
        DONE,
    ]


def test_a_trace_of_a_tool_that_fails_is_a_failed_call() -> None:
    start = {"step": "tool_start", "name": "calc", "input": "1/0", "runId": "r"}
    assert told(
        frame("agent_trace", start),
        frame("agent_trace", {"step": "tool_error", "error": "by zero", "runId": "r"}),
        frame(
            "agent_trace", {"step": "tool_end", "output": "?", "runId": "other", "parentRunId": "x"}
        ),
        frame("agent_trace", {"step": "agent_action", "action": "{", "runId": "q"}),
        frame("agent_trace", "odd"),
    ) == [
        ToolCall("tool 1", "calc", "1/0"),
        ToolCall("tool 1", "calc", "1/0", "by zero", "failed"),
        Step("run q", "agent", "running"),
        Step("run q", "agent", "done"),
    ]


def document(text: object, **metadata: object) -> dict[str, object]:
    return {"pageContent": text, "metadata": metadata}


def test_sources_are_merged_without_doubles() -> None:
    events = told(
        frame("sourceDocuments", [document("a", source="/x/a.txt"), None, "odd", {}]),
        frame("sourceDocuments", [document("a", source="/x/a.txt")]),
        frame("sourceDocuments", []),
        frame("usedTools", [{**USED, "sourceDocuments": [document("b", fileName="b.pdf")]}]),
    )
    first, second = Source("/x/a.txt", None, "a"), Source("b.pdf", None, "b")
    assert events == [SourceRefs((first,)), DONE, SourceRefs((first, second))]


@pytest.mark.parametrize(
    ("given", "source"),
    [
        (document("a", source="blob", title="T"), Source("T", None, "a")),
        (document("a", source="http://h/x", title="T"), Source("T", "http://h/x", "a")),
        (document("", source="https://h/x"), Source("https://h/x", "https://h/x")),
        (document("a", url="http://h/", score=0.5), Source("http://h/", "http://h/", "a", 0.5)),
        (document("a", url="file:///etc", score=True), Source(None, None, "a")),
        ({"pageContent": "a", "metadata": None}, Source(None, None, "a")),
    ],
)
def test_a_source_is_named_by_what_its_loader_said(given: object, source: Source) -> None:
    assert told(frame("sourceDocuments", [given])) == [SourceRefs((source,))]


def test_a_stored_picture_has_the_address_of_its_server() -> None:
    artifacts = [
        {"type": "png", "data": "FILE-STORAGE::a b.png"},
        {"type": "jpeg", "data": "FILE-STORAGE::b.jpg"},
        None,
    ]
    assert told(frame("artifacts", artifacts), frame("artifacts", [artifacts[0]])) == [
        ImageResult("reply", 0, url="http://files/a b.png", media_type="image/png"),
        ImageResult("reply", 1, url="http://files/b.jpg", media_type="image/jpeg"),
    ]


def test_pictures_may_be_inline_or_elsewhere() -> None:
    artifacts = [
        {"type": "png", "data": "data:image/png;base64,QUJD"},
        {"type": "gif", "data": "QUJD"},
        {"type": "webp", "data": "https://h/x.webp"},
        {"type": "png", "data": "***"},
    ]
    assert told(frame("artifacts", artifacts)) == [
        ImageResult("reply", 0, url="data:image/png", media_type="image/png", data=b"ABC"),
        ImageResult("reply", 1, media_type="image/gif", data=b"ABC"),
        ImageResult("reply", 2, url="https://h/x.webp"),
        Notice("the server sent a picture that is not base64"),
    ]


def test_other_artifacts_are_told_as_they_are() -> None:
    artifacts = [
        {"type": "html", "data": "<b>x</b>"},
        [{"type": "markdown", "data": "# x"}],
        {"type": "csv", "data": "FILE-STORAGE::t.csv"},
        {"type": 3},
    ]
    assert told(frame("artifacts", artifacts)) == [
        Notice("the flow added html: <b>x</b>"),
        Notice("the flow added markdown: # x"),
        Notice("the flow made the file t.csv: http://files/t.csv"),
    ]


def test_of_a_large_artifact_only_the_beginning_is_told() -> None:
    [notice] = told(frame("artifacts", [{"type": "html", "data": "x" * 1_000_000}]))
    assert isinstance(notice, Notice)
    assert notice.text.startswith("the flow added html: xxx")
    assert notice.text.endswith("… (1,000,000 characters)")
    assert len(notice.text) < 3000


def test_annotated_files_are_told_with_their_address() -> None:
    files = [{"filePath": "/x", "fileName": "r.csv"}, None, {"fileName": "r.csv"}]
    assert told(frame("fileAnnotations", files)) == [
        Notice("the flow made the file r.csv: http://files/r.csv")
    ]


def test_what_the_nodes_spent_is_summed() -> None:
    assert told(
        frame("usageMetadata", {"input_tokens": 1, "output_tokens": 2}),
        frame("usageMetadata", {"input_tokens": 10, "output_tokens": "x"}),
        frame("usageMetadata", {"input_tokens": True, "output_tokens": -1}),
        frame("usageMetadata", None),
    ) == [Usage(1, 2), Usage(11, 2)]


@pytest.mark.parametrize(
    "prompts",
    ['["a","b"]', '"[\\"a\\",\\"b\\"]"', ["a", "b", "a", " ", 3], '{"questions":["a","b"]}'],
)
def test_follow_ups_are_a_list_in_a_text(prompts: object) -> None:
    events = decoded(
        frame("token", "x"), frame("metadata", {**METADATA, "followUpPrompts": prompts})
    )
    assert FollowUps(("a", "b")) in events


@pytest.mark.parametrize("prompts", [None, "", "[]", "{", 3, "abc"])
def test_no_follow_ups_are_none(prompts: object) -> None:
    events = decoded(frame("metadata", {**METADATA, "followUpPrompts": prompts}))
    assert not [event for event in events if isinstance(event, FollowUps)]


@pytest.mark.parametrize("action", [V1_ACTION, V2_ACTION])
def test_a_flow_that_waits_ends_with_its_approval(action: dict[str, Any]) -> None:
    events = decoded(
        frame("token", "Long talk.\n\nSend it?"),
        frame("action", action),
        frame("metadata", {**METADATA, "action": action}),
        frame("end", "[DONE]"),
    )
    approvals = [event for event in events if isinstance(event, Approval)]
    assert [approval.prompt for approval in approvals] == ["Send it?"]
    assert events[-1] == Finished("tool_calls")


def test_a_flow_that_waits_does_so_even_when_the_stream_ends_early() -> None:
    assert decoded(frame("token", "?"), frame("action", V2_ACTION))[-1] == Finished("tool_calls")


def test_a_flow_may_tell_its_action_only_at_the_end() -> None:
    text = json.dumps(V2_ACTION)
    events = decoded(frame("token", "?"), frame("metadata", {**METADATA, "action": text}))
    assert events[-1] == Finished("tool_calls")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("agentFlowExecutedData", [{"data": {"input": "secret prompt"}}]),
        ("tts_data", {"audioChunk": "AAAA"}),
        ("tool", {"any": 1}),
        ("executionEnd", {"chatId": "c"}),
        ("agentFlowEvent", "INPROGRESS"),
        ("new", None),
        ("metadata", None),
        ("sourceDocuments", "odd"),
        ("nextAgentFlow", []),
        ("artifacts", {}),
        ("fileAnnotations", "x"),
        ("action", None),
    ],
)
def test_what_says_nothing_is_passed_over(name: str, data: object) -> None:
    assert told(frame(name, data)) == []


@pytest.mark.parametrize("nonsense", ["{x", "[]", '"text"', "{}", '{"event":3}'])
def test_three_frames_of_nonsense_are_too_many(nonsense: str) -> None:
    bad = Frame("message", nonsense)
    skipped = Notice("skipped an event from the server that cannot be understood")
    assert told(bad, bad) == [skipped, skipped]
    error = decoded(bad, bad, bad)[-1]
    assert isinstance(error, StreamError)
    assert (error.kind, "base_url" in error.hint) == ("protocol", True)


def test_keepalives_and_blanks_are_no_frames() -> None:
    assert told(Frame("message", " "), Frame("ping", "x")) == []


def test_a_stream_of_nothing_is_no_reply() -> None:
    (error,) = decoded()
    assert isinstance(error, StreamError)
    assert error.kind == "protocol"


def test_the_end_comes_once() -> None:
    decoder = new_decoder()
    list(decoder.decode(frame("end", "")))
    assert list(decoder.end())
    assert list(decoder.end()) == []


def test_an_answer_in_one_piece_has_everything() -> None:
    node = {
        "nodeId": "n",
        "nodeLabel": "LLM",
        "status": "FINISHED",
        "data": {"input": "secret", "output": {"usageMetadata": {"input_tokens": 3}}},
    }
    body = {
        "text": "Hi",
        "chatMessageId": "m1",
        "agentFlowExecutedData": [node, {**node, "nodeId": "e", "data": {"error": "e"}}, None],
        "agentReasoning": json.dumps([{"agentName": "A", "messages": ["b"]}]),
        "reasonContent": {"thinking": "hm", "thinkingDuration": 2},
        "usedTools": [USED],
        "sourceDocuments": json.dumps([document("a", source="s")]),
        "artifacts": None,
        "fileAnnotations": [{"fileName": "f"}],
        "followUpPrompts": '["next"]',
        "action": V2_ACTION,
    }
    events = answered(body)
    assert events[:4] == [
        Started("p", "f", "m1"),
        Step("n", "LLM", "done"),
        Step("e", "LLM", "done", "e"),
        Usage(3),
    ]
    assert [type(event) for event in events[4:]] == [
        Step,
        ReasoningDelta,
        TextDelta,
        ToolCall,
        SourceRefs,
        Notice,
        Approval,
        FollowUps,
        Finished,
    ]
    assert "secret" not in repr(events)
    assert events[-1] == Finished("tool_calls")


def test_an_answer_may_be_json_or_empty() -> None:
    assert TextDelta('{"a":1}') in answered({"json": {"a": 1}, "chatId": "c"})
    assert answered({"text": "", "chatId": "c"}) == [
        STARTED,
        Notice("the flow sent no answer text"),
        Finished("stop"),
    ]


@pytest.mark.parametrize("body", [[], "x", None, {}, {"odd": 1}])
def test_a_document_of_another_sort_is_no_answer(body: object) -> None:
    with pytest.raises(ProtocolViolation, match="not a reply of Flowise"):
        answered(body)


@pytest.mark.parametrize("body", [{"error": "it broke"}, {"message": "it broke", "stack": {}}])
def test_an_error_in_a_document_is_the_flows(body: object) -> None:
    with pytest.raises(ProviderError, match="it broke"):
        answered(body)


def stored(*messages: dict[str, Any], succeeded: bool) -> list[StreamEvent]:
    decoder = new_decoder()
    for one in [frame("metadata", METADATA)] * succeeded + [frame("end", "[DONE]")]:
        list(decoder.decode(one))
    assert decoder.lacks_answer
    events = [*decoder.stored(list(messages))]
    assert decoder.lacks_answer is (succeeded and not messages)
    return [*events, *decoder.end()]


ASKED = {"role": "userMessage", "content": "?", "chatId": "c"}
ANSWER = {"id": "m2", "role": "apiMessage", "content": "Hi", "chatId": "c"}
OTHER = {"id": "m3", "role": "apiMessage", "content": "not this", "chatId": "other"}


@pytest.mark.parametrize("succeeded", [True, False])
def test_a_stored_answer_completes_a_reply(succeeded: bool) -> None:
    assert stored(ASKED, {**ANSWER, "content": "old"}, ANSWER, OTHER, succeeded=succeeded) == [
        Started("p", "f", "m2"),
        TextDelta("Hi"),
        Notice("the answer did not come in the stream; the server had stored it"),
        Finished("stop"),
    ]


def test_nothing_stored_is_an_empty_answer() -> None:
    assert stored(succeeded=True) == [Notice("the flow sent no answer text"), Finished("stop")]
    assert stored(OTHER, succeeded=False) == [
        Notice("the flow ended without saying that its answer is complete"),
        Finished("incomplete"),
    ]


def test_a_stored_answer_that_cannot_be_read_leaves_the_end_unknown() -> None:
    decoder = new_decoder()
    list(decoder.decode(frame("metadata", METADATA)))
    assert [*decoder.not_stored("no key"), *decoder.end()] == [
        Notice("the flow sent no text, and what it stored cannot be read: no key"),
        Finished("unknown"),
    ]


def test_the_numbers_of_calls_and_steps_are_bounded() -> None:
    many = [{"tool": "t", "toolInput": number} for number in range(600)]
    events = told(
        frame("usedTools", many),
        frame("calledTools", []),
        frame("usedTools", [{"tool": "t", "toolInput": "new"}]),
        frame("agent_trace", {"step": "tool_start", "name": "t", "input": "newer"}),
        *(frame("nextAgentFlow", {"nodeId": f"{n}", "status": "FINISHED"}) for n in range(501)),
        frame("artifacts", [{"type": "text", "data": f"{n}"} for n in range(101)]),
        frame("sourceDocuments", [document(f"{n}") for n in range(501)]),
    )
    assert sum(isinstance(event, ToolCall) for event in events) == 500
    assert sum(isinstance(event, Step) for event in events) == 500
    assert sum(isinstance(event, Notice) for event in events) == 100
    (sources,) = [event for event in events if isinstance(event, SourceRefs)]
    assert len(sources.sources) == 500


STREAM = (
    b"".join(
        b"message:\ndata:" + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"
        for event in (
            {"event": "agentFlowEvent", "data": "INPROGRESS"},
            {"event": "thinking", "data": "hm\u2028m"},
            {"event": "thinking", "data": "", "duration": 1},
            {"event": "token", "data": "Grüße\u2028 😀\u0085 data: x"},
            {"event": "calledTools", "data": [CALL]},
            {"event": "usedTools", "data": [USED]},
            {"event": "metadata", "data": METADATA},
        )
    )
    + b':heartbeat\n\nmessage\ndata:{"event":"end","data":"[DONE]"}\n\n'
)  # as before 3.1.2


def read(pieces: list[bytes]) -> list[StreamEvent]:
    frames, decoder = SseDecoder(max_event_bytes=1 << 20, lenient=True), new_decoder()
    events: list[StreamEvent] = []
    for piece in pieces:
        for one in frames.feed(piece):
            events += decoder.decode(one)
    assert decoder.closed
    return [*events, *decoder.end()]


WHOLE = read([STREAM])


@given(st.lists(st.integers(min_value=0), max_size=30))
def test_a_stream_cut_anywhere_gives_the_same_events(places: list[int]) -> None:
    assert read(cut_at(STREAM, places)) == WHOLE


def test_text_comes_as_it_was_sent() -> None:
    assert TextDelta("Grüße\u2028 😀\u0085 data: x") in WHOLE
    assert WHOLE[-1] == Finished("stop")


KEYS = st.sampled_from(
    [
        "data", "nodeId", "status", "tool", "toolInput", "toolOutput", "usedTools", "metadata",
        "source", "pageContent", "type", "step", "runId", "messages", "input", "mapping", "id",
        "elements", "action", "followUpPrompts", "chatMessageId", "text", "duration", "agentName",
    ]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from([*new_decoder()._readers, "token", "thinking", "start", "new"])


@given(st.lists(st.tuples(NAMES, JSON), max_size=8))
def test_no_payload_breaks_the_decoder(events: list[tuple[str, object]]) -> None:
    frames = [frame(name, data, duration=data) for name, data in events]
    assert isinstance(decoded(*frames)[-1], Finished | StreamError)


@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_no_document_breaks_the_decoder(body: dict[str, object]) -> None:
    try:
        events = answered(decode_json(json.dumps(body)))
    except ProviderError:
        return
    assert isinstance(events[-1], Finished)
