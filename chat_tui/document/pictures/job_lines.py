"""A picture job in words: where pictures are not drawn, and where none came."""

from collections.abc import Sequence

from chat_tui import glyphs
from chat_tui.document.block import Block, BlockKind
from chat_tui.document.pictures.picture_jobs import LiveJobs
from chat_tui.document.pictures.picture_room import fitted
from chat_tui.document.pictures.picture_words import (
    progress_words,
    state_words,
)
from chat_tui.document.spans import Span
from chat_tui.document.stack import StackBlock
from chat_tui.events import ImageProgress


class ProgressLine:
    """One row that says how far a job is. It is never wrapped: its words change by themselves."""

    __slots__ = ("_live", "_progress", "_times", "kind")

    def __init__(self, progress: ImageProgress, live: LiveJobs) -> None:
        self.kind: BlockKind = "picture"
        self._progress = progress
        self._live = live
        self._times = live.times(progress.job)

    @property
    def ticks(self) -> bool:
        """Its row changes while nothing comes."""
        return self._times.elapsed_s is not None

    @property
    def text(self) -> str:
        return state_words(self._progress)

    @property
    def source(self) -> str:
        return self.text

    def height(self, width: int) -> int:
        del width
        return 1

    def row(self, index: int, width: int) -> Sequence[Span]:
        del index
        words = progress_words(self._progress, self._times, self._live.usual_s())
        return fitted([Span(f"{glyphs.RUNNING} ", "accent"), Span(words, "dim")], width)

    def offset_at(self, index: int, column: int, width: int) -> int:
        del index, column, width
        return 0

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        del index, start, end, width
        return None

    def row_of(self, offset: int, width: int) -> int:
        del offset, width
        return 0


class JobLines(StackBlock):
    """A job in words: its pictures by their paths, and how far the next one is."""

    __slots__ = ("_line",)

    def __init__(self, blocks: Sequence[Block], line: ProgressLine | None, *, gap: int) -> None:
        """Make a block.

        Args:
            blocks: One for each picture, or for what became of the job.
            line: Below them; null for none. At least one of both is there.
            gap: Empty rows above.
        """
        super().__init__("picture", blocks if line is None else (*blocks, line), gap=gap)
        self._line = line

    @property
    def ticks(self) -> bool:
        """Its last row changes while nothing comes."""
        return self._line is not None and self._line.ticks

    def status_row(self, width: int) -> int:
        """The row that changes by itself."""
        return self.height(width) - 1
