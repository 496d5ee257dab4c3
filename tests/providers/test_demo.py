"""The demo: the simulator, started with the first request."""

import asyncio
from typing import Any

import pytest

from chat_tui.events import ImageProgress, Started
from chat_tui.message import user_message
from chat_tui.providers.demo import DEMO, DemoOptions, DemoProvider
from chat_tui.simulator.demo import PICTURE_APPS
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


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.simulator.demo.PICTURE_PAUSE_S", 0.0)
    monkeypatch.setattr("chat_tui.simulator.demo.PICTURE_APPS", dict.fromkeys(PICTURE_APPS, 0.0))


@pytest.mark.usefixtures("hurried")
async def test_the_picture_model_tells_the_whole_way() -> None:
    async with closing(demo()) as provider:
        models = [model.id for model in await provider.models()]
        assert "demo-picture" in models
        events = await ask(provider, request(model="demo-picture"))
    found = heard(events)
    assert found.finish == "stop"
    assert [event.model for event in events if isinstance(event, Started)] == ["demo-picture"]
    told = [event for event in events if isinstance(event, ImageProgress)]
    queued = [event.queue_position for event in told if event.state == "queued"]
    assert queued == [3, 2, 1]
    fractions = [event.fraction for event in told if event.state == "running"]
    assert fractions == sorted(fractions, key=lambda fraction: fraction or 0.0)
    assert len(fractions) == 12
    assert len({preview.data for preview in found.previews}) == 3 + 1  # and the result itself
    assert [picture.data[:4] for picture in found.pictures] == [b"\x89PNG"]


@pytest.mark.usefixtures("hurried")
async def test_several_pictures_of_the_demo_come_side_by_side_and_differ() -> None:
    async with closing(demo()) as provider:
        found = heard(
            await ask(provider, request(model="demo-picture", parameters={"num_images": 3}))
        )
    assert {preview.index for preview in found.previews} == {0, 1, 2}
    assert len({picture.data for picture in found.pictures}) == 3


@pytest.mark.usefixtures("hurried")
async def test_another_seed_is_another_picture_of_the_demo() -> None:
    drawn: list[bytes] = []
    async with closing(demo()) as provider:
        for seed in (7, 7, 8):
            wish = request(model="demo-picture", parameters={"seed": seed})
            (picture,) = heard(await ask(provider, wish)).pictures
            assert picture.seed == seed
            drawn.append(picture.data)
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.usefixtures("hurried")
async def test_the_same_seed_is_the_same_picture_also_where_none_was_asked_for() -> None:
    async with closing(demo()) as provider:
        (first,) = heard(await ask(provider, request(model="demo-picture"))).pictures
        wish = request(model="demo-picture", parameters={"seed": first.seed})
        (again,) = heard(await ask(provider, wish)).pictures
    assert first.data == again.data


async def test_the_demo_can_be_used_again_after_it_was_closed() -> None:
    provider = demo(model="demo-slow")
    for _ in range(2):
        async with closing(provider):
            provider._simulator.enqueue(HELLO)
            assert heard(await ask(provider)).text == "Hello"
