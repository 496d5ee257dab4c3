"""What was chosen last is written off the event loop, in order, and to the end."""

import asyncio
from pathlib import Path

from chat_tui.app.memory import Memory
from chat_tui.config.state import State, load_state
from tests.app.desk import Desk, chat, idle
from tests.touching import Touch, slow_disk, touches


def written(path: Path) -> State:
    state, warning = load_state(path)
    assert warning is None
    return state


def times(seen: list[Touch]) -> int:
    return sum(touch.event == "os.rename" for touch in seen)


async def test_what_changes_at_once_is_one_write(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    memory = Memory(path, complain=lambda _: None)
    with touches() as seen:
        memory.keep(theme="dawn")
        memory.keep(provider="flow")
        memory.keep(theme="dusk")
        assert memory.state.theme == "dusk"
        await memory.aclose()
    assert times(seen) == 1
    assert not any(touch.on_loop for touch in seen)
    assert written(path) == State(theme="dusk", provider="flow")


async def test_what_changes_while_the_disk_is_slow_is_one_more_write_and_the_last_one_wins(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.toml"
    memory = Memory(path, complain=lambda _: None)
    with slow_disk("os.rename") as (disk, seen):
        memory.keep(theme="dawn")
        await disk.reached.wait()
        for theme in ("fjord", "moss", "dusk"):
            memory.keep(theme=theme)
        disk.go_on()
        await memory.aclose()
    assert times(seen) == 2
    assert written(path).theme == "dusk"


async def test_a_disk_that_refuses_is_told_of_and_the_next_change_tries_again(
    tmp_path: Path,
) -> None:
    told: list[str] = []
    folder = tmp_path / "state"
    folder.write_text("in the way")
    memory = Memory(folder / "state.toml", complain=told.append)
    memory.keep(theme="dawn")
    await memory.aclose()
    assert [line.partition(":")[0] for line in told] == ["the choice is not remembered"]
    folder.unlink()
    memory.keep(provider="flow")
    await memory.aclose()
    assert len(told) == 1
    assert written(folder / "state.toml") == State(theme="dawn", provider="flow")


async def test_the_end_of_the_program_waits_for_a_slow_disk(desk: Desk) -> None:
    with slow_disk("os.rename") as (disk, _):
        async with desk.app().run_test() as pilot:
            await idle(pilot)
            chat(pilot).themes.choose("dawn")
            await disk.reached.wait()
            chat(pilot).themes.choose("moss")
            asyncio.get_running_loop().call_soon(disk.go_on)
        assert written(desk.state_file).theme == "moss"
