"""The shell around the Flowise dialect, over real sockets."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from chat_tui.errors import AuthFailed, ProtocolViolation, WrongId
from chat_tui.events import (
    Approval,
    Finished,
    FollowUps,
    ImageResult,
    ReasoningDelta,
    Source,
    SourceRefs,
    Step,
    StreamEvent,
    TextDelta,
    Usage,
    encode_event,
)
from chat_tui.folding import fold
from chat_tui.keys.secrets import EnvKey, PlainKey, Secret
from chat_tui.message import blank_reply, decision_message, user_message
from chat_tui.providers.base import ModelInfo
from chat_tui.providers.flowise.options import FlowiseOptions
from chat_tui.providers.flowise.provider import FLOWISE
from chat_tui.simulator.flowise import (
    AGENTFLOW,
    APPROVAL_FLOW,
    CHATFLOW,
    MUTE_FLOW,
    TEAM_FLOW,
    TOOL_FLOW,
    WHOLE_FLOW,
    WORKFLOW,
)
from chat_tui.simulator.script import (
    AskApproval,
    Cite,
    Content,
    Done,
    Fail,
    Finish,
    Gate,
    Hang,
    Hold,
    Passage,
    Picture,
    Raw,
    Say,
    Script,
    Suggest,
    Think,
    UseTool,
    Work,
)
from chat_tui.simulator.script import Usage as Totals
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.worker import StreamWorker
from tests.builders import AT_ONCE, patiently
from tests.net.server import Connection, answer, serve
from tests.providers.asking import Heard, ask, ask_once, closing, heard, request, services
from tests.providers.flowise_sim import asked, called, flowise

KEY = "canary-0123456789abcdef"
NOWHERE = "00000000-0000-4000-8000-000000000000"
ENDING: tuple[Content, ...] = (Finish(), Done())
HELLO = Script((Say("Hel"), Say("lo"), *ENDING))
PNG = b"\x89PNG\r\n\x1a\n"
ALL: tuple[Content, ...] = (
    Work("llm_0", "LLM"),
    Think("hm"),
    Say("Hi"),
    UseTool("calc", '{"input":"1+1"}', "2"),
    Cite((Passage("a.txt", text="A"), Passage("B", "https://h/b"))),
    Picture(PNG),
    Totals(3, 2),
    Work("llm_0", "LLM", "done"),
    Suggest(("more?",)),
    *ENDING,
)


@pytest.fixture
async def guarded() -> AsyncGenerator[Simulator, None]:
    async with Simulator(key=KEY) as running:
        yield running


def secret(key: str = KEY) -> PlainKey:
    return PlainKey(Secret(key))


async def test_a_reply_comes_over_a_socket(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    found = heard(await ask_once(flowise(simulator)))
    assert (found.text, found.finish, found.notices) == ("Hello", "stop", [])
    assert called(simulator) == ["GET chatflows-streaming", "POST prediction"]


async def test_a_request_has_a_run_of_its_own_in_the_session_of_its_conversation(
    simulator: Simulator,
) -> None:
    simulator.enqueue(HELLO, HELLO)
    async with closing(flowise(simulator, override_config={"temperature": 0.5})) as provider:
        await ask(provider)
        await ask(provider, request(parameters={"leadEmail": "a@b"}))
    first, second = asked(simulator)
    assert UUID(first["chatId"]).version == 4
    assert first["chatId"] != second["chatId"]
    assert first["overrideConfig"] == {"sessionId": "c", "temperature": 0.5}
    assert (second["question"], second["streaming"], second["leadEmail"]) == ("hi", True, "a@b")


async def test_everything_that_a_flow_tells_is_heard(simulator: Simulator) -> None:
    simulator.enqueue(Script(ALL))
    events = await ask_once(flowise(simulator, chatflow_id=AGENTFLOW))
    found = heard(events)
    assert (found.text, found.reasoning, found.usage) == ("Hi", "hm", Usage(3, 2))
    assert [(one.name, one.output, one.state) for one in found.tools.values()] == [
        ("calc", "2", "done")
    ]
    assert [event.state for event in events if isinstance(event, Step)] == ["running", "done"]
    assert [event.sources for event in events if isinstance(event, SourceRefs)] == [
        (Source("a.txt", None, "A"), Source("B", "https://h/b"))
    ]
    assert FollowUps(("more?",)) in events
    assert any(isinstance(event, ReasoningDelta) for event in events)
    assert found.finish == "stop"


async def test_a_picture_is_named_by_its_address_at_the_server(simulator: Simulator) -> None:
    simulator.enqueue(Script((Picture(PNG), *ENDING)))
    events = await ask_once(flowise(simulator))
    (picture,) = [event for event in events if isinstance(event, ImageResult)]
    assert picture.url is not None
    assert picture.url.startswith(f"{simulator.url}/api/v1/get-upload-file?")
    query = parse_qs(urlsplit(picture.url).query)
    assert (query["chatflowId"], query["chatId"]) == ([CHATFLOW], [asked(simulator)[0]["chatId"]])
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(picture.url)).content == PNG


async def test_a_flow_is_looked_for_once_in_a_while(simulator: Simulator) -> None:
    simulator.enqueue(HELLO, HELLO, HELLO)
    async with closing(flowise(simulator)) as provider:
        await ask(provider)
        await ask(provider)
        await ask(provider, request(model=AGENTFLOW))
    assert called(simulator).count("GET chatflows-streaming") == 2


async def test_what_was_found_of_a_flow_is_not_believed_for_ever(simulator: Simulator) -> None:
    simulator.enqueue(HELLO, HELLO)
    async with closing(flowise(simulator, mode_s=0.0)) as provider:
        await ask(provider)
        await ask(provider)
    assert called(simulator).count("GET chatflows-streaming") == 2


async def test_a_flow_that_failed_is_looked_for_again(simulator: Simulator) -> None:
    simulator.enqueue(Script((Fail("it broke"),)), HELLO)
    async with closing(flowise(simulator)) as provider:
        failed = heard(await ask(provider)).error
        assert failed is not None
        assert (failed.kind, failed.message) == ("provider", "it broke")
        assert heard(await ask(provider)).text == "Hello"
    assert called(simulator).count("GET chatflows-streaming") == 2


async def test_a_flow_that_is_not_there_is_a_wrong_id_at_once(simulator: Simulator) -> None:
    async with closing(flowise(simulator, chatflow_id=NOWHERE)) as provider:
        error = heard(await ask(provider)).error
        with pytest.raises(WrongId, match="not found"):
            await provider.check()
    assert error is not None
    assert (error.kind, "chatflow_id" in error.hint) == ("rejected", True)
    assert f"{CHATFLOW} (Support)" in error.hint
    assert not asked(simulator)


async def test_without_a_flow_none_is_run(simulator: Simulator) -> None:
    error = heard(await ask_once(flowise(simulator, chatflow_id=""))).error
    assert error is not None
    assert (error.kind, error.message) == ("rejected", "no flow is chosen")
    assert called(simulator) == ["GET chatflows"]


async def test_the_flow_of_a_request_wins(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    events = await ask_once(flowise(simulator), request(model=AGENTFLOW))
    assert simulator.calls[-1].path.endswith(AGENTFLOW)
    assert {event.model for event in events if hasattr(event, "model")} == {AGENTFLOW}


async def test_a_flow_that_does_not_stream_answers_in_one_piece(simulator: Simulator) -> None:
    simulator.enqueue(Script(ALL))
    found = heard(await ask_once(flowise(simulator, chatflow_id=WHOLE_FLOW)))
    assert (found.text, found.finish, len(found.pictures)) == ("Hi", "stop", 1)
    assert asked(simulator)[0]["streaming"] is False


@pytest.mark.parametrize("options", [{"streaming": False}, {"parameters": {"streaming": False}}])
async def test_streaming_can_be_turned_off(simulator: Simulator, options: dict[str, Any]) -> None:
    simulator.enqueue(HELLO)
    found = heard(await ask_once(flowise(simulator, **options)))
    assert (found.text, found.finish) == ("Hello", "stop")
    assert called(simulator) == ["POST prediction"]
    assert asked(simulator)[0]["streaming"] is False


async def test_a_document_in_reply_to_a_stream_is_read_too(simulator: Simulator) -> None:
    simulator.enqueue(Script(HELLO.acts, content_type="application/json"))
    found = heard(await ask_once(flowise(simulator)))
    assert (found.text, found.finish) == ("Hello", "stop")


async def test_a_failed_document_is_not_asked_for_again(simulator: Simulator) -> None:
    simulator.enqueue(Script((Fail("boom"),), content_type="application/json"))
    async with closing(flowise(simulator, chatflow_id=WHOLE_FLOW)) as provider:
        error = heard(await ask(provider, retry=AT_ONCE)).error
    assert error is not None
    assert (error.kind, error.status) == ("provider", 500)
    assert error.message == "127.0.0.1 failed with status 500: boom"
    assert len(asked(simulator)) == 1


async def test_a_server_that_is_busy_is_asked_again(simulator: Simulator) -> None:
    simulator.enqueue(Script(status=503, body=b"busy"), HELLO)
    async with closing(flowise(simulator)) as provider:
        assert heard(await ask(provider, retry=AT_ONCE)).text == "Hello"
    first, second = asked(simulator)
    assert first["chatId"] != second["chatId"]


async def test_a_decision_goes_on_where_the_flow_stopped(simulator: Simulator) -> None:
    simulator.enqueue(Script((AskApproval("Send it?", feedback=True), *ENDING)), HELLO)
    turn = user_message("mail", parent=None)
    async with closing(flowise(simulator, chatflow_id=AGENTFLOW)) as provider:
        events = await ask(provider, request(turn))
        reply = fold(events, blank_reply(parent=turn.id, provider="p", model="m"))
        (approval,) = [part for part in reply.parts if isinstance(part, Approval)]
        decision = decision_message(approval, approved=True, feedback="go on", parent=reply.id)
        found = heard(await ask(provider, request(turn, reply, decision)))
    assert heard(events).finish == "tool_calls"
    assert (approval.prompt, approval.feedback) == ("Send it?", True)
    assert found.text == "Hello"
    first, second = asked(simulator)
    assert second["humanInput"] == {
        "type": "proceed",
        "startNodeId": "humanInputAgentflow_0",
        "feedback": "go on",
    }
    assert "question" not in second
    assert second["overrideConfig"] == first["overrideConfig"]


async def test_an_answer_that_was_only_stored_is_fetched(guarded: Simulator) -> None:
    guarded.enqueue(HELLO)
    events = await ask_once(flowise(guarded, secret(), chatflow_id=MUTE_FLOW))
    found = heard(events)
    assert (found.text, found.finish) == ("Hello", "stop")
    assert "had stored it" in found.notices[0]
    assert guarded.calls[-1].headers["authorization"] == f"Bearer {KEY}"


async def test_a_stored_answer_that_cannot_be_fetched_is_said() -> None:
    async def converse(connection: Connection) -> None:
        stream = b'data:{"event":"metadata","data":{}}\n\ndata:{"event":"end","data":""}\n\n'
        answers = {
            "chatflows-streaming": answer(b'{"isStreaming":true}'),
            "prediction": answer(stream, **{"content-type": "text/event-stream"}),
            "chatmessage": answer(b'{"error":"Unauthorized Access"}', "401 Unauthorized"),
        }
        while True:
            target = (await connection.request()).target
            await connection.send(next(answers[name] for name in answers if name in target))

    async with serve(converse) as server:
        found = heard(await ask_once(flowise(server)))
    assert (found.text, found.finish) == ("", "unknown")
    assert "what it stored cannot be read" in found.notices[0]


async def test_an_empty_answer_is_said(simulator: Simulator) -> None:
    simulator.enqueue(Script(ENDING))
    found = heard(await ask_once(flowise(simulator)))
    assert (found.finish, found.notices) == ("stop", ["the flow sent no answer text"])


async def test_a_stop_is_told_to_the_server(simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Say("a"), Hold(gate))))
    async with closing(flowise(simulator)) as provider:
        worker = StreamWorker(lambda: provider.stream(request()))
        worker.start()
        await gate.reached.wait()
        worker.cancel()
        end = await worker.wait()
        await simulator.hangup_seen()
    assert isinstance(end, Finished)
    assert end.reason == "cancelled"
    chat = asked(simulator)[0]["chatId"]
    last = simulator.calls[-1]
    assert (last.method, last.path) == ("PUT", f"/api/v1/chatmessage/abort/{CHATFLOW}/{chat}")


async def test_a_reader_that_leaves_stops_the_flow(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), Hang())))
    async with (
        closing(flowise(simulator)) as provider,
        aclosing(provider.stream(request())) as events,
    ):
        async for event in events:
            if isinstance(event, TextDelta):
                break
    assert simulator.calls[-1].method == "PUT"


async def test_a_flow_that_went_silent_is_stopped(simulator: Simulator) -> None:
    async def stalled(idle_s: float) -> Heard:
        simulator.enqueue(Script((Say("a"), Hang())))
        return heard(await ask_once(flowise(simulator, idle_timeout_s=idle_s)))

    found = await patiently(stalled, lambda outcome: bool(outcome.text))
    assert (found.text, found.finish) == ("a", "incomplete")
    assert simulator.calls[-1].method == "PUT"


async def test_a_flow_that_is_over_is_not_stopped(simulator: Simulator) -> None:
    simulator.enqueue(HELLO, Script((Fail("it broke"),)))
    async with closing(flowise(simulator)) as provider:
        await ask(provider)
        await ask(provider)
    assert not [call for call in simulator.calls if call.method == "PUT"]


async def test_a_stream_that_never_begins_is_given_up_without_any_limit(
    simulator: Simulator,
) -> None:
    simulator.enqueue(Script((Hang(),)))
    error = heard(await ask_once(flowise(simulator, idle_timeout_s=0, head_s=0.2))).error
    assert error is not None
    assert (error.kind, error.message) == ("network", "no answer began within 0.2 s")


async def test_a_server_that_never_says_whether_a_flow_streams_is_given_up() -> None:
    async def silent(connection: Connection) -> None:
        await connection.request()
        await connection.gone()

    async with serve(silent) as server:
        error = heard(await ask_once(flowise(server, idle_timeout_s=0, quick_s=0.2))).error
    assert error is not None
    assert (error.kind, error.message) == ("network", "no answer within 0.2 s")


async def test_a_stream_that_ends_without_its_end_is_incomplete(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"),)))
    found = heard(await ask_once(flowise(simulator)))
    assert (found.text, found.finish) == ("a", "incomplete")
    assert "before the server said" in found.notices[0]


async def test_a_connection_is_used_again(simulator: Simulator) -> None:
    simulator.enqueue(HELLO, HELLO)
    async with closing(flowise(simulator)) as provider:
        await ask(provider)
        await ask(provider)
    assert simulator.connections == 1


async def test_the_key_is_sent_and_never_told(guarded: Simulator) -> None:
    guarded.enqueue(Script((Fail(f"no {KEY}"),)))
    events = await ask_once(flowise(guarded, secret()))
    assert {call.headers["authorization"] for call in guarded.calls} == {f"Bearer {KEY}"}
    assert all(KEY.encode() not in encode_event(event) for event in events)


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_wrong_key_is_said_to_be_one(guarded: Simulator, streaming: bool) -> None:
    error = heard(await ask_once(flowise(guarded, secret("wrong-key"), streaming=streaming))).error
    assert error is not None
    assert (error.kind, error.status) == ("auth", None if streaming else 500)
    assert "the key came from" in error.hint
    assert "wrong-key" not in f"{error}"


async def test_a_missing_key_is_said_to_be_missing(guarded: Simulator) -> None:
    error = heard(await ask_once(flowise(guarded))).error
    assert error is not None
    assert (error.kind, "set api_key" in error.hint) == ("auth", True)


async def test_a_key_that_was_refused_is_looked_up_again(
    guarded: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOW_KEY", "old-key")
    async with closing(flowise(guarded, EnvKey("FLOW_KEY"))) as provider:
        assert heard(await ask(provider)).error
        monkeypatch.setenv("FLOW_KEY", KEY)
        guarded.enqueue(HELLO)
        assert heard(await ask(provider)).text == "Hello"


async def test_a_key_that_is_not_there_is_said_before_anything_is_sent(
    simulator: Simulator,
) -> None:
    async with closing(flowise(simulator, EnvKey("MISSING_KEY"))) as provider:
        error = heard(await ask(provider)).error
        with pytest.raises(AuthFailed, match="MISSING_KEY") as raised:
            await provider.models()
    assert error is not None
    assert (error.kind, "MISSING_KEY" in error.message) == ("auth", True)
    assert "chatflow_id" not in raised.value.hint
    assert not simulator.calls


async def test_the_models_are_the_flows(guarded: Simulator) -> None:
    async with closing(flowise(guarded, secret())) as provider:
        assert await provider.models() == (
            ModelInfo(id=CHATFLOW, label="Support (chatflow)", name="Support"),
            ModelInfo(id=AGENTFLOW, label="Research (agentflow)", name="Research"),
            ModelInfo(id=WHOLE_FLOW, label="Summary (chatflow)", name="Summary"),
            ModelInfo(id=MUTE_FLOW, label="Archive (chatflow)", name="Archive"),
            ModelInfo(id=TEAM_FLOW, label="Team (multi-agent)", name="Team"),
            ModelInfo(id=WORKFLOW, label="Workflow (agentflow)", name="Workflow"),
            ModelInfo(id=APPROVAL_FLOW, label="Approval (agentflow)", name="Approval"),
            ModelInfo(id=TOOL_FLOW, label="Tools (chatflow)", name="Tools"),
        )


async def test_the_flows_need_a_key(guarded: Simulator) -> None:
    async with closing(flowise(guarded)) as provider:
        with pytest.raises(AuthFailed, match="Unauthorized Access") as raised:
            await provider.models()
    assert "needs an API key" in raised.value.hint


def listing(*pages: bytes) -> Any:
    async def converse(connection: Connection) -> None:
        for page in pages:
            await connection.request()
            await connection.send(answer(page))

    return serve(converse)


async def test_the_flows_may_come_in_pages() -> None:
    pages = (
        b'{"data":[{"id":"a","name":"A","type":"MULTIAGENT"},{"id":""},null],"total":5}',
        b'{"data":[{"id":"b"},{"id":"a","name":"A","type":"MULTIAGENT"}],"total":5}',
    )
    async with listing(*pages) as server, closing(flowise(server)) as provider:
        assert await provider.models() == (
            ModelInfo(id="a", label="A (multi-agent)", name="A"),
            ModelInfo(id="b", label="a flow without a name"),
        )
        assert server.requests[-1].target == "/api/v1/chatflows?page=2&limit=100"


async def test_pages_end_where_one_is_empty() -> None:
    pages = (b'{"data":[{"id":"a"}],"total":9}', b'{"data":[]}')
    async with listing(*pages) as server, closing(flowise(server)) as provider:
        assert [model.id for model in await provider.models()] == ["a"]


async def test_a_list_of_another_sort_is_no_list_of_flows() -> None:
    async with listing(b'{"odd":1}') as server, closing(flowise(server)) as provider:
        with pytest.raises(ProtocolViolation, match="cannot be understood"):
            await provider.models()


async def test_a_web_page_means_another_base_url(guarded: Simulator) -> None:
    provider = flowise(guarded, secret(), base_url=f"{guarded.url}/api/v1/nowhere")
    async with closing(provider):
        error = heard(await ask(provider)).error
        with pytest.raises(ProtocolViolation, match="web page"):
            await provider.check()
    assert error is not None
    assert (error.kind, "without /api/v1" in error.hint) == ("protocol", True)


async def test_another_server_is_not_taken_for_flowise(simulator: Simulator) -> None:
    provider = flowise(simulator, base_url=f"{simulator.url}/v1", chatflow_id="")
    error = heard(await ask_once(provider, request(model=CHATFLOW))).error
    assert error is not None
    assert (error.kind, "without /api/v1" in error.hint) == ("rejected", True)


@pytest.mark.parametrize("body", [b"[]", b'{"isStreaming":"yes"}', b'{"pong":1}'])
async def test_an_odd_answer_to_the_first_question_is_not_flowises(body: bytes) -> None:
    async with listing(body) as server, closing(flowise(server)) as provider:
        with pytest.raises(ProtocolViolation, match="not Flowise's"):
            await provider.check()


async def test_a_ping_without_a_pong_is_not_flowises() -> None:
    async with listing(b"hello") as server, closing(flowise(server, chatflow_id="")) as provider:
        with pytest.raises(ProtocolViolation, match="not Flowise's"):
            await provider.check()


async def _checked(version: bytes) -> str:
    async def converse(connection: Connection) -> None:
        await connection.request()
        await connection.send(answer(b'{"isStreaming":true}'))
        await connection.request()
        await connection.send(version)

    async with serve(converse) as server, closing(flowise(server)) as provider:
        return await provider.check()


@pytest.mark.parametrize("version", [answer(b"[]"), answer(b"no", "404 Not Found")])
async def test_a_version_that_is_kept_secret_is_left_out(version: bytes) -> None:
    assert await _checked(version) == "Flowise; the flow streams"


async def test_a_check_works_against_the_simulator(simulator: Simulator) -> None:
    async with closing(flowise(simulator)) as provider:
        assert await provider.check() == "Flowise 3.1.2; the flow streams"
    async with closing(flowise(simulator, chatflow_id="")) as provider:
        assert await provider.check() == "Flowise 3.1.2; no flow is chosen"


async def test_a_system_prompt_is_said_to_stay_behind_once(simulator: Simulator) -> None:
    simulator.enqueue(HELLO, HELLO)
    turn = user_message("hi", parent=None)
    async with closing(flowise(simulator)) as provider:
        first = heard(await ask(provider, request(turn, system_prompt="be brief")))
        second = heard(await ask(provider, request(turn, turn, system_prompt="be brief")))
    assert (len(first.notices), second.notices) == (1, [])
    assert "be brief" not in f"{asked(simulator)}"


async def test_lines_without_a_colon_are_no_trouble(simulator: Simulator) -> None:
    old = b'message\ndata:{"event":"error","data":"Error: it broke"}\n\nmessage\ndata:{"event":"end"}\n\n'
    simulator.enqueue(Script((Say("a"), Raw(old))))
    found = heard(await ask_once(flowise(simulator)))
    assert found.error is not None
    assert (found.text, found.error.message) == ("a", "Error: it broke")


async def test_two_conversations_at_the_same_time_do_not_mix(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), *ENDING)), Script((Say("b"), *ENDING)))
    async with closing(flowise(simulator)) as provider:
        replies: list[list[StreamEvent]] = list(await asyncio.gather(ask(provider), ask(provider)))
    assert sorted(heard(reply).text for reply in replies) == ["a", "b"]


def test_the_options_hide_what_may_be_secret() -> None:
    options = FlowiseOptions(kind="flowise", override_config={"vars": {"token": KEY}})
    assert KEY not in repr(options)
    assert KEY not in repr(options.__rich_repr__())
    assert options.override_config


async def test_a_provider_says_what_it_is() -> None:
    options = FlowiseOptions(kind="flowise", chatflow_id="f", parameters={"a": 1})
    provider = FLOWISE.build("p", options, services())
    assert (provider.name, provider.base_url) == ("p", "http://localhost:3000")
    assert (provider.model, provider.parameters) == ("f", {"a": 1})
    assert provider.capabilities.remote_history
    assert (FLOWISE.key_env, FLOWISE.key_required) == ("FLOWISE_API_KEY", False)
    await provider.aclose()


async def test_what_is_written_beside_a_form_is_said_not_to_be_sent(simulator: Simulator) -> None:
    simulator.enqueue(HELLO, HELLO)
    events = await ask_once(flowise(simulator, parameters={"form": {"city": "Brest"}}))
    assert heard(events).notices == ["the flow is started with its form: your words are not sent"]
    assert "question" not in asked(simulator)[0]
