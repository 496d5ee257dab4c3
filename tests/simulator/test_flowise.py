"""The Flowise dialect, byte by byte."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from chat_tui.simulator.dialect import Prompt, Turn
from chat_tui.simulator.flowise import AGENTFLOW, CHATFLOW, MUTE_FLOW, RUNS_KEPT, WHOLE_FLOW
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

API = "/api/v1"
NOWHERE = "00000000-0000-4000-8000-000000000000"
PNG = b"\x89PNG\r\n\x1a\n"
KEY = "canary"
HELLO = Script((Say("Hel"), Say("lo"), Finish(), Done()))


@pytest.fixture
async def guarded() -> AsyncGenerator[tuple[Simulator, httpx.AsyncClient], None]:
    async with (
        Simulator(key=KEY) as running,
        httpx.AsyncClient(base_url=running.url, trust_env=False) as client,
    ):
        yield running, client


async def predict(
    client: httpx.AsyncClient, flow: str = CHATFLOW, *, streaming: bool = True, **fields: Any
) -> httpx.Response:
    body = {"question": "hi", "chatId": "c1", "streaming": streaming, **fields}
    headers = {"authorization": f"Bearer {fields.pop('key')}"} if "key" in fields else {}
    return await client.post(f"{API}/prediction/{flow}", json=body, headers=headers)


def events(body: bytes) -> list[tuple[str, Any]]:
    """The frames of a stream, each of which has the recorded shape."""
    found: list[tuple[str, Any]] = []
    for block in body.decode().split("\n\n")[:-1]:
        if block.startswith(":"):
            continue
        assert block.startswith("message:\ndata:{")
        frame = json.loads(block.removeprefix("message:\ndata:"))
        found.append((frame["event"], frame["data"]))
    return found


async def test_a_chatflow_streams_as_it_was_recorded(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(HELLO)
    reply = await predict(client, overrideConfig={"sessionId": "s1"})
    assert reply.headers["content-type"] == "text/event-stream"
    assert reply.content.startswith(
        b'message:\ndata:{"event":"start","data":""}\n\n'
        b'message:\ndata:{"event":"token","data":"Hel"}\n\n'
        b'message:\ndata:{"event":"token","data":"lo"}\n\n'
        b'message:\ndata:{"event":"metadata","data":{"chatId":"c1","chatMessageId":"'
    )
    assert reply.content.endswith(
        b'","question":"hi","sessionId":"s1"}}\n\n'
        b'message:\ndata:{"event":"end","data":"[DONE]"}\n\n'
    )


async def test_an_agentflow_tells_its_nodes_and_states(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (
        Work("n", "LLM"),
        Think("hm"),
        Say("x"),
        UseTool("calc", '{"input":"1"}', "2"),
        Usage(3, 2),
        Work("n", "LLM", "failed", "oops"),
        Finish(),
        Done(),
    )
    simulator.enqueue(Script(acts))
    told = events((await predict(client, AGENTFLOW)).content)
    call = {"tool": "calc", "toolInput": {"input": "1"}}
    assert told[:-2] == [
        ("agentFlowEvent", "INPROGRESS"),
        ("nextAgentFlow", {"nodeId": "n", "nodeLabel": "LLM", "status": "INPROGRESS"}),
        ("thinking", "hm"),
        ("thinking", ""),
        ("token", "x"),
        ("calledTools", [{**call, "toolOutput": ""}]),
        ("usedTools", [{**call, "toolOutput": "2"}]),
        (
            "usageMetadata",
            {
                "input_tokens": 3,
                "output_tokens": 2,
                "total_tokens": 5,
                "input_token_details": {},
                "output_token_details": {},
            },
        ),
        (
            "nextAgentFlow",
            {"nodeId": "n", "nodeLabel": "LLM", "status": "ERROR", "error": "oops"},
        ),
        ("calledTools", []),
        ("agentFlowEvent", "FINISHED"),
    ]
    assert [name for name, _ in told[-2:]] == ["metadata", "end"]


async def test_a_flow_that_stops_says_so_on_both_sides_of_its_action(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((AskApproval("Go?", feedback=True), Finish(), Done())))
    told = events((await predict(client, AGENTFLOW)).content)
    node = {"nodeId": "humanInputAgentflow_0", "nodeLabel": "Human Input"}
    assert told[:5] == [
        ("agentFlowEvent", "INPROGRESS"),
        ("nextAgentFlow", {**node, "status": "INPROGRESS"}),
        ("token", "Go?"),
        ("nextAgentFlow", {**node, "status": "STOPPED"}),
        ("agentFlowEvent", "STOPPED"),
    ]
    assert [name for name, _ in told[5:]] == ["action", "agentFlowEvent", "metadata", "end"]
    action = told[5][1]
    assert action["data"] == {**node, "input": {"messages": [], "humanInputEnableFeedback": True}}
    assert told[7][1]["action"] == action


async def test_sources_files_and_proposals_have_their_places(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    passages = (Passage("a.txt", text="A"), Passage("B", "http://h/b"))
    acts = (
        Cite(passages),
        UseTool("t", "1", "2"),
        Picture(PNG),
        Suggest(("a", "b")),
        Preview(PNG),
        Progress(),
    )
    simulator.enqueue(Script((*acts, Comment("heartbeat"), Finish(), Done())))
    reply = await predict(client)
    assert b":heartbeat\n\n" in reply.content
    told = dict(events(reply.content))
    assert told["usedTools"] == [{"tool": "t", "toolInput": 1, "toolOutput": "2"}]
    assert told["sourceDocuments"] == [
        {"pageContent": "A", "metadata": {"source": "a.txt"}},
        {"pageContent": "", "metadata": {"source": "http://h/b", "title": "B"}},
    ]
    assert told["metadata"]["followUpPrompts"] == '["a","b"]'
    (artifact,) = told["artifacts"]
    name = artifact["data"].removeprefix("FILE-STORAGE::")
    place = {"chatflowId": CHATFLOW, "chatId": "c1", "fileName": name}
    assert (await client.get(f"{API}/get-upload-file", params=place)).content == PNG
    for wrong in ({"fileName": "x"}, {"chatId": "x"}, {"chatflowId": AGENTFLOW}):
        missing = await client.get(f"{API}/get-upload-file", params=place | wrong)
        assert missing.status_code == 500


@pytest.mark.parametrize(("flow", "streaming"), [(CHATFLOW, False), (WHOLE_FLOW, True)])
async def test_an_answer_may_be_one_document(
    simulator: Simulator, client: httpx.AsyncClient, flow: str, streaming: bool
) -> None:
    acts = (Say("Hi "), AskApproval("Go?"), UseTool("t", "1", "2"), UseTool("t", "3", "4"))
    simulator.enqueue(Script((*acts, Finish(), Done())))
    answer = (await predict(client, flow, streaming=streaming)).json()
    assert (answer["text"], answer["question"], answer["chatId"]) == ("Hi Go?", "hi", "c1")
    assert answer["isStreamValid"] is False
    assert [call["toolOutput"] for call in answer["usedTools"]] == ["2", "4"]
    assert answer["action"]["mapping"] == {"approve": "Proceed", "reject": "Reject"}


async def test_an_error_comes_before_the_end_or_as_a_500(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Say("x"), Fail("boom"))), Script((Fail("boom"),)))
    said = "Error: predictionsServices.buildChatflow - boom"
    told = events((await predict(client)).content)
    assert told[-2:] == [("error", said), ("end", "[DONE]")]
    reply = await predict(client, streaming=False)
    assert (reply.status_code, reply.json()["message"]) == (500, said)


@pytest.mark.parametrize(
    ("flow", "body", "status", "message"),
    [
        (NOWHERE, b"{}", 404, f"Chatflow {NOWHERE} not found in the database!"),
        ("nonsense", b"{}", 400, "Invalid Chatflow ID"),
        ("", b"{}", 412, "id not provided!"),
        (CHATFLOW, b"[]", 412, "body not provided!"),
        (CHATFLOW, b"{", 400, "Expecting"),
    ],
)
async def test_what_cannot_be_answered_is_refused(
    client: httpx.AsyncClient, flow: str, body: bytes, status: int, message: str
) -> None:
    reply = await client.post(f"{API}/prediction/{flow}", content=body)
    assert reply.status_code == status
    refusal = reply.json()
    assert (refusal["statusCode"], refusal["success"], refusal["stack"]) == (status, False, {})
    assert message in refusal["message"]


async def test_a_flow_says_whether_it_streams(client: httpx.AsyncClient) -> None:
    replies = {
        flow: await client.get(f"{API}/chatflows-streaming/{flow}")
        for flow in (CHATFLOW, WHOLE_FLOW, NOWHERE)
    }
    assert replies[CHATFLOW].json() == {"isStreaming": True}
    assert replies[WHOLE_FLOW].json() == {"isStreaming": False}
    assert replies[NOWHERE].status_code == 500
    assert replies[NOWHERE].json()["message"].endswith(f"Chatflow {NOWHERE} not found")


async def test_small_questions_have_small_answers(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{API}/ping")).text == "pong"
    assert (await client.get(f"{API}/version")).json() == {"version": "3.1.2"}
    reply = await client.put(f"{API}/chatmessage/abort/{CHATFLOW}/any")
    assert reply.json() == {"status": 200, "message": "Chat message aborted"}


async def test_flows_are_listed_whole_or_in_pages(client: httpx.AsyncClient) -> None:
    flows = (await client.get(f"{API}/chatflows")).json()
    assert {flow["type"] for flow in flows} == {"CHATFLOW", "AGENTFLOW", "MULTIAGENT"}
    assert len({flow["id"] for flow in flows}) == 8
    page = (await client.get(f"{API}/chatflows", params={"page": 2, "limit": 3})).json()
    assert page == {"data": flows[3:6], "total": 8}


@pytest.mark.parametrize("query", [{"page": "x", "limit": "3"}, {"page": "1"}])
async def test_a_page_that_cannot_be_read_is_all_flows(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    assert len((await client.get(f"{API}/chatflows", params=query)).json()) == 8


async def test_answers_are_stored_once_they_are_complete(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(HELLO, Script((Say("x"), Done())))
    await predict(client, MUTE_FLOW)
    await predict(client, MUTE_FLOW, chatId="c2")
    place = f"{API}/chatmessage/{MUTE_FLOW}"
    question, answer = (await client.get(place, params={"chatId": "c1"})).json()
    assert (question["role"], question["content"]) == ("userMessage", "hi")
    assert (answer["role"], answer["content"], answer["chatId"]) == ("apiMessage", "Hello", "c1")
    assert (await client.get(place, params={"chatId": "c2"})).json() == []
    assert (await client.get(place)).json() == []


async def test_a_mute_flow_streams_no_words(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(HELLO)
    told = events((await predict(client, MUTE_FLOW)).content)
    assert [name for name, _ in told] == ["start", "metadata", "end"]


async def test_old_runs_are_forgotten(simulator: Simulator, client: httpx.AsyncClient) -> None:
    for number in range(RUNS_KEPT + 1):
        simulator.enqueue(Script((Finish(),)))
        await predict(client, chatId=f"c{number}")
    place = f"{API}/chatmessage/{CHATFLOW}"
    assert (await client.get(place, params={"chatId": "c0"})).json() == []
    assert (await client.get(place, params={"chatId": f"c{RUNS_KEPT}"})).json()


async def test_a_run_without_an_id_is_that_of_its_session(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(HELLO, HELLO)
    told = dict(
        events((await predict(client, chatId=None, overrideConfig={"sessionId": "s"})).content)
    )
    assert (told["metadata"]["chatId"], told["metadata"]["sessionId"]) == ("s", "s")
    told = dict(events((await predict(client, chatId=None)).content))
    assert told["metadata"]["chatId"] == told["metadata"]["sessionId"]


@pytest.mark.parametrize(
    ("fields", "asked", "decision"),
    [
        ({"question": "hi"}, "hi", ""),
        ({"question": None}, "undefined", ""),
        ({"question": None, "humanInput": {"type": "proceed"}}, "proceed", "proceed"),
        ({"question": None, "humanInput": {"type": "reject", "feedback": "no"}}, "no", "reject"),
    ],
)
async def test_the_responder_is_asked_what_the_model_would_read(
    fields: dict[str, Any], asked: str, decision: str
) -> None:
    prompts: list[Prompt] = []

    def respond(prompt: Prompt) -> Script:
        prompts.append(prompt)
        return HELLO

    async with (
        Simulator(responder=respond) as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        await predict(client, **fields)
    assert prompts == [Prompt(CHATFLOW, (Turn("user", asked),), decision=decision)]


async def test_a_flow_takes_only_its_own_key(
    guarded: tuple[Simulator, httpx.AsyncClient],
) -> None:
    simulator, client = guarded
    said = "Error: predictionsServices.buildChatflow - Unauthorized"
    reply = await predict(client, key="wrong")
    assert (reply.status_code, events(reply.content)) == (
        200,
        [("error", said), ("end", "[DONE]")],
    )
    reply = await predict(client, streaming=False)
    assert (reply.status_code, reply.json()["message"]) == (500, said)
    simulator.enqueue(HELLO)
    assert ("token", "Hel") in events((await predict(client, key=KEY)).content)


@pytest.mark.parametrize("path", ["/chatflows", f"/chatmessage/{CHATFLOW}", "/predictions/x"])
async def test_lists_and_unknown_addresses_ask_for_a_key(
    guarded: tuple[Simulator, httpx.AsyncClient], path: str
) -> None:
    _, client = guarded
    reply = await client.get(f"{API}{path}")
    assert (reply.status_code, reply.json()) == (401, {"error": "Unauthorized Access"})
    reply = await client.get(f"{API}{path}", headers={"authorization": f"Bearer {KEY}"})
    is_page = reply.headers["content-type"].startswith("text/html")
    assert (reply.status_code, is_page) == (200, path == "/predictions/x")
