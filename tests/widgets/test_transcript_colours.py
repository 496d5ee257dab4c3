import time

import pytest

from chat_tui.colouring.colouring import Colouring
from chat_tui.document.code.highlight import WholeFence
from chat_tui.message import TextPart
from tests.builders import loop_turn
from tests.document import hanging
from tests.document.hanging import LINES
from tests.test_colouring import HANGING, coloured
from tests.widgets.test_transcript import message, painted, seen, transcript

YAML = "```yaml\na: 1\n```\n"
HANGS = "```hanging\n" + "\n".join(LINES) + "\n```\n"


async def test_a_fence_is_shown_at_once_and_coloured_later() -> None:
    colours = Colouring()
    async with transcript() as (widget, pilot):
        widget.colour_by(colours.hand_out)
        widget.show([message(1, TextPart(YAML))])
        await pilot.pause()
        assert "   ┃ a: 1" in seen(widget)
        row = seen(widget).index("   ┃ a: 1")
        before = widget.rows.spans(widget.rows.find(row))
        await coloured(colours, WholeFence("yaml", ("a: 1",)))
        await painted(widget, pilot)
        after = widget.rows.spans(widget.rows.find(row))
        assert len({span.ink for span in after}) > len({span.ink for span in before})
        assert "   ┃ a: 1" in seen(widget)
    await colours.aclose()


async def test_while_a_lexer_hangs_the_fence_is_plain_and_the_loop_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hanging.install(monkeypatch)
    colours = Colouring(program=HANGING, limit_s=30)
    await coloured(colours, WholeFence("yaml", ("a: 1",)))  # the process is there
    colours._limit_s = 1.0
    async with transcript() as (widget, pilot):
        widget.colour_by(colours.hand_out)
        widget.show([message(1, TextPart(HANGS))])
        await pilot.pause()
        assert f"   ┃ {LINES[0]}" in seen(widget)
        worst_s, last_s = 0.0, time.thread_time()
        while colours._failures == 0:
            await loop_turn()
            worst_s, last_s = max(worst_s, time.thread_time() - last_s), time.thread_time()
        assert worst_s < 0.5  # half of what the lexer had; what other programs took is not in it
        process = colours._helper.process
        widget.repaint()
        widget.show([message(1, TextPart(HANGS))])  # made anew
        await painted(widget, pilot)
        assert f"   ┃ {LINES[0]}" in seen(widget)
        assert not colours._waiting
        assert colours._helper.process is process
        assert colours._failures == 1
    await colours.aclose()
