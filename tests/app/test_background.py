"""Without a chosen theme the colours follow the terminal's background."""

import tomllib

import pytest

from chat_tui.app.background import answers_in_order
from tests.app.desk import Desk, chat


async def test_without_a_choice_the_theme_follows_and_is_there_at_once_next_time(
    desk: Desk,
) -> None:
    async with desk.app().run_test() as pilot:
        assert pilot.app.theme == "dusk"
        chat(pilot).themes.follow(light=True)
        assert pilot.app.theme == "dawn"
    assert tomllib.loads(desk.state_file.read_text()).get("theme") is None
    async with desk.app().run_test() as pilot:
        assert pilot.app.theme == "dawn"
        chat(pilot).themes.follow(light=False)
        assert pilot.app.theme == "dusk"


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "screen-256color", "TMUX": "/x,1,0"}, True),
        ({"TERM": "screen-256color"}, False),
        ({"TERM": "xterm-256color", "STY": "1.x"}, False),
        ({"TERM": "linux"}, False),
    ],
)
def test_a_terminal_whose_answers_may_come_late_is_not_asked(
    environ: dict[str, str], asked: bool
) -> None:
    assert answers_in_order(environ) is asked


@pytest.mark.parametrize("configured", [True, False])
async def test_a_theme_that_was_chosen_stays(desk: Desk, configured: bool) -> None:
    if not configured:
        desk.write_state('theme = "moss"\n')
    async with desk.app(app='theme = "moss"' if configured else "").run_test() as pilot:
        assert not chat(pilot).themes.follows
        chat(pilot).themes.follow(light=True)
        assert pilot.app.theme == "moss"


async def test_a_choice_can_be_taken_back(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        chat(pilot).themes.choose("moss")
        chat(pilot).themes.let_follow()
        assert pilot.app.theme == "dusk"
        assert chat(pilot).themes.follows
