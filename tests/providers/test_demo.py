"""The demo: the simulator, started with the first request."""

import asyncio
from typing import Any

import pytest

from chat_tui.message import user_message
from chat_tui.providers.demo import DEMO, DemoOptions, DemoProvider
from chat_tui.simulator.demo_answers import LABEL
from chat_tui.simulator.script import Finish, Say, Script
from tests.providers.asking import ask, closing, heard, request, services

HELLO = Script((Say("Hello"), Finish()))


def demo(**options: Any) -> DemoProvider:
    provider = DEMO.build("demo", DemoOptions(kind="demo", **options), services())
    assert isinstance(provider, DemoProvider)
    return provider


async def test_nothing_listens_before_the_first_request() -> None:
    provider = demo()
    assert provider._simulator.url.endswith(":0")
    await provider.aclose()


async def test_the_demo_says_that_it_is_one() -> None:
    async with closing(demo()) as provider:
        found = heard(await ask(provider, request(user_message("error", parent=None))))
    assert found.text.startswith(LABEL)
    assert found.error is not None


async def test_requests_at_the_same_time_start_one_server() -> None:
    async with closing(demo()) as provider:
        provider._simulator.enqueue(HELLO, HELLO)
        replies = await asyncio.gather(ask(provider), ask(provider))
        assert len(provider._simulator.calls) == 2
    assert [heard(events).text for events in replies] == ["Hello", "Hello"]


async def test_the_parameters_go_along() -> None:
    async with closing(demo(parameters={"temperature": 0.5})) as provider:
        provider._simulator.enqueue(HELLO)
        await ask(provider)
        assert provider._simulator.calls[-1].json["temperature"] == 0.5


async def test_the_picture_model_draws_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.simulator.demo.PICTURE_PAUSE_S", 0.0)
    async with closing(demo()) as provider:
        models = [model.id for model in await provider.models()]
        assert "demo-picture" in models
        found = heard(await ask(provider, request(model="demo-picture")))
    assert found.finish == "stop"
    assert len(found.previews) == 2
    assert [picture.data[:4] for picture in found.pictures] == [b"\x89PNG"]
    assert found.previews[0].data != found.previews[1].data != found.pictures[0].data


async def test_the_demo_can_be_used_again_after_it_was_closed() -> None:
    provider = demo(model="demo-slow")
    for _ in range(2):
        async with closing(provider):
            provider._simulator.enqueue(HELLO)
            assert heard(await ask(provider)).text == "Hello"
