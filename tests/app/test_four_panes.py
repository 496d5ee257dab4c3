"""Four conversations stream at once, and each comes whole into its own pane."""

from tests.app.desk import Desk, chat, held, say
from tests.app.test_panes import panes, seen, shows, split

WORDS = ("north", "east", "south", "west")


async def test_four_panes_stream_at_once(desk: Desk) -> None:
    scripts = [held(f"{word} begins", f" {word} ends") for word in WORDS]
    desk.simulator.enqueue(*(script for _, script in scripts))
    async with desk.app().run_test(size=(120, 40)) as pilot:
        shown = []
        for (gate, _), key in zip(scripts, (None, "f6", "shift+f6", "f6"), strict=True):
            if key is not None:
                await split(pilot, key)
            shown.append(panes(pilot).current)
            await say(pilot, "go on")
            await gate.reached.wait()
        for word in WORDS:
            await seen(pilot, f"{word} begins")
        assert all(pane.session.running for pane in shown)
        for gate, _ in reversed(scripts):
            gate.open()
        for pane, word in zip(shown, WORDS, strict=True):
            await shows(pilot, pane, f"{word} begins {word} ends")
        assert len({id(pane.session) for pane in shown}) == 4
        assert chat(pilot).pane is shown[-1]
