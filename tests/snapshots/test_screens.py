"""What opens over a conversation: on a large dark terminal, and on a small light one."""

from collections.abc import Awaitable, Callable

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import OptionList

from chat_tui.conversation import Conversation
from chat_tui.screens.budget import BudgetScreen
from tests.app.desk import Desk, chat, idle, until
from tests.snapshots.compare import Compare
from tests.snapshots.test_dialogs import PROVIDERS

SIZES = [((120, 40), "dusk"), ((80, 24), "dawn")]
TEMPLATE = (
    "---\ndescription: Look at a change\nlanguage: Python\n---\nReview {{language}}: {{code}}\n"
)


async def command(pilot: Pilot[int], text: str) -> None:
    chat(pilot).pane.prompt.insert(text)
    await pilot.press("enter")
    await covered(pilot)


async def covered(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
    await idle(pilot)


async def show_help(pilot: Pilot[int]) -> None:
    await pilot.press("f1")
    await covered(pilot)


async def show_settings(pilot: Pilot[int]) -> None:
    await pilot.press("alt+s")
    await covered(pilot)


async def show_comparing(pilot: Pilot[int]) -> None:
    await pilot.press("alt+c")
    await covered(pilot)


async def show_usage(pilot: Pilot[int]) -> None:
    await command(pilot, "/usage")


async def show_templates(pilot: Pilot[int]) -> None:
    await command(pilot, "/template")


async def show_a_template(pilot: Pilot[int]) -> None:
    await command(pilot, "/template review")


async def show_themes(pilot: Pilot[int]) -> None:
    await command(pilot, "/theme")


async def show_the_palette(pilot: Pilot[int]) -> None:
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    await pilot.press(*"pane")
    options = pilot.app.screen.query_one(OptionList)
    await until(
        pilot,
        lambda: (
            "Pane" in str(options.get_option_at_index(0).prompt) if options.option_count else False
        ),
    )
    await idle(pilot)


async def show_the_budget(pilot: Pilot[int]) -> None:
    chat(pilot).push_screen(BudgetScreen(2.4, 2.5))
    await covered(pilot)


SCREENS: dict[str, Callable[[Pilot[int]], Awaitable[None]]] = {
    "help": show_help,
    "settings": show_settings,
    "comparing": show_comparing,
    "usage": show_usage,
    "templates": show_templates,
    "a template": show_a_template,
    "themes": show_themes,
    "palette": show_the_palette,
    "budget": show_the_budget,
}


@pytest.mark.parametrize(("size", "theme"), SIZES)
@pytest.mark.parametrize("screen", SCREENS)
def test_over_a_conversation(
    desk: Desk,
    compare: Compare,
    lighthouses: Conversation,
    screen: str,
    size: tuple[int, int],
    theme: str,
) -> None:
    desk.environ["FLOW_API_KEY"] = "sk-1"
    folder = desk.paths.config_file.parent / "prompts"
    folder.mkdir()
    (folder / "review.md").write_text(TEMPLATE)
    app = desk.app(app=f'theme = "{theme}"', conversation=lighthouses, more=PROVIDERS)
    compare(app, size=size, before=SCREENS[screen])


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_a_prompt_with_the_keys_of_vi(
    desk: Desk, compare: Compare, lighthouses: Conversation, size: tuple[int, int], theme: str
) -> None:
    async def write(pilot: Pilot[int]) -> None:
        chat(pilot).pane.prompt.insert("What is a lens\nmade of?")
        await pilot.press("escape")

    app = desk.app(app=f'theme = "{theme}"\nvi_keys = true', conversation=lighthouses)
    compare(app, size=size, before=write)
