"""The OpenAI images dialect, byte by byte."""

import base64
import json
from typing import Any

import httpx
import pytest

from chat_tui.simulator import demo
from chat_tui.simulator.dialect import Prompt, Turn
from chat_tui.simulator.pictures import SIZE_PX, landscape, previews
from chat_tui.simulator.script import (
    Comment,
    Done,
    Fail,
    Finish,
    Pause,
    Picture,
    Preview,
    Say,
    Script,
    Think,
    Usage,
)
from chat_tui.simulator.server import Simulator
from tests.simulator.client import payloads

PLACE = "/v1/images/generations"
ASK = {"model": "m", "prompt": "a hill"}
STREAM = {**ASK, "stream": True, "partial_images": 2}
COARSE, PNG = landscape("a hill", cells=2), landscape("a hill", cells=4)
WHOLE = (Preview(COARSE), Preview(COARSE), Preview(COARSE), Usage(3, 2), Picture(PNG), Finish())


def events(body: bytes) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for block in body.decode().split("\n\n")[:-1]:
        if not block.startswith(":"):
            name, data = block.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_a_stream_has_the_shape_of_the_dialect(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(WHOLE))
    reply = await client.post(PLACE, json=STREAM)
    assert reply.headers["content-type"] == "text/event-stream"
    found = events(reply.content)
    assert [name for name, _ in found] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert all(event["type"] == name for name, event in found)
    assert [event.get("partial_image_index") for _, event in found] == [0, 1, None]
    pictures = [base64.b64decode(event["b64_json"]) for _, event in found]
    assert pictures == [COARSE, COARSE, PNG]
    last = found[-1][1]
    assert last["usage"] == {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    assert (last["size"], last["output_format"]) == (f"{SIZE_PX}x{SIZE_PX}", "png")


@pytest.mark.parametrize("asked", [{}, {"partial_images": 0}, {"partial_images": None}])
async def test_without_a_wish_for_previews_there_are_none(
    simulator: Simulator, client: httpx.AsyncClient, asked: dict[str, Any]
) -> None:
    simulator.enqueue(Script((Preview(COARSE), Picture(PNG))))
    found = events((await client.post(PLACE, json={**ASK, "stream": True, **asked})).content)
    assert [name for name, _ in found] == ["image_generation.completed"]
    assert "usage" not in found[0][1]


async def test_words_and_the_mark_of_the_end_have_no_place_in_it(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Think("a"), Say("b"), Comment("wait"), Finish(), Done())))
    reply = await client.post(PLACE, json=STREAM)
    assert reply.content == b": wait\n\n"


async def test_an_error_in_the_stream_is_an_event_called_error(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Fail("it broke", "x"),)))
    [(name, event)] = events((await client.post(PLACE, json=STREAM)).content)
    assert (name, event["type"]) == ("error", "error")
    assert event["error"]["message"] == "it broke"


async def test_without_stream_it_is_one_document(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((*WHOLE, Picture(COARSE))))
    reply = (await client.post(PLACE, json=ASK)).json()
    pictures = [base64.b64decode(entry["b64_json"]) for entry in reply["data"]]
    assert pictures == [PNG, COARSE]
    assert reply["usage"]["total_tokens"] == 5
    assert isinstance(reply["created"], int)


async def test_an_error_without_stream_is_a_status(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Picture(PNG), Fail("it broke"))))
    reply = await client.post(PLACE, json=ASK)
    assert reply.status_code == 500
    assert reply.json()["error"]["message"] == "it broke"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "parse the JSON"),
        (b"[]", "'prompt'"),
        (b'{"prompt": ""}', "'prompt'"),
        (b'{"prompt": "x", "n": 0}', "'n'"),
        (b'{"prompt": "x", "n": "two"}', "'n'"),
        (b'{"prompt": "x", "partial_images": 4}', "'partial_images'"),
    ],
)
async def test_a_request_that_cannot_be_followed_is_refused(
    client: httpx.AsyncClient, body: bytes, said: str
) -> None:
    reply = await client.post(PLACE, content=body)
    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]


async def test_a_key_is_asked_for_here_too() -> None:
    async with (
        Simulator(key="wanted") as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        assert (await client.post(PLACE, json=ASK)).status_code == 401


def test_the_demo_draws_what_it_is_asked_for() -> None:
    script = demo.reply(Prompt("m", (Turn("user", "a hill"),), pictures=2))
    shown = [act.data for act in script.acts if isinstance(act, Preview)]
    drawn = [act.data for act in script.acts if isinstance(act, Picture)]
    assert shown == list(previews("a hill"))
    assert len(set(drawn)) == 2
    assert drawn[0] == landscape("a hill")
    assert any(isinstance(act, Pause) for act in script.acts)


async def test_in_a_chat_a_picture_comes_as_an_image_of_the_delta(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    chat = {"model": "m", "messages": [{"role": "user", "content": "draw"}]}
    script = Script((Preview(COARSE), Picture(PNG), Picture(COARSE), Finish()))
    simulator.enqueue(script, script)
    body = (await client.post("/v1/chat/completions", json={**chat, "stream": True})).content
    deltas = [event["choices"][0]["delta"] for event in payloads(body)]
    images = [image for delta in deltas for image in delta.get("images", ())]
    assert [image["index"] for image in images] == [0, 1]
    urls = [f"data:image/png;base64,{base64.b64encode(png).decode()}" for png in (PNG, COARSE)]
    assert [image["image_url"]["url"] for image in images] == urls
    whole = (await client.post("/v1/chat/completions", json=chat)).json()
    message = whole["choices"][0]["message"]
    assert [image["image_url"]["url"] for image in message["images"]] == urls
