"""The get3w dialect, byte by byte."""

import base64
from typing import Any

import httpx
import pytest

from chat_tui.simulator.dialect import Prompt, Turn
from chat_tui.simulator.get3w import MODELS
from chat_tui.simulator.get3w_tasks import TASKS_KEPT
from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import (
    AskApproval,
    Comment,
    Done,
    Fail,
    Finish,
    Picture,
    Preview,
    Progress,
    Say,
    Script,
    Suggest,
    Think,
    Usage,
)
from chat_tui.simulator.server import Simulator
from tests.simulator.client import payloads

PLACE = "/api/v3/get3w/flux-dev"
V1_PLACE = "/get3w/v1/google/nano-banana-pro/text-to-image"
ASK = {"prompt": "a hill"}
STREAM = {**ASK, "stream": True}
PNG = landscape("a hill", cells=2)
B64 = base64.b64encode(PNG).decode()
JSON = "application/json"


async def told(client: httpx.AsyncClient, place: str = "pred_sim1") -> dict[str, Any]:
    """The next state of a task."""
    reply = (await client.get(f"/api/v3/predictions/{place}")).json()
    assert (reply["code"], reply["message"]) == (200, "success")
    state: dict[str, Any] = reply["data"]
    return state


async def test_a_stream_has_the_documented_shape(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (Progress(0.1), Progress(0.5), Picture(PNG), Finish())
    simulator.enqueue(Script(acts))
    reply = await client.post(PLACE, json=STREAM)
    assert reply.headers["content-type"] == "text/event-stream"
    assert reply.content == (
        b'data: {"status":"processing","progress":0.1}\n\n'
        b'data: {"status":"processing","progress":0.5}\n\n'
        b'data: {"status":"completed","outputs":["'
        + f"{simulator.url}/get3w/outputs/pred_sim1-0.png".encode()
        + b'"]}\n\n'
    )


async def test_a_stream_names_its_task_where_the_script_says_so(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Progress(), Progress(0.4), Picture(PNG), Finish())))
    created, at_work, done = payloads((await client.post(PLACE, json=STREAM)).content)
    place = f"{simulator.url}/api/v3/predictions/pred_sim1"
    assert created == {
        "id": "pred_sim1",
        "model": "get3w/flux-dev",
        "status": "created",
        "urls": {"get": place},
    }
    assert at_work == {"id": "pred_sim1", "status": "processing", "progress": 0.4}
    assert list(done) == ["id", "status", "outputs", "timings", "has_nsfw_contents"]
    assert (done["timings"], done["has_nsfw_contents"]) == ({"inference": 2500}, [False])


async def test_a_preview_is_an_output_on_its_way(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Preview(PNG),)))
    (event,) = payloads((await client.post(PLACE, json=STREAM)).content)
    assert event == {"status": "processing", "outputs": [f"data:image/png;base64,{B64}"]}


async def test_a_picture_is_at_its_address(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.enqueue(Script((Picture(PNG), Picture(b"other"), Finish())))
    (event,) = payloads((await client.post(PLACE, json=STREAM)).content)
    first, second = event["outputs"]
    reply = await client.get(first)
    assert (reply.content, reply.headers["content-type"]) == (PNG, "image/png")
    assert (await client.get(second)).content == b"other"
    assert (await client.get(second.replace("-1", "-2"))).status_code == 404
    assert (await client.get(second.replace("sim1", "sim9"))).status_code == 404


async def test_base64_comes_without_a_head(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.enqueue(Script((Picture(PNG), Finish())))
    asked = {**STREAM, "enable_base64_output": True}
    (event,) = payloads((await client.post(PLACE, json=asked)).content)
    assert event["outputs"] == [B64]


async def test_words_are_one_output(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.enqueue(Script((Say("Hel"), Say("lo"), Finish())))
    (event,) = payloads((await client.post("/api/v3/get3w/any-llm", json=STREAM)).content)
    assert event["outputs"] == ["Hello"]


async def test_a_task_that_fails_is_an_event(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Progress(0.2), Fail("it broke"))))
    events = payloads((await client.post(PLACE, json=STREAM)).content)
    assert events[1] == {
        "id": "pred_sim1",
        "status": "failed",
        "code": 5004,
        "error": "it broke",
    }
    assert (await told(client))["error"] == "it broke"


async def test_a_refusal_in_a_stream_has_its_envelope(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Fail("Insufficient balance", 403),)))
    (event,) = payloads((await client.post(PLACE, json=STREAM)).content)
    assert event == {"code": 403, "message": "Insufficient balance", "data": None}


async def test_what_has_no_place_in_the_dialect_is_left_out(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (Think("a"), Usage(1, 2), Comment("wait"), Suggest(("x",)), AskApproval("y"), Done())
    simulator.enqueue(Script(acts))
    assert (await client.post(PLACE, json=STREAM)).content == b": wait\n\n"


async def test_without_stream_a_task_is_asked_for(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Think("x"), Progress(), Progress(0.5), Picture(PNG), Finish())))
    reply = (await client.post(PLACE, json=ASK)).json()
    assert (reply["code"], reply["message"]) == (200, "success")
    assert list(reply["data"]) == ["id", "model", "status", "urls", "created_at"]
    assert reply["data"]["status"] == "created"
    states = [await told(client, place) for place in ("pred_sim1", "pred_sim1/result") * 2]
    assert [state["status"] for state in states] == [
        "created",
        "processing",
        "completed",
        "completed",
    ]
    assert states[-1]["outputs"] == [f"{simulator.url}/get3w/outputs/pred_sim1-0.png"]


async def test_a_failed_task_is_an_answer_like_any_other(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Fail("it broke"),)))
    await client.post(PLACE, json=ASK)
    state = await told(client)
    assert (state["status"], state["error"]) == ("failed", "it broke")
    assert "code" not in state


async def test_a_task_without_an_end_stays_at_work(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(()))
    await client.post(PLACE, json=ASK)
    assert [(await told(client))["status"] for _ in range(3)] == ["processing"] * 3


async def test_a_stream_that_ended_early_goes_on_with_the_next_script(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Progress(), Progress(0.1))))
    simulator.enqueue(Script((Progress(0.5), Picture(PNG), Finish())))
    await client.post(PLACE, json=STREAM)
    assert [(await told(client))["status"] for _ in range(2)] == ["processing", "completed"]


async def test_a_refusal_is_a_status_outside_of_a_stream(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    refusing = Script((Fail("Rate limit exceeded", 429),))
    simulator.enqueue(refusing, refusing, Script((Progress(),)), refusing)
    for place, body in (
        (PLACE, {"code": 429, "message": "Rate limit exceeded", "data": None}),
        (V1_PLACE, {"code": 429, "error": "Rate limit exceeded"}),
    ):
        reply = await client.post(place, json=ASK)
        assert (reply.status_code, reply.json()) == (429, body)
    await client.post(PLACE, json=STREAM)
    assert (await client.get("/api/v3/predictions/pred_sim3")).status_code == 429


@pytest.mark.parametrize(
    ("place", "asked"),
    [(PLACE, {**ASK, "enable_sync_mode": True}), (f"{V1_PLACE}?sync=true", ASK)],
)
async def test_a_result_may_come_at_once(
    simulator: Simulator, client: httpx.AsyncClient, place: str, asked: dict[str, Any]
) -> None:
    simulator.enqueue(Script((Progress(0.5), Picture(PNG), Finish())))
    reply = (await client.post(place, json=asked)).json()
    state = reply.get("data", reply)
    assert (state["status"], len(state["outputs"])) == ("completed", 1)


async def test_v1_has_no_envelope(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.enqueue(Script((Fail("it broke", 9),)))
    submitted = (await client.post(V1_PLACE, json=STREAM)).json()
    assert submitted == {"id": "pred_sim1", "status": "created", "estimated_duration": 52}
    state = (await client.get("/get3w/v1/requests/pred_sim1")).json()
    assert state == {
        "id": "pred_sim1",
        "model": "google/nano-banana-pro/text-to-image",
        "status": "failed",
        "code": 9,
        "error": "it broke",
    }


async def test_a_deleted_task_is_gone(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.enqueue(Script((Picture(PNG), Finish())))
    await client.post(PLACE, json=ASK)
    reply = await client.delete("/api/v3/predictions/pred_sim1")
    assert reply.json() == {
        "code": 200,
        "message": "success",
        "data": {"id": "pred_sim1", "status": "deleted"},
    }
    for again in (client.delete, client.get):
        reply = await again("/api/v3/predictions/pred_sim1")
        assert (reply.status_code, reply.json()["message"]) == (404, "Not found")
    assert (await client.get("/get3w/outputs/pred_sim1-0.png")).status_code == 404


async def test_the_oldest_tasks_are_forgotten(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    for _ in range(TASKS_KEPT + 1):
        simulator.enqueue(Script(()))
        await client.post(PLACE, json=ASK)
    assert (await client.get("/api/v3/predictions/pred_sim1")).status_code == 404
    assert (await told(client, "pred_sim2"))["status"] == "processing"


async def test_models_and_balance_are_told(client: httpx.AsyncClient) -> None:
    models = (await client.get("/api/v3/models")).json()["data"]
    assert [model["model_id"] for model in models] == list(MODELS)
    assert (await client.get("/api/v3/balance")).json()["data"] == {"balance": 42.5}


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"prompt": ""}', b'{"prompt": 3}'])
async def test_a_request_that_cannot_be_followed_is_refused(
    client: httpx.AsyncClient, body: bytes
) -> None:
    reply = await client.post(PLACE, content=body)
    assert reply.status_code == 400
    assert reply.json() == {"code": 400, "message": "Invalid parameters", "data": None}


async def test_a_key_is_asked_for_in_the_words_of_each_api() -> None:
    async with (
        Simulator(key="wanted") as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        wrong = {"authorization": "Bearer other"}
        v3 = await client.post(PLACE, json=ASK)
        v1 = await client.post(V1_PLACE, json=ASK, headers=wrong)
        right = await client.get("/api/v3/models", headers={"authorization": "Bearer wanted"})
    assert (v3.status_code, v3.json()["message"]) == (401, "Missing Authorization header")
    assert (v1.status_code, v1.json()) == (
        401,
        {"code": 401, "error": "Invalid or revoked API key"},
    )
    assert right.status_code == 200


async def test_the_demo_draws_or_writes_as_the_model_does(client: httpx.AsyncClient) -> None:
    drawn = payloads((await client.post(PLACE, json={**STREAM, "num_images": 2})).content)
    assert len(drawn[-1]["outputs"]) == 2
    assert drawn[0]["outputs"][0].startswith("data:image/png")
    first = await client.get(drawn[-1]["outputs"][0])
    assert first.content == landscape("a hill")


async def test_a_model_that_writes_is_asked_for_words() -> None:
    asked: list[Prompt] = []

    def respond(prompt: Prompt) -> Script:
        asked.append(prompt)
        return Script((Say("x"), Finish()))

    async with (
        Simulator(responder=respond) as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        await client.post("/api/v3/get3w/any-llm", json=STREAM)
        await client.post(PLACE, json={**STREAM, "num_images": "many"})
    turns = (Turn("user", "a hill"),)
    assert asked == [Prompt("get3w/any-llm", turns), Prompt("get3w/flux-dev", turns, pictures=1)]
