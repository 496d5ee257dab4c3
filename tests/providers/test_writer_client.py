"""Writer's own client against the simulator: it hears what our provider hears."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from writerai import APIError, APIStatusError, AsyncWriter

from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.providers.writer.options import Endpoint
from chat_tui.simulator.script import (
    Cite,
    Comment,
    Done,
    Fail,
    Finish,
    Passage,
    Say,
    Script,
    Usage,
    UseTool,
    Work,
    say,
)
from chat_tui.simulator.server import Simulator
from chat_tui.simulator.writer_account import EMPTY_GRAPH, GRAPH, RESEARCH
from tests.providers.asking import ask_once, closing, heard
from tests.providers.writer_sim import writer

pytestmark = pytest.mark.filterwarnings(
    # of the client's own, at each web search
    "ignore:Will be removed in a future release. Migrate to `chat.chat`:DeprecationWarning"
)

CAPTURES = Path(__file__).parents[1] / "captures/writer"
KEY = "canary-0123456789abcdef"
TURN: Any = [{"role": "user", "content": "hi"}]
TEXT = "naïve 日本語 \U0001f469\u200d\U0001f469 and a line\nbreak."
SAID = say(TEXT, delta_chars=3)
ENDPOINTS: tuple[Endpoint, ...] = ("chat", "completions", "application", "knowledge-graph")


@asynccontextmanager
async def client(simulator: Simulator, key: str = KEY) -> AsyncGenerator[AsyncWriter, None]:
    async with (
        httpx.AsyncClient(trust_env=False) as http,
        AsyncWriter(
            api_key=key, base_url=f"{simulator.url}/writer", max_retries=0, http_client=http
        ) as opened,
    ):
        yield opened


async def told(opened: AsyncWriter, endpoint: Endpoint) -> AsyncGenerator[str, None]:
    """The deltas of a reply, as the client gives them."""
    match endpoint:
        case "chat":
            chat = await opened.chat.chat(messages=TURN, model="palmyra-x5", stream=True)
            async for chunk in chat:
                for choice in chunk.choices or ():
                    yield choice.delta.content or ""
        case "completions":
            texts = await opened.completions.create(model="palmyra-x5", prompt="hi", stream=True)
            async for text in texts:
                yield text.value
        case "application":
            run = await opened.applications.generate_content(
                RESEARCH, inputs=[{"id": "query", "value": ["hi"]}], stream=True
            )
            async for part in run:
                yield part.delta.content or ""
        case "knowledge-graph":
            answers = await opened.graphs.question(graph_ids=[GRAPH], question="hi", stream=True)
            async for answer in answers:
                # Its type says `data`, the wire does not: what is there is an extra.
                yield (answer.model_extra or {}).get("answer") or ""
        case "web-search":
            found = await opened.tools.web_search(query="hi")
            yield found.answer or ""


async def text_of(opened: AsyncWriter, endpoint: Endpoint) -> str:
    async with aclosing(told(opened, endpoint)) as texts:
        return "".join([text async for text in texts])


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "web-search"])
async def test_both_hear_the_same_text(simulator: Simulator, endpoint: Endpoint) -> None:
    script = Script((Comment(), *SAID, Finish(), Done()))
    simulator.enqueue(script, script)
    async with client(simulator) as opened:
        theirs = await text_of(opened, endpoint)
    ours = heard(await ask_once(writer(simulator, endpoint)))
    assert (theirs, ours.text, ours.finish) == (TEXT, TEXT, "stop")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_both_hear_an_error_in_the_stream(simulator: Simulator, endpoint: Endpoint) -> None:
    script = Script((Say("a"), Fail("it broke")))
    simulator.enqueue(script, script)
    async with client(simulator) as opened:
        with pytest.raises(APIError) as caught:
            await text_of(opened, endpoint)
    body: Any = caught.value.body
    ours = heard(await ask_once(writer(simulator, endpoint)))
    assert ours.text == "a"
    assert ours.error is not None
    assert body["errors"][0]["description"] == ours.error.message == "it broke"


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "web-search"])
async def test_both_are_refused_with_a_wrong_key(endpoint: Endpoint) -> None:
    wrong = "wrong-0123456789"
    async with Simulator(key=KEY) as simulator:
        async with client(simulator, wrong) as opened:
            with pytest.raises(APIStatusError) as caught:
                await text_of(opened, endpoint)
        ours = heard(await ask_once(writer(simulator, endpoint, PlainKey(Secret(wrong))))).error
    assert ours is not None
    assert caught.value.status_code == ours.status == 401


async def test_both_hear_the_same_calls_and_totals(simulator: Simulator) -> None:
    calls = (UseTool("f", '{"a": 1}', ""), UseTool("g", '{"b": 2}', ""))
    script = Script((*calls, Usage(3, 2), Finish("tool_calls")), content_type="application/json")
    simulator.enqueue(script, script)
    async with client(simulator) as opened:
        reply = await opened.chat.chat(messages=TURN, model="palmyra-x5")
    [choice] = reply.choices
    theirs = [
        (call.function.name, call.function.arguments) for call in choice.message.tool_calls or ()
    ]
    ours = heard(await ask_once(writer(simulator)))
    assert theirs == [(call.name, call.arguments) for call in ours.tools.values()]
    assert choice.finish_reason == ours.finish == "tool_calls"
    assert reply.usage is not None
    assert ours.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (3, 2)
    assert (ours.usage.input_tokens, ours.usage.output_tokens) == (3, 2)


async def test_both_hear_the_same_sources_of_graphs(simulator: Simulator) -> None:
    cited = Cite((Passage("f1", text="a snippet"), Passage("T", "https://a.test/", "b", 0.3)))
    script = Script((Work("1", "q", detail="a"), Say("a"), cited), content_type="application/json")
    simulator.enqueue(script)
    async with client(simulator) as opened:
        reply = await opened.graphs.question(graph_ids=[GRAPH], question="hi", subqueries=True)
    assert [one.snippet for one in reply.sources if one] == ["a snippet"]
    assert [one.query for one in reply.subqueries or () if one] == ["q"]
    assert reply.references is not None
    assert [one.url for one in reply.references.web or ()] == ["https://a.test/"]
    assert [one.file_id for one in reply.references.files or ()] == ["f1"]


async def test_both_list_the_same(simulator: Simulator) -> None:
    theirs: list[list[str]] = []
    async with client(simulator) as opened:
        theirs.append([one.id for one in (await opened.models.list()).models])
        theirs.append([one.id async for one in opened.applications.list(limit=1)])
        theirs.append([one.id async for one in opened.graphs.list(limit=1, order="desc")])
    ours: list[list[str]] = []
    for endpoint in ("chat", "application", "knowledge-graph"):
        async with closing(writer(simulator, endpoint)) as provider:
            ours.append([one.id for one in await provider.models()])
    assert theirs == ours
    assert ours[2] == [GRAPH, EMPTY_GRAPH]


@pytest.mark.parametrize(
    ("file", "endpoint"),
    [
        ("chat_plain.sse", "chat"),
        ("chat_crlf.sse", "chat"),
        ("chat_comments.sse", "chat"),
        ("chat_done.sse", "chat"),
        ("chat_usage.sse", "chat"),
        ("chat_choices_empty.sse", "chat"),
        ("chat_graph.sse", "chat"),
        ("chat_web_search.sse", "chat"),
        ("chat_func.sse", "chat"),
        ("completions_plain.sse", "completions"),
        ("completions_done.sse", "completions"),
        ("application_research.sse", "application"),
        ("question_plain.sse", "knowledge-graph"),
    ],
)
async def test_both_hear_the_same_in_a_captured_body(
    simulator: Simulator, file: str, endpoint: Endpoint
) -> None:
    script = Script(body=(CAPTURES / file).read_bytes())
    simulator.enqueue(script, script)
    async with client(simulator) as opened:
        theirs = await text_of(opened, endpoint)
    assert heard(await ask_once(writer(simulator, endpoint))).text == theirs
