"""What opens over a conversation names its keys on a small screen, too, and hides no line of it."""

import re

import pytest
from textual.pilot import Pilot

from tests.app.desk import Desk, ask, chat, reply, shown, until

MANY = "\n".join(
    f'[providers.p{number}]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\n'
    for number in range(20)
)
PALETTE = {
    "add a provider": ("Add a provider", "Esc"),
    "colours": ("Colours", "Esc leave"),
    "compare": ("Compare", "Esc leave"),
    "provider menu": ("Provider and model", "Ctrl+N add"),
    "settings": ("Settings", "Esc leave"),
}


def words_shown(pilot: Pilot[int]) -> str:
    return " ".join(shown(pilot).replace("│", " ").split())


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
@pytest.mark.parametrize("name", PALETTE)
async def test_a_list_leaves_room_for_its_keys(
    desk: Desk, name: str, size: tuple[int, int]
) -> None:
    desk.simulator.enqueue(reply("yes"))
    title, words = PALETTE[name]
    async with desk.app(more=MANY).run_test(size=size) as pilot:
        await ask(pilot, "hi")
        app = chat(pilot)
        command = next(one for one in app.get_system_commands(app.screen) if one.title == title)
        app.call_later(command.callback)
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await until(pilot, lambda: words in words_shown(pilot))
        await pilot.press("end", *["down"] * 4)
        await pilot.pause()
        assert words in words_shown(pilot)


async def test_keys_and_words_stand_below_each_other_where_there_is_no_room(desk: Desk) -> None:
    async with desk.app().run_test(size=(40, 30)) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: "Start a new line in the prompt" in words_shown(pilot))


@pytest.mark.parametrize("letters", [43, 44, 45, 46, 90])
async def test_a_message_of_any_length_is_shown_to_its_end(desk: Desk, letters: int) -> None:
    async with desk.app().run_test(size=(80, 24), notifications=True) as pilot:
        words = "word " * (letters // 5)
        chat(pilot).notify(f"{words[: letters - 4]} end", timeout=60)
        await until(pilot, lambda: "word word" in shown(pilot))
        assert re.search(r"\bend\b", shown(pilot))
