"""What every kind of provider does in every fault, over real sockets.

A new kind joins with a line in KINDS.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TypeAlias

import pytest

from chat_tui.events import (
    ErrorKind,
    Finished,
    ImagePreview,
    StreamError,
    StreamEvent,
    TextDelta,
    encode_event,
)
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.providers.anthropic.provider import ANTHROPIC, AnthropicOptions
from chat_tui.providers.base import Provider
from chat_tui.providers.demo import DEMO, DemoOptions, DemoProvider
from chat_tui.providers.fal.provider import FAL, FalOptions
from chat_tui.providers.flowise.options import FlowiseOptions
from chat_tui.providers.flowise.provider import FLOWISE
from chat_tui.providers.gemini.provider import GEMINI, GeminiOptions
from chat_tui.providers.get3w.provider import GET3W, Get3wOptions
from chat_tui.providers.kinds import Services
from chat_tui.providers.ollama.provider import OLLAMA, OllamaOptions
from chat_tui.providers.openai.options import OpenAIOptions
from chat_tui.providers.openai.provider import FLOWAPI, OPENAI, FlowapiOptions
from chat_tui.providers.writer.options import Endpoint, WriterOptions
from chat_tui.providers.writer.provider import WRITER
from chat_tui.simulator.flowise import AGENTFLOW, CHATFLOW
from chat_tui.simulator.script import (
    Act,
    Comment,
    Done,
    Drop,
    Fail,
    Finish,
    Hang,
    Pause,
    Picture,
    Preview,
    Raw,
    Say,
    Script,
)
from chat_tui.simulator.server import Simulator
from chat_tui.simulator.writer_account import GRAPH, RESEARCH
from tests.builders import patiently
from tests.providers.asking import ask, request, services, terminals

KEY = "canary-0123456789abcdef"
SOON_S = 0.4
PNG = b"\x89PNG\r\n\x1a\n"
KEEPALIVES: tuple[Act, ...] = (Comment(), Pause(SOON_S / 10)) * 200

Build: TypeAlias = Callable[[Simulator, Services], tuple[Provider, Simulator]]
"""The provider, and the simulator that it will really talk to."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind, and how its dialect says the same as the others."""

    name: str
    build: Build
    content: tuple[Act, ...] = (Say("Hel"), Say("lo"))
    """What a reader sees before the fault."""
    ending: tuple[Act, ...] = (Finish(),)
    in_an_event: bytes = b'data: {"choices": [{"delta": {"content": "nev'
    nonsense: bytes = b"data: {nonsense\n\n"
    tries: int = 1
    """How many places are asked before a refused request is given up."""


def _openai(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
    options = OpenAIOptions(kind="openai", base_url=f"{simulator.url}/v1", model="m")
    return OPENAI.build("p", options, given), simulator


def _images(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
    url = f"{simulator.url}/v1"
    options = OpenAIOptions(kind="openai", base_url=url, model="m", endpoint="images")
    return OPENAI.build("p", options, given), simulator


def _flowapi(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
    options = FlowapiOptions(kind="flowapi", base_url=f"{simulator.url}/v1", model="m")
    return FLOWAPI.build("p", options, given), simulator


def _fal(model: str) -> Build:
    def build(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
        options = FalOptions(
            kind="fal",
            run_url=f"{simulator.url}/fal/run",
            queue_url=f"{simulator.url}/fal/queue",
            model=model,
        )
        return FAL.build("p", options, given), simulator

    return build


def _flowise(flow: str) -> Build:
    def build(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
        options = FlowiseOptions(kind="flowise", base_url=simulator.url, chatflow_id=flow)
        return FLOWISE.build("p", options, given), simulator

    return build


def _get3w(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
    options = Get3wOptions(kind="get3w", base_url=f"{simulator.url}/api/v3", model="m")
    return GET3W.build("p", options, given), simulator


def _writer(endpoint: Endpoint) -> Build:
    def build(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
        options = WriterOptions(
            kind="writer",
            base_url=f"{simulator.url}/writer/v1",
            endpoint=endpoint,
            application_id=RESEARCH,
            graph_ids=[GRAPH],
        )
        return WRITER.build("p", options, given), simulator

    return build


def _anthropic(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
    url = f"{simulator.url}/anthropic"
    options = AnthropicOptions(kind="anthropic", base_url=url, model="m")
    return ANTHROPIC.build("p", options, given), simulator


def _gemini(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
    options = GeminiOptions(kind="gemini", base_url=f"{simulator.url}/gemini", model="m")
    return GEMINI.build("p", options, given), simulator


def _ollama(simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
    options = OllamaOptions(kind="ollama", base_url=f"{simulator.url}/ollama", model="demo")
    return OLLAMA.build("p", options, given), simulator


def _demo(_simulator: Simulator, given: Services) -> tuple[Provider, Simulator]:
    provider = DEMO.build("p", DemoOptions(kind="demo"), given)
    assert isinstance(provider, DemoProvider)
    return provider, provider._simulator


KINDS = (
    Subject("openai", _openai),
    Subject("flowapi", _flowapi),
    Subject("demo", _demo),
    Subject(
        "openai images",
        _images,
        content=(Preview(PNG), Preview(PNG)),
        ending=(Picture(PNG),),
        in_an_event=b'event: image_generation.completed\ndata: {"b64_json": "AAA',
    ),
    Subject(
        "fal",
        _fal("fal-ai/any-llm"),
        in_an_event=b'event: event\r\ndata: {"output": "Hello nev',
        tries=3,  # an app without a stream is asked through the queue, which is asked twice
    ),
    Subject(
        "flowise",
        _flowise(CHATFLOW),
        ending=(Finish(), Done()),
        in_an_event=b'message:\ndata:{"event":"token","data":"nev',
        nonsense=b"message:\ndata:{nonsense\n\n",
    ),
    Subject(
        "flowise agents",
        _flowise(AGENTFLOW),
        ending=(Finish(), Done()),
        in_an_event=b'message:\ndata:{"event":"token","data":"nev',
        nonsense=b"message:\ndata:{nonsense\n\n",
    ),
    Subject(
        "fal pictures",
        _fal("fal-ai/flux/dev"),
        content=(Preview(PNG), Preview(PNG)),
        ending=(Picture(PNG),),
        in_an_event=b'data: {"images": [{"url": "data:image/png;base64,AAA',
        tries=3,
    ),
    Subject(
        "get3w",
        _get3w,
        content=(Preview(PNG), Preview(PNG)),
        ending=(Picture(PNG), Finish()),
        in_an_event=b'data: {"status": "completed", "outputs": ["https://x.test/a',
    ),
    Subject("writer", _writer("chat")),
    Subject("writer completions", _writer("completions"), in_an_event=b'data: {"value": "nev'),
    Subject(
        "writer application",
        _writer("application"),
        in_an_event=b'data: {"delta": {"content": "nev',
    ),
    Subject(
        "writer knowledge graph",
        _writer("knowledge-graph"),
        in_an_event=b'data: {"answer": "nev',
    ),
    Subject(
        "writer web search",
        _writer("web-search"),
        in_an_event=b'data: {"answer": "nev',
        tries=2,  # where the search was withdrawn, a chat searches
    ),
    Subject(
        "anthropic",
        _anthropic,
        ending=(Finish(), Done()),
        in_an_event=b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"te',
    ),
    Subject(
        "gemini",
        _gemini,
        in_an_event=b'data: {"candidates": [{"content": {"parts": [{"text": "nev',
    ),
    Subject(
        "gemini pictures",
        _gemini,
        content=(Preview(PNG), Preview(PNG)),
        ending=(Picture(PNG), Finish()),
        in_an_event=b'data: {"candidates": [{"content": {"parts": [{"inlineData": {"data": "AAA',
    ),
    Subject(
        "ollama",
        _ollama,
        in_an_event=b'{"model":"demo","message":{"role":"assistant","content":"nev',
        nonsense=b"{nonsense\n",
    ),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, and what must come of it."""

    name: str
    script: Callable[[Subject], Script]
    kind: ErrorKind | None
    """Of the error; null for a reply that is incomplete."""
    status: int | None = None
    retry_after_s: float | None = None
    keeps: bool = False
    """Content comes before it."""
    silent: bool = False
    """It only shows in that nothing comes any more."""


def refused(status: int, kind: ErrorKind, *, retry_after_s: float | None = None) -> Fault:
    body = f'{{"error": {{"message": "no, {KEY} is not for that", "code": "x"}}}}'.encode()
    headers = {} if retry_after_s is None else {"retry-after": f"{retry_after_s:g}"}
    script = Script(status=status, content_type="application/json", body=body, headers=headers)
    return Fault(str(status), lambda _subject: script, kind, status, retry_after_s)


def acted(*acts: Act) -> Callable[[Subject], Script]:
    return lambda _subject: Script(acts)


def after_content(*acts: Act) -> Callable[[Subject], Script]:
    return lambda subject: Script((*subject.content, *acts))


def nonsense(subject: Subject) -> Script:
    return Script((Raw(subject.nonsense * 3), *subject.ending))


def nonsense_after_content(subject: Subject) -> Script:
    return Script((*subject.content, Raw(subject.nonsense * 3), *subject.ending))


def broken_in_an_event(subject: Subject) -> Script:
    return Script((*subject.content, Raw(subject.in_an_event), Drop()))


def page(_subject: Subject) -> Script:
    return Script(body=b"<!doctype html><title>Log in</title>", content_type="text/html")


def empty(_subject: Subject) -> Script:
    return Script(body=b"")


FAULTS = (
    refused(401, "auth"),
    refused(402, "rejected"),
    refused(403, "rejected"),
    refused(404, "rejected"),
    refused(422, "rejected"),
    refused(429, "rate_limit", retry_after_s=7.0),
    refused(500, "provider"),
    refused(503, "provider"),
    Fault("a web page", page, "protocol", 200),
    Fault("an empty reply", empty, "protocol", 200),
    Fault("a broken connection", acted(Drop()), "network"),
    Fault("a closed connection", acted(Raw(b""), Drop(reset=False)), "network"),
    Fault("a connection broken in an event", broken_in_an_event, None, keeps=True),
    Fault("a connection closed after content", after_content(Drop(reset=False)), None, keeps=True),
    Fault("silence", acted(Hang()), "network", silent=True),
    Fault("silence after content", after_content(Hang()), None, keeps=True, silent=True),
    Fault(
        "nothing but keepalives",
        acted(*KEEPALIVES),
        "network",
        silent=True,
    ),
    Fault("nonsense", nonsense, "protocol"),
    Fault("nonsense after content", nonsense_after_content, "protocol", keeps=True),
    Fault("an error in the stream", acted(Fail(f"{KEY} broke it")), "provider"),
    Fault("an error after content", after_content(Fail("it broke")), "provider", keeps=True),
)


def content(events: list[StreamEvent]) -> list[str | bytes]:
    found: list[str | bytes] = []
    for event in events:
        match event:
            case TextDelta(text=text):
                found.append(text)
            case ImagePreview(data=data):
                found.append(data)
            case _:
                pass
    return found


def expected_content(subject: Subject) -> list[str | bytes]:
    found: list[str | bytes] = []
    for act in subject.content:
        match act:
            case Say(text=text):
                found.append(text)
            case Preview(data=data):
                found.append(data)
            case _:
                raise AssertionError(act)
    return found


async def suffer(
    subject: Subject, script: Script, *, silent: bool, keeps: bool = False
) -> list[StreamEvent]:
    """One reply of a provider that is made for it, and closed."""

    async def suffered(idle_s: float) -> list[StreamEvent]:
        given = services(PlainKey(Secret(KEY)), idle_timeout_s=idle_s)
        async with Simulator() as simulator:
            provider, really = subject.build(simulator, given)
            really.enqueue(*(script,) * subject.tries)
            try:
                return await ask(provider)
            finally:
                await provider.aclose()

    if not silent:
        return await suffered(20.0)
    wanted = expected_content(subject) if keeps else []
    return await patiently(suffered, lambda events: content(events) == wanted)


def check(events: list[StreamEvent], subject: Subject, fault: Fault) -> None:
    assert terminals(events) == [-1]
    assert content(events) == (expected_content(subject) if fault.keeps else [])
    end = events[-1]
    if fault.kind is None:
        assert isinstance(end, Finished)
        assert end.reason == "incomplete"
    else:
        assert isinstance(end, StreamError)
        assert end.kind == fault.kind
        assert end.retry_after_s == fault.retry_after_s
        assert end.message
        if fault.status is not None:
            assert end.status in {fault.status, None}
    for event in events:
        assert KEY.encode() not in encode_event(event)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("subject", KINDS, ids=lambda subject: subject.name)
async def test_a_fault_is_one_terminal_event_that_keeps_what_came(
    subject: Subject, fault: Fault
) -> None:
    before = asyncio.all_tasks()
    script = fault.script(subject)
    replies = await asyncio.gather(
        *(
            suffer(subject, replace(script, cut=size), silent=fault.silent, keeps=fault.keeps)
            for size in (1, 7, None)
        )
    )
    for events in replies:
        check(events, subject, fault)
    # httpx leaves generators to be closed by the loop, a turn or two later.
    async with asyncio.timeout(30):
        while left := asyncio.all_tasks() - before:
            await asyncio.wait(left)


@pytest.mark.parametrize("subject", KINDS, ids=lambda subject: subject.name)
async def test_a_reply_without_a_fault_ends_with_stop(subject: Subject) -> None:
    events = await suffer(subject, Script((*subject.content, *subject.ending)), silent=False)
    assert content(events) == expected_content(subject)
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.reason == "stop"
    assert end.first_s is not None


@pytest.mark.parametrize(
    "subject",
    [subject for subject in KINDS if subject.name != "demo"],  # it starts its own server
    ids=lambda subject: subject.name,
)
async def test_nothing_is_listening_is_a_network_error(subject: Subject) -> None:
    async with Simulator() as simulator:
        provider, _ = subject.build(simulator, services())
        await simulator.stop()
        events = await ask(provider)
        await provider.aclose()
    end = events[-1]
    assert isinstance(end, StreamError)
    assert end.kind == "network"
    assert "nothing is listening" in end.message


@pytest.mark.parametrize("subject", KINDS, ids=lambda subject: subject.name)
async def test_a_stream_is_over_after_its_terminal_event(subject: Subject) -> None:
    async with Simulator() as simulator:
        provider, really = subject.build(simulator, services())
        really.enqueue(Script((*subject.content, *subject.ending)))
        async with aclosing(provider.stream(request())) as stream:
            events = [event async for event in stream]
        await provider.aclose()
    assert terminals(events) == [-1]


@pytest.mark.parametrize("subject", KINDS, ids=lambda subject: subject.name)
async def test_a_provider_says_what_it_is(subject: Subject) -> None:
    async with Simulator() as simulator:
        provider, _ = subject.build(simulator, services())
        await provider.aclose()
    assert (provider.name, provider.parameters) == ("p", {})
    assert provider.model


@pytest.mark.parametrize("subject", KINDS, ids=lambda subject: subject.name)
async def test_a_provider_may_be_closed_twice_and_before_use(subject: Subject) -> None:
    async with Simulator() as simulator:
        provider, _ = subject.build(simulator, services())
        await provider.aclose()
        await provider.aclose()


@pytest.mark.parametrize("subject", KINDS, ids=lambda subject: subject.name)
async def test_models_are_listed(subject: Subject) -> None:
    async with Simulator() as simulator:
        provider, _ = subject.build(simulator, services())
        models = await provider.models()
        await provider.aclose()
    assert models
    assert all(model.id for model in models)
