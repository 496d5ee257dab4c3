from textual.pilot import Pilot

from tests.app.desk import Desk, ask, reply

TEXT = (
    "See [the page](https://example.com/a), [mail](mailto:a@b.example), [no](javascript:alert(1))."
)


def written(pilot: Pilot[int]) -> str:
    """The whole screen as it is written to a terminal."""
    console = pilot.app.console
    return "".join(strip.render(console) for strip in pilot.app.screen._compositor.render_strips())


async def test_links_reach_the_terminal_as_such_and_others_as_text(desk: Desk) -> None:
    desk.simulator.enqueue(reply(TEXT))
    async with desk.app().run_test(size=(100, 24)) as pilot:
        await ask(pilot, "where?")
        screen = written(pilot)
    assert "\x1b]8;" in screen
    assert ";https://example.com/a\x1b\\" in screen
    assert ";mailto:a@b.example\x1b\\" in screen
    assert ";javascript" not in screen
