"""Settings, what can be added, and a form: on a large dark terminal, and on a small light one."""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from chat_tui.conversation import Conversation
from chat_tui.screens.add_provider import AddProvider
from chat_tui.screens.preferences import PreferencesScreen
from chat_tui.screens.provider_form import ProviderForm
from chat_tui.screens.provider_menu import ProviderMenu
from tests.app.desk import Desk, chat, idle, until
from tests.app.test_panes import count, laid_out
from tests.snapshots.compare import Compare

SIZES = [((120, 40), "dusk"), ((80, 24), "dawn")]


async def show_settings(pilot: Pilot[int]) -> None:
    await pilot.press("alt+g")
    await until(pilot, lambda: isinstance(pilot.app.screen, PreferencesScreen))
    await pilot.press("down", "down")
    await idle(pilot)


async def show_offers(pilot: Pilot[int]) -> None:
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
    await pilot.press("ctrl+n")
    await until(pilot, lambda: isinstance(pilot.app.screen, AddProvider))
    await idle(pilot)


async def show_a_form(pilot: Pilot[int]) -> None:
    await show_offers(pilot)
    await pilot.press(*"openai")
    options = pilot.app.screen.query_one(OptionList)
    await until(pilot, lambda: 0 < options.option_count < 6)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ProviderForm))
    await idle(pilot)


async def show_the_find_bar(pilot: Pilot[int]) -> None:
    bar = chat(pilot).pane.find_bar
    await pilot.press("ctrl+f", *"glass")
    await until(pilot, lambda: not bar.looking)
    await idle(pilot)


async def show_four_panes(pilot: Pilot[int]) -> None:
    await laid_out(pilot)
    for number, key in enumerate(("f6", "shift+f6", "f7", "shift+f6")):
        await pilot.press(key)
        await count(pilot, (2, 3, 3, 4)[number])
    await laid_out(pilot)


SHOWN: dict[str, Callable[[Pilot[int]], Awaitable[None]]] = {
    "settings": show_settings,
    "offers": show_offers,
    "form": show_a_form,
    "find": show_the_find_bar,
    "panes": show_four_panes,
}


@pytest.mark.parametrize(("size", "theme"), SIZES)
@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown(
    desk: Desk,
    compare: Compare,
    lighthouses: Conversation,
    name: str,
    size: tuple[int, int],
    theme: str,
) -> None:
    app = desk.app(app=f'theme = "{theme}"\nbudget_usd_per_day = 1.5', conversation=lighthouses)
    compare(app, size=size, before=SHOWN[name])
