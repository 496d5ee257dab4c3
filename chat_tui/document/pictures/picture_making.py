"""Which block a picture job gets: its pictures, words instead of them, or none."""

from chat_tui import glyphs
from chat_tui.document.block import Block
from chat_tui.document.blocks import TextBlock
from chat_tui.document.pictures.job_lines import JobLines, ProgressLine
from chat_tui.document.pictures.picture_block import PictureBlock, Setting, progress_of
from chat_tui.document.pictures.picture_jobs import Frame, Job, LiveJobs
from chat_tui.document.pictures.picture_words import (
    alt_words,
    unfinished_words,
)
from chat_tui.events import Finished


def picture_block(
    job: Job, live: LiveJobs, setting: Setting, *, opened: bool, gap: int
) -> PictureBlock | JobLines | None:
    """Make the block of a job.

    Args:
        job: What it shows.
        live: What is known of it beside that.
        setting: What else it depends on.
        opened: Whether marked pictures are shown.
        gap: Empty rows above.

    Returns:
        Null where there is nothing to show: the job made words, or ended well with nothing.
    """
    outcome = setting.outcome
    previews = live.previews(job.name) if setting.drawn else {}
    if not job.results and not previews:
        early = not isinstance(outcome, Finished) or outcome.reason in {"cancelled", "incomplete"}
        if job.words_after or not (setting.running or early):
            return None
    drawable = bool(previews) or any(result.path for result in job.results)
    frame = live.frame(job, setting.parameters)
    if setting.drawn and (drawable or (setting.running and frame.reserved)):
        return PictureBlock(job, live, setting, opened=opened, gap=gap)
    return _lines(job, live, setting, frame, gap)


def _lines(job: Job, live: LiveJobs, setting: Setting, frame: Frame, gap: int) -> JobLines:
    blocks = [
        TextBlock(alt_words(result, setting.asked), kind="picture", ink="accent")
        for result in job.results
    ]
    progress = progress_of(job, frame.asked) if setting.running else None
    if not setting.running and not job.results:
        words = f"picture {unfinished_words(job.progress, setting.outcome)}"
        blocks.append(
            TextBlock(words, kind="picture", ink="warning", first=f"{glyphs.STOPPED} ", rest="  ",
                      mark_ink="warning")
        )  # fmt: skip
    return JobLines(blocks, ProgressLine(progress, live) if progress is not None else None, gap=gap)


def ticking_row(block: Block, width: int) -> int | None:
    """Find the row of a block that changes while nothing comes; null where none does."""
    if isinstance(block, PictureBlock | JobLines) and block.ticks:
        return block.status_row(width)
    return None
