"""The ways to draw: one for each protocol."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import msgspec
from rich.segment import Segment

from chat_tui.pictures import kitty
from chat_tui.pictures.decoding import Decoded
from chat_tui.pictures.drawn import Drawn, Pencil
from chat_tui.pictures.halfblock import GridForm, half_block_rows
from chat_tui.pictures.protocol import Protocol
from chat_tui.pictures.scaling import Scaling

BYTES_PER_CELL: Final = 600
"""Of half blocks: nearly each is a segment with a style of its own."""
ROWS_AT_ONCE: Final = 2

Send = Callable[[Iterable[str]], Awaitable[None]]
"""Writes messages to the terminal, one after the other, no faster than it takes them."""


class Surroundings(msgspec.Struct, frozen=True):
    """What pictures are drawn into."""

    cell_px: tuple[int, int]
    background: tuple[int, int, int]
    many_colours: bool
    """More than 256."""


class KittyPencil:
    """Sends a picture once, and draws with placeholders."""

    def __init__(self, around: Callable[[], Surroundings], send: Send) -> None:
        self._around = around
        self._send = send

    def scaling(self, columns: int, lines: int) -> Scaling:
        return Scaling("png", columns, lines, self._around().cell_px)

    async def draw(self, decoded: Decoded, columns: int, lines: int) -> Drawn:
        if max(columns, lines) > kitty.MOST_CELLS:
            return Drawn(columns, lines, reason="there are too many cells for a picture")
        number = kitty.new_id()
        try:
            await self._send(kitty.transmission(number, decoded.pieces[0], columns, lines))
        except asyncio.CancelledError:
            await self._send((kitty.deletion(number),))
            raise
        width_px, height_px = self.scaling(columns, lines).area_px
        return Drawn(
            columns,
            lines,
            kitty.placeholders(number, columns, lines),
            image_id=number,
            cost_bytes=4 * width_px * height_px,
        )

    async def drop(self, drawn: Drawn) -> None:
        if drawn.image_id:
            await self._send((kitty.deletion(drawn.image_id),))


class HalfBlockPencil:
    """Draws with two pixels in each cell."""

    def __init__(self, around: Callable[[], Surroundings]) -> None:
        self._around = around

    def scaling(self, columns: int, lines: int) -> Scaling:
        around = self._around()
        form: GridForm = "pixels" if around.many_colours else "palette"
        return Scaling(form, columns, lines, around.cell_px, around.background)

    async def draw(self, decoded: Decoded, columns: int, lines: int) -> Drawn:
        data = decoded.pieces[0]
        form: GridForm = "pixels" if len(data) == 6 * columns * lines else "palette"
        rows: list[list[Segment]] = []
        for row in half_block_rows(data, columns, form):
            rows.append(row)
            if len(rows) % ROWS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return Drawn(columns, lines, rows, cost_bytes=BYTES_PER_CELL * columns * lines)

    async def drop(self, drawn: Drawn) -> None:
        pass


class SixelPencil:
    """Draws with a sixel string for each row of cells."""

    def __init__(self, around: Callable[[], Surroundings]) -> None:
        self._around = around

    def scaling(self, columns: int, lines: int) -> Scaling:
        around = self._around()
        return Scaling("sixel", columns, lines, around.cell_px, around.background)

    async def draw(self, decoded: Decoded, columns: int, lines: int) -> Drawn:
        sixels = [piece.decode("ascii") for piece in decoded.pieces]
        return Drawn(columns, lines, sixels=sixels, cost_bytes=sum(map(len, sixels)))

    async def drop(self, drawn: Drawn) -> None:
        pass


def pencil_for(protocol: Protocol, around: Callable[[], Surroundings], send: Send) -> Pencil:
    """Choose the way to draw."""
    match protocol:
        case "kitty":
            return KittyPencil(around, send)
        case "sixel":
            return SixelPencil(around)
        case "halfblock":
            return HalfBlockPencil(around)
