import asyncio

import pytest

from chat_tui.widgets.pane import attention
from chat_tui.widgets.pane.attention import Attention
from tests.builders import loop_turn


def resting(attention: Attention) -> asyncio.Task[None]:
    return asyncio.create_task(attention.rest())


def away(attention: Attention) -> None:
    attention.turn(current=False, several=True, in_sight=False, place="")


async def test_whoever_rests_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "HIDDEN_S", 3600.0)
    reader = Attention()
    away(reader)
    await reader.rest()  # nobody has looked before
    rest = resting(reader)
    await loop_turn()
    assert not rest.done()
    reader.wake()
    await rest
    reader.wake()  # nobody rests


async def test_a_pane_that_comes_into_sight_is_looked_at_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attention, "HIDDEN_S", 3600.0)
    reader = Attention()
    away(reader)
    await reader.rest()  # nobody has looked before
    rest = resting(reader)
    await loop_turn()
    reader.turn(current=True, several=True, in_sight=True, place="")
    await rest


async def test_a_rest_ends_by_itself() -> None:
    reader = Attention()
    await reader.rest()
    began_s = asyncio.get_running_loop().time()
    await reader.rest()
    assert asyncio.get_running_loop().time() - began_s >= reader.pace_s - 0.002


async def test_whoever_looks_rarely_anyway_does_not_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "HIDDEN_S", 3600.0)
    reader = Attention()
    for _ in range(3):
        await reader.rest()  # with the pace of whoever looks closely
        reader.turn(current=False, several=True, in_sight=False, place="")
        rest = resting(reader)
        await loop_turn()
        assert not rest.done()
        reader.turn(current=True, several=True, in_sight=True, place="")
        await rest
        reader._looked_s -= reader.pace_s
