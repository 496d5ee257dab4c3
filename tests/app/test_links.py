import re

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


async def test_a_bare_address_over_several_rows_is_one_link_for_the_terminal(desk: Desk) -> None:
    address = "https://example.com/" + "path/" * 20
    desk.simulator.enqueue(reply(f"At {address}."))
    async with desk.app().run_test(size=(50, 24)) as pilot:
        await ask(pilot, "where?")
        links = re.findall(r"\x1b\]8;id=(\d+);([^\x1b]+)\x1b\\", written(pilot))
    assert len(links) >= 3
    assert len(set(links)) == 1
    assert links[0][1] == address
