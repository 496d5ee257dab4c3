"""The get3w provider over real sockets: streams, tasks that are asked for, cancelling, checking."""

import base64
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from chat_tui.errors import AuthFailed, Rejected, WrongId
from chat_tui.events import (
    Finished,
    ImageProgress,
    ImageResult,
    Started,
    StreamError,
    StreamEvent,
)
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.message import user_message
from chat_tui.net.json import encode_json
from chat_tui.providers.get3w.provider import GET3W, Get3wOptions, Get3wProvider
from chat_tui.providers.kinds import ProviderOptions
from chat_tui.simulator.dialect import Answer
from chat_tui.simulator.get3w import MODELS
from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import (
    Drop,
    Fail,
    Finish,
    Gate,
    Hang,
    Hold,
    Picture,
    Preview,
    Progress,
    Say,
    Script,
)
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.worker import StreamWorker
from tests.builders import patiently
from tests.net.server import answer, answering, serve
from tests.providers.asking import (
    Heard,
    ask,
    ask_once,
    closing,
    heard,
    request,
    services,
    terminals,
)
from tests.providers.fal_sim import refuse
from tests.providers.get3w_sim import MODEL, V1, V3, asked_for, get3w

PNG = landscape("x", cells=2)
KEY = PlainKey(Secret("key-0123456789"))
DRAWN = (Picture(PNG), Finish())
JSON = "application/json"


def document(body: object, status: int = 200) -> Script:
    return Script(body=encode_json(body), content_type=JSON, status=status)


def told(body: object, status: str = "200 OK") -> bytes:
    return answer(encode_json(body), status, content_type=JSON)


LIST = told({"code": 200, "message": "success", "data": [{"model_id": MODEL}]})


def fractions(events: list[StreamEvent]) -> list[float | None]:
    return [
        event.fraction
        for event in events
        if isinstance(event, ImageProgress) and event.state != "saving"
    ]


async def test_a_stream_brings_progress_previews_and_the_picture(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(), Progress(0.4), Preview(PNG), *DRAWN)))
    asked = request()
    events = await ask_once(get3w(simulator), asked)
    job = str(asked.messages[-1].id)
    assert events[0] == Started("sim", MODEL, "pred_sim1")
    progress = [one for one in events[1:3] if isinstance(one, ImageProgress)]
    assert [(one.state, one.fraction) for one in progress] == [("queued", None), ("running", 0.4)]
    assert {one.job for one in progress} == {job}
    found = heard(events)
    assert [preview.data for preview in found.previews] == [PNG]
    (picture,) = found.pictures
    assert (picture.job, picture.index, picture.flagged) == (job, 0, False)
    assert picture.url == f"{simulator.url}/get3w/outputs/pred_sim1-0.png"
    saving = [one for one in events if isinstance(one, ImageProgress)][-1]
    assert (saving.state, saving.fraction, saving.note) == ("saving", 1.0, "made in 2.5 s")
    assert (found.finish, found.notices) == ("stop", [])


async def test_the_prompt_goes_to_the_models_own_path(simulator: Simulator) -> None:
    simulator.enqueue(Script(DRAWN))
    turns = [user_message(text, parent=None) for text in ("a cat", "a \x1bdog")]
    asked = request(*turns, parameters={"seed": 7, "size": "512*512"})
    await ask_once(get3w(simulator, parameters={"seed": 1, "num_images": 2}), asked)
    assert asked_for(simulator) == ["POST /api/v3/get3w/flux-dev"]
    assert simulator.calls[0].json == {
        "prompt": "a ␛dog",
        "stream": True,
        "seed": 7,
        "size": "512*512",
        "num_images": 2,
    }


async def test_a_request_may_name_another_model(simulator: Simulator) -> None:
    simulator.enqueue(Script(DRAWN))
    events = await ask_once(get3w(simulator), request(model="google/nano banana?x=1"))
    assert simulator.calls[0].path == "/api/v3/google/nano%20banana%3Fx%3D1"
    assert events[0] == Started("sim", "google/nano banana?x=1", None)


@pytest.mark.parametrize("model", ["/", "a/../b", "a//b"])
async def test_what_is_no_model_is_not_asked_for(simulator: Simulator, model: str) -> None:
    found = heard(await ask_once(get3w(simulator, model=model)))
    assert found.error is not None
    assert (found.error.kind, simulator.calls) == ("rejected", [])


async def test_an_address_as_a_model_stays_at_the_server(simulator: Simulator) -> None:
    simulator.enqueue(Script(DRAWN))
    await ask_once(get3w(simulator), request(model="https:evil.test"))
    assert simulator.calls[0].path == "/api/v3/https%3Aevil.test"


async def test_words_of_a_language_model_are_the_answer(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("Hel"), Say("lo"), Finish())))
    found = heard(await ask_once(get3w(simulator, model="get3w/any-llm")))
    assert (found.text, found.finish, found.pictures) == ("Hello", "stop", [])


async def test_naked_base64_is_a_picture(simulator: Simulator) -> None:
    simulator.enqueue(Script(DRAWN))
    found = heard(await ask_once(get3w(simulator, parameters={"enable_base64_output": True})))
    assert [(one.data, one.media_type) for one in found.pictures] == [(PNG, "image/png")]


async def test_an_unsafe_picture_is_flagged(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(), Picture(PNG), Finish("filtered"))))
    found = heard(await ask_once(get3w(simulator)))
    assert [one.flagged for one in found.pictures] == [True]


async def test_a_model_that_does_not_stream_is_asked_again_and_again(simulator: Simulator) -> None:
    acts = (Progress(), Progress(0.5), Progress(0.7), *DRAWN)
    simulator.enqueue(Script(acts, content_type=JSON))
    events = await ask_once(get3w(simulator))
    found = heard(events)
    assert found.notices == ["this model does not stream; asking for its result"]
    assert ([one.index for one in found.pictures], found.finish) == ([0], "stop")
    assert asked_for(simulator) == [
        "POST /api/v3/get3w/flux-dev",
        *["GET /api/v3/predictions/pred_sim1"] * 4,
    ]
    states = [event.state for event in events if isinstance(event, ImageProgress)]
    assert states == ["queued", "running", "saving"]


async def test_a_result_that_comes_at_once_is_not_asked_for(simulator: Simulator) -> None:
    simulator.enqueue(Script(DRAWN, content_type=JSON))
    found = heard(await ask_once(get3w(simulator, parameters={"enable_sync_mode": True})))
    assert (len(found.pictures), found.finish, found.notices) == (1, "stop", [])
    assert len(simulator.calls) == 1


async def test_a_wait_for_the_result_at_once_may_run_out(simulator: Simulator) -> None:
    late = {"id": "t/1", "status": "processing", "code": 5004, "error": "Sync mode timed out"}
    simulator.enqueue(document({"code": 200, "message": "success", "data": late}))
    found = heard(await ask_once(get3w(simulator)))
    assert asked_for(simulator)[1] == "GET /api/v3/predictions/t%2F1/result"
    assert found.error is not None
    assert found.error.status == 404


@pytest.mark.parametrize("ending", [(), (Drop(),), (Drop(reset=False),)])
async def test_a_stream_that_ends_early_is_followed_by_inquiries(
    simulator: Simulator, ending: tuple[Drop, ...]
) -> None:
    first = Script((Progress(), Progress(0.4), *ending))
    simulator.enqueue(first, Script((Progress(0.8), *DRAWN)))
    events = await ask_once(get3w(simulator))
    found = heard(events)
    assert (len(found.pictures), found.finish) == (1, "stop")
    assert [notice.rpartition("; ")[2] for notice in found.notices] == ["asking for its result"]
    assert fractions(events) == [None, 0.4]
    assert asked_for(simulator)[0].startswith("POST")
    assert not [call for call in asked_for(simulator)[1:] if not call.startswith("GET")]
    assert terminals(events) == [-1]


async def test_a_stream_that_ends_early_without_an_id_is_an_error(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(0.4),)))
    found = heard(await ask_once(get3w(simulator)))
    assert found.error is not None
    assert (found.error.kind, found.error.message) == (
        "protocol",
        "the stream ended early, without a result",
    )


async def test_previews_alone_are_an_incomplete_reply(simulator: Simulator) -> None:
    simulator.enqueue(Script((Preview(PNG),)))
    found = heard(await ask_once(get3w(simulator)))
    assert (len(found.previews), found.finish) == (1, "incomplete")
    assert found.notices == ["the stream ended early, before the result was complete"]


async def test_a_task_that_fails_says_why(simulator: Simulator) -> None:
    simulator.enqueue(
        Script((Progress(0.2), Fail("no such thing"))),
        Script((Progress(0.2), Fail("no such thing")), content_type=JSON),
    )
    async with closing(get3w(simulator)) as provider:
        streamed, followed = heard(await ask(provider)), heard(await ask(provider))
    assert streamed.error == StreamError("provider", "no such thing (code 5004)")
    assert followed.error == StreamError("provider", "no such thing")
    assert not [call for call in asked_for(simulator) if call.startswith("DELETE")]


async def test_a_key_in_the_words_of_a_failure_is_not_shown(simulator: Simulator) -> None:
    fails = (Progress(0.2), Fail("key-0123456789 is bad"))
    simulator.enqueue(Script(fails, content_type=JSON))
    found = heard(await ask_once(get3w(simulator, KEY)))
    assert found.error == StreamError("provider", "*** is bad")


@pytest.mark.parametrize(
    ("code", "kind", "hint"),
    [
        (400, "rejected", ""),
        (401, "auth", "api_key"),
        (403, "rejected", "top up"),
        (404, "rejected", "check the model's name"),
        (429, "rate_limit", "wait"),
        (500, "provider", ""),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
async def test_a_code_in_a_reply_counts_like_a_status(
    simulator: Simulator, code: int, kind: str, hint: str, streamed: bool
) -> None:
    body = {"code": code, "message": "Not today", "data": None}
    simulator.enqueue(Script((Fail("Not today", code),)) if streamed else document(body))
    found = heard(await ask_once(get3w(simulator, KEY)))
    assert found.error is not None
    assert (found.error.kind, found.error.status) == (kind, code)
    assert "Not today" in found.error.message
    assert hint in found.error.hint


async def test_the_other_shape_of_an_error_is_read_too(simulator: Simulator) -> None:
    body = {"code": 403, "error": "Insufficient balance"}
    simulator.enqueue(document(body, 403), document(body))
    async with closing(get3w(simulator, api=V1)) as provider:
        for _ in range(2):
            error = heard(await ask(provider)).error
            assert error is not None
            assert (error.kind, error.status) == ("rejected", 403)
            assert "Insufficient balance" in error.message
            assert "top up the account" in error.hint


async def test_a_passing_fault_of_an_inquiry_is_passed_over(simulator: Simulator) -> None:
    busy = document({"code": 429, "message": "Rate limit exceeded", "data": None})
    simulator.enqueue(Script((Progress(), Progress(0.1))), document({}, 503), busy, Script(DRAWN))
    found = heard(await ask_once(get3w(simulator)))
    assert (len(found.pictures), found.finish) == (1, "stop")
    assert len(simulator.calls) == 4


async def test_a_result_elsewhere_is_not_asked_for(simulator: Simulator) -> None:
    async with Simulator() as elsewhere:
        data = {
            "id": "x",
            "status": "created",
            "urls": {"get": f"{elsewhere.url}/api/v3/predictions/x"},
        }
        simulator.enqueue(document({"code": 200, "message": "success", "data": data}))
        found = heard(await ask_once(get3w(simulator, KEY)))
        assert elsewhere.calls == []
    assert found.error is not None
    assert found.error.kind == "protocol"
    assert "elsewhere" in found.error.message


@pytest.mark.parametrize(
    "url",
    ["//evil.test/x", "file:///etc/passwd", "http://[", "http://a:b/", "http://u:p@127.0.0.1/x"],
)
async def test_a_place_that_is_not_the_servers_is_refused(simulator: Simulator, url: str) -> None:
    simulator.enqueue(document({"id": "x", "status": "created", "urls": {"get": url}}))
    found = heard(await ask_once(get3w(simulator)))
    assert found.error is not None
    assert found.error.kind == "protocol"


async def test_a_place_without_a_host_is_the_servers_own(simulator: Simulator) -> None:
    data = {"id": "x", "status": "created", "urls": {"get": "/api/v3/predictions/y"}}
    simulator.enqueue(document(data))
    await ask_once(get3w(simulator))
    assert asked_for(simulator)[1] == "GET /api/v3/predictions/y"


async def test_a_task_that_does_not_move_is_given_up_and_cancelled(simulator: Simulator) -> None:
    async def stalled(idle_s: float) -> Heard:
        simulator.enqueue(Script((Progress(0.1),), content_type=JSON))
        return heard(await ask_once(get3w(simulator, idle_timeout_s=idle_s)))

    found = await patiently(stalled, lambda _: asked_for(simulator)[-1].startswith("DELETE"))
    assert found.error is not None
    assert found.error.kind == "network"
    assert asked_for(simulator)[-1].startswith("DELETE /api/v3/predictions/pred_sim")


async def test_nothing_is_tried_again_once_the_server_may_have_the_task(
    simulator: Simulator,
) -> None:
    at_once = RetryPolicy(jitter=lambda _low, _high: 0.0)
    busy = Fail("later", 503)
    for script in (
        Script((Drop(),)),
        Script((Progress(0.1), Drop())),
        Script((Progress(0.1), busy)),
    ):
        before = len(simulator.calls)
        simulator.enqueue(script)
        async with closing(get3w(simulator)) as provider:
            events = await ask(provider, retry=at_once)
        assert isinstance(events[-1], StreamError)
        assert len(simulator.calls) == before + 1


async def test_a_refusal_for_now_is_tried_again(simulator: Simulator) -> None:
    simulator.enqueue(document({"code": 503, "message": "busy", "data": None}, 503), Script(DRAWN))
    async with closing(get3w(simulator)) as provider:
        events = await ask(provider, retry=RetryPolicy(jitter=lambda _low, _high: 0.0))
    assert heard(events).finish == "stop"


async def cancelled(provider: Get3wProvider, until: Gate) -> list[StreamEvent]:
    """Ask, and stop when the server is at the gate and its last event has come."""
    worker = StreamWorker(lambda: provider.stream(request()))
    worker.start()
    await until.reached.wait()
    events: list[StreamEvent] = []
    async with aclosing(worker.subscribe()) as batches:
        async for batch in batches:
            events += batch
            if any(isinstance(event, ImageProgress) for event in batch):
                worker.cancel()
    return events


async def left_at_work(provider: Get3wProvider) -> None:
    """Ask, and go away once the task is at work."""
    async with aclosing(provider.stream(request())) as events:
        async for event in events:
            if isinstance(event, ImageProgress) and event.state == "running":
                break


async def test_a_task_is_cancelled_at_the_server_when_its_id_is_known(
    simulator: Simulator,
) -> None:
    gate = Gate()
    simulator.enqueue(Script((Progress(), Hold(gate), *DRAWN)))
    async with closing(get3w(simulator, KEY)) as provider:
        events = await cancelled(provider, gate)
    assert isinstance(events[-1], Finished)
    assert (events[-1].reason, events[-1].stop_answer) == ("cancelled", "confirmed")
    last = simulator.calls[-1]
    assert (last.method, last.path) == ("DELETE", "/api/v3/predictions/pred_sim1")
    assert last.headers["authorization"] == "Bearer key-0123456789"


async def test_a_cancel_that_the_server_refuses_is_not_confirmed(simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Progress(), Hold(gate), *DRAWN)))
    refuse(simulator, "DELETE", ".*", Answer(b'{"code": 500, "message": "no"}', status=500))
    async with closing(get3w(simulator)) as provider:
        events = await cancelled(provider, gate)
    assert isinstance(events[-1], Finished)
    assert (events[-1].reason, events[-1].stop_answer) == ("cancelled", "unanswered")


async def test_a_task_without_an_id_ends_with_its_connection(simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Progress(0.1), Hold(gate), *DRAWN)))
    async with closing(get3w(simulator)) as provider:
        events = await cancelled(provider, gate)
    assert isinstance(events[-1], Finished)
    assert events[-1].stop_answer is None
    await simulator.hangup_seen()
    assert asked_for(simulator) == ["POST /api/v3/get3w/flux-dev"]


async def test_a_task_that_is_asked_for_is_cancelled_too(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(0.1),), content_type=JSON))
    async with closing(get3w(simulator)) as provider:
        await left_at_work(provider)
    assert asked_for(simulator)[-1] == "DELETE /api/v3/predictions/pred_sim1"


async def test_a_completed_task_is_never_deleted(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(), Picture(PNG), Picture(PNG), Finish())))
    provider = get3w(simulator)
    async with closing(provider), aclosing(provider.stream(request())) as events:
        async for event in events:
            if isinstance(event, ImageResult):
                break
    assert asked_for(simulator) == ["POST /api/v3/get3w/flux-dev"]


async def test_a_cancel_that_cannot_be_sent_troubles_nobody(
    simulator: Simulator,
) -> None:
    simulator.enqueue(Script((Progress(), Hang())))
    provider = get3w(simulator)
    async with aclosing(provider.stream(request())) as events:
        async for event in events:
            if isinstance(event, ImageProgress):
                break
    await simulator.stop()
    await provider.aclose()


async def test_v1_is_asked_without_envelope_and_stream(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(0.5), *DRAWN)))
    provider = get3w(simulator, api=V1, model="google/nano-banana-pro/text-to-image")
    events = await ask_once(provider)
    found = heard(events)
    assert (len(found.pictures), found.finish, found.notices) == (1, "stop", [])
    assert simulator.calls[0].json == {"prompt": "hi"}
    assert set(asked_for(simulator)[1:]) == {"GET /get3w/v1/requests/pred_sim1"}


async def test_v1_has_failures_of_its_own(simulator: Simulator) -> None:
    simulator.enqueue(Script((Fail("out of memory", 9001),)))
    found = heard(await ask_once(get3w(simulator, api=V1)))
    assert found.error == StreamError("provider", "out of memory (code 9001)")


async def test_v1_has_nothing_to_cancel_with(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(0.5),)))
    async with closing(get3w(simulator, api=V1)) as provider:
        await left_at_work(provider)
    assert not [call for call in asked_for(simulator) if call.startswith("DELETE")]


async def test_a_model_that_refuses_a_stream_is_asked_without_from_then_on(
    simulator: Simulator,
) -> None:
    refusal = {"code": 400, "message": "streaming is not supported by this model", "data": None}
    simulator.enqueue(
        document(refusal, 400), Script(DRAWN, content_type=JSON), Script(DRAWN, content_type=JSON)
    )
    async with closing(get3w(simulator)) as provider:
        for _ in range(2):
            found = heard(await ask(provider))
            assert (found.finish, found.notices) == ("stop", [])
    sent = [call.json for call in simulator.calls if call.method == "POST"]
    assert ["stream" in body for body in sent] == [True, False, False]


async def test_a_reply_of_two_requests_is_over_after_its_end(simulator: Simulator) -> None:
    refusal = {"code": 400, "message": "stream is not supported", "data": None}
    simulator.enqueue(document(refusal, 400), Script(DRAWN, content_type=JSON))
    provider = get3w(simulator)
    async with closing(provider), aclosing(provider.stream(request())) as stream:
        events = [event async for event in stream]
    assert terminals(events) == [-1]
    assert heard(events).finish == "stop"


@pytest.mark.parametrize(
    ("message", "parameters"),
    [("Invalid parameters", {}), ("no stream here", {"stream": True})],
)
async def test_a_refusal_that_is_not_about_our_own_wish_stands(
    simulator: Simulator, message: str, parameters: dict[str, Any]
) -> None:
    simulator.enqueue(document({"code": 400, "message": message, "data": None}, 400))
    found = heard(await ask_once(get3w(simulator, parameters=parameters)))
    assert found.error is not None
    assert (found.error.kind, len(simulator.calls)) == ("rejected", 1)


@pytest.mark.parametrize("body", [[], "x", {}, {"code": 200, "message": "success", "data": None}])
async def test_a_document_of_another_sort_is_no_prediction(
    simulator: Simulator, body: object
) -> None:
    simulator.enqueue(document(body))
    found = heard(await ask_once(get3w(simulator)))
    assert found.error is not None
    assert found.error.kind == "protocol"


async def test_a_key_goes_with_every_request_to_its_server() -> None:
    async with Simulator(key="key-0123456789") as simulator:
        simulator.enqueue(Script(DRAWN, content_type=JSON))
        async with closing(get3w(simulator, KEY)) as provider:
            assert heard(await ask(provider)).finish == "stop"
            assert await provider.check()
        without = await ask_once(get3w(simulator))
    error = heard(without).error
    assert error is not None
    assert (error.kind, error.status) == ("auth", 401)
    assert "Missing Authorization header" in error.message


async def test_the_models_are_the_servers(simulator: Simulator) -> None:
    async with closing(get3w(simulator)) as provider:
        assert [model.id for model in await provider.models()] == list(MODELS)


async def test_v1_has_the_configured_model_alone(simulator: Simulator) -> None:
    async with closing(get3w(simulator, api=V1)) as provider:
        assert [model.id for model in await provider.models()] == [MODEL]
    async with closing(get3w(simulator, api=V1, model="")) as provider:
        assert await provider.models() == ()


async def test_a_check_tells_models_and_balance(simulator: Simulator) -> None:
    async with closing(get3w(simulator)) as provider:
        assert await provider.check() == "5 models, balance 42.50 USD"
    async with closing(get3w(simulator, model="other/one")) as provider:
        assert await provider.check() == (
            "5 models, 'other/one' is not among them, balance 42.50 USD"
        )


async def test_a_check_without_a_model_is_a_wrong_id(simulator: Simulator) -> None:
    async with closing(get3w(simulator, model="")) as provider:
        with pytest.raises(WrongId, match="no model is chosen"):
            await provider.check()


@pytest.mark.parametrize("api", [V3, V1])
async def test_a_check_finds_a_wrong_key(api: str) -> None:
    async with Simulator(key="right") as simulator, closing(get3w(simulator, KEY, api=api)) as one:
        with pytest.raises(AuthFailed, match="Invalid or revoked API key"):
            await one.check()


@pytest.mark.parametrize(
    ("balance", "said"),
    [
        ({"code": 200, "data": {"balance": 0.5}}, "1 model, balance 0.50 USD"),
        ({"code": 200, "data": {"balance": "much"}}, "1 model"),
        ({"code": 403, "message": "Forbidden", "data": None}, "1 model"),
        ("x", "1 model"),
    ],
)
async def test_a_balance_is_told_where_it_is_known(balance: object, said: str) -> None:
    async with answered(LIST, told(balance)) as provider:
        assert await provider.check() == said


async def test_a_balance_that_is_not_for_this_key_is_left_out() -> None:
    async with answered(LIST, told({}, "403 Forbidden")) as provider:
        assert await provider.check() == "1 model"


async def test_an_empty_account_takes_no_request() -> None:
    async with answered(LIST, told({"code": 200, "data": {"balance": 0}})) as provider:
        with pytest.raises(Rejected, match="has no balance") as caught:
            await provider.check()
    assert "top up" in caught.value.hint


async def test_v1_may_have_a_list_after_all() -> None:
    async with answered(LIST, api="/v1") as provider:
        assert await provider.check() == "1 model"


@pytest.mark.parametrize("before", [(), (told({}, "404 Not Found"),)])
async def test_a_check_of_v1_that_is_refused_fails(before: tuple[bytes, ...]) -> None:
    broke = told({"code": 403, "error": "Insufficient balance"}, "403 Forbidden")
    async with answered(*before, broke, api="/v1") as provider:
        with pytest.raises(Rejected, match="Insufficient balance"):
            await provider.check()


async def test_a_list_that_is_refused_is_an_error() -> None:
    for api in (V3, "/v1"):
        async with answered(told({"message": "no"}, "403 Forbidden"), api=api) as provider:
            with pytest.raises(Rejected, match="no"):
                await provider.models()


@asynccontextmanager
async def answered(*replies: bytes, api: str = V3) -> AsyncGenerator[Get3wProvider, None]:
    """A provider whose server gives these replies."""
    async with serve(answering(*replies)) as server:
        options = Get3wOptions(kind="get3w", base_url=f"{server.url}{api}", model=MODEL)
        async with closing(Get3wProvider("p", options, services())) as provider:
            yield provider


async def test_a_check_of_v1_needs_no_list(simulator: Simulator) -> None:
    async with closing(get3w(simulator, api=V1)) as provider:
        assert await provider.check() == "it answers, without a list of models"


async def test_a_check_of_another_server_fails(simulator: Simulator) -> None:
    async with closing(get3w(simulator, api="/nowhere")) as provider:
        with pytest.raises(Rejected):
            await provider.check()


def test_the_kind_has_the_vendors_address_and_variable() -> None:
    assert (GET3W.name, GET3W.key_env) == ("get3w", "GET3W_API_KEY")
    assert GET3W.default_base_url == Get3wOptions(kind="get3w").base_url
    assert issubclass(GET3W.options, ProviderOptions)
    provider = GET3W.build("p", Get3wOptions(kind="get3w", model="m"), services())
    assert provider.base_url == "https://api.get3w.com/api/v3"
    assert provider.capabilities.images_out


async def test_a_picture_inline_that_is_broken_is_an_error(simulator: Simulator) -> None:
    broken = "data:image/png;base64,***"
    simulator.enqueue(document({"id": "x", "status": "completed", "outputs": [broken]}))
    found = heard(await ask_once(get3w(simulator)))
    assert found.error == StreamError("protocol", "the server sent a picture that is not base64")


async def test_a_document_with_pictures_inside_needs_no_server(simulator: Simulator) -> None:
    url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    simulator.enqueue(document({"id": "x", "status": "completed", "outputs": [url]}))
    found = heard(await ask_once(get3w(simulator)))
    assert [(one.data, one.url) for one in found.pictures] == [(PNG, "data:image/png")]
