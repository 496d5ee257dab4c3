"""Mistakes of ours: told in a line, written down without secrets, and the rest goes on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from chat_tui.app.chat_app import ChatApp
from chat_tui.app.crashes import FAILED_WIDGET
from chat_tui.crash_report import KEPT, report_text, write_report
from chat_tui.screens.help import HelpScreen
from chat_tui.widgets.prompt.prompt import Prompt
from tests.app.desk import Desk, ask, chat, reply, rows, transcript_rows, until

SECRET = "sk-canary-0123456789"


class Mistake(Exception):
    pass


def fail() -> None:
    secret = SECRET
    raise Mistake(len(secret))


def reports(desk: Desk) -> list[Path]:
    return sorted((desk.paths.state_dir / "crashes").glob("*"))


def told(app: ChatApp) -> list[str]:
    return [one.message for one in app._notifications if "made a mistake" in one.message]


async def survives(desk: Desk, break_it: Callable[[ChatApp], object]) -> str:
    """Break something; the application must tell it in one line, and answer afterwards."""
    desk.simulator.enqueue(reply("still here"))
    app = desk.app()

    async def go(pilot: Pilot[int]) -> None:
        break_it(app)
        await until(pilot, lambda: bool(told(app)))
        await ask(pilot, "hello")
        assert chat(pilot).pane.transcript.messages[-1].text == "still here"
        assert any("still here" in row for row in transcript_rows(pilot))
        [line] = told(app)
        [report] = reports(desk)
        assert str(report) in line
        assert "\n" not in line
        assert app.is_running

    await contained(app, go)
    assert app.return_code in (None, 0)
    [report] = reports(desk)
    return report.read_text("utf-8")


async def contained(app: ChatApp, go: Callable[[Pilot[int]], Awaitable[None]]) -> None:
    """Run to the end of a test, where `run_test` passes on what was contained."""

    async def run() -> None:
        async with app.run_test(size=(110, 30)) as pilot:
            await go(pilot)

    with pytest.raises(Mistake):
        await run()


async def test_a_handler_that_fails_is_told_and_its_widget_goes_on(desk: Desk) -> None:
    report = await survives(desk, lambda app: app.pane.prompt.call_later(fail))
    assert "in fail" in report
    assert "Prompt" in report
    assert SECRET not in report


async def test_a_handler_of_the_application_that_fails_does_not_end_it(desk: Desk) -> None:
    await survives(desk, lambda app: app.call_later(fail))


async def test_a_callback_after_a_refresh_that_fails_does_not_end_it(desk: Desk) -> None:
    await survives(desk, lambda app: app.pane.call_after_refresh(fail))


async def test_a_timer_that_fails_is_told_once_and_not_again(desk: Desk) -> None:
    await survives(desk, lambda app: app.set_interval(0.01, fail))


async def test_a_worker_that_fails_does_not_end_it(desk: Desk) -> None:
    async def work() -> None:
        fail()

    report = await survives(desk, lambda app: app.run_worker(work()))
    assert "Mistake" in report


async def test_a_task_of_a_pane_that_fails_does_not_end_it(desk: Desk) -> None:
    async def work() -> None:
        fail()

    await survives(desk, lambda app: app.pane._start(work(), "failing"))


async def test_an_action_that_fails_does_not_end_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChatApp, "action_help", lambda _self: fail())
    await survives(desk, lambda app: app.simulate_key("f1"))


async def test_a_screen_that_cannot_be_made_is_left_with_escape(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HelpScreen, "compose", lambda _self: fail())
    app = desk.app()

    async def go(pilot: Pilot[int]) -> None:
        await pilot.press("f1")
        await until(pilot, lambda: bool(told(app)))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press(*"words")
        assert app.pane.prompt.text == "words"

    await contained(app, go)


async def test_a_widget_whose_size_cannot_be_told_leaves_the_keys_working(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = desk.app()

    async def go(pilot: Pilot[int]) -> None:
        await pilot.pause()
        monkeypatch.setattr(Prompt, "get_content_height", lambda *_: fail())
        app.pane.prompt._clear_arrangement_cache()
        app.pane.prompt.refresh(layout=True)
        await pilot.press(*"words")
        assert app.pane.prompt.text == "words"
        await until(pilot, lambda: bool(told(app)))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)

    await contained(app, go)


async def test_a_widget_that_cannot_draw_itself_says_so_and_the_others_draw(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = desk.app()

    async def go(pilot: Pilot[int]) -> None:
        await pilot.pause()
        bar = app._key_bar
        monkeypatch.setattr(type(bar), "render_line", lambda _self, _y: fail())
        monkeypatch.setattr(type(bar), "render", lambda _self: fail())
        bar._styles_cache.clear()
        bar.refresh(layout=False)
        await until(pilot, lambda: bool(told(app)))
        await until(pilot, lambda: any(FAILED_WIDGET in row for row in rows(pilot.app.screen)))
        await pilot.press(*"words")
        await until(pilot, lambda: any("words" in row for row in rows(pilot.app.screen)))
        assert len(told(app)) == 1

    await contained(app, go)


async def test_a_mistake_at_the_start_ends_with_one_line_and_a_report(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(ChatApp, "on_mount", lambda _self: fail())
    app = desk.app()

    async def go(_pilot: Pilot[int]) -> None:
        return None

    await contained(app, go)
    assert app.return_code == 1
    said = capsys.readouterr().err
    [report] = reports(desk)
    assert "made a mistake" in said
    assert str(report) in "".join(said.split("\n"))
    assert SECRET not in said + caplog.text + report.read_text("utf-8")
    assert caplog.records[-1].levelno == logging.ERROR


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001  # with the traceback that it has now
        return caught


def test_a_report_is_for_the_user_alone_and_old_ones_make_room(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "crashes"
    for _ in range(KEPT + 3):
        path = write_report(folder, raised(Mistake()), "here")
        assert path is not None
        assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.iterdir())) == KEPT


def test_a_report_shows_no_key_no_locals_and_nothing_that_a_terminal_obeys() -> None:
    noise = Mistake(f"refused: Bearer {SECRET}\x1b]52;c;AAAA\x07 {'x' * 9000}")
    text = report_text(raised(noise), "here")
    assert "Mistake" in text
    assert SECRET not in text
    assert "\x1b" not in text
    assert len(text) < 5000


def test_a_key_at_the_place_where_a_report_cuts_shows_no_half() -> None:
    for before in range(440, 520):
        text = report_text(raised(Mistake(f"{'x' * before} Bearer {SECRET}")), "here")
        assert SECRET[:6] not in text


def test_a_report_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert write_report(tmp_path / "file" / "crashes", raised(Mistake()), "here") is None


def test_what_we_lean_on_in_textual_is_there() -> None:
    assert asyncio.iscoroutinefunction(MessagePump._dispatch_message)
    for name in ("_handle_exception", "_fatal_error", "_exit", "_exception"):
        assert hasattr(App(), name)
