"""The block of a picture job: room that is kept from its first word on, filled as pictures come.

Where pictures are not drawn, and where none came, a job is a line of words instead.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from chat_tui import glyphs
from chat_tui.document.block import BlockKind
from chat_tui.document.markdown.leaf import columns_between, offset_of_cell
from chat_tui.document.pictures.picture_jobs import Frame, Job, LiveJobs
from chat_tui.document.pictures.picture_room import cut, fitted, framed
from chat_tui.document.pictures.picture_shape import BETWEEN, Grid, grid
from chat_tui.document.pictures.picture_slots import PictureSlot
from chat_tui.document.pictures.picture_words import (
    PROMPT_CHARS,
    alt_words,
    caption_words,
    flag_words,
    joined,
    one_of_several_words,
    progress_spans,
    state_words,
    stop_words,
    unfinished_words,
)
from chat_tui.document.spans import Span, stripped
from chat_tui.events import Finished, ImageProgress, ImageResult, Terminal
from chat_tui.text import clean_line


class Setting(NamedTuple):
    """What a job's block depends on beside the job."""

    drawn: bool
    """Pictures are drawn, and room is kept for them."""
    asked: str
    """The words that the pictures were made from."""
    model: str
    parameters: Mapping[str, object]
    """Of the request."""
    running: bool
    """The reply is."""
    outcome: Terminal | None


class _Place(NamedTuple):
    """One of the pictures of a job, there or not."""

    picture: str
    preview: bytes | None
    words: tuple[str, ...]
    """What its room says as long as nothing is drawn there."""
    caption: str


class PictureBlock:
    """The pictures of one job side by side, with a row of words below.

    Its height depends on what was asked for and on the width, and on nothing that comes later,
    unless more pictures come than were asked for.
    """

    __slots__ = (
        "_asked", "_captions", "_frame", "_gap", "_lines", "_live", "_name", "_places", "_progress",
        "_results", "_running", "_starts", "_unfinished", "kind", "open",
    )  # fmt: skip

    def __init__(
        self, job: Job, live: LiveJobs, setting: Setting, *, opened: bool, gap: int
    ) -> None:
        """Make a block.

        Args:
            job: What it shows.
            live: What is known of it beside that.
            setting: What else it depends on.
            opened: Whether marked pictures are shown.
            gap: Empty rows above.
        """
        self.kind: BlockKind = "picture"
        self.open = opened
        self._name = job.name
        self._live = live
        self._gap = gap
        self._frame: Frame = live.frame(job, setting.parameters)
        self._asked = setting.asked
        self._results = job.results
        self._progress = progress_of(job, self._frame.asked) if setting.running else None
        self._running = setting.running
        self._places = self._make_places()
        self._captions = self._frame.asked > 1 or len(self._places) > 1
        words: list[str] = []
        if self._results:
            words.append(caption_words(self._results, setting.model, self._frame.asked))
        if not setting.running and len(self._results) < self._frame.asked:
            words += _early(job, setting.outcome)
        self._unfinished = not self._results
        status = joined(words) if self._progress is None else state_words(self._progress)
        alts = [alt_words(result, self._asked) for result in self._results]
        captions = [place.caption for place in self._places] if self._captions else []
        self._lines = (
            "\n".join(alts) or f"picture: {_short(self._asked)}".rstrip(": "),
            *captions,
            status,
        )
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines[:-1])]
        """Where each of the lines begins in the text."""

    @property
    def ticks(self) -> bool:
        """Its last row changes while nothing comes."""
        return self._progress is not None and self._live.times(self._name).elapsed_s is not None

    @property
    def results(self) -> tuple[ImageResult, ...]:
        """The pictures that have come."""
        return self._results

    @property
    def covers(self) -> bool:
        """Some pictures are marked by their provider, and are shown only when it is opened."""
        return any(result.flagged and result.path for result in self._results)

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    @property
    def source(self) -> str:
        found = [result.path or result.url for result in self._results]
        return "\n\n".join(f"![{_short(self._asked)}]({where})" for where in found if where)

    def toggle(self) -> None:
        """Show the marked pictures, or cover them."""
        self.open = not self.open
        self._places = self._make_places()

    def height(self, width: int) -> int:
        layout = self._grid(width)
        return self._gap + layout.rows * self._rows_each(layout) + 1

    def status_row(self, width: int) -> int:
        """The row that changes by itself."""
        return self.height(width) - 1

    def row(self, index: int, width: int) -> Sequence[Span]:
        layout = self._grid(width)
        shown, line = self._at(index, layout)
        if index < self._gap:
            return ()
        if shown is None:
            return self._status(width)
        spans: list[Span] = []
        for place in shown:
            if spans:
                spans.append(Span(" " * BETWEEN, "text"))
            if line == layout.lines:
                words = cut(place.caption, layout.columns)
                spans.append(Span(words.ljust(layout.columns), "dim"))
            else:
                spans += framed(place.words, line, layout)
        return stripped(fitted(spans, width))

    def picture_at(self, row: int, width: int) -> tuple[tuple[PictureSlot, int, int], ...]:
        """Find the pictures that a row belongs to; see `HasPictures`."""
        layout = self._grid(width)
        shown, line = self._at(row, layout)
        if row < self._gap or shown is None or line == layout.lines:
            return ()
        return tuple(
            (
                PictureSlot(place.picture, place.preview, layout.columns, layout.lines),
                number * (layout.columns + BETWEEN),
                line,
            )
            for number, place in enumerate(shown)
            if place.picture or place.preview is not None
        )

    def offset_at(self, index: int, column: int, width: int) -> int:
        layout = self._grid(width)
        shown, line = self._at(index, layout)
        if index < self._gap:
            return 0
        if shown is None:
            return self._starts[-1] + self._offset_in_status(column)
        first = self._at_number(index, layout)
        if line < layout.lines:
            return self._starts[1 + first] if first else 0
        number = min(len(shown) - 1, max(0, column) // (layout.columns + BETWEEN))
        inside = column - number * (layout.columns + BETWEEN)
        return self._starts[1 + first + number] + offset_of_cell(shown[number].caption, inside)

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        layout = self._grid(width)
        shown, line = self._at(index, layout)
        if index < self._gap or (shown is not None and line < layout.lines):
            return None
        if shown is None:
            if self._progress is not None:
                return None
            words = cut(self._lines[-1], max(0, width - self._mark_cells))
            return columns_between(words, self._starts[-1], start, end, self._mark_cells)
        covered: list[int] = []
        first = self._at_number(index, layout)
        for number, place in enumerate(shown):
            indent = number * (layout.columns + BETWEEN)
            words, begins = cut(place.caption, layout.columns), self._starts[1 + first + number]
            covered += columns_between(words, begins, start, end, indent) or ()
        return (min(covered), min(max(covered), width)) if covered else None

    def row_of(self, offset: int, width: int) -> int:
        layout = self._grid(width)
        line = max(number for number, start in enumerate(self._starts) if start <= max(0, offset))
        if line == 0:
            return self._gap
        if line == len(self._starts) - 1:
            return self.height(width) - 1
        group = (line - 1) // layout.per_row
        return self._gap + group * self._rows_each(layout) + layout.lines

    def _grid(self, width: int) -> Grid:
        frame = self._frame
        several = frame.asked > 1
        return grid(frame.ratio, len(self._places), width, several=several, cell=frame.cell)

    def _rows_each(self, layout: Grid) -> int:
        return layout.lines + (1 if self._captions else 0)

    def _at(self, index: int, layout: Grid) -> tuple[Sequence[_Place] | None, int]:
        """Find the pictures of a row, null for the last one, and which of their rows it is."""
        group, line = divmod(max(0, index - self._gap), self._rows_each(layout))
        if group >= layout.rows:
            return None, 0
        first = group * layout.per_row
        return self._places[first : first + layout.per_row], line

    def _at_number(self, index: int, layout: Grid) -> int:
        """Find the first picture of a row that has some."""
        return max(0, index - self._gap) // self._rows_each(layout) * layout.per_row

    def _status(self, width: int) -> list[Span]:
        if self._progress is not None:
            times = self._live.times(self._name)
            return fitted(progress_spans(self._progress, times, self._live.usual_s(), width), width)
        words = cut(self._lines[-1], max(0, width - self._mark_cells))
        if self._unfinished:
            return fitted([Span(f"{glyphs.STOPPED} ", "warning"), Span(words, "warning")], width)
        return [Span(words, "dim")] if words else []

    @property
    def _mark_cells(self) -> int:
        return 2 if self._unfinished else 0

    def _offset_in_status(self, column: int) -> int:
        if self._progress is not None:
            return 0
        return offset_of_cell(self._lines[-1], column - self._mark_cells)

    def _make_places(self) -> list[_Place]:
        """List the pictures that came, those on their way, and those that are still wanted."""
        previews = self._live.previews(self._name)
        results = {result.index: result for result in self._results}
        indices = sorted(results.keys() | previews.keys() | {*range(self._frame.asked)})
        places: list[_Place] = []
        for number, index in enumerate(indices, 1):
            result = results.get(index)
            caption = one_of_several_words(result or ImageResult(self._name, index), number)
            preview = previews.get(index)
            if result is not None and result.flagged and result.path and not self.open:
                words: tuple[str, ...] = ("marked as unsafe", "by the provider", "Enter shows it")
                places.append(_Place("", None, words, joined([caption, *flag_words(result)])))
            elif result is not None:
                marked = joined([caption, *flag_words(result)])
                words = (_short(self._asked) or "picture",)
                if not result.path and preview is None:
                    words = ("not saved",)
                places.append(_Place(result.path or "", preview, words, marked))
            elif preview is not None:
                places.append(_Place("", preview, ("preview",), caption))
            else:
                words = () if self._running else ("did not come",)
                places.append(_Place("", None, words, caption))
        return places


def progress_of(job: Job, asked: int) -> ImageProgress | None:
    """What a running job says of itself; null when all of it is there."""
    if job.progress is not None:
        return job.progress
    return ImageProgress(job.name, "running") if len(job.results) < asked else None


def _early(job: Job, outcome: Terminal | None) -> list[str]:
    if not job.results:
        return [unfinished_words(job.progress, outcome)]
    if isinstance(outcome, Finished) and outcome.reason == "cancelled":
        return ["cancelled", stop_words(outcome.stop_answer)]
    return []


def _short(asked: str) -> str:
    return clean_line(asked, PROMPT_CHARS)
