import pytest

from chat_tui.events import Finished, ImageProgress, TextDelta, Usage
from chat_tui.streaming.meter import ReplyMeter
from chat_tui.widgets.pane.status_line import StatusLine
from tests.app.desk import rows
from tests.widgets.host import Host, row


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def ticking(status: StatusLine) -> bool:
    return status._timer is not None and status._timer._active.is_set()


async def test_provider_model_and_state_stand_in_the_rule() -> None:
    status, clock = StatusLine(), Clock()
    async with Host(status).run_test(size=(60, 5)):
        status.answered_by("flow", "deep")
        status.watch_reply(ReplyMeter(clock))
        clock.now_s = 3.2
        assert row(status) == "─ flow · deep ─ ⠋ waiting 3 s " + "─" * 30


async def test_totals_stand_at_the_right() -> None:
    status, clock = StatusLine(), Clock()
    async with Host(status).run_test(size=(60, 5)):
        status.answered_by("flow", "deep")
        meter = ReplyMeter(clock)
        meter.watch([TextDelta("a"), Usage(31, 884, 0.0031), Finished("stop")])
        status.watch_reply(meter)
        assert row(status).endswith("─ 31 in · 884 out · $0.0031 ")
        assert "─ done ─" in row(status)


@pytest.mark.parametrize(
    ("window", "words"),
    [(2_000, "50% of 2k"), (128_000, "1% of 128k"), (1_000_000, "0% of 1M"),
     (1_048_576, "0% of 1.05M")],
)  # fmt: skip
async def test_the_context_window_is_written_as_people_say_it(window: int, words: str) -> None:
    status, clock = StatusLine(), Clock()
    async with Host(status).run_test(size=(60, 5)):
        status.window_of = lambda _provider, _model: window
        status.answered_by("flow", "deep")
        meter = ReplyMeter(clock)
        meter.watch([TextDelta("a"), Usage(900, 100), Finished("stop")])
        status.watch_reply(meter)
        assert row(status).endswith(f" {words} ")


async def test_on_a_narrow_screen_the_state_matters_more_than_the_totals() -> None:
    status, clock = StatusLine(), Clock()
    async with Host(status).run_test(size=(30, 5)):
        status.answered_by("flow", "deep")
        meter = ReplyMeter(clock)
        meter.watch([TextDelta("a"), Usage(31, 884, 0.0031), Finished("stop")])
        status.watch_reply(meter)
        assert row(status) == "─ flow · deep ─ done ─────────"


async def test_on_a_narrow_screen_the_state_matters_more_than_a_long_model() -> None:
    status, clock = StatusLine(), Clock()
    async with Host(status).run_test(size=(30, 5)):
        status.answered_by("flows", "52b26308-d4fd-429c-8ab5-058e1e362d8a")
        status.watch_reply(ReplyMeter(clock))
        clock.now_s = 3.2
        assert row(status) == "─ flows · 52… ─ ⠋ waiting 3 s "


async def test_a_warning_stands_until_it_is_taken_away() -> None:
    status = StatusLine()
    async with Host(status).run_test(size=(60, 5)):
        status.warn("not saving")
        status.watch_reply(None)
        assert row(status).endswith("─ not saving ")
        status.warn("")
        assert row(status) == "─" * 60


async def test_the_spinner_turns_only_while_a_reply_runs() -> None:
    status, clock = StatusLine(), Clock()
    async with Host(status).run_test():
        assert not ticking(status)
        meter = ReplyMeter(clock)
        status.watch_reply(meter)
        assert ticking(status)
        meter.watch([Finished("stop")])
        status.reply_changed()
        assert not ticking(status)


async def test_the_spinner_stops_when_another_conversation_is_shown() -> None:
    status = StatusLine()
    async with Host(status).run_test():
        status.watch_reply(ReplyMeter(Clock()))
        status.watch_reply(None)
        assert not ticking(status)


async def test_new_text_below_is_said_until_it_is_seen() -> None:
    status = StatusLine()
    async with Host(status).run_test(size=(60, 5)):
        status.new_below(True)
        assert row(status).endswith("─ ↓ new ")
        status.new_below(False)
        assert "new" not in row(status)


async def test_the_spinner_stands_still_where_motion_is_not_wanted() -> None:
    status, clock = StatusLine(), Clock()
    host = Host(status)
    host.animation_level = "none"
    async with host.run_test(size=(60, 5)):
        status.answered_by("flow", "deep")
        status.watch_reply(ReplyMeter(clock))
        before = row(status)
        status._tick()
        assert row(status) == before
        host.animation_level = "full"
        status._tick()
        assert row(status) != before


async def test_the_percent_of_a_picture_is_shown_when_it_comes_and_not_at_the_next_tick() -> None:
    status = StatusLine()
    async with Host(status).run_test(size=(60, 5)) as pilot:
        meter = ReplyMeter(Clock())
        status.watch_reply(meter)
        assert status._timer is not None
        status._timer.pause()
        await pilot.pause()
        for percent in (40, 41):
            meter.watch([ImageProgress("job", "running", percent / 100)])
            status.reply_changed()
            await pilot.pause()
            assert f"generating {percent} %" in rows(pilot.app.screen)[0]
