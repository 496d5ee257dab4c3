"""Jobs that tell how far they are, in the dialects that can say it."""

import json
from dataclasses import replace

import httpx
import pytest

from chat_tui.simulator import demo
from chat_tui.simulator.dialect import Prompt, Turn
from chat_tui.simulator.script import Fail, Pause, Script
from chat_tui.simulator.server import Simulator


def at_once(prompt: Prompt) -> Script:
    script = demo.reply(prompt)
    return replace(script, acts=tuple(act for act in script.acts if not isinstance(act, Pause)))


async def told(path: str, prompt: str) -> list[dict[str, object]]:
    async with (
        Simulator(responder=at_once) as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        reply = await client.post(path, json={"prompt": prompt, "stream": True})
        assert reply.headers["content-type"] == "text/event-stream"
        lines = reply.content.decode().splitlines()
        return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]


@pytest.mark.parametrize("model", list(demo.PICTURE_APPS))
async def test_a_task_of_get3w_tells_how_far_it_is_and_shows_previews(model: str) -> None:
    states = await told(f"/api/v3/{model}", "a fox")
    assert [state["status"] for state in states[:3]] == ["created"] * 3
    shares = [state["progress"] for state in states if "progress" in state]
    assert shares == sorted(shares, key=float)  # type: ignore[arg-type]
    assert len(shares) == demo.APP_STEPS
    assert sum(state["status"] == "processing" and "outputs" in state for state in states) == 3
    assert states[-1]["status"] == "completed"


async def test_a_task_that_is_asked_for_an_error_fails_half_way() -> None:
    states = await told("/api/v3/demo/picture", "error")
    assert states[-1]["status"] == "failed"
    assert any("progress" in state for state in states)


def test_a_slow_picture_takes_half_a_minute() -> None:
    script = demo.reply(Prompt("demo/slow-picture", (Turn("user", "a fox"),), pictures=1))
    took_s = sum(act.seconds for act in script.acts if isinstance(act, Pause))
    assert 30 < took_s < 60
    assert not any(isinstance(act, Fail) for act in script.acts)
