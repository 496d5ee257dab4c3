"""fal's own client against the simulator: it hears what our provider hears."""

import base64
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import fal_client
import httpx
import pytest

from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.providers.fal.provider import FalProvider
from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import (
    Act,
    Fail,
    Finish,
    Picture,
    Preview,
    Progress,
    Script,
    Think,
    say,
)
from chat_tui.simulator.server import Simulator
from tests.providers.asking import ask_once, heard
from tests.providers.fal_sim import PICTURES, WORDS, fal

KEY = "id-0123:secret-4567"
ASK = {"prompt": "hi", "sync_mode": True}
COARSE, PNG, OTHER = (landscape("x", cells=cells) for cells in (1, 2, 4))
DRAWN: tuple[Act, ...] = (Progress(0.5), Preview(COARSE), Picture(PNG), Finish())
QUEUED: tuple[Act, ...] = (
    Progress(queue_position=2),
    Progress(note="Loading"),
    Progress(note="Drawing"),
    Picture(PNG),
    Picture(OTHER),
    Finish(),
)


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator, None]:
    async with Simulator(key=KEY) as running:
        yield running


@pytest.fixture
async def client(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[fal_client.AsyncClient, None]:
    # It writes https:// before the hosts that its variables name, so the whole address is set.
    monkeypatch.setattr("fal_client.client.RUN_URL_FORMAT", f"{simulator.url}/fal/run/")
    monkeypatch.setattr("fal_client.client.QUEUE_URL_FORMAT", f"{simulator.url}/fal/queue/")
    made = fal_client.AsyncClient(key=KEY)
    yield made
    opened: httpx.AsyncClient = await made._client
    await opened.aclose()


def pictures(document: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(one["url"].partition(",")[2]) for one in document["images"]]


def ours(simulator: Simulator, model: str = PICTURES, **options: Any) -> FalProvider:
    parameters = {"sync_mode": True}
    return fal(simulator, PlainKey(Secret(KEY)), model=model, parameters=parameters, **options)


async def test_a_stream_has_the_same_pictures(
    simulator: Simulator, client: fal_client.AsyncClient
) -> None:
    simulator.enqueue(Script(DRAWN), Script(DRAWN))
    theirs = [event async for event in client.stream(PICTURES, ASK)]
    found = heard(await ask_once(ours(simulator)))
    assert theirs[0]["progress"] == 0.5
    assert [pictures(event) for event in theirs[1:]] == [[COARSE], [PNG]]
    assert [preview.data for preview in found.previews] == [COARSE, PNG]
    assert [picture.data for picture in found.pictures] == pictures(theirs[-1])
    assert [picture.seed for picture in found.pictures] == [theirs[-1]["seed"]]


async def test_a_stream_has_the_same_words(
    simulator: Simulator, client: fal_client.AsyncClient
) -> None:
    acts = (Think("Hm."), *say("Growth requires patience, naïve 日本語 \U0001f600."), Finish())
    simulator.enqueue(Script(acts, cut=7), Script(acts, cut=7))
    theirs = [event async for event in client.stream(WORDS, ASK)]
    found = heard(await ask_once(ours(simulator, WORDS)))
    assert (found.text, found.reasoning) == (theirs[-1]["output"], theirs[-1]["reasoning"])
    assert theirs[-1]["partial"] is False


async def test_one_document_has_the_same_pictures(
    simulator: Simulator, client: fal_client.AsyncClient
) -> None:
    simulator.enqueue(Script(DRAWN), Script(DRAWN))
    theirs = await client.run(PICTURES, ASK)
    found = heard(await ask_once(ours(simulator, path="")))
    assert [picture.data for picture in found.pictures] == pictures(theirs) == [PNG]


async def test_the_queue_has_the_same_pictures(
    simulator: Simulator, client: fal_client.AsyncClient
) -> None:
    simulator.enqueue(Script(QUEUED), Script(QUEUED))
    seen: list[fal_client.Status] = []
    theirs = await client.subscribe(
        PICTURES, ASK, with_logs=True, interval=0, on_queue_update=seen.append
    )
    found = heard(await ask_once(ours(simulator, transport="queue")))
    assert [picture.data for picture in found.pictures] == pictures(theirs) == [PNG, OTHER]
    match seen:
        case [
            fal_client.Queued(position=2),
            fal_client.InProgress(logs=[_]),
            fal_client.InProgress(logs=[{"message": "Loading"}, {"message": "Drawing"}]),
            fal_client.Completed(error=None),
        ]:
            pass
        case _:
            raise AssertionError(seen)


async def test_the_queue_is_cancelled_at_the_same_place(
    simulator: Simulator, client: fal_client.AsyncClient
) -> None:
    handle = await client.submit(PICTURES, ASK)
    await handle.cancel()
    cancel = simulator.calls[-1]
    assert (cancel.method, cancel.path.rpartition("/")[2]) == ("PUT", "cancel")
    assert handle.request_id in cancel.path


def errors() -> Iterator[tuple[Script, str]]:
    yield Script((Fail("it broke", "runner_error"),)), "it broke"
    body = b'{"detail": "Runner disconnected", "error_type": "runner_disconnected"}'
    yield (
        Script(status=422, content_type="application/json", body=body),
        "Runner disconnected",
    )


@pytest.mark.parametrize(("script", "said"), errors())
async def test_an_error_says_the_same(
    simulator: Simulator, client: fal_client.AsyncClient, script: Script, said: str
) -> None:
    simulator.enqueue(script, script)
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        await client.run(PICTURES, ASK)
    error = heard(await ask_once(ours(simulator, path=""))).error
    assert error is not None
    assert str(caught.value) == said
    assert said in error.message
    assert str(caught.value.error_type) in error.message


async def test_a_completed_job_with_an_error_says_the_same(
    simulator: Simulator, client: fal_client.AsyncClient
) -> None:
    failing = Script((Fail("it broke", "runner_error"),))
    simulator.enqueue(failing, failing)
    handle = await client.submit(PICTURES, ASK)
    state = await handle.status(with_logs=True)
    error = heard(await ask_once(ours(simulator, transport="queue"))).error
    assert isinstance(state, fal_client.Completed)
    assert error is not None
    assert f"{state.error} ({state.error_type})" in error.message


async def test_a_wrong_key_is_refused_in_the_same_words(
    simulator: Simulator, client: fal_client.AsyncClient
) -> None:
    client.key = "wrong"
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        await client.run(PICTURES, ASK)
    wrong = fal(simulator, PlainKey(Secret("wrong")))
    error = heard(await ask_once(wrong)).error
    assert error is not None
    assert (error.kind, caught.value.status_code) == ("auth", 401)
    assert str(caught.value) in error.message
