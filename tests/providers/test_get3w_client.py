"""The client of wavespeed.ai, which speaks the same dialect, against the simulator and beside us.

get3w has no client of its own. This one submits and asks, and does not stream.
"""

import asyncio
from typing import Any

import pytest

from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import Act, Fail, Finish, Picture, Progress, Say, Script
from chat_tui.simulator.server import Simulator
from tests.providers.asking import Heard, ask, closing, heard
from tests.providers.get3w_sim import MODEL, asked_for, get3w

wavespeed = pytest.importorskip("wavespeed", reason="the client of wavespeed.ai is not installed")

PNG = landscape("x", cells=2)


def client(simulator: Simulator, **options: Any) -> Any:
    return wavespeed.Client(api_key="a-key", base_url=simulator.url, **options)


async def run(simulator: Simulator, model: str = MODEL, **options: Any) -> list[str]:
    """The outputs that the client gives."""

    def wait() -> list[str]:
        given = {"prompt": "hi", **options.pop("given", {})}
        result = client(simulator).run(model, given, poll_interval=0.001, **options)
        outputs: list[str] = result["outputs"]
        return outputs

    return await asyncio.to_thread(wait)


async def ours(simulator: Simulator, model: str = MODEL, **options: Any) -> Heard:
    async with closing(get3w(simulator, model=model, **options)) as provider:
        return heard(await ask(provider))


def twice(*acts: Act) -> tuple[Script, Script]:
    script = Script(acts, content_type="application/json")
    return script, script


async def test_the_client_gets_the_same_pictures(simulator: Simulator) -> None:
    simulator.enqueue(*twice(Progress(), Progress(0.5), Picture(PNG), Picture(PNG), Finish()))
    theirs = await run(simulator)
    found = await ours(simulator)
    assert theirs == [f"{simulator.url}/get3w/outputs/pred_sim1-{n}.png" for n in range(2)]
    assert [one.url for one in found.pictures] == [
        address.replace("sim1", "sim2") for address in theirs
    ]
    submitted, *inquiries = asked_for(simulator)[:4]
    assert submitted == "POST /api/v3/get3w/flux-dev"
    assert inquiries == ["GET /api/v3/predictions/pred_sim1/result"] * 3


async def test_the_client_gets_the_same_base64(simulator: Simulator) -> None:
    simulator.enqueue(*twice(Picture(PNG), Finish()))
    wish = {"enable_base64_output": True}
    (theirs,) = await run(simulator, given=wish)
    found = await ours(simulator, parameters=wish)
    assert [one.data for one in found.pictures] == [PNG]
    assert theirs.startswith("iVBORw0KGgo")


async def test_the_client_gets_the_same_text(simulator: Simulator) -> None:
    simulator.enqueue(*twice(Say("Hel"), Say("lo"), Finish()))
    model = "get3w/any-llm"
    assert await run(simulator, model) == [(await ours(simulator, model)).text] == ["Hello"]


async def test_the_client_gets_the_same_result_at_once(simulator: Simulator) -> None:
    simulator.enqueue(*twice(Picture(PNG), Finish()))
    assert len(await run(simulator, enable_sync_mode=True)) == 1
    found = await ours(simulator, parameters={"enable_sync_mode": True})
    assert len(found.pictures) == 1
    assert len(simulator.calls) == 2


async def test_the_client_gets_the_same_failure(simulator: Simulator) -> None:
    simulator.enqueue(*twice(Progress(0.1), Fail("it broke")))
    with pytest.raises(RuntimeError, match=r"failed \(task_id: pred_sim1\): it broke"):
        await run(simulator)
    error = (await ours(simulator)).error
    assert error is not None
    assert (error.kind, error.message) == ("provider", "it broke")


async def test_the_client_gets_the_same_refusal(simulator: Simulator) -> None:
    simulator.enqueue(*twice(Fail("Insufficient balance", 403)))
    with pytest.raises(RuntimeError, match=r"HTTP 403.*Insufficient balance"):
        await run(simulator)
    error = (await ours(simulator)).error
    assert error is not None
    assert (error.kind, error.status) == ("rejected", 403)
    assert "Insufficient balance" in error.message
