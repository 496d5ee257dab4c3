"""Where the terminal knows only ASCII, whatever opens over a conversation keeps to it."""

import pytest
from textual.pilot import Pilot

from tests.app.desk import Desk, ask, idle, reply, shown, until

OVER = ("f1", "f2", "f2 ctrl+n", "f2 ctrl+n enter", "f3", "f4", "alt+c", "alt+g", "alt+s")
COMMANDS = ("/usage", "/theme", "/template")


async def another_screen(pilot: Pilot[int], key: str) -> None:
    before = pilot.app.screen
    await pilot.press(key)
    await until(pilot, lambda: pilot.app.screen is not before)


async def only_ascii(pilot: Pilot[int], layers: int) -> None:
    await until(pilot, lambda: len(pilot.app.screen_stack) == layers)
    await idle(pilot)
    strange = sorted({letter for letter in shown(pilot) if not letter.isascii()})
    assert strange == []
    assert "+-" in shown(pilot)


@pytest.mark.usefixtures("in_ascii")
async def test_every_frame_is_drawn_in_ascii(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Rings of glass."))
    folder = desk.paths.config_file.parent / "prompts"
    folder.mkdir()
    (folder / "review.md").write_text("Review {{code}}\n")
    async with desk.app(app="ascii = true").run_test(size=(100, 40)) as pilot:
        await ask(pilot, "hi")
        for keys in OVER:
            for key in keys.split():
                await another_screen(pilot, key)
            await only_ascii(pilot, 2)
            while len(pilot.app.screen_stack) > 1:
                await pilot.press("escape")
                await pilot.pause()
        for command in COMMANDS:
            await pilot.press(*command, "enter")
            await only_ascii(pilot, 2)
            await pilot.press("escape")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
