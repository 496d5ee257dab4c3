"""What the decoding process is asked, and what it answers: a picture made to fit its cells."""

from typing import Final, Literal, TypeAlias

import msgspec

Form: TypeAlias = Literal["pixels", "palette", "png", "sixel"]
"""`pixels`: RGB, two rows of pixels for each row of cells, one pixel for each column.
`palette`: the same as numbers of the 256 colours that terminals share.
`png`: as it will be seen, transparent where the picture is.
`sixel`: one sixel string for each row of cells.
"""

MOST_PNG_PIXELS: Final = 1_500_000
"""A terminal scales by itself, and more has to go through the wire."""
OWN_LIMIT_S: Final = 30.0
"""If whoever should end the process is gone, the system does."""
MEMORY_BYTES: Final = 1 << 30


class Scaling(msgspec.Struct, frozen=True):
    """How a picture is wanted."""

    form: Form
    columns: int
    lines: int
    cell_px: tuple[int, int]
    background: tuple[int, int, int] = (0, 0, 0)
    """Red, green and blue behind the picture; not for `png`."""

    @property
    def area_px(self) -> tuple[int, int]:
        return self.columns * self.cell_px[0], self.lines * self.cell_px[1]


class Question(msgspec.Struct, frozen=True):
    """A line of JSON; after it come as many bytes as it says."""

    scaling: Scaling
    path: str = ""
    """Of the picture, where its bytes do not follow."""
    size_bytes: int = 0


class Answer(msgspec.Struct, frozen=True):
    """A line of JSON; after it come pieces as long as it says."""

    reason: str = ""
    """Why there is no picture; else empty."""
    sizes_bytes: tuple[int, ...] = ()
    width_px: int = 0
    """Of the picture as it was."""
    height_px: int = 0


def fitted(width_px: int, height_px: int, scaling: Scaling) -> tuple[int, int]:
    """Scale a picture into its cells: where only a part of a cell would stay free, none does."""
    area_width, area_height = scaling.area_px
    scale = min(area_width / width_px, area_height / height_px)
    width, height = max(1, round(width_px * scale)), max(1, round(height_px * scale))
    return (
        area_width if area_width - width < scaling.cell_px[0] else width,
        area_height if area_height - height < scaling.cell_px[1] else height,
    )
