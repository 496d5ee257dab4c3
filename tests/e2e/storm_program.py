"""The program itself, which on SIGUSR1 comes to rest and has all painted by the compositor.

It marks the moments in what it writes, as names of an icon: `rest`, with where the cursor is and
where it belongs, the screen, what has the keys and how many messages are told; `painted` after all
was painted once more as it is laid out, `laid` after a layout of all; `busy` instead
where it does not come to rest. That a screen is painted once more after it came or went, by way of
precaution, is left out: it would hide mistakes.
"""

import asyncio
import os
import signal
from typing import Any, Final

from textual.app import App
from textual.screen import Screen
from textual.widgets import Input, TextArea

from chat_tui.app.fitting import FittingApp
from chat_tui.cli.main import main
from chat_tui.widgets.terminal.driver import TerminalDriver

QUIET_S: Final = 0.3
"""So long nothing is written any more: scrollbars are painted a quarter of a second late."""
PATIENCE_S: Final = 2.0


class Rests:
    """Looks after what is written."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._task: asyncio.Task[None] | None = None
        self.wrote = asyncio.Event()

    def begin(self) -> None:
        self._task = asyncio.create_task(self._show())

    async def _show(self) -> None:
        app = self._app
        if not await self._rest():
            self._mark("busy")
            return
        screen = app.screen
        focused = screen.focused
        told = app.cursor_position
        x, y = screen.outer_size.clamp_offset(told)
        wanted_x, wanted_y = screen.outer_size.clamp_offset(
            getattr(focused, "cursor_screen_offset", told)
        )
        names = f"{type(screen).__name__} {type(focused).__name__}"
        self._mark(f"rest {x} {y} {wanted_x} {wanted_y} {names}")
        below = app._background_screens
        app._display(screen, screen._compositor.render_update(full=True, screen_stack=below))
        self._mark("painted")
        app.refresh(layout=True)
        self._mark("laid" if await self._rest() else "busy")

    async def _rest(self) -> bool:
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < until:
            self.wrote.clear()
            self._stop_blinking()
            try:
                async with asyncio.timeout(QUIET_S):
                    await self.wrote.wait()
            except TimeoutError:
                if not self._pending():
                    return True
        return False

    def _stop_blinking(self) -> None:
        screen = self._app.screen
        for writing in (*screen.query(Input), *screen.query(TextArea)):
            writing.cursor_blink = False

    def _pending(self) -> bool:
        nodes = [self._app, *self._app.screen_stack]
        return any(node.message_queue_size for node in nodes)

    def _mark(self, words: str) -> None:
        driver = self._app._driver
        assert driver is not None
        toasts = len(self._app._notifications)
        driver.write(f"\x1b]1;{words} {toasts}\x07")
        driver.flush()


def instrument() -> None:
    """Put the looks into the program."""
    mounted = FittingApp.on_mount
    write = TerminalDriver.write

    def on_mount(app: FittingApp) -> None:
        mounted(app)
        rests = Rests(app)
        app._rests = rests  # type: ignore[attr-defined]
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, rests.begin)

    def counted(driver: TerminalDriver, data: str) -> None:
        if (rests := getattr(driver._app, "_rests", None)) is not None:
            rests.wrote.set()
        write(driver, data)

    def no_precaution(_app: FittingApp, _screen: Screen[Any]) -> None:
        pass

    FittingApp.on_mount = on_mount  # type: ignore[method-assign, assignment]
    TerminalDriver.write = counted  # type: ignore[method-assign, assignment]
    if "STORM_CAREFUL" not in os.environ:
        FittingApp._screen_changed = no_precaution  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    instrument()
    main()
