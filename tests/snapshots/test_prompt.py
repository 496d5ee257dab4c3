import pytest
from textual.pilot import Pilot

from chat_tui.conversation import Conversation
from chat_tui.screens.settings import SettingsScreen
from chat_tui.screens.usage import UsageScreen
from tests.app.desk import Desk, chat, until
from tests.snapshots.compare import Compare


@pytest.mark.parametrize("theme", ["dusk", "dawn"])
def test_commands_above_the_prompt(
    desk: Desk, compare: Compare, lighthouses: Conversation, theme: str
) -> None:
    async def type_slash(pilot: Pilot[int]) -> None:
        await pilot.press("slash", "s", "down")
        await until(pilot, lambda: chat(pilot).pane.prompt.completing)

    app = desk.app(app=f'theme = "{theme}"', conversation=lighthouses)
    compare(app, size=(80, 24), before=type_slash)


def test_messages_that_wait(desk: Desk, compare: Compare, lighthouses: Conversation) -> None:
    async def queue(pilot: Pilot[int]) -> None:
        bar = chat(pilot).pane.prompt.queue
        bar.show_for(lighthouses.id, running=True)
        for number in range(6):
            bar.add(f"And what about lighthouse number {number}?")
        bar.hold("the reply was stopped")

    compare(desk.app(conversation=lighthouses), size=(80, 24), before=queue)


@pytest.mark.parametrize(("theme", "size"), [("dusk", (120, 40)), ("dawn", (80, 24))])
def test_settings_of_a_conversation(
    desk: Desk,
    compare: Compare,
    lighthouses: Conversation,
    theme: str,
    size: tuple[int, int],
) -> None:
    lighthouses.system_prompt = "You keep lighthouses, and say so."
    lighthouses.parameters = {"temperature": 0.4, "logit_bias": {"50256": -100}}

    async def open_form(pilot: Pilot[int]) -> None:
        await pilot.press("alt+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))

    app = desk.app(app=f'theme = "{theme}"', conversation=lighthouses)
    compare(app, size=size, before=open_form)


def test_usage(desk: Desk, compare: Compare, lighthouses: Conversation) -> None:
    async def open_table(pilot: Pilot[int]) -> None:
        chat(pilot).action_usage()
        await until(pilot, lambda: isinstance(pilot.app.screen, UsageScreen))

    app = desk.app(app="budget_usd_per_day = 1.5", conversation=lighthouses)
    compare(app, size=(80, 24), before=open_table)
