"""The dialect of fal, byte by byte."""

import base64
import json
from typing import Any

import httpx
import pytest

from chat_tui.simulator.pictures import SIZE_PX, landscape
from chat_tui.simulator.script import (
    Act,
    Comment,
    Done,
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
    Work,
)
from chat_tui.simulator.server import Simulator
from tests.simulator.client import payloads

RUN, QUEUE = "/fal/run/fal-ai/flux/dev", "/fal/queue/fal-ai/flux/dev"
WORDS = "/fal/run/fal-ai/any-llm/stream"
ASK = {"prompt": "a hill"}
COARSE, PNG = landscape("a hill", cells=2), landscape("a hill", cells=4)
WORKED: tuple[Act, ...] = (
    Progress(queue_position=2),
    Progress(note="Loading"),
    Preview(COARSE),
    Progress(note="Drawing"),
    Picture(PNG),
    Finish(),
)


async def submitted(client: httpx.AsyncClient) -> dict[str, Any]:
    ticket: dict[str, Any] = (await client.post(QUEUE, json=ASK)).json()
    return ticket


async def test_a_stream_of_pictures_has_the_shape_of_the_dialect(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (
        Progress(0.25),
        Comment(),
        Preview(COARSE),
        Work("1", "x"),
        Picture(PNG),
        Finish(),
        Done(),
    )
    simulator.enqueue(Script(acts))
    reply = await client.post(f"{RUN}/stream", json=ASK)
    assert reply.headers["content-type"] == "text/event-stream"
    progress, preview, result = payloads(reply.content)
    assert progress == {"progress": 0.25, "message": "Generating..."}
    assert set(preview) == {"images", "timings", "seed", "has_nsfw_concepts", "prompt"}
    head, _, data = preview["images"][0]["url"].partition(",")
    assert (head, base64.b64decode(data)) == ("data:image/png;base64", COARSE)
    (picture,) = result["images"]
    assert (picture["width"], picture["content_type"]) == (SIZE_PX, "image/png")
    assert (result["seed"], result["has_nsfw_concepts"]) == (6252023, [False])
    assert result["prompt"] == "a hill"
    kept = await client.get(picture["url"])
    assert (kept.headers["content-type"], kept.content) == ("image/png", PNG)


async def test_a_synchronous_result_has_its_pictures_inline(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Picture(COARSE), Picture(PNG))))
    asked = {**ASK, "sync_mode": True, "num_images": 2, "seed": 7}
    document = (await client.post(RUN, json=asked)).json()
    pictures = [base64.b64decode(one["url"].partition(",")[2]) for one in document["images"]]
    assert pictures == [COARSE, PNG]
    assert document["seed"] == 7


async def test_words_are_sent_whole_in_events_with_a_name(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (Think("Hm"), Say("Gro"), Say("wth"), Usage(1, 2), Finish())
    simulator.enqueue(Script(acts))
    body = (await client.post(WORDS, json=ASK)).content
    blocks = body.decode().split("\r\n\r\n")[:-1]
    assert all(block.startswith("event: event\r\ndata: {") for block in blocks)
    found = [json.loads(block.partition("data: ")[2]) for block in blocks]
    assert [one["output"] for one in found] == ["", "Gro", "Growth", "Growth"]
    assert [one["partial"] for one in found] == [True, True, True, False]
    assert found[0] == {"output": "", "reasoning": "Hm", "partial": True, "error": None}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    assert found[-1]["usage"] == usage


async def test_an_error_has_the_form_of_what_is_streamed(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(*[Script((Fail("it broke", "internal_error"),))] * 3)
    words = (await client.post(WORDS, json=ASK)).text
    assert '"partial":false,"error":"it broke"' in words
    pictures = await client.post(f"{RUN}/stream", json=ASK)
    failure = {"detail": "it broke", "error_type": "internal_error"}
    assert payloads(pictures.content) == [failure]
    whole = await client.post(RUN, json=ASK)
    assert (whole.status_code, whole.json()) == (500, failure)


@pytest.mark.parametrize(
    ("content", "loc", "kind"),
    [
        (b"{", ["body"], "json_invalid"),
        (b"{}", ["body", "prompt"], "missing"),
        (b"[]", ["body", "prompt"], "missing"),
        (b'{"prompt": 3}', ["body", "prompt"], "string_type"),
    ],
)
@pytest.mark.parametrize("place", [RUN, f"{RUN}/stream", QUEUE])
async def test_a_wrong_request_is_refused_field_by_field(
    client: httpx.AsyncClient, place: str, content: bytes, loc: list[str], kind: str
) -> None:
    reply = await client.post(place, content=content)
    assert reply.status_code == 422
    (remark,) = reply.json()["detail"]
    assert (remark["loc"], remark["type"]) == (loc, kind)
    assert set(remark) == {"loc", "msg", "type", "input"}


async def test_a_ticket_names_all_places_of_its_job(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    ticket = await submitted(client)
    place = f"{simulator.url}/fal/queue/fal-ai/flux/requests/{ticket['request_id']}"
    assert ticket == {
        "request_id": ticket["request_id"],
        "response_url": place,
        "status_url": f"{place}/status",
        "cancel_url": f"{place}/cancel",
        "queue_position": 0,
    }


async def test_workflows_keep_their_name_before_the_owner(client: httpx.AsyncClient) -> None:
    ticket = (await client.post("/fal/queue/workflows/me/mine/path", json=ASK)).json()
    assert "/fal/queue/workflows/me/mine/requests/" in ticket["response_url"]
    assert (await client.get(ticket["response_url"])).status_code == 400


async def test_a_stream_of_states_has_only_the_new_lines_of_the_log(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((*WORKED[:2], Comment(), *WORKED[2:])))
    ticket = await submitted(client)
    reply = await client.get(f"{ticket['status_url']}/stream?logs=1")
    assert b": keepalive\n\n" in reply.content
    queued, loading, drawing, completed = payloads(reply.content)
    assert list(queued) == [
        "status",
        "request_id",
        "response_url",
        "status_url",
        "cancel_url",
        "queue_position",
    ]
    assert (queued["status"], queued["queue_position"]) == ("IN_QUEUE", 2)
    assert [entry["message"] for entry in loading["logs"]] == ["Loading"]
    assert [entry["message"] for entry in drawing["logs"]] == ["Drawing"]
    assert set(loading["logs"][0]) == {"message", "level", "source", "timestamp"}
    assert (completed["status"], completed["logs"]) == ("COMPLETED", [])
    assert completed["metrics"] == {"inference_time": 3.42}


async def test_each_inquiry_sees_one_more_state_and_the_whole_log(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(WORKED))
    ticket = await submitted(client)
    states = [(await client.get(ticket["status_url"], params={"logs": "true"})) for _ in range(5)]
    assert [state.json()["status"] for state in states] == [
        "IN_QUEUE",
        "IN_PROGRESS",
        "IN_PROGRESS",
        "COMPLETED",
        "COMPLETED",
    ]
    assert [state.status_code for state in states] == [202, 202, 202, 200, 200]
    lines = [entry["message"] for entry in states[-1].json()["logs"]]
    assert lines == ["Loading", "Drawing"]
    assert (await client.get(ticket["status_url"])).json()["logs"] is None


async def test_a_result_is_there_when_the_job_is_completed(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(WORKED))
    ticket = await submitted(client)
    early = await client.get(ticket["response_url"])
    assert (early.status_code, early.json()["detail"]) == (400, "Request is still in progress")
    await client.get(f"{ticket['status_url']}/stream")
    result = (await client.get(ticket["response_url"])).json()
    assert (await client.get(result["images"][0]["url"])).content == PNG
    assert (await client.get(f"{ticket['response_url']}/response")).json() == result
    again = payloads((await client.get(f"{ticket['status_url']}/stream")).content)
    assert [state["status"] for state in again] == ["COMPLETED"]


async def test_what_a_script_says_after_its_end_changes_nothing(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Say("Hello"), Finish(), Usage(1, 2), Done())))
    ticket = await submitted(client)
    states = payloads((await client.get(f"{ticket['status_url']}/stream")).content)
    assert [state["status"] for state in states] == ["IN_PROGRESS", "COMPLETED"]
    assert (await client.get(ticket["response_url"])).json()["output"] == "Hello"


async def test_a_job_that_failed_is_completed_with_an_error(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Fail("it broke", "runner_error"),)))
    ticket = await submitted(client)
    state = (await client.get(ticket["status_url"])).json()
    assert (state["status"], state["error"]) == ("COMPLETED", "it broke")
    assert state["error_type"] == "runner_error"
    result = await client.get(ticket["response_url"])
    assert (result.status_code, result.json()["detail"]) == (500, "it broke")
    assert result.headers["x-fal-error-type"] == "runner_error"


async def test_a_job_can_be_cancelled_until_it_is_completed(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Finish(),)))
    ticket = await submitted(client)
    early = await client.put(ticket["cancel_url"])
    assert (early.status_code, early.json()) == (202, {"status": "CANCELLATION_REQUESTED"})
    await client.get(ticket["status_url"])
    late = await client.put(ticket["cancel_url"])
    assert (late.status_code, late.json()) == (400, {"status": "ALREADY_COMPLETED"})
    never = await client.put("/fal/queue/a/b/requests/0/cancel")
    assert (never.status_code, never.json()) == (404, {"status": "NOT_FOUND"})


@pytest.mark.parametrize("place", ["", "/status", "/status/stream"])
async def test_an_unknown_job_is_not_found(client: httpx.AsyncClient, place: str) -> None:
    reply = await client.get(f"/fal/queue/a/b/requests/0{place}")
    assert (reply.status_code, reply.json()["detail"]) == (404, "Request not found")


async def test_an_unknown_file_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/fal/files/00.png")).status_code == 404


async def test_the_key_is_asked_for_everywhere_but_at_files() -> None:
    async with Simulator(key="right") as simulator:
        simulator.enqueue(Script((Picture(PNG),)))
        async with httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client:
            for headers in ({}, {"authorization": "Bearer right"}, {"authorization": "Key wrong"}):
                for place in (RUN, f"{RUN}/stream", QUEUE):
                    reply = await client.post(place, json=ASK, headers=headers)
                    assert reply.status_code == 401
                    assert "Cannot access application 'fal-ai/flux'" in reply.json()["detail"]
            right = {"authorization": "Key right"}
            made = (await client.post(RUN, json=ASK, headers=right)).json()
            assert (await client.get(made["images"][0]["url"])).content == PNG


async def test_without_a_script_the_demo_draws_and_talks(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pause in ("PAUSE_S", "PICTURE_PAUSE_S"):
        monkeypatch.setattr(f"chat_tui.simulator.demo.{pause}", 0.0)
    document = (await client.post(RUN, json={**ASK, "num_images": 2})).json()
    assert len(document["images"]) == 2
    talked = (await client.post("/fal/run/openrouter/router", json={"prompt": "hi"})).json()
    assert talked["output"]


async def test_the_oldest_files_are_forgotten(
    simulator: Simulator, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.simulator.fal.MAX_KEPT", 1)
    simulator.enqueue(Script((Picture(COARSE),)), Script((Picture(PNG),)))
    first, second = [(await client.post(RUN, json=ASK)).json()["images"][0]["url"] for _ in "ab"]
    assert (await client.get(first)).status_code == 404
    assert (await client.get(second)).content == PNG


async def test_a_job_can_be_cancelled_while_it_is_watched(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    gate = Gate()
    simulator.enqueue(Script((Progress(queue_position=1), Hold(gate), Finish())))
    ticket = await submitted(client)
    async with client.stream("GET", f"{ticket['status_url']}/stream") as states:
        await gate.reached.wait()
        assert (await client.put(ticket["cancel_url"])).status_code == 202
        gate.open()
        assert b"COMPLETED" in await states.aread()
