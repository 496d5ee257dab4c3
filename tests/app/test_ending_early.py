"""However soon after a key the program ends, it ends well and leaves nothing half begun."""

import gc
import warnings
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from textual.pilot import Pilot

from chat_tui.config.actions import ACTIONS
from tests.app.desk import Desk, held, say, streaming, write
from tests.builders import loop_turn

pytestmark = pytest.mark.usefixtures("here")

KEYS = [
    action.keys.split(",")[0]
    for action in ACTIONS
    if not (action.reading or action.in_menu or action.in_list)
]
DIALOGS = ["f1", "f2", "f3", "f4", "f8", "ctrl+p", "alt+a", "alt+c", "alt+g", "alt+s"]
TYPED = ["a", "@", "slash"]
TURNS = [0, 1, 3, 9]
"""How often the event loop goes round before the end."""


@contextmanager
def nothing_left(desk: Desk) -> Generator[None]:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(warning.message) for warning in warned] == []
    assert list((desk.paths.state_dir / "crashes").glob("*")) == []


async def press_and_leave(pilot: Pilot[int], key: str, turns: int) -> None:
    pilot.app.simulate_key(key)
    for _ in range(turns):
        await loop_turn()
    pilot.app.exit(0)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("key", [*KEYS, *TYPED])
async def test_an_empty_conversation(desk: Desk, key: str, turns: int) -> None:
    app = desk.app()
    with nothing_left(desk):
        async with app.run_test() as pilot:
            await press_and_leave(pilot, key, turns)
    assert app.return_code == 0


@pytest.mark.parametrize("turns", range(12))
async def test_a_prompt_that_was_just_sent(desk: Desk, turns: int) -> None:
    app = desk.app()
    with nothing_left(desk):
        async with app.run_test() as pilot:
            await write(pilot, "go on")
            await press_and_leave(pilot, "enter", turns)
    assert app.return_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("key", ["enter", "escape", "tab", "down", "x", "delete", "ctrl+r"])
@pytest.mark.parametrize("opening", DIALOGS)
async def test_an_open_dialog(desk: Desk, opening: str, key: str, turns: int) -> None:
    app = desk.app()
    with nothing_left(desk):
        async with app.run_test() as pilot:
            await pilot.press(opening)
            await press_and_leave(pilot, key, turns)
    assert app.return_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("key", [*KEYS, *TYPED])
async def test_the_middle_of_a_reply(desk: Desk, key: str, turns: int) -> None:
    gate, script = held("Once ")
    desk.simulator.enqueue(script)
    app = desk.app()
    with nothing_left(desk):
        async with app.run_test() as pilot:
            await say(pilot, "go on")
            await streaming(pilot, "Once")
            await press_and_leave(pilot, key, turns)
        gate.open()
    assert app.return_code == 0
