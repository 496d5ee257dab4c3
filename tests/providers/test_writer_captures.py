"""Bodies as Writer sends them, over a real socket and through the decoders alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from chat_tui.events import Source, SourceRefs, Step, StreamEvent, Usage
from chat_tui.net.json import decode_json
from chat_tui.providers.model_list import decode_models
from chat_tui.providers.posted import Decoder
from chat_tui.providers.writer.answers import (
    AnswerDecoder,
    Application,
    Completion,
    Question,
    Search,
)
from chat_tui.providers.writer.chat import WriterChatDecoder
from chat_tui.providers.writer.lists import decode_inputs, decode_page
from chat_tui.providers.writer.options import Endpoint
from chat_tui.simulator.script import Script
from chat_tui.simulator.server import Simulator
from tests.providers.asking import ask_once, heard, terminals
from tests.providers.captured import through_decoder
from tests.providers.writer_sim import writer

CAPTURES = Path(__file__).parents[1] / "captures/writer"

HELLO = "Hello there — café ☕ déjà vu."
CITING = (
    "None contain both. Chocolate is only in the bars"
    " [products.pdf](c0ffee00-0000-4000-8000-000000000001)"
    " [Industry Trends](https://example.com/trends)."
)
COCOA = "with cocoa for an extra touch of chocolate…"
SUGAR = "Sugar, corn syrup, food coloring…"
CITED = (
    Source("products.pdf, page 12", None, COCOA, 0.95),
    Source("file 5f6e", None, SUGAR),
    Source("file 5f6e", None, "uncited snippet", 0.41),
    Source("Industry Trends", "https://example.com/trends", "Adoption rose 40%.", 0.88),
)
FOUND = (Source("file 1a2b", None, COCOA), Source("file 5f6e", None, SUGAR))
PAGES = (
    Source(url="https://en.wikipedia.org/wiki/AI_boom"),
    Source(url="https://techcrunch.com/category/artificial-intelligence/", excerpt="# AI\nLatest…"),
)
KEYS = (
    Source(url="https://dev.writer.com/home/quickstart"),
    Source(url="https://dev.writer.com/api-reference/api-keys"),
)
HOTELS = (Source(url="https://example.com/a"), Source(url="https://example.com/b"))
ASKED = (
    "Which products contain food coloring? → Gummies and jelly beans.",
    "Which products contain chocolate? → Cocoa bars.",
)
EDINBURGH = ("get_weather", '{"city": "Edinburgh"}')
OSLO = ("get_weather", '{"city": "Oslo"}')
GREETING = "Hello [Customer's Name]"
GREW = "The company grew 23% year-over-year."
SPENT = Usage(40, 12)


@dataclass(frozen=True, slots=True)
class Capture:
    file: str
    endpoint: Endpoint = "chat"
    text: str = ""
    refusal: str = ""
    tools: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    """Label and detail of each, joined by an arrow."""
    sources: tuple[Source, ...] = ()
    usage: Usage | None = None
    finish: str = "stop"
    error: tuple[str, str] | None = None
    """Kind, and words."""

    @property
    def body(self) -> bytes:
        whole = (CAPTURES / self.file).read_bytes()
        return whole.partition(b"\r\n\r\n")[2] if self.file.endswith(".http") else whole

    def script(self, size: int | None) -> Script:
        status = 200
        if self.file.endswith(".http"):
            status = int((CAPTURES / self.file).read_bytes().split()[1])
        kind = "text/event-stream" if self.file.endswith(".sse") else "application/json"
        return Script(body=self.body, status=status, content_type=kind, cut=size)

    def decoder(self) -> Decoder:
        match self.endpoint:
            case "completions":
                return AnswerDecoder(Completion(), provider="p", model="m")
            case "application":
                return AnswerDecoder(Application(), provider="p", model="m")
            case "knowledge-graph":
                return AnswerDecoder(Question(), provider="p", model="m")
            case "web-search":
                return AnswerDecoder(Search(), provider="p", model="m")
            case _:
                return WriterChatDecoder(provider="p", model="m")


SEARCHED = ("searching the Knowledge Graph", *ASKED)
TRANSLATED = (
    "translation",
    '{"source_language_code":"en","target_language_code":"es","source_text":"Hello, world!"}',
)
ALL = [
    Capture("chat_plain.sse", text=HELLO),
    Capture("chat_plain.json", text=HELLO, usage=SPENT),
    Capture("chat_crlf.sse", text=HELLO),
    Capture("chat_comments.sse", text=HELLO),
    Capture("chat_done.sse", text=HELLO),
    Capture("chat_usage.sse", text=HELLO, usage=SPENT),
    Capture("chat_choices_empty.sse", text="ok"),
    Capture("chat_refusal.sse", refusal="I can't assist with that.", finish="filtered"),
    Capture("chat_func.sse", text="\n", tools=(EDINBURGH, OSLO), finish="tool_calls"),
    Capture("chat_func.json", tools=(EDINBURGH,), finish="tool_calls", usage=SPENT),
    Capture("chat_graph.sse", text=CITING, steps=SEARCHED, sources=CITED),
    Capture("chat_graph.json", text=CITING, steps=SEARCHED, sources=CITED, usage=SPENT),
    Capture(
        "chat_web_search.sse",
        text="AI is moving quickly this year.",
        steps=("web search → advanced",),
        sources=PAGES,
    ),
    Capture(
        "chat_web_search.json",
        text="AI is moving quickly.",
        steps=("web search → advanced",),
        sources=PAGES,
        usage=SPENT,
    ),
    Capture("chat_translation.json", text="¡Hola, mundo!", tools=(TRANSLATED,), usage=SPENT),
    Capture("completions_plain.sse", "completions", text=GREETING),
    Capture("completions_done.sse", "completions", text=GREETING),
    Capture("completions.json", "completions", text=GREETING),
    Capture(
        "application_research.sse",
        "application",
        text="1. Hotel A. 2. Hotel B. 3. Hotel C.",
        steps=(
            "Searching for hotels near Union Square → https://example.com/a\nhttps://example.com/b",
            "Writing the answer",
        ),
        sources=HOTELS,
    ),
    Capture("question_plain.sse", "knowledge-graph", text=GREW, steps=ASKED, sources=FOUND),
    Capture("question_cites.json", "knowledge-graph", text=CITING, steps=ASKED, sources=CITED),
    Capture(
        "question_error_event.sse",
        "knowledge-graph",
        text=GREW,
        steps=ASKED,
        sources=FOUND,
        error=("provider", "boom"),
    ),
    Capture("web_search_delta.sse", "web-search", text="Create a key in AI Studio.", sources=KEYS),
    Capture("web_search.json", "web-search", text="Create a key in AI Studio.", sources=KEYS),
    Capture("error_401.http", error=("auth", "asks for a key: Invalid token")),
    Capture(
        "error_http403.http",
        error=("rejected", "does not allow this request: Insufficient access rights"),
    ),
    Capture(
        "error_http404.http",
        error=("rejected", "does not know this address or model: Resource is not found"),
    ),
    Capture(
        "error_http503.http",
        error=("provider", "failed with status 503: Service temporarily unavailable"),
    ),
]
STREAMS = [one for one in ALL if one.file.endswith(".sse")]
LISTS = {"list_models.json", "list_applications.json", "list_graphs.json"}


def told_steps(events: Iterable[StreamEvent]) -> tuple[str, ...]:
    """The last word of each step, which must say that it is done."""
    steps = {event.id: event for event in events if isinstance(event, Step)}
    assert all(step.state == "done" for step in steps.values())
    return tuple(" → ".join(filter(None, (step.label, step.detail))) for step in steps.values())


def check(events: list[StreamEvent], capture: Capture) -> None:
    found = heard(events)
    assert found.text == capture.text
    assert found.refusal == capture.refusal
    assert tuple((call.name, call.arguments) for call in found.tools.values()) == capture.tools
    assert all(call.state == "done" for call in found.tools.values())
    assert told_steps(events) == capture.steps
    sources = [event.sources for event in events if isinstance(event, SourceRefs)]
    assert sources[-1:] == ([capture.sources] if capture.sources else [])
    assert found.usage == capture.usage
    if capture.error is None:
        assert (found.finish, found.error) == (capture.finish, None)
        assert found.notices == []
    else:
        assert found.error is not None
        kind, words = capture.error
        assert found.error.kind == kind
        assert found.error.message.endswith(words)
    assert terminals(events) == [-1]


def test_every_capture_is_read() -> None:
    assert {path.name for path in CAPTURES.iterdir()} == {one.file for one in ALL} | LISTS


@pytest.mark.parametrize("size", [1, 7, None])
@pytest.mark.parametrize("capture", ALL, ids=lambda one: one.file)
async def test_a_capture_over_a_socket_gives_what_is_in_it(
    simulator: Simulator, capture: Capture, size: int | None
) -> None:
    simulator.enqueue(capture.script(size))
    check(await ask_once(writer(simulator, capture.endpoint)), capture)


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("capture", STREAMS, ids=lambda one: one.file)
async def test_a_capture_through_the_decoder_gives_what_is_in_it(
    capture: Capture, size: int
) -> None:
    decoder = capture.decoder()
    events = await through_decoder(decoder, capture.body, size)
    check(events, capture)


def test_the_captured_lists_are_read() -> None:
    models, apps, graphs = (
        decode_json((CAPTURES / f"list_{name}.json").read_bytes())
        for name in ("models", "applications", "graphs")
    )
    assert [one.id for one in decode_models(models)][-2:] == ["palmyra-x5", "palmyra-creative"]
    choices, more = decode_page(apps)
    assert ([one.label for one in choices], more) == (["Hotel research", "Alt text"], False)
    choices, more = decode_page(graphs)
    assert ([one.label for one in choices], more) == (["Graph 0", "Graph 1"], True)


def test_the_inputs_of_a_captured_application_are_read() -> None:
    apps = decode_json((CAPTURES / "list_applications.json").read_bytes())
    assert isinstance(apps, dict)
    inputs = decode_inputs(apps["data"][1])
    assert inputs is not None
    assert [(one.name, one.required) for one in inputs] == [
        ("Product description", True),
        ("Tone", False),
        ("Image", False),
    ]
