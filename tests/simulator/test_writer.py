"""Writer's dialect, byte by byte."""

import json
from typing import Any

import httpx
import pytest

from chat_tui.simulator.script import (
    AskApproval,
    Cite,
    Comment,
    Done,
    Fail,
    Finish,
    Passage,
    Picture,
    Preview,
    Progress,
    Say,
    Script,
    Suggest,
    Think,
    Usage,
    UseTool,
    Work,
)
from chat_tui.simulator.server import Simulator
from chat_tui.simulator.writer_account import ALT_TEXT, EMPTY_GRAPH, GRAPH, RESEARCH
from tests.simulator.client import payloads

PLACE = "/writer/v1"
PNG = b"\x89PNG\r\n\x1a\n"
ASK: dict[str, dict[str, Any]] = {
    "/chat": {"model": "m", "messages": [{"role": "user", "content": "hi"}]},
    "/completions": {"model": "m", "prompt": "hi"},
    f"/applications/{RESEARCH}": {"inputs": [{"id": "query", "value": ["hi"]}]},
    "/graphs/question": {"graph_ids": [GRAPH], "question": "hi", "subqueries": True},
    "/tools/web-search": {"query": "hi"},
}
EVERYWHERE = pytest.mark.parametrize("path", ASK)
NOTHING = (Think("a"), Preview(PNG), Picture(PNG), Progress(), Suggest(("a",)), AskApproval("a"))
FILE = Passage("f1", text="a snippet", score=0.5)
PAGE = Passage("T", "https://a.test/", "words", 0.3)


async def streamed(
    simulator: Simulator, client: httpx.AsyncClient, path: str, *acts: Any, **more: Any
) -> bytes:
    simulator.enqueue(Script(acts))
    reply = await client.post(PLACE + path, json={**ASK[path], "stream": True, **more})
    assert reply.headers["content-type"] == "text/event-stream"
    return reply.content


async def whole(
    simulator: Simulator, client: httpx.AsyncClient, path: str, *acts: Any, **more: Any
) -> Any:
    simulator.enqueue(Script(acts))
    return (await client.post(PLACE + path, json={**ASK[path], **more})).json()


def error(reply: httpx.Response) -> str:
    body = reply.json()
    assert set(body) == {"tpe", "errors", "extras"}
    [first] = body["errors"]
    assert set(first) == {"description", "key", "extras"}
    words: str = first["description"]
    return words


@EVERYWHERE
async def test_what_an_endpoint_has_no_words_for_is_left_out(
    simulator: Simulator, client: httpx.AsyncClient, path: str
) -> None:
    assert await streamed(simulator, client, path, *NOTHING, Comment("wait")) == b": wait\n\n"


@EVERYWHERE
async def test_an_error_in_the_stream_is_an_event_called_error(
    simulator: Simulator, client: httpx.AsyncClient, path: str
) -> None:
    body = await streamed(simulator, client, path, Fail("it broke", "x"), Done())
    name, data, rest = body.split(b"\n", 2)
    assert name == b"event: error"
    assert json.loads(data.removeprefix(b"data: "))["errors"][0]["description"] == "it broke"
    assert rest == b"\ndata: [DONE]\n\n"


@EVERYWHERE
async def test_an_error_without_stream_is_a_status(
    simulator: Simulator, client: httpx.AsyncClient, path: str
) -> None:
    simulator.enqueue(Script((Say("a"), Fail("it broke"))))
    reply = await client.post(PLACE + path, json=ASK[path])
    assert (reply.status_code, error(reply)) == (500, "it broke")


@EVERYWHERE
async def test_a_request_without_its_fields_is_refused(
    client: httpx.AsyncClient, path: str
) -> None:
    for body in (b"{", b"[]", b"{}"):
        reply = await client.post(PLACE + path, content=body)
        assert reply.status_code == 400
        assert error(reply)


@EVERYWHERE
async def test_a_key_is_asked_for(path: str) -> None:
    async with (
        Simulator(key="wanted") as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        reply = await client.post(PLACE + path, json=ASK[path])
        assert (reply.status_code, error(reply)) == (401, "Invalid token")
        bearer = {"authorization": "Bearer wanted"}
        simulator.enqueue(Script((Say("a"),)))
        reply = await client.post(PLACE + path, json=ASK[path], headers=bearer)
        assert reply.status_code == 200


async def test_every_chunk_of_a_chat_has_all_fields_and_another_id(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    chunks = payloads(await streamed(simulator, client, "/chat", Say("a"), Finish(), Usage(3, 2)))
    assert len({chunk["id"] for chunk in chunks}) == len(chunks) == 3
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert [delta["content"] for delta in deltas] == ["", "a", ""]
    assert deltas[0]["graph_data"] == {"sources": None, "status": None, "subqueries": None}
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, None, "stop"]


async def test_usage_comes_in_a_chunk_of_its_own_when_it_is_asked_for(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (Say("a"), Finish(), Usage(3, 2))
    asked = {"include_usage": True}
    chunks = payloads(await streamed(simulator, client, "/chat", *acts, stream_options=asked))
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"] == 5


async def test_a_graphs_references_come_with_the_last_chunk_of_a_chat_in_both_places(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (Work("1", "q", detail="a"), Say("a"), Cite((FILE, PAGE)), Finish())
    chunks = payloads(await streamed(simulator, client, "/chat", *acts))
    status = [chunk["choices"][0]["delta"]["graph_data"]["status"] for chunk in chunks]
    assert status == [None, "processing", None, "finished"]
    last = chunks[-1]["choices"][0]
    assert last["message"] == last["delta"]
    graph = last["delta"]["graph_data"]
    assert graph["sources"] == [{"file_id": "f1", "snippet": "a snippet"}]
    assert graph["references"]["files"][0]["fileId"] == "f1"
    assert graph["references"]["web"][0]["url"] == "https://a.test/"
    assert graph["subqueries"] == [{"query": "q", "answer": "a", "sources": []}]


async def test_the_pages_of_a_search_come_at_once(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    domains: dict[str, list[str]] = {"include_domains": [], "exclude_domains": []}
    tools = [{"type": "web_search", "function": domains}]
    acts = (Cite((PAGE,)), Say("a"), Finish("tool_calls"))
    chunks = payloads(await streamed(simulator, client, "/chat", *acts, tools=tools))
    found = [chunk["choices"][0]["delta"]["web_search_data"] for chunk in chunks]
    pages = [{"url": "https://a.test/", "raw_content": "words"}]
    assert found == [None, {"search_depth": "advanced", "sources": pages}, None, None]


async def test_the_calls_of_a_chat_come_in_pieces(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (UseTool("f", '{"a": 1}', ""), UseTool("g", "{}", ""), Finish("tool_calls"))
    chunks = payloads(await streamed(simulator, client, "/chat", *acts))
    calls = [call for chunk in chunks for call in chunk["choices"][0]["delta"]["tool_calls"] or ()]
    assert [call["function"]["name"] for call in calls] == [
        "f",
        None,
        None,
        None,
        "g",
        None,
        None,
        None,
    ]
    assert {call["index"] for call in calls} == {0, 1}
    assert calls[0]["function"]["arguments"] is None
    assert "".join(call["function"]["arguments"] for call in calls[1:4]) == '{"a": 1}'


async def test_a_chat_as_one_document(simulator: Simulator, client: httpx.AsyncClient) -> None:
    acts = (
        Work("1", "q"),
        Say("a"),
        UseTool("llm", '{"model": "palmyra-med", "prompt": "p"}', ""),
        UseTool("translation", '{"source_text": "hi"}', "hola"),
        UseTool("f", "{}", ""),
        Think("a"),
        Usage(3, 2),
        Cite((FILE,)),
        Finish("tool_calls"),
    )
    reply = await whole(simulator, client, "/chat", *acts)
    assert (reply["object"], reply["usage"]["prompt_tokens"]) == ("chat.completion", 3)
    [choice] = reply["choices"]
    message = choice["message"]
    assert (choice["finish_reason"], message["content"]) == ("tool_calls", "ahola")
    assert message["llm_data"]["model"] == "palmyra-med"
    assert message["translation_data"] == {"source_text": "hi"}
    assert message["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert message["graph_data"]["status"] == "finished"


async def test_the_servers_own_tools_say_what_they_did(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (
        UseTool("llm", '{"model": "palmyra-med", "prompt": "p"}', "a"),
        UseTool("translation", '{"source_text": "hi"}', "hola"),
    )
    chunks = payloads(await streamed(simulator, client, "/chat", *acts))
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert [delta["content"] for delta in deltas] == ["", "a", "hola"]
    assert deltas[1]["llm_data"]["prompt"] == "p"
    assert deltas[2]["translation_data"] == {"source_text": "hi"}


@pytest.mark.parametrize(
    "faulty",
    [
        {"tools": 1},
        {"tools": [1]},
        {"tools": [{"type": "web_search", "function": {}}]},
        {"tools": [{"type": "translation", "function": {"model": "palmyra-translate"}}]},
        {"stream_options": 1},
        {
            "tools": [
                {"type": "llm", "function": {"model": "m", "description": "d"}},
                {"type": "graph", "function": {"graph_ids": ["g"], "subqueries": True}},
            ]
        },
    ],
)
async def test_tools_that_are_not_whole_are_refused(
    client: httpx.AsyncClient, faulty: dict[str, Any]
) -> None:
    reply = await client.post(f"{PLACE}/chat", json={**ASK["/chat"], **faulty})
    assert (reply.status_code, bool(error(reply))) == (400, True)


async def test_every_sort_of_tool_and_message_is_taken(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    functions: dict[str, dict[str, Any]] = {
        "vision": {"model": "palmyra-vision", "variables": [{"name": "a", "file_id": "f"}]},
        "function": {"name": "f"},
        "llm": {"model": "m", "description": "d"},
        "graph": {"graph_ids": ["g"], "subqueries": True},
        "translation": {
            "model": "palmyra-translate",
            "formality": True,
            "length_control": True,
            "mask_profanity": True,
        },
    }
    parts = [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {"url": "https://x.test/u.png"}},
        1,
    ]
    messages = [{"role": "user", "content": parts}, {"role": "user"}, 1]
    for kind, function in functions.items():
        tool = {"type": kind, "function": function}
        reply = await whole(simulator, client, "/chat", Say("a"), tools=[tool], messages=messages)
        assert reply["choices"][0]["message"]["content"] == "a"


async def test_a_text_is_a_row_of_values_between_empty_ones(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (Say("a"), Say("b"), Finish(), Usage(1, 1))
    chunks = payloads(await streamed(simulator, client, "/completions", *acts))
    assert chunks == [{"value": ""}, {"value": "a"}, {"value": "b"}, {"value": ""}]
    assert await whole(simulator, client, "/completions", Say("a")) == {
        "choices": [{"text": "a", "log_probs": None}],
        "model": "m",
    }


async def test_an_application_tells_its_title_its_stages_and_its_text(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    path = f"/applications/{RESEARCH}"
    acts = (Work("s", "Searching"), Cite((FILE, PAGE)), Say("a"), Finish())
    deltas = [chunk["delta"] for chunk in payloads(await streamed(simulator, client, path, *acts))]
    stage = {"id": "s", "content": "Searching", "sources": None}
    nothing = {"title": None, "content": None, "stages": None}
    assert deltas == [
        {**nothing, "title": "output"},
        {**nothing, "stages": [stage]},
        {**nothing, "stages": [{**stage, "sources": ["https://a.test/"]}]},
        {**nothing, "content": "a"},
    ]
    assert await whole(simulator, client, path, Say("a")) == {"title": "output", "suggestion": "a"}


@pytest.mark.parametrize(
    ("app", "inputs", "status", "words"),
    [
        ("none", [], 404, "not found"),
        (RESEARCH, [{"id": "query", "value": "hi"}], 400, "list of values"),
        (RESEARCH, [], 400, "query"),
        (RESEARCH, [{"id": "other", "value": ["hi"]}], 400, "other, query"),
        (ALT_TEXT, [{"id": "Product description", "value": ["hi"]}], 400, "streaming"),
    ],
)
async def test_an_application_that_cannot_be_run_so_refuses(
    client: httpx.AsyncClient, app: str, inputs: list[Any], status: int, words: str
) -> None:
    body = {"inputs": inputs, "stream": True}
    reply = await client.post(f"{PLACE}/applications/{app}", json=body)
    assert reply.status_code == status
    assert words in error(reply)


async def test_a_question_is_repeated_with_each_delta_of_its_answer(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    path = "/graphs/question"
    acts = (Work("1", "q", detail="a"), Say("a"), Cite((FILE,)), Finish())
    first, last = payloads(await streamed(simulator, client, path, *acts))
    assert first == {
        "question": "hi",
        "answer": "a",
        "sources": [],
        "subqueries": None,
        "references": None,
    }
    assert last["sources"] == [{"file_id": "f1", "snippet": "a snippet"}]
    assert last["subqueries"][0]["query"] == "q"
    reply = await whole(simulator, client, path, *acts, subqueries=False)
    assert (reply["answer"], reply["subqueries"]) == ("a", None)


async def test_graphs_that_are_not_there_are_not_found(client: httpx.AsyncClient) -> None:
    body = {"graph_ids": ["x"], "question": "q"}
    assert (await client.post(f"{PLACE}/graphs/question", json=body)).status_code == 404


async def test_a_search_repeats_its_document_with_more_of_the_answer(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    path = "/tools/web-search"
    acts = (Cite((PAGE,)), Say("a"), Say("b"), Finish())
    found = payloads(await streamed(simulator, client, path, *acts))
    assert [event["answer"] for event in found] == [None, "a", "ab"]
    reply = await whole(simulator, client, path, *acts)
    assert reply == found[-1]
    assert reply["sources"] == [{"url": "https://a.test/", "raw_content": "words"}]


async def test_the_account_lists_what_it_has(client: httpx.AsyncClient) -> None:
    models = (await client.get(f"{PLACE}/models")).json()["models"]
    assert models[0] == {"id": "palmyra-x5", "name": "Palmyra X5"}
    apps = (await client.get(f"{PLACE}/applications?type=generation")).json()
    assert [one["id"] for one in apps["data"]] == [RESEARCH, ALT_TEXT]
    assert apps["has_more"] is False


async def test_a_list_comes_page_by_page(client: httpx.AsyncClient) -> None:
    first = (await client.get(f"{PLACE}/graphs?limit=1")).json()
    assert (first["last_id"], first["has_more"]) == (GRAPH, True)
    second = (await client.get(f"{PLACE}/graphs?limit=1&after={GRAPH}")).json()
    assert (second["first_id"], second["has_more"]) == (EMPTY_GRAPH, False)
    third = (await client.get(f"{PLACE}/graphs?limit=1&after={EMPTY_GRAPH}")).json()
    assert (third["data"], third["first_id"]) == ([], None)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "after=x"])
async def test_a_page_that_is_not_there_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"{PLACE}/graphs?{query}")).status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/graphs/{GRAPH}", 200),
        (f"/applications/{RESEARCH}", 200),
        ("/graphs/x", 404),
        ("/applications/x", 404),
    ],
)
async def test_one_thing_is_described_or_not_found(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    assert (await client.get(PLACE + path)).status_code == status
