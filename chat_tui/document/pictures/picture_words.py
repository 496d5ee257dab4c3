"""The words around pictures: how far they are, what became of them, and what stands for them."""

from collections.abc import Sequence
from typing import Final, assert_never

from chat_tui import glyphs
from chat_tui.document.pictures.job_times import (
    JobTimes,
    left_words,
    percent_words,
    seconds_words,
    took_words,
)
from chat_tui.document.spans import Span
from chat_tui.events import Finished, ImageProgress, ImageResult, StopAnswer, Terminal
from chat_tui.text import clean_line

BAR_CELLS: Final = 24
_LEAST_BAR_CELLS: Final = 6
PROMPT_CHARS: Final = 80
"""Of what a picture was made from, that stand for it."""
_NOTE_CHARS: Final = 80
_PATH_CHARS: Final = 4_096


def progress_words(progress: ImageProgress, times: JobTimes, usual_s: float | None) -> str:
    """Say how far a job is, in words alone, such as `generating 40 %, 12 s left, 3 s so far`."""
    words = [state_words(progress)]
    if progress.state == "running" and (left := left_words(times.left(usual_s))):
        words.append(left)
    elapsed_s = times.elapsed_s
    if elapsed_s is not None and elapsed_s >= 1:
        words.append(f"{seconds_words(elapsed_s)} so far")
    if progress.note:
        words.append(clean_line(progress.note, _NOTE_CHARS))
    return ", ".join(words)


def state_words(progress: ImageProgress) -> str:
    """Say how far a job is as far as its server does: no times."""
    match progress.state:
        case "queued" if progress.queue_position is not None:
            return f"queued, position {progress.queue_position}"
        case "running" if progress.fraction is not None:
            return f"generating {percent_words(progress.fraction)}"
        case "running":
            return "generating"
        case state:
            return state


def progress_spans(
    progress: ImageProgress, times: JobTimes, usual_s: float | None, width: int
) -> list[Span]:
    """Draw how far a job is: a bar where that is known, with the times beside it.

    Args:
        progress: What its server said last.
        times: Its clock.
        usual_s: What such a job usually takes.
        width: Cells; the bar becomes shorter for it, and vanishes.
    """
    elapsed_s = times.elapsed_s
    counted = seconds_words(elapsed_s) if elapsed_s is not None and elapsed_s >= 1 else ""
    fraction: float | None = None
    words: list[str] = []
    match progress.state:
        case "running":
            fraction = progress.fraction
            words = [counted, left_words(times.left(usual_s))]
            if fraction is None:
                fraction = times.guessed_fraction(usual_s)
        case "queued":
            place = progress.queue_position
            words = [f"position {place}" if place is not None else "", counted]
        case "saving":
            words = [counted]
    times_shown = f" {glyphs.DOT} ".join(filter(None, words))
    spans: list[Span] = []
    if fraction is None:
        name = "generating" if progress.state == "running" else progress.state
        spans.append(Span(f"{glyphs.RUNNING} ", "accent"))
        spans.append(Span(f"{name}  " if times_shown else name, "dim"))
    else:
        percent = "" if progress.fraction is None else f"{percent_words(progress.fraction):>5}"
        bar = min(BAR_CELLS, width - len(percent) - 2 - len(times_shown))
        if bar >= _LEAST_BAR_CELLS:
            done = int(bar * fraction)
            spans.append(Span(str(glyphs.BAR_DONE) * done, "accent"))
            spans.append(Span(str(glyphs.BAR_LEFT) * (bar - done), "border"))
        spans.append(Span(f"{percent}  " if times_shown else percent, "text"))
    spans.append(Span(times_shown, "dim"))
    if progress.note:
        spans.append(Span(f"  {clean_line(progress.note, _NOTE_CHARS)}", "dim"))
    return [span for span in spans if span.text]


def unfinished_words(progress: ImageProgress | None, outcome: Terminal | None) -> str:
    """Say that a job ended without a picture, how far it was, and after what time."""
    cancelled = isinstance(outcome, Finished) and outcome.reason == "cancelled"
    words = "cancelled" if cancelled else "not finished"
    if progress is not None and progress.state == "queued":
        words += " while queued"
    elif progress is not None and progress.fraction is not None:
        words += f" at {percent_words(progress.fraction)}"
    if isinstance(outcome, Finished) and outcome.elapsed_s >= 1:
        words += f" after {seconds_words(outcome.elapsed_s)}"
    if isinstance(outcome, Finished) and cancelled:
        words = joined([words, stop_words(outcome.stop_answer)])
    return words


def stop_words(answer: StopAnswer | None) -> str:
    """Say what becomes of a stopped job at its provider; null where it could not be told."""
    match answer:
        case "confirmed":
            return "confirmed by the provider"
        case "too_late":
            return "it was finished there already"
        case "unanswered":
            return "not confirmed by the provider"
        case None:
            return "it may go on at the provider"
        case _:
            assert_never(answer)


def facts(result: ImageResult, *, path: bool = False) -> list[str]:
    """List what is known of a picture: size, seed, seconds, and where it is."""
    words: list[str] = []
    if result.width_px and result.height_px:
        words.append(f"{result.width_px}{glyphs.TIMES}{result.height_px}")
    if result.seed is not None:
        words.append(f"seed {result.seed}")
    if result.elapsed_s:
        words.append(took_words(result.elapsed_s))
    if path:
        words.append(clean_line(result.path or result.url or "not saved", _PATH_CHARS))
    return words


def alt_words(result: ImageResult, asked: str) -> str:
    """Say what stands for a picture where it is not drawn.

    Args:
        result: The picture.
        asked: What it shows, in the words of who asked for it; may be empty.
    """
    prompt = [clean_line(asked, PROMPT_CHARS)] if asked.strip() else []
    return f"picture: {joined([*prompt, *flag_words(result), *facts(result, path=True)])}"


def caption_words(results: Sequence[ImageResult], model: str, asked: int) -> str:
    """Say what there is to know of all pictures of a job together.

    Args:
        results: At least one.
        model: Which made them; may be empty.
        asked: How many were asked for.
    """
    words = [clean_line(model)] if model else []
    if len(results) < asked:
        words.append(f"{len(results)} of {asked} pictures")
    elif len(results) > 1:
        words.append(f"{len(results)} pictures")
    first = results[0]
    if len(results) == 1:
        words += facts(first)
    else:
        if all((r.width_px, r.height_px) == (first.width_px, first.height_px) for r in results):
            words += facts(ImageResult("", 0, width_px=first.width_px, height_px=first.height_px))
        seconds = max((result.elapsed_s or 0.0 for result in results), default=0.0)
        words += [took_words(seconds)] if seconds else []
    for result in results:
        if result.path is None:
            words.append(f"not saved: {clean_line(result.url or 'it came without an address')}")
    return joined(words)


def one_of_several_words(result: ImageResult, number: int) -> str:
    """Say which of several pictures one is."""
    return joined([str(number), *([f"seed {result.seed}"] if result.seed is not None else [])])


def flag_words(result: ImageResult) -> list[str]:
    """Say that the provider marked a picture, if it did."""
    return ["marked as unsafe"] if result.flagged else []


def joined(words: Sequence[str]) -> str:
    """Put words into one line."""
    return f" {glyphs.DOT} ".join(filter(None, words))
