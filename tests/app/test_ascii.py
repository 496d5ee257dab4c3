import pytest
from textual.notifications import SeverityLevel
from textual.pilot import Pilot

from chat_tui.simulator.script import Think
from tests.app.desk import Desk, answered, ask, chat, held, idle, reply, rows, say, streaming, until

pytestmark = pytest.mark.usefixtures("in_ascii")

REPLY = """
# Lenses

- one
  - two
- [x] done
- [ ] to do

> said

| a | b |
|---|---|
| 1 | 2 |

---

```python
if a: b = "a line that goes on and on in the next row of the screen, since it is rather long here"
```
"""


def screen_rows(pilot: Pilot[int]) -> list[str]:
    return rows(pilot.app.screen)


def strange(pilot: Pilot[int]) -> set[str]:
    return {sign for row in screen_rows(pilot) for sign in row if not sign.isascii()}


async def test_everything_that_is_drawn_around_a_reply_is_ascii(desk: Desk) -> None:
    desk.simulator.enqueue(reply(Think("hm"), REPLY))
    async with desk.app().run_test(size=(80, 50)) as pilot:
        assert strange(pilot) == set()
        await ask(pilot, "hi")
        assert strange(pilot) == set()
        shown = [row.strip() for row in screen_rows(pilot)]
        assert "* one" in shown
        assert "[x] done" in shown
        assert "> said" in shown
        assert "--+--" in shown


async def test_what_was_said_is_not_touched(desk: Desk) -> None:
    desk.simulator.enqueue(reply("• a ▌ b …"))
    async with desk.app().run_test(size=(80, 50)) as pilot:
        await ask(pilot, "hi")
        assert any("• a ▌ b …" in row for row in screen_rows(pilot))


async def test_a_running_reply_is_ascii(desk: Desk) -> None:
    gate, script = held("\n\n".join(map(str, range(90))))
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "89")
        await pilot.press("pageup")
        await pilot.pause()
        chat(pilot).pane.transcript._sync_scrollbar()
        await pilot.pause()
        assert strange(pilot) == set()
        assert any(row.rstrip().endswith("#") for row in screen_rows(pilot))
        gate.open()
        await answered(pilot)


@pytest.mark.parametrize("key", ["f1", "f2", "f4", "ctrl+p", "ctrl+f"])
async def test_what_opens_over_it_is_ascii(desk: Desk, key: str) -> None:
    desk.simulator.enqueue(reply("a"))
    async with desk.app().run_test(size=(100, 50)) as pilot:
        await ask(pilot, "hi")
        await pilot.press(key)
        await idle(pilot)
        await pilot.pause()
        assert strange(pilot) == set()


@pytest.mark.parametrize("severity", ["information", "warning", "error"])
async def test_a_toast_is_ascii(desk: Desk, severity: SeverityLevel) -> None:
    async with desk.app().run_test(size=(100, 50), notifications=True) as pilot:
        chat(pilot).notify("so it is", severity=severity)
        await until(pilot, lambda: any("so it is" in row for row in screen_rows(pilot)))
        assert strange(pilot) == set()
