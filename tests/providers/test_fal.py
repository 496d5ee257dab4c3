"""Kind `fal` over real sockets: streams of apps, and how it is known that there are none."""

import json
from contextlib import aclosing
from typing import Any

import pytest

from chat_tui.errors import (
    AuthFailed,
    ProviderError,
    ProviderFailed,
    RateLimited,
    Rejected,
    Unreachable,
)
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Started,
    StreamError,
)
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.simulator.dialect import Answer
from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import (
    Act,
    Drop,
    Fail,
    Finish,
    Gate,
    Hold,
    Picture,
    Preview,
    Progress,
    Say,
    Script,
    Think,
    Usage,
)
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.worker import StreamWorker
from tests.providers.asking import ask, ask_once, closing, heard, request
from tests.providers.fal_sim import PICTURES, WORDS, asked_for, fal, refuse

PNG, COARSE = landscape("x", cells=2), landscape("x", cells=1)
DRAWN = Script((Preview(COARSE), Picture(PNG), Finish()))
KEY = PlainKey(Secret("id-0123:secret-4567"))
NO_STREAM = "fal-ai/flux/dev has no stream; it is asked through the queue"


def answering(body: object, *, status: int = 200, **headers: str) -> Script:
    return Script(
        status=status,
        content_type="application/json",
        body=json.dumps(body).encode(),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


async def test_pictures_come_over_a_socket(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(0.5, note="Drawing"), Preview(COARSE), Picture(PNG))))
    asked = request()
    events = await ask_once(fal(simulator), asked)
    job = str(asked.messages[-1].id)
    assert events[0] == Started("sim", PICTURES)
    assert isinstance(events[1], ImageProgress)
    assert (events[1].job, events[1].fraction, events[1].note) == (job, 0.5, "Drawing")
    assert isinstance(events[2], ImagePreview)
    assert events[2].data == COARSE
    saving, picture = events[3:5]
    assert isinstance(saving, ImageProgress)
    assert (saving.state, saving.fraction, saving.note) == ("saving", 1.0, "made in 0.5 s")
    assert isinstance(picture, ImageResult)
    assert picture.url is not None
    assert picture.url.startswith(f"{simulator.url}/fal/files/")
    assert (picture.job, picture.seed, picture.flagged) == (job, 6252023, False)
    assert asked_for(simulator) == ["POST /fal/run/fal-ai/flux/dev/stream"]


async def test_a_preview_is_shown_before_the_next_one_comes(simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Preview(COARSE), Hold(gate), Picture(PNG))))
    async with closing(fal(simulator)) as provider, aclosing(provider.stream(request())) as events:
        while not isinstance(event := await anext(events), ImagePreview):
            pass
        assert event.data == COARSE
        assert gate.reached.is_set()
        assert not gate.is_open
        gate.open()
        assert isinstance(await anext(events), ImageProgress)
        assert isinstance(await anext(events), ImageResult)


async def test_words_come_over_a_socket(simulator: Simulator) -> None:
    acts: tuple[Act, ...] = (Think("Hm."), Say("Hel"), Say("lo"), Usage(1, 2), Finish())
    simulator.enqueue(Script(acts))
    found = heard(await ask_once(fal(simulator, model=WORDS)))
    assert (found.text, found.reasoning, found.finish) == ("Hello", "Hm.", "stop")
    assert found.usage is not None
    assert (found.usage.input_tokens, found.usage.output_tokens) == (1, 2)


async def test_the_request_is_what_the_app_documents(simulator: Simulator) -> None:
    simulator.enqueue(DRAWN)
    provider = fal(
        simulator,
        KEY,
        parameters={"num_images": 2, "seed": 7},
        headers={"X-Fal-Store-IO": "0"},
    )
    await ask_once(provider, request(parameters={"seed": 8}))
    (call,) = simulator.calls
    assert call.json == {"prompt": "hi", "num_images": 2, "seed": 8}
    assert call.headers["authorization"] == "Key id-0123:secret-4567"
    assert call.headers["accept"] == "text/event-stream"
    assert call.headers["x-fal-store-io"] == "0"


async def test_a_model_with_its_path_is_asked_once(simulator: Simulator) -> None:
    simulator.enqueue(DRAWN)
    await ask_once(fal(simulator), request(model="fal-ai/flux-lora/stream"))
    assert asked_for(simulator) == ["POST /fal/run/fal-ai/flux-lora/stream"]


async def test_without_a_path_one_document_is_the_result(simulator: Simulator) -> None:
    simulator.enqueue(DRAWN)
    found = heard(await ask_once(fal(simulator, path="", parameters={"sync_mode": True})))
    assert [picture.data for picture in found.pictures] == [PNG]
    assert (found.finish, found.notices) == ("stop", [])
    assert asked_for(simulator) == ["POST /fal/run/fal-ai/flux/dev"]


async def test_a_document_instead_of_a_stream_is_the_result(simulator: Simulator) -> None:
    simulator.enqueue(Script(DRAWN.acts, content_type="application/json"))
    found = heard(await ask_once(fal(simulator)))
    assert (len(found.pictures), found.finish, found.notices) == (1, "stop", [])


async def test_the_reply_has_fals_name_for_the_request(simulator: Simulator) -> None:
    simulator.enqueue(Script((Picture(PNG),), headers={"x-fal-request-id": "r-7"}))
    assert (await ask_once(fal(simulator)))[0] == Started("sim", PICTURES, "r-7")


async def test_the_connection_is_used_again(simulator: Simulator) -> None:
    simulator.enqueue(DRAWN, DRAWN)
    async with closing(fal(simulator)) as provider:
        for _ in range(2):
            assert heard(await ask(provider)).finish == "stop"
    assert simulator.connections == 1


@pytest.mark.parametrize("status", [404, 405])
async def test_an_app_without_a_stream_is_asked_through_the_queue(
    simulator: Simulator, status: int
) -> None:
    simulator.enqueue(answering({"detail": "Not Found"}, status=status), DRAWN, DRAWN)
    async with closing(fal(simulator)) as provider:
        first = heard(await ask(provider))
        second = heard(await ask(provider))
    assert (first.notices, first.finish, len(first.pictures)) == ([NO_STREAM], "stop", 1)
    assert (second.notices, second.finish, len(second.pictures)) == ([], "stop", 1)
    posted = [call for call in asked_for(simulator) if call.startswith("POST")]
    assert posted == [
        "POST /fal/run/fal-ai/flux/dev/stream",
        "POST /fal/queue/fal-ai/flux/dev",
        "POST /fal/queue/fal-ai/flux/dev",
    ]


@pytest.mark.parametrize(
    "remark",
    [
        answering({"status": "ok"}),
        Script(body=b"<!doctype html><title>Log in</title>", content_type="text/html"),
        Script(body=b"\x00\x01\x02", content_type="application/octet-stream"),
    ],
)
async def test_a_reply_that_is_neither_stream_nor_result_leads_to_the_queue(
    simulator: Simulator, remark: Script
) -> None:
    simulator.enqueue(remark, DRAWN)
    found = heard(await ask_once(fal(simulator)))
    assert (found.notices, found.finish, len(found.pictures)) == ([NO_STREAM], "stop", 1)


async def test_other_apps_are_still_streamed(simulator: Simulator) -> None:
    simulator.enqueue(answering({"detail": "Not Found"}, status=404), DRAWN, DRAWN)
    async with closing(fal(simulator)) as provider:
        await ask(provider)
        await ask(provider, request(model="fal-ai/flux-lora"))
    assert asked_for(simulator)[-1] == "POST /fal/run/fal-ai/flux-lora/stream"


async def test_an_app_that_the_queue_does_not_know_either_is_tried_anew(
    simulator: Simulator,
) -> None:
    gone = answering({"detail": "Not Found"}, status=404)
    provider = fal(simulator, queue_url=f"{simulator.url}/nowhere")
    simulator.enqueue(gone, DRAWN)
    async with closing(provider):
        refused = heard(await ask(provider)).error
        assert refused is not None
        assert (refused.kind, refused.status) == ("rejected", 404)
        assert heard(await ask(provider)).finish == "stop"


async def test_a_transport_of_streams_alone_has_no_way_around(simulator: Simulator) -> None:
    simulator.enqueue(answering({"detail": "Not Found"}, status=404), answering({"status": "ok"}))
    async with closing(fal(simulator, transport="stream")) as provider:
        first = heard(await ask(provider)).error
        second = heard(await ask(provider)).error
    assert first is not None
    assert (first.kind, first.status) == ("rejected", 404)
    assert second is not None
    assert (second.kind, second.message) == (
        "protocol",
        "the app answered with JSON that is no result",
    )
    assert len(simulator.calls) == 2


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (
            {"detail": [{"loc": ["body", "prompt"], "msg": "Field required", "type": "missing"}]},
            {},
            "body.prompt: Field required",
        ),
        (
            {"detail": "Runner disconnected", "error_type": "runner_disconnected"},
            {"x_fal_error_type": "runner_disconnected"},
            "Runner disconnected (runner_disconnected)",
        ),
        ({"detail": "No"}, {"x_fal_error_type": "bad_request"}, "No (bad_request)"),
        ({"detail": {"message": "No"}}, {}, "No"),
    ],
)
async def test_an_error_says_what_and_of_which_type(
    simulator: Simulator, body: Any, headers: dict[str, str], said: str
) -> None:
    simulator.enqueue(answering(body, status=422, **headers))
    error = heard(await ask_once(fal(simulator))).error
    assert error == StreamError(
        "rejected", f"127.0.0.1 rejected the request (422): {said}", status=422
    )


async def test_a_failure_is_tried_again_unless_the_server_says_that_it_is_final(
    simulator: Simulator,
) -> None:
    waits = answering({"detail": "busy"}, status=503)
    final = answering({"detail": "timed out"}, status=504, x_fal_retryable="false")
    async with closing(fal(simulator)) as provider:
        for script, retryable in ((waits, True), (final, False)):
            simulator.enqueue(script)
            with pytest.raises(ProviderFailed) as caught:
                await anext(provider.stream(request()))
            assert caught.value.retryable is retryable


@pytest.mark.parametrize("body", [{"detail": "it broke"}, {"error": {"message": "it broke"}}])
async def test_an_error_in_a_document_does_not_lead_to_the_queue(
    simulator: Simulator, body: object
) -> None:
    simulator.enqueue(answering(body))
    assert heard(await ask_once(fal(simulator))).error == StreamError("provider", "it broke")
    assert len(simulator.calls) == 1


async def test_an_error_after_a_preview_keeps_it(simulator: Simulator) -> None:
    simulator.enqueue(Script((Preview(COARSE), Fail("it broke", "internal_error"))))
    found = heard(await ask_once(fal(simulator)))
    assert len(found.previews) == 1
    assert found.pictures == []
    assert found.error == StreamError("provider", "it broke (internal_error)")


async def test_a_picture_is_kept_when_the_connection_breaks_behind_it(
    simulator: Simulator,
) -> None:
    simulator.enqueue(Script((Picture(PNG), Drop())))
    found = heard(await ask_once(fal(simulator)))
    assert (len(found.pictures), found.finish) == (1, "incomplete")


async def test_a_stop_closes_the_stream(simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Preview(COARSE), Hold(gate))))
    async with closing(fal(simulator)) as provider:
        worker = StreamWorker(lambda: provider.stream(request()))
        worker.start()
        await gate.reached.wait()
        worker.cancel()
        end = await worker.wait()
        await simulator.hangup_seen()
    assert isinstance(end, Finished)
    assert end.reason == "cancelled"
    assert len(simulator.calls) == 1


async def test_the_key_goes_to_the_configured_places_only() -> None:
    async with Simulator() as elsewhere, Simulator() as simulator:
        redirect = Script(status=307, headers={"location": f"{elsewhere.url}/fal/run/a/b"})
        simulator.enqueue(redirect)
        error = heard(await ask_once(fal(simulator, KEY))).error
        assert error is not None
        assert error.kind == "protocol"
        assert elsewhere.calls == []


async def test_both_places_have_the_key() -> None:
    async with Simulator() as queue, Simulator() as run:
        run.enqueue(answering({"detail": "Not Found"}, status=404))
        queue.enqueue(DRAWN)
        provider = fal(run, KEY, queue_url=f"{queue.url}/fal/queue")
        assert heard(await ask_once(provider)).finish == "stop"
        shown = {call.headers.get("authorization") for call in (*run.calls, *queue.calls)}
        assert shown == {"Key id-0123:secret-4567"}


async def test_a_wrong_key_is_an_error_that_does_not_repeat_it() -> None:
    async with Simulator(key="right") as simulator:
        error = heard(await ask_once(fal(simulator, KEY))).error
    assert error is not None
    assert error.kind == "auth"
    assert "Cannot access application 'fal-ai/flux'" in error.message
    assert "secret-4567" not in error.message + error.hint


async def test_a_model_that_is_no_app_is_not_asked_for(simulator: Simulator) -> None:
    error = heard(await ask_once(fal(simulator, model="flux"))).error
    assert error is not None
    assert (error.kind, simulator.calls) == ("rejected", [])


async def test_the_models_are_the_configured_one_and_those_known_to_stream(
    simulator: Simulator,
) -> None:
    async with closing(fal(simulator, model="me/mine")) as provider:
        ids = [model.id for model in await provider.models()]
        assert provider.capabilities.images_out
        assert provider.base_url == f"{simulator.url}/fal/run"
    assert ids[0] == "me/mine"
    assert {"fal-ai/flux-lora", "fal-ai/flux-krea-lora", "fal-ai/any-llm"} < set(ids)
    assert simulator.calls == []


async def test_a_configured_model_is_not_listed_twice(simulator: Simulator) -> None:
    async with closing(fal(simulator, model="fal-ai/flux/dev")) as provider:
        ids = [model.id for model in await provider.models()]
    assert len(ids) == len(set(ids))


async def test_a_check_costs_nothing() -> None:
    async with (
        Simulator(key="id-0123:secret-4567") as simulator,
        closing(fal(simulator, KEY)) as provider,
    ):
        found = await provider.check()
    assert "did not refuse the key" in found
    assert "fal-ai/flux/dev" in found
    assert [call.method for call in simulator.calls] == ["GET", "GET"]
    assert simulator.calls[0].path.startswith("/fal/queue/fal-ai/flux/requests/00000000-")


@pytest.mark.parametrize("transport", ["auto", "queue"])
async def test_a_check_finds_a_wrong_key(transport: str) -> None:
    async with (
        Simulator(key="right") as simulator,
        closing(fal(simulator, KEY, transport=transport)) as provider,
    ):
        with pytest.raises(AuthFailed):
            await provider.check()


@pytest.mark.parametrize(
    ("status", "error"), [(403, Rejected), (429, RateLimited), (500, ProviderFailed)]
)
async def test_a_check_finds_what_a_request_would_meet(
    simulator: Simulator, status: int, error: type[ProviderError]
) -> None:
    refuse(simulator, "GET", ".*/status", Answer(b'{"detail": "User is locked"}', status=status))
    async with closing(fal(simulator)) as provider:
        with pytest.raises(error, match="User is locked"):
            await provider.check()


async def test_a_check_needs_no_model_and_no_apps(simulator: Simulator) -> None:
    refuse(simulator, "GET", ".*/status", Answer(b'{"status": "COMPLETED"}'))
    async with closing(fal(simulator, model="", transport="queue")) as provider:
        assert await provider.check() == (
            "the queue answers and did not refuse the key;"
            " whether fal-ai/flux-lora is there shows when it is asked"
        )
    assert len(simulator.calls) == 1


async def test_a_check_keeps_the_namespace_of_an_app(simulator: Simulator) -> None:
    async with closing(fal(simulator, model="workflows/me/mine/a/b")) as provider:
        await provider.check()
    assert simulator.calls[0].path.startswith("/fal/queue/workflows/me/mine/requests/")


@pytest.mark.parametrize("status", [200, 401, 404, 422])
async def test_what_the_apps_server_says_to_a_knock_does_not_matter(
    simulator: Simulator, status: int
) -> None:
    refuse(simulator, "GET", "/fal/run", Answer(b"", status=status))
    async with closing(fal(simulator)) as provider:
        assert "the apps' server answers" in await provider.check()


async def test_a_check_of_streams_alone_does_not_show_the_key_to_fal(simulator: Simulator) -> None:
    usual = "https://queue.fal.run"
    async with closing(fal(simulator, transport="stream", queue_url=usual)) as provider:
        assert "the apps' server answers" in await provider.check()
    assert [call.path for call in simulator.calls] == ["/fal/run"]


async def test_a_check_finds_that_nothing_is_there() -> None:
    async with Simulator() as simulator:
        provider = fal(simulator)
    async with closing(provider):
        with pytest.raises(Unreachable, match="nothing is listening"):
            await provider.check()
