"""A picture as it is drawn: in cells, and as what is written over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.segment import Segment

from chat_tui.pictures.decoding import Decoded
from chat_tui.pictures.scaling import Scaling


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A picture for so many cells, or the reason why there is none."""

    columns: int
    lines: int
    rows: Sequence[list[Segment]] = ()
    """The cells, row by row; empty where the cells are blank."""
    sixels: Sequence[str] = ()
    """What is written at the first cell of each row, after the cells."""
    reason: str = ""
    """Why there is no picture; else empty."""
    image_id: int = 0
    """Under which the terminal knows it; 0 for none."""
    cost_bytes: int = 0
    """About what it takes to keep it, here or in the terminal."""


class Pencil(Protocol):
    """Draws pictures in one way."""

    def scaling(self, columns: int, lines: int) -> Scaling:
        """Say how a picture for so many cells is wanted."""
        ...

    async def draw(self, decoded: Decoded, columns: int, lines: int) -> Drawn:
        """Draw what was decoded as it was wanted; with turns for everybody else in between."""
        ...

    async def drop(self, drawn: Drawn) -> None:
        """Forget a picture that nobody looks at any more."""
        ...
