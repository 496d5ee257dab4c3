import pytest
from textual.pilot import Pilot

from chat_tui.conversation import Conversation
from chat_tui.screens.help import HelpScreen
from chat_tui.screens.provider_menu import ProviderMenu
from chat_tui.screens.save import SaveScreen
from tests.app.desk import Desk, idle, until
from tests.snapshots.compare import Compare

PROVIDERS = """
[providers.flow]
kind = "flowapi"
model = "deepseek-ai/DeepSeek-V3.2"
api_key = { env = "FLOW_API_KEY" }

[providers.home]
kind = "openai"
base_url = "http://127.0.0.1:9/v1"
model = "llama3"

[providers.a_name_as_long_as_names_may_be]
kind = "openai"
model = "gpt-something/with-a-name-that-is-too-long-for-a-column"
"""


async def open_providers(pilot: Pilot[int]) -> None:
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
    await idle(pilot)


async def open_models(pilot: Pilot[int]) -> None:
    await open_providers(pilot)
    await pilot.press(*"home", "tab", *"qwen3")
    await idle(pilot)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_the_menu_of_providers(
    desk: Desk, compare: Compare, lighthouses: Conversation, size: tuple[int, int]
) -> None:
    desk.environ["FLOW_API_KEY"] = "sk-1"
    compare(desk.app(conversation=lighthouses, more=PROVIDERS), size=size, before=open_providers)


def test_a_list_of_models_that_failed(
    desk: Desk, compare: Compare, lighthouses: Conversation
) -> None:
    compare(desk.app(conversation=lighthouses, more=PROVIDERS), size=(80, 24), before=open_models)


def test_saving(desk: Desk, compare: Compare, lighthouses: Conversation) -> None:
    desk.write_state('save_dir = "/home/ada/notes/lighthouses"\n')

    async def open_dialog(pilot: Pilot[int]) -> None:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))

    compare(desk.app(conversation=lighthouses), size=(80, 24), before=open_dialog)


def test_the_help(desk: Desk, compare: Compare, lighthouses: Conversation) -> None:
    async def open_help(pilot: Pilot[int]) -> None:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))

    compare(desk.app(conversation=lighthouses), size=(120, 40), before=open_help)
