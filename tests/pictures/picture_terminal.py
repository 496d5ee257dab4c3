"""A terminal that knows about pictures: it keeps what was written, and answers what it is asked."""

import fcntl
import os
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte

from chat_tui.pictures.kitty import PLACEHOLDER
from chat_tui.pictures.protocol import QUERY
from tests.e2e.terminal import Terminal

COLUMNS, ROWS = 90, 40
CELL_PX = (8, 16)
_SIXEL = re.compile(rb"\x1bP[\d;]*q\"1;1;(\d+);(\d+)[^\x1b]*\x1b\\")
_BEGUN = re.compile(rb"\x1b(?:P[^\x1b]*\x1b?)?\Z")


class _Screen(pyte.Screen):
    """Text that is written over a picture takes its place."""

    def __init__(self, columns: int, lines: int) -> None:
        self.sixel_cells: set[tuple[int, int]] = set()
        super().__init__(columns, lines)

    def draw(self, data: str) -> None:
        x, y = self.cursor.x, self.cursor.y
        super().draw(data)
        for column in range(x, self.cursor.x):
            self.sixel_cells.discard((column, y))

    def erase_in_display(self, how: int = 0, *rest: int, **named: bool) -> None:
        super().erase_in_display(how, *rest, **named)
        self.sixel_cells.clear()


class PictureTerminal(Terminal):
    """With cells of 8 by 16 pixels; sixels are where the cursor was."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        answer: str = "",
        environ: Mapping[str, str] | None = None,
        columns: int = COLUMNS,
    ) -> None:
        """Start `showing_program`.

        Args:
            arguments: Of the program.
            folder: Where it runs.
            answer: What it is told when it asks; nothing where empty.
            environ: What is set besides.
        """
        self.raw = self._pending = b""
        self._answer = answer
        self._answered = False
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in {"PATH", "LD_LIBRARY_PATH", "PYTHONPATH"}
        }
        super().__init__(
            [sys.executable, "-m", "tests.pictures.showing_program", *arguments],
            env={
                **kept,
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "LC_ALL": "C.UTF-8",
                "HOME": str(folder),
                **(environ or {}),
            },
            cwd=folder,
            columns=columns,
            rows=ROWS,
        )
        self.graphics = _Screen(columns, ROWS)
        self._screen, self._stream = self.graphics, pyte.ByteStream(self.graphics)
        size = struct.pack("HHHH", ROWS, columns, columns * 8, ROWS * 16)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def _feed(self, output: bytes) -> None:
        self.raw += output
        self._pending += output
        if self._answer and not self._answered and QUERY.encode() in self.raw:
            self._answered = True
            self.send(self._answer)
        at = 0
        for sixel in _SIXEL.finditer(self._pending):
            super()._feed(self._pending[at : sixel.start()])
            cursor = self.graphics.cursor
            wide, high = int(sixel[1]) // CELL_PX[0], int(sixel[2])
            assert high == CELL_PX[1]
            assert cursor.x + wide <= self.graphics.columns
            self.graphics.sixel_cells |= {(cursor.x + x, cursor.y) for x in range(wide)}
            at = sixel.end()
        begun = _BEGUN.search(self._pending, at)
        cut = begun.start() if begun else len(self._pending)
        super()._feed(self._pending[at:cut])
        self._pending = self._pending[cut:]

    def echo_s(self, keys: str, seen: bytes, *, timeout_s: float = 30) -> float:
        """Type, and read until that is written; nothing is drawn, since that takes longer.

        Returns:
            How long it took.
        """
        began = time.monotonic()
        self.send(keys)
        read = b""
        while seen not in read:
            left_s = began + timeout_s - time.monotonic()
            assert left_s > 0, f"{seen!r} was not written"
            if select.select([self._master], [], [], left_s)[0]:
                read = read[-len(seen) :] + os.read(self._master, 1 << 17)
        return time.monotonic() - began

    def placeholders(self) -> set[tuple[int, int]]:
        """The cells that show a picture of the kitty protocol."""
        return {
            (x, y)
            for y in range(self.graphics.lines)
            for x in range(self.graphics.columns)
            if self.graphics.buffer[y][x].data.startswith(PLACEHOLDER)
        }

    def half_blocks(self) -> set[tuple[int, int]]:
        """The cells in a colour of the test's pictures."""
        return {
            (x, y)
            for y in range(self.graphics.lines)
            for x in range(self.graphics.columns)
            if _is_ours(self.graphics.buffer[y][x].bg)
        }


def _is_ours(colour: str) -> bool:
    """Whether a colour is between red and blue, as the test's pictures are."""
    if len(colour) != 6:
        return False
    red, green, blue = bytes.fromhex(colour)
    return green < 60 and max(red, blue) > 90
