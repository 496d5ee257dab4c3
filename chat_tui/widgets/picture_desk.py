"""Where pictures meet the terminal of the application: which protocol, which cells, which bytes."""

import asyncio
import fcntl
import logging
import os
import struct
import termios
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from textual.app import App
from textual.color import Color, ColorParseError

from chat_tui.document.pictures.picture_slots import cell_size, cells_measure, pictures_are_drawn
from chat_tui.passthrough import passed_through, within_tmux
from chat_tui.widgets.transcript.direct_paint import terminal_is_behind

if TYPE_CHECKING:
    from chat_tui.pictures.drawn import Pencil
    from chat_tui.pictures.pencils import Surroundings
    from chat_tui.pictures.protocol import Protocol
    from chat_tui.pictures.shelf import PictureShelf

log = logging.getLogger(__name__)

MESSAGES_AT_ONCE: Final = 8
"""Of 4 KiB each: so much may come before a key that is echoed."""
BEHIND_S: Final = 0.002
"""How often to look whether a slow terminal has taken what was written."""


class PictureDesk:
    """One for the application; its shelf is made when the first picture is to be painted."""

    def __init__(self, app: App[Any], mode: str, environ: Mapping[str, str] = os.environ) -> None:
        """Ask nobody yet.

        Args:
            app: Whose terminal it is.
            mode: What the configuration says about images.
            environ: Of the terminal.
        """
        self._app = app
        self._mode = mode
        self._environ = environ
        self._shelf: PictureShelf | None = None
        self._sending = asyncio.Lock()
        self._within_tmux = False
        self.protocol: Protocol | None = None
        """Null until the first picture is to be drawn."""
        self.measure()

    @property
    def draws_pixels(self) -> bool:
        """Some pictures on the screen are more than cells to the terminal."""
        return self.protocol in ("kitty", "sixel")

    @property
    def shelf(self) -> "PictureShelf | None":
        """The pictures; null where none are drawn."""
        if self._shelf is None and pictures_are_drawn():
            from chat_tui.pictures.decoding import PictureDecoder
            from chat_tui.pictures.shelf import PictureShelf

            self._shelf = PictureShelf(self._pencil, PictureDecoder())
            self._app.theme_changed_signal.subscribe(self._app, lambda _: self._forget())
        return self._shelf

    def measure(self) -> None:
        """Look how large a cell is, where the system knows."""
        try:
            packed = fcntl.ioctl(1, termios.TIOCGWINSZ, bytes(8))
        except OSError:
            return
        rows, columns, width_px, height_px = struct.unpack("HHHH", packed)
        before = cell_size()
        if rows and columns:
            cells_measure(width_px // columns, height_px // rows)
        if self.protocol == "sixel" and cell_size() != before:
            self._forget()

    async def aclose(self) -> None:
        """Drop the pictures, in the terminal, too."""
        if self._shelf is not None:
            await self._shelf.aclose()

    def _forget(self) -> None:
        if self._shelf is not None:
            self._shelf.forget()

    async def _pencil(self) -> "Pencil":
        from chat_tui.pictures.pencils import pencil_for

        self.protocol = await self._choose()
        log.info("pictures are drawn by %s, in cells of %s pixels", self.protocol, cell_size())
        return pencil_for(self.protocol, self._surroundings, self._send)

    async def _choose(self) -> "Protocol":
        from chat_tui.pictures.protocol import by_answers, by_name, limit_s
        from chat_tui.pictures.tmux import by_tmux

        self._within_tmux = within_tmux(self._environ)
        if self._within_tmux and self._mode == "auto":
            return await by_tmux(self._environ)
        if (named := by_name(self._mode, self._environ)) is not None:
            return named
        from chat_tui.widgets.terminal.query import ask_terminal

        answers = await ask_terminal(self._app, limit_s(self._environ))
        if answers is None:
            return "halfblock"
        if answers.cell_px is not None:
            cells_measure(*answers.cell_px)
        return by_answers(answers, self._environ)

    def _surroundings(self) -> "Surroundings":
        from chat_tui.pictures.pencils import Surroundings

        try:
            background = Color.parse(self._app.theme_variables.get("background", "black")).rgb
        except ColorParseError:
            background = (0, 0, 0)
        return Surroundings(cell_size(), background, self._app.console.color_system == "truecolor")

    async def _send(self, messages: Iterable[str]) -> None:
        """Write to the terminal, no faster than it takes it, so that keys are echoed in between.

        Whoever is cancelled has written all: half a picture would swallow the next one.
        """
        if self._within_tmux:
            messages = map(passed_through, messages)
        left = iter(messages)
        async with self._sending:
            try:
                while part := "".join(islice(left, MESSAGES_AT_ONCE)):
                    self._write(part)
                    await asyncio.sleep(0)
                    while terminal_is_behind(self._app):  # noqa: ASYNC110 - nobody tells
                        await asyncio.sleep(BEHIND_S)
            except asyncio.CancelledError:
                self._write("".join(left))
                raise

    def _write(self, text: str) -> None:
        driver = getattr(self._app, "_driver", None)
        if driver is not None and text and not self._app.is_headless:
            driver.write(text)
            driver.flush()
