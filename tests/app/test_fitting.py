from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from chat_tui.app import fitting
from chat_tui.app.fitting import FittingApp
from tests.app.desk import until
from tests.builders import loop_turn

NEVER_S = 3600.0
QUIET_TURNS = 200


class Dialog(ModalScreen[None]):
    CSS = "Dialog { align: center middle; } Static { width: 30; height: 3; }"

    def compose(self) -> ComposeResult:
        yield Static("a dialog")


class Seen(HeadlessDriver):
    """What is written, by a driver that says that somebody sees it; it can lose what comes."""

    text = ""
    lost = ""
    losing = False

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        if self.losing:
            self.lost += data
        else:
            self.text += data


class Fitting(FittingApp):
    def compose(self) -> ComposeResult:
        yield Static("what is below")

    def _paint_once_more(self) -> None:
        if isinstance(self._driver, Seen):
            self._driver.losing = False
        super()._paint_once_more()


def has_size(app: App[int], size: Size) -> bool:
    return app.size == size


async def turned(claim: Callable[[], object]) -> None:
    """Wait for something; a pilot that waits would wake the screens."""
    while not claim():
        await loop_turn()


async def quiet(app: App[int]) -> None:
    """Wait until nobody has anything left to do."""
    turns = 0
    while turns < QUIET_TURNS:
        nodes = [app, *app.screen_stack, *app.screen.query("*")]
        busy = any(node.message_queue_size or node._next_callbacks for node in nodes)
        turns = 0 if busy else turns + 1
        await loop_turn()


class Writing(FittingApp):
    def compose(self) -> ComposeResult:
        yield Static("above", id="above")
        yield Input("words")
        yield Input("others", id="other")


@asynccontextmanager
async def seen() -> AsyncGenerator[tuple[Pilot[int], Seen], None]:
    async with Fitting().run_test(size=(60, 12), notifications=True) as pilot:
        await pilot.pause()
        driver = pilot.app._driver
        recording = Seen(pilot.app)
        pilot.app._driver = recording
        try:
            yield pilot, recording
        finally:
            pilot.app._driver = driver


async def test_a_dialog_that_opens_during_a_batch_is_painted_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fitting, "SETTLED_S", NEVER_S)
    async with seen() as (pilot, written):
        app, dialog = pilot.app, Dialog()
        with app.batch_update():
            app.push_screen(dialog)
            await turned(lambda: dialog._size and not dialog._compositor._dirty_regions)
            await quiet(app)
            assert "a dialog" not in written.text
        await turned(lambda: "a dialog" in written.text)


async def test_what_is_told_during_a_batch_is_painted_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fitting, "SETTLED_S", NEVER_S)
    async with seen() as (pilot, written):
        app = pilot.app
        with app.batch_update():
            app.notify("a toast", timeout=NEVER_S)
            await turned(lambda: any(toast.is_mounted for toast in app.screen.query("Toast")))
            await quiet(app)
            assert "a toast" not in written.text
        await turned(lambda: "a toast" in written.text)


async def test_a_dialog_whose_first_paintings_are_lost_is_seen_soon() -> None:
    async with seen() as (pilot, written):
        written.losing = True
        pilot.app.push_screen(Dialog())
        await until(pilot, lambda: "a dialog" in written.text)
        assert "a dialog" in written.lost


async def test_what_a_dialog_lay_over_is_seen_soon_whatever_was_lost() -> None:
    async with seen() as (pilot, written):
        await pilot.app.push_screen(Dialog())
        await until(pilot, lambda: "a dialog" in written.text)
        written.losing = True
        written.text = ""
        pilot.app.pop_screen()
        await until(pilot, lambda: "what is below" in written.text)
        assert "what is below" in written.lost


async def test_a_terminal_that_had_another_size_for_a_moment_is_painted_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fitting, "SETTLED_S", NEVER_S)
    async with seen() as (pilot, written):
        app = pilot.app
        await quiet(app)
        written.text = ""
        app.post_message(events.Resize(app.size, app.size))  # that size alone, as signals merge
        await turned(lambda: "what is below" in written.text)
        await quiet(app)
        written.text = ""
        for size in (Size(50, 12), Size(60, 12)):  # both before the screen has heard of the first
            app.post_message(events.Resize(size, size))
            await turned(partial(has_size, app, size))
        await turned(lambda: "what is below" in written.text)


async def test_the_terminals_cursor_is_where_is_written_when_that_is_moved() -> None:
    async with Writing().run_test(size=(60, 12)) as pilot:
        app = pilot.app
        for above, line in ((True, "#other"), (False, "#other"), (False, "Input")):
            app.query_one("#above").display = above
            written = app.query(line).first(Input).focus()
            await pilot.pause()
            assert written.has_focus
            assert app.cursor_position == written.cursor_screen_offset


async def test_a_screen_that_stays_is_not_painted_again_and_again() -> None:
    async with seen() as (pilot, written):
        await pilot.app.push_screen(Dialog())
        app = pilot.app
        assert isinstance(app, Fitting)
        await until(pilot, lambda: app._settling is None)
        await until(pilot, lambda: not app.screen._layout_required)
        await pilot.pause()
        written.text = ""
        app.screen.check_idle()
        await pilot.pause()
        assert written.text == ""
