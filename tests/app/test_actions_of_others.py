"""Actions that Textual has and that nothing from outside may run."""

import pytest

from tests.app.desk import Desk, ask, chat, reply, rows, until

NEVER = (
    "screenshot", "simulate_key('x')", "notify('x')", "bell", "push_screen('x')",
    "switch_screen('x')", "switch_mode('x')", "add_class('Pane', 'x')", "change_theme",
)  # fmt: skip


@pytest.mark.parametrize("action", NEVER)
@pytest.mark.parametrize("namespace", ["", "app."])
async def test_an_action_that_no_key_has_does_not_run(
    desk: Desk, action: str, namespace: str
) -> None:
    async with desk.app().run_test() as pilot:
        assert not await pilot.app.run_action(f"{namespace}{action}")
        await pilot.pause()
        assert chat(pilot).pane.prompt.text == ""
        assert len(pilot.app.screen_stack) == 1


async def test_a_click_on_what_looks_like_an_action_runs_none(desk: Desk) -> None:
    desk.simulator.enqueue(reply("[@click=app.quit]quit[/] [@click=app.simulate_key('x')]x[/]"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "[@click=app.quit]me[/]")
        found = [
            (row.index("@click") + 10, y)
            for y, row in enumerate(rows(pilot.app.screen))
            if "@click" in row
        ]
        assert len(found) >= 2
        for at in found:
            await pilot.click(offset=at)
        await pilot.pause()
        assert pilot.app.is_running
        assert chat(pilot).pane.prompt.text == ""


async def test_the_palette_finds_no_action_of_textuals_own(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 40)) as pilot:
        for words in ("screenshot", "simulate", "maximize"):
            await pilot.press("ctrl+p")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
            await pilot.press(*words)
            await until(pilot, lambda: any("No matches" in row for row in rows(pilot.app.screen)))
            await pilot.press("escape")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
