"""What real Flowise servers sent, over a real socket and through the decoder alone."""

from contextlib import aclosing
from dataclasses import dataclass

import pytest

from chat_tui.errors import AuthFailed, ProviderError, Rejected, WrongId
from chat_tui.events import Approval, Source, SourceRefs, Step, StreamError, StreamEvent, Usage
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.providers.flowise.events import FlowiseDecoder
from tests.net.pieces import arriving, cut, sse_frames
from tests.providers.asking import ask_once, closing, heard, terminals
from tests.providers.flowise_sim import CAPTURES, flowise, recorded, repeating

HELLO = "Hello from the fake LLM. You said: hi there"
MARKDOWN = (
    "# Title\n\nSome **bold** text and `code`.\n\n- one\n- two\n\n"
    '```python\nprint("hi")\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n'
)
NOTES = Source(
    "notes.txt",
    None,
    "Flowise is a low-code LLM tool. chat-tui is a terminal client. The answer to everything is 42.",
)
START = ("Start", "done", "")
LLM = ("LLM", "done", "")
CALCULATOR = ("calculator", '{"input":"6*7"}', "42", "done")
MODEL_KEY = "401 Unauthorized – check your API key and ensure it has access to the requested model."
APPROVAL = Approval(
    "e87f1cd7-c5b1-426c-bb03-b7c46c2cbe3f",
    "Do you want to proceed?",
    approve="Proceed",
    reject="Reject",
    feedback=True,
    resume='{"version":2,"nodeId":"humanInputAgentflow_0"}',
)


@dataclass(frozen=True, slots=True)
class Capture:
    name: str
    text: str = ""
    reasoning: str = ""
    steps: tuple[tuple[str, str, str], ...] = ()
    """Label, last state and detail of each."""
    tools: tuple[tuple[str, str, str, str], ...] = ()
    sources: tuple[Source, ...] = ()
    usage: Usage | None = None
    approval: Approval | None = None
    finish: str | None = "stop"
    kind: str = ""
    """Of the error."""
    error: str = ""
    """Part of its message."""


def failed(
    name: str, kind: str, error: str, *steps: tuple[str, str, str], text: str = ""
) -> Capture:
    return Capture(name, text=text, steps=steps, finish=None, kind=kind, error=error)


STREAMS = (
    Capture("01-chatflow-stream", HELLO),
    Capture("01-chatflow-stream-markdown", MARKDOWN),
    Capture("01-chatflow-stream-empty-answer", finish="unknown"),
    failed(
        "02-agentflow-stream-llm-midfail",
        "provider",
        "Error in LLM node: terminated",
        START,
        ("LLM", "failed", "Error in LLM node: terminated"),
        text="This answer will break ",
    ),
    failed("02-chatflow-stream-llm-http401", "provider", MODEL_KEY),
    failed(
        "02-chatflow-stream-llm-miderr",
        "provider",
        "fake mid-stream error",
        text="This answer will break ",
    ),
    failed("03-protected-stream-badkey", "auth", "the API key that it is bound to"),
    Capture(
        "04-agentflow-agent-stream",
        "The tool said: 42",
        steps=(START, ("Agent", "done", "")),
        tools=(CALCULATOR,),
        usage=Usage(11, 7),
    ),
    Capture(
        "04-agentflow-human-1-ask-stream",
        "Hello from the fake LLM. You said: please do it\n\nDo you want to proceed?",
        steps=(START, LLM, ("Human Input", "running", "waiting for you")),
        approval=APPROVAL,
        finish="tool_calls",
    ),
    Capture(
        "04-agentflow-human-2-proceed",
        "You said proceed.",
        steps=(("Human Input", "done", ""), ("Direct Reply", "done", "")),
    ),
    Capture("04-agentflow-llm-stream", HELLO, steps=(START, LLM), usage=Usage(11, 7)),
    Capture(
        "04-retrievalqa-stream",
        "Hello from the fake LLM. You said: what is the answer",
        sources=(NOTES,),
    ),
    Capture("04-toolagent-stream", "The tool said: 42", tools=(CALCULATOR,)),
    failed(
        "05-agentflow-llm-abort-stream",
        "provider",
        "This operation was aborted",
        START,
        ("LLM", "failed", "Error in LLM node: This operation was aborted"),
        text="w0 w1 w2 w3 w4 w5 ",
    ),
    Capture(
        "06-heartbeat-agentflow",
        "Hello from the fake LLM. You said: MODE:hang",
        steps=(START, LLM),
        usage=Usage(11, 7),
    ),
    Capture(
        "08-agentflow-thinking-stream",
        "Hello from the fake Ollama. You said: hi there",
        reasoning="Let me think about it.",
        steps=(START, LLM),
        usage=Usage(5, 7),
    ),
    Capture(
        "08-seqagent-stream",
        "Hello from the fake LLM. You said: The tool said: 42",
        steps=(
            ("Worker", "done", "The tool said: 42"),
            ("Reviewer", "done", "Hello from the fake LLM. You said: The tool said: 42"),
        ),
        tools=(CALCULATOR,),
    ),
    failed(
        "v228-miderr-stream", "provider", "fake mid-stream error", text="This answer will break "
    ),
)
DOCUMENTS = (
    Capture("01-chatflow-nonstream", HELLO),
    Capture("03-nostream-model-stream", HELLO),
    failed("03-bad-id-nonstream", "rejected", "not found in the database!"),
    failed("03-not-a-uuid-nonstream", "rejected", "Invalid Chatflow ID"),
    failed("03-plural-path-stream-nokey", "auth", "Unauthorized Access"),
    failed("03-protected-nonstream-badkey", "auth", "the API key that it is bound to"),
    failed("03-ratelimit-3", "rate_limit", "Slow down please"),
)
OTHERS = (
    "05-conversation-abort-put",
    "07-chatflows-streaming",
    "07-chatflows-streaming-bad",
    "07-chatflows-streaming-false",
    "07-chatmessage-list",
    "07-ping",
    "07-version",
)
MODE = {"chatflows-streaming": "07-chatflows-streaming"}


def check(events: list[StreamEvent], capture: Capture) -> None:
    found = heard(events)
    steps = {event.id: event for event in events if isinstance(event, Step)}
    sources = [event for event in events if isinstance(event, SourceRefs)]
    assert found.text == capture.text
    assert found.reasoning == capture.reasoning
    assert tuple((step.label, step.state, step.detail) for step in steps.values()) == capture.steps
    assert (
        tuple((one.name, one.arguments, one.output, one.state) for one in found.tools.values())
        == capture.tools
    )
    assert [event.sources for event in sources[-1:]] == [capture.sources][: len(capture.sources)]
    assert found.usage == capture.usage
    assert [event for event in events if isinstance(event, Approval)] == [
        approval for approval in [capture.approval] if approval
    ]
    assert found.finish == capture.finish
    assert (found.error.kind if found.error else "") == capture.kind
    assert capture.error in (found.error.message if found.error else "")
    assert "predictionsServices" not in repr(events)
    assert terminals(events) == [-1]


def test_every_capture_is_read() -> None:
    names = {path.stem for path in CAPTURES.glob("*.http")}
    assert names == {one.name for one in (*STREAMS, *DOCUMENTS)} | set(OTHERS)


@pytest.mark.parametrize("size", [1, 7, None])
@pytest.mark.parametrize("capture", [*STREAMS, *DOCUMENTS], ids=lambda one: one.name)
async def test_a_capture_over_a_socket_gives_what_is_in_it(
    capture: Capture, size: int | None
) -> None:
    answers = {"/prediction/": capture.name, **MODE, "chatmessage": "03-plural-path-stream-nokey"}
    async with repeating(answers, size=size) as server:
        events = await ask_once(flowise(server))
    check(events, capture)


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("capture", STREAMS, ids=lambda one: one.name)
async def test_a_capture_through_the_decoder_gives_what_is_in_it(
    capture: Capture, size: int
) -> None:
    decoder = FlowiseDecoder(provider="p", flow="f", chat_id="c", address=str)
    events: list[StreamEvent] = []
    try:
        pieces = arriving(cut(recorded(capture.name).body, size))
        async with aclosing(sse_frames(pieces, max_event_bytes=1 << 20, lenient=True)) as frames:
            async for frame in frames:
                events += decoder.decode(frame)
        if decoder.lacks_answer:
            events += decoder.not_stored("no key")
        events += decoder.end()
    except ProviderError as error:
        events.append(StreamError(error.kind, error.message))
    check(events, capture)
    assert decoder.closed or capture.kind


async def test_the_time_limit_of_a_flow_is_told_with_its_wait() -> None:
    async with repeating({"/prediction/": "03-ratelimit-3", **MODE}) as server:
        events = await ask_once(flowise(server))
    assert heard(events).error == StreamError(
        "rate_limit",
        "too many requests to 127.0.0.1: Slow down please; it asks to wait 31 s",
        "wait a moment and try again",
        429,
        31.0,
    )


async def test_a_flow_that_is_not_there_is_never_asked_for_a_stream() -> None:
    answers = {
        "chatflows-streaming": "07-chatflows-streaming-bad",
        "chatflows": "03-plural-path-stream-nokey",
    }
    async with repeating(answers) as server:
        events = await ask_once(flowise(server))
    error = heard(events).error
    assert error is not None
    assert error.kind == "rejected"
    assert "Chatflow 00000000-0000-4000-8000-000000000000 not found" in error.message
    assert "chatflowsService" not in error.message
    assert [request.method for request in server.requests] == ["GET", "GET"]


async def test_a_flow_that_does_not_stream_is_asked_without() -> None:
    answers = {
        "chatflows-streaming": "07-chatflows-streaming-false",
        "/prediction/": "01-chatflow-nonstream",
    }
    async with repeating(answers) as server:
        events = await ask_once(flowise(server))
    assert heard(events).text == HELLO
    assert b'"streaming":false' in server.requests[-1].body


async def test_an_answer_that_was_only_stored_is_fetched() -> None:
    chat_id = "9263804c-906d-4475-8745-a742a4537069"
    answers = {
        "/prediction/": "01-chatflow-stream-empty-answer",
        "chatmessage": "07-chatmessage-list",
        **MODE,
    }
    async with repeating(answers) as server:
        provider = flowise(server, PlainKey(Secret("view-only")), parameters={"chatId": chat_id})
        events = await ask_once(provider)
    found = heard(events)
    assert found.text == "Hello from the fake LLM. You said: what is the answer"
    assert [event.sources for event in events if isinstance(event, SourceRefs)] == [(NOTES,)]
    assert (found.finish, len(found.notices)) == ("stop", 1)
    request = server.requests[-1]
    assert request.target.endswith(f"?chatId={chat_id}&order=ASC")
    assert request.headers["authorization"] == "Bearer view-only"


async def test_a_check_says_version_and_mode() -> None:
    async with (
        repeating({"version": "07-version", "ping": "07-ping", **MODE}) as server,
        closing(flowise(server)) as provider,
        closing(flowise(server, chatflow_id="")) as unset,
    ):
        assert await provider.check() == "Flowise 3.1.2; the flow streams"
        assert await unset.check() == "Flowise 3.1.2; no flow is chosen"


async def test_a_check_says_that_a_flow_does_not_stream() -> None:
    answers = {"version": "07-version", "chatflows-streaming": "07-chatflows-streaming-false"}
    async with repeating(answers) as server, closing(flowise(server)) as provider:
        assert await provider.check() == "Flowise 3.1.2; the flow does not stream"


async def test_a_check_of_a_flow_that_is_not_there_is_a_wrong_id() -> None:
    async with (
        repeating({"chatflows-streaming": "07-chatflows-streaming-bad"}) as server,
        closing(flowise(server)) as provider,
    ):
        with pytest.raises(WrongId, match="not found"):
            await provider.check()


async def test_a_stranger_at_the_first_address_means_another_base_url() -> None:
    async with (
        repeating({"": "03-plural-path-stream-nokey"}) as server,
        closing(flowise(server)) as provider,
    ):
        with pytest.raises(Rejected, match="no Flowise at this address") as raised:
            await provider.check()
        assert "base_url" in raised.value.hint
        with pytest.raises(AuthFailed, match="Unauthorized Access") as refused:
            await provider.models()
        assert "chatflow_id" in refused.value.hint
