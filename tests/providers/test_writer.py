"""The shell around Writer's endpoints, over real sockets."""

import json
from contextlib import aclosing
from typing import Any

import pytest

from chat_tui.errors import ProviderError, Rejected, WrongId
from chat_tui.events import Finished, Notice, SourceRefs, Started, Step, ToolCall
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.message import user_message
from chat_tui.providers.base import Request
from chat_tui.providers.writer.lists import applications, graphs
from chat_tui.providers.writer.options import Endpoint
from chat_tui.simulator.script import (
    Cite,
    Done,
    Finish,
    Gate,
    Hang,
    Hold,
    Passage,
    Raw,
    Say,
    Script,
    Usage,
    UseTool,
    Work,
)
from chat_tui.simulator.server import Simulator
from chat_tui.simulator.writer_account import ALT_TEXT, EMPTY_GRAPH, GRAPH, RESEARCH
from chat_tui.streaming.worker import StreamWorker
from tests.providers.asking import ask, ask_once, closing, heard, request
from tests.providers.writer_sim import called, sent, writer

KEY = "canary-0123456789abcdef"
ENDPOINTS: tuple[Endpoint, ...] = (
    "chat",
    "completions",
    "application",
    "knowledge-graph",
    "web-search",
)
HELLO = Script((Say("Hel"), Say("lo"), Finish()))
GONE = Script(status=410, content_type="application/json", body=b"{}")


def turns(*texts: str, **fields: Any) -> Request:
    return request(*(user_message(text, parent=None) for text in texts), **fields)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_each_endpoint_answers(simulator: Simulator, endpoint: Endpoint) -> None:
    simulator.enqueue(HELLO)
    events = await ask_once(writer(simulator, endpoint))
    assert heard(events).text == "Hello"
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert sent(simulator)["stream"] is True


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_json_in_reply_to_a_stream_is_read_too(
    simulator: Simulator, endpoint: Endpoint
) -> None:
    simulator.enqueue(Script(HELLO.acts, content_type="application/json"))
    found = heard(await ask_once(writer(simulator, endpoint)))
    assert (found.text, found.finish) == ("Hello", "stop")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_parameters_go_into_the_body_and_those_of_the_request_win(
    simulator: Simulator, endpoint: Endpoint
) -> None:
    simulator.enqueue(HELLO)
    provider = writer(simulator, endpoint, parameters={"temperature": 0.1, "top_p": 0.2})
    await ask_once(provider, turns("hi", parameters={"temperature": 0.9}))
    body = sent(simulator)
    assert (body["temperature"], body["top_p"]) == (0.9, 0.2)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_escape_closes_the_socket(simulator: Simulator, endpoint: Endpoint) -> None:
    gate = Gate()
    simulator.enqueue(Script((Say("a"), Hold(gate), Hang())))
    async with closing(writer(simulator, endpoint)) as provider:
        worker = StreamWorker(lambda: provider.stream(request()))
        worker.start()
        await gate.reached.wait()
        worker.cancel()
        end = await worker.wait()
        await simulator.hangup_seen()
    assert isinstance(end, Finished)
    assert end.reason == "cancelled"


async def test_a_closed_stream_leaves_no_request_behind(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), Hang())))
    async with (
        closing(writer(simulator)) as provider,
        aclosing(provider.stream(request())) as events,
    ):
        assert isinstance(await anext(events), Started)
    await simulator.hangup_seen()


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_two_questions_share_a_connection(simulator: Simulator, endpoint: Endpoint) -> None:
    simulator.enqueue(HELLO, HELLO)
    async with closing(writer(simulator, endpoint)) as provider:
        await ask(provider)
        await ask(provider)
    assert simulator.connections == 1


async def test_the_key_is_a_bearer_token() -> None:
    async with Simulator(key=KEY) as simulator:
        simulator.enqueue(HELLO)
        found = heard(await ask_once(writer(simulator, key=PlainKey(Secret(KEY)))))
    assert found.text == "Hello"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_a_wrong_key_is_said_in_words(endpoint: Endpoint) -> None:
    async with Simulator(key=KEY) as simulator:
        provider = writer(simulator, endpoint, PlainKey(Secret("wrong-0123456789")))
        error = heard(await ask_once(provider)).error
    assert error is not None
    assert (error.kind, error.status) == ("auth", 401)
    assert error.message.endswith("did not accept the key: Invalid token")
    assert error.hint


@pytest.mark.parametrize(
    ("said", "kind", "hinted"),
    [("API key is disabled", "auth", "key"), ("No rights", "rejected", "may lack rights")],
)
async def test_a_403_is_about_the_key_only_where_it_says_so(
    simulator: Simulator, said: str, kind: str, hinted: str
) -> None:
    key = "fail.forbidden.insufficientAccessRights"
    failure = {"tpe": "Forbidden", "errors": [{"description": said, "key": key}]}
    body = json.dumps(failure).encode()
    simulator.enqueue(Script(status=403, content_type="application/json", body=body))
    error = heard(await ask_once(writer(simulator))).error
    assert error is not None
    assert error.kind == kind
    assert error.message.endswith(f": {said}")
    assert hinted in error.hint


async def test_a_key_that_json_disguises_is_not_shown(simulator: Simulator) -> None:
    key = 'canary-"0123456789\\abcdef'
    failure = {"tpe": "X", "errors": [{"description": f"{key} is not for that", "key": "k"}]}
    body = json.dumps(failure).encode()
    simulator.enqueue(Script(status=422, content_type="application/json", body=body))
    error = heard(await ask_once(writer(simulator, key=PlainKey(Secret(key))))).error
    assert error is not None
    assert error.message.endswith("*** is not for that")


async def test_too_much_nonsense_is_not_called_another_vendors(simulator: Simulator) -> None:
    simulator.enqueue(Script((Raw(b"data: {\n\n" * 3),)))
    error = heard(await ask_once(writer(simulator))).error
    assert error is not None
    assert (error.kind, "Writer" in error.hint) == ("protocol", True)


async def test_an_error_of_a_stream_says_what_the_server_says(simulator: Simulator) -> None:
    body = b'{"tpe": "X", "errors": [{"description": "too much", "key": "k"}], "extras": {}}'
    simulator.enqueue(Script((Say("a"), Raw(b"data: " + body + b"\n\n"))))
    found = heard(await ask_once(writer(simulator)))
    assert found.text == "a"
    assert found.error is not None
    assert (found.error.kind, found.error.message) == ("provider", "too much")


async def test_a_chat_without_a_finish_sign_is_cut_off(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), Work("1", "q"))))
    events = await ask_once(writer(simulator))
    found = heard(events)
    assert (found.text, found.finish) == ("a", "incomplete")
    assert "before the server said" in found.notices[0]
    states = {event.id: event.state for event in events if isinstance(event, Step)}
    assert set(states.values()) == {"failed"}


async def test_done_alone_is_not_a_finish_sign(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), Done())))
    assert heard(await ask_once(writer(simulator))).finish == "incomplete"


async def test_a_server_that_stays_silent_after_the_finish_is_not_waited_for(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.providers.posted.TRAILER_S", 0.01)
    simulator.enqueue(Script((Say("a"), Finish(), Hang())))
    assert heard(await ask_once(writer(simulator))).finish == "stop"


async def test_usage_comes_after_the_finish(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), Finish(), Usage(3, 2))))
    usage = heard(await ask_once(writer(simulator))).usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (3, 2)


async def test_without_a_stream_no_stream_options_are_sent(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    found = heard(await ask_once(writer(simulator, parameters={"stream": False})))
    assert found.text == "Hello"
    assert "stream_options" not in sent(simulator)


async def test_tools_are_sent_whole_and_chosen_by_the_model(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    await ask_once(writer(simulator, tools=[{"type": "web_search"}]))
    body = sent(simulator)
    assert body["tool_choice"] == "auto"
    assert body["tools"] == [
        {"type": "web_search", "function": {"include_domains": [], "exclude_domains": []}}
    ]


async def test_what_the_web_search_tool_found_becomes_sources(simulator: Simulator) -> None:
    cited = Cite((Passage("t", "https://a.test/", "words"),))
    simulator.enqueue(Script((cited, Say("a"), Finish("tool_calls"))))
    events = await ask_once(writer(simulator, tools=[{"type": "web_search"}]))
    [sources] = [event.sources for event in events if isinstance(event, SourceRefs)]
    assert [(one.url, one.excerpt) for one in sources] == [("https://a.test/", "words")]
    assert heard(events).finish == "stop"


async def test_a_graph_tool_tells_its_search_its_subqueries_and_its_sources(
    simulator: Simulator,
) -> None:
    cited = Cite((Passage("f1", text="a snippet", score=0.5),))
    acts = (Work("1", "q", detail="a"), Say("yes [the file](f1)"), cited, Finish())
    simulator.enqueue(Script(acts))
    provider = writer(simulator, tools=[{"type": "graph"}], graph_ids=[GRAPH])
    events = await ask_once(provider)
    assert sent(simulator)["tools"][0]["function"]["graph_ids"] == [GRAPH]
    steps = [event for event in events if isinstance(event, Step)]
    assert [(step.id, step.state, step.parent) for step in steps] == [
        ("knowledge-graph", "running", ""),
        ("subquery-1", "done", "knowledge-graph"),
        ("knowledge-graph", "done", ""),
    ]
    last = [event.sources for event in events if isinstance(event, SourceRefs)][-1]
    assert [(one.title, one.excerpt, one.score) for one in last] == [("the file", "a snippet", 0.5)]


async def test_another_model_that_answers_is_a_tool_call(simulator: Simulator) -> None:
    used = UseTool("llm", '{"prompt": "p", "model": "palmyra-med"}', "take ")
    simulator.enqueue(Script((used, used, Say("rest"), Finish())))
    tool = {"type": "llm", "function": {"model": "palmyra-med", "description": "health"}}
    events = await ask_once(writer(simulator, tools=[tool]))
    found = heard(events)
    assert found.text == "take take rest"
    assert [event.state for event in events if isinstance(event, ToolCall)] == ["running", "done"]
    assert found.tools["llm"].arguments == '{"model":"palmyra-med","prompt":"p"}'


async def test_a_translation_is_a_tool_call(simulator: Simulator) -> None:
    data = '{"source_text": "hi", "source_language_code": "en", "target_language_code": "es"}'
    simulator.enqueue(Script((UseTool("translation", data, "hola"), Finish("tool_calls"))))
    found = heard(await ask_once(writer(simulator, tools=[{"type": "translation"}])))
    assert (found.text, found.finish) == ("hola", "stop")
    call = found.tools["translation"]
    assert (call.output, call.state) == ("en → es", "done")


async def test_a_function_call_ends_the_reply_with_tool_calls(simulator: Simulator) -> None:
    calls = (UseTool("f", '{"a": 1}', ""), UseTool("g", '{"b": 2}', ""))
    simulator.enqueue(Script((*calls, Finish("tool_calls"))))
    tool = {"type": "function", "function": {"name": "f"}}
    found = heard(await ask_once(writer(simulator, tools=[tool])))
    assert found.finish == "tool_calls"
    assert [(one.name, one.arguments) for one in found.tools.values()] == [
        ("f", '{"a": 1}'),
        ("g", '{"b": 2}'),
    ]


async def test_a_text_is_asked_for_with_the_system_prompt_before_the_last_turn(
    simulator: Simulator,
) -> None:
    simulator.enqueue(HELLO)
    await ask_once(writer(simulator, "completions"), turns("one", "two", system_prompt="short"))
    body = sent(simulator)
    assert (body["model"], body["prompt"]) == ("palmyra-x5", "short\n\ntwo")


async def test_an_application_gets_its_inputs_and_the_prompt(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    provider = writer(
        simulator,
        "application",
        application_id=ALT_TEXT,
        inputs={"Tone": "formal"},
        prompt_input="Product description",
        parameters={"stream": False},
    )
    await ask_once(provider, turns("a mug"))
    assert sent(simulator)["inputs"] == [
        {"id": "Tone", "value": ["formal"]},
        {"id": "Product description", "value": ["a mug"]},
    ]


async def test_stages_of_an_application_are_steps_with_their_sources(simulator: Simulator) -> None:
    cited = Cite((Passage("", "https://a.test/"),))
    acts = (Work("s1", "Searching"), cited, Work("s2", "Writing"), Say("done"))
    simulator.enqueue(Script(acts))
    events = await ask_once(writer(simulator, "application"))
    steps = [event for event in events if isinstance(event, Step)]
    assert [(step.label, step.state, step.detail) for step in steps] == [
        ("Searching", "running", ""),
        ("Searching", "running", "https://a.test/"),
        ("Searching", "done", "https://a.test/"),
        ("Writing", "running", ""),
        ("Writing", "done", ""),
    ]
    [sources] = [event.sources for event in events if isinstance(event, SourceRefs)]
    assert [one.url for one in sources] == ["https://a.test/"]


async def test_the_inputs_of_an_application_are_looked_at_once(simulator: Simulator) -> None:
    simulator.enqueue(HELLO, HELLO)
    async with closing(writer(simulator, "application")) as provider:
        await ask(provider)
        await ask(provider)
    place = f"/applications/{RESEARCH}"
    assert called(simulator) == [f"GET {place}", f"POST {place}", f"POST {place}"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "no input 'query' for the prompt; its inputs are 'Product description', 'Tone'"),
        ({"prompt_input": "Tone"}, "also needs 'Product description'"),
        (
            {"prompt_input": "Product description", "inputs": {"Tome": "x"}},
            "no input 'Tome'; its inputs are 'Product description', 'Tone'",
        ),
    ],
)
async def test_wrong_inputs_are_told_with_the_right_ones(
    simulator: Simulator, given: dict[str, Any], words: str
) -> None:
    provider = writer(simulator, "application", application_id=ALT_TEXT, **given)
    error = heard(await ask_once(provider)).error
    assert error is not None
    assert error.kind == "rejected"
    assert words in error.message
    assert error.hint
    assert called(simulator) == [f"GET /applications/{ALT_TEXT}"]


async def test_an_application_that_does_not_stream_answers_in_one_piece(
    simulator: Simulator,
) -> None:
    simulator.enqueue(HELLO, HELLO)
    provider = writer(
        simulator, "application", application_id=ALT_TEXT, prompt_input="Product description"
    )
    async with closing(provider):
        found = [heard(await ask(provider)) for _ in range(2)]
    assert [one.text for one in found] == ["Hello", "Hello"]
    streamed = [call.json["stream"] for call in simulator.calls if call.method == "POST"]
    assert streamed == [True, False, False]


async def test_a_request_that_is_wrong_either_way_fails_as_it_should(simulator: Simulator) -> None:
    refused = Script(
        status=400,
        content_type="application/json",
        body=b'{"tpe": "BadRequest", "errors": [{"description": "blocked"}]}',
    )
    simulator.enqueue(refused, refused, HELLO)
    async with closing(writer(simulator, "application")) as provider:
        error = heard(await ask(provider)).error
        assert error is not None
        assert error.message.endswith("rejected the request (400): blocked")
        assert heard(await ask(provider)).text == "Hello"
    assert sent(simulator)["stream"] is True


async def test_a_stream_that_the_user_asks_for_is_not_given_up(simulator: Simulator) -> None:
    simulator.enqueue(Script(status=400, content_type="application/json", body=b"{}"))
    await ask_once(writer(simulator, "application", parameters={"stream": True}))
    assert called(simulator)[1:] == [f"POST /applications/{RESEARCH}"]


async def test_an_application_may_be_chosen_in_the_menu(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    provider = writer(simulator, "application", application_id="")
    events = await ask_once(provider, turns("hi", model=RESEARCH))
    assert heard(events).text == "Hello"
    assert isinstance(events[0], Started)
    assert events[0].model == RESEARCH


async def test_graphs_may_be_chosen_in_the_menu(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    provider = writer(simulator, "knowledge-graph", graph_ids=[])
    await ask_once(provider, turns("hi", model=f"{GRAPH}, {EMPTY_GRAPH}"))
    assert sent(simulator)["graph_ids"] == [GRAPH, EMPTY_GRAPH]


@pytest.mark.parametrize(
    ("endpoint", "option", "empty"),
    [("application", "application_id", ""), ("knowledge-graph", "graph_ids", [])],
)
async def test_nothing_chosen_is_said_before_anything_is_sent(
    simulator: Simulator, endpoint: Endpoint, option: str, empty: object
) -> None:
    given: dict[str, Any] = {option: empty}
    error = heard(await ask_once(writer(simulator, endpoint, **given))).error
    assert error is not None
    assert error.kind == "rejected"
    assert option in error.hint
    assert "F2" in error.hint
    assert all(call.startswith("GET") for call in called(simulator))


@pytest.mark.parametrize(
    ("endpoint", "wrong", "hint"),
    [
        ("application", {"application_id": "../graphs?x=1"}, "application_id"),
        ("knowledge-graph", {"graph_ids": ["nowhere"]}, "graph_ids"),
    ],
)
async def test_an_id_that_is_not_there_is_a_wrong_id(
    simulator: Simulator, endpoint: Endpoint, wrong: dict[str, Any], hint: str
) -> None:
    async with closing(writer(simulator, endpoint, **wrong)) as provider:
        async with aclosing(provider.stream(request())) as events:
            with pytest.raises(WrongId, match="Resource is not found") as caught:
                await anext(events)
        assert caught.value.status == 404
        assert (provider.model in caught.value.message, hint in caught.value.hint) == (True, True)
        assert "Hotel research" in caught.value.hint or "Products" in caught.value.hint
        with pytest.raises(WrongId, match="there is no"):
            await provider.check()


async def test_a_question_to_graphs_tells_subqueries_and_sources(simulator: Simulator) -> None:
    cited = Cite((Passage("f1", text="a snippet"), Passage("T", "https://a.test/", "x", 0.3)))
    simulator.enqueue(Script((Work("1", "q", detail="a"), Say("yes"), cited)))
    events = await ask_once(writer(simulator, "knowledge-graph"), turns("really?"))
    body = sent(simulator)
    assert (body["question"], body["subqueries"]) == ("really?", True)
    steps = [event for event in events if isinstance(event, Step)]
    assert [(step.label, step.detail, step.parent) for step in steps] == [("q", "a", "")]
    last = [event.sources for event in events if isinstance(event, SourceRefs)][-1]
    assert [(one.title, one.url) for one in last] == [
        ("file f1", None),
        ("T", "https://a.test/"),
    ]


async def test_a_search_gives_sources_and_an_answer(simulator: Simulator) -> None:
    simulator.enqueue(Script((Cite((Passage("", "https://a.test/"),)), *HELLO.acts)))
    events = await ask_once(writer(simulator, "web-search"), turns("what?"))
    body = sent(simulator)
    assert (body["query"], body["include_answer"]) == ("what?", True)
    assert heard(events).text == "Hello"
    assert any(isinstance(event, SourceRefs) for event in events)


async def test_a_search_without_an_answer_is_complete(simulator: Simulator) -> None:
    simulator.enqueue(Script((Cite((Passage("", "https://a.test/"),)),)))
    found = heard(await ask_once(writer(simulator, "web-search")))
    assert (found.finish, found.notices) == ("stop", ["the server sent no answer text"])


async def test_where_the_search_was_withdrawn_a_model_searches(simulator: Simulator) -> None:
    simulator.enqueue(GONE, HELLO, HELLO)
    given = {"include_domains": ["a.test"], "topic": "news", "temperature": 0.5}
    async with closing(writer(simulator, "web-search", parameters=given)) as provider:
        events = await ask(provider)
        again = heard(await ask(provider))
    found = heard(events)
    assert (found.text, found.finish) == ("Hello", "stop")
    assert isinstance(events[1], Notice)
    assert "web-search endpoint" in events[1].text
    assert called(simulator) == ["POST /tools/web-search", "POST /chat", "POST /chat"]
    body = sent(simulator)
    assert body["tools"][0]["function"] == {"include_domains": ["a.test"], "exclude_domains": []}
    assert (body["temperature"], "topic" in body) == (0.5, False)
    assert again.notices == found.notices


async def test_the_users_own_search_tool_is_used_instead(simulator: Simulator) -> None:
    simulator.enqueue(GONE, HELLO)
    tool = {"type": "web_search", "function": {"exclude_domains": ["b.test"]}}
    await ask_once(writer(simulator, "web-search", tools=[tool]))
    assert sent(simulator)["tools"][0]["function"]["exclude_domains"] == ["b.test"]


async def test_another_refusal_of_a_search_is_an_error(simulator: Simulator) -> None:
    simulator.enqueue(Script(status=422, content_type="application/json", body=b"{}"))
    error = heard(await ask_once(writer(simulator, "web-search"))).error
    assert error is not None
    assert error.status == 422
    assert called(simulator) == ["POST /tools/web-search"]


@pytest.mark.parametrize(
    ("endpoint", "first"),
    [
        ("chat", ("palmyra-x5", "Palmyra X5")),
        ("completions", ("palmyra-x5", "Palmyra X5")),
        ("web-search", ("palmyra-x5", "Palmyra X5")),
        ("application", (RESEARCH, "Hotel research")),
        ("knowledge-graph", (GRAPH, "Products")),
    ],
)
async def test_the_menu_lists_what_can_be_asked(
    simulator: Simulator, endpoint: Endpoint, first: tuple[str, str]
) -> None:
    async with closing(writer(simulator, endpoint)) as provider:
        models = await provider.models()
    assert (models[0].id, models[0].label) == first


async def test_a_graph_with_nothing_in_it_says_so(simulator: Simulator) -> None:
    async with closing(writer(simulator, "knowledge-graph")) as provider:
        models = await provider.models()
    assert models[1].label == "Drafts (no files to search yet)"


async def test_lists_are_read_to_their_last_page(simulator: Simulator) -> None:
    async with closing(writer(simulator)) as provider:
        apps = await applications(provider._connection, limit=1)
        found = await graphs(provider._connection, limit=1)
    assert [one.id for one in apps] == [RESEARCH, ALT_TEXT]
    assert [one.id for one in found] == [GRAPH, EMPTY_GRAPH]
    assert [call.query for call in simulator.calls if call.path.endswith("/graphs")] == [
        "limit=1",
        f"limit=1&after={GRAPH}",
    ]


@pytest.mark.parametrize(
    ("endpoint", "given", "found"),
    [
        ("chat", {}, "3 models"),
        ("chat", {"model": "other"}, "3 models, 'other' is not among them"),
        ("completions", {}, "3 models"),
        ("web-search", {}, "3 models"),
        ("application", {}, "2 applications"),
        ("application", {"application_id": ""}, "2 applications; none is chosen"),
        ("knowledge-graph", {}, "2 Knowledge Graphs"),
        ("knowledge-graph", {"graph_ids": []}, "2 Knowledge Graphs; none is chosen"),
    ],
)
async def test_a_check_says_what_is_there(
    simulator: Simulator, endpoint: Endpoint, given: dict[str, Any], found: str
) -> None:
    async with closing(writer(simulator, endpoint, **given)) as provider:
        assert await provider.check() == found


async def test_a_check_finds_inputs_that_an_application_does_not_take(
    simulator: Simulator,
) -> None:
    async with closing(writer(simulator, "application", application_id=ALT_TEXT)) as provider:
        with pytest.raises(Rejected, match="no input 'query'"):
            await provider.check()


async def test_a_check_with_a_wrong_key_fails() -> None:
    async with Simulator(key=KEY) as simulator, closing(writer(simulator)) as provider:
        with pytest.raises(ProviderError) as caught:
            await provider.check()
    assert caught.value.kind == "auth"
