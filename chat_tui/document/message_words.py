"""The words around what was said: headers, thinking, progress, totals, and the gaps between."""

from chat_tui import glyphs
from chat_tui.events import Finished, ImageProgress, ImageResult, Notice, Step, ToolCall
from chat_tui.message import Message, Part
from chat_tui.text import clean_line


def header_words(message: Message) -> tuple[str, str]:
    """Return who speaks, and when by the local clock."""
    clock = message.created.astimezone().strftime("%H:%M")
    if message.role == "user":
        return "you", clock
    name = f" {glyphs.DOT} ".join(
        clean_line(word) for word in (message.provider, message.model) if word
    )
    return name or "reply", clock


def thought_words(elapsed_s: float | None, *, running: bool) -> str:
    """Say how long the model thought, or has been thinking."""
    word = "thinking" if running else "thought"
    return f"{word} for {elapsed_s:.0f} s" if elapsed_s and elapsed_s >= 1 else word


def progress_words(progress: ImageProgress) -> str:
    """One line for a picture that is being made."""
    if progress.queue_position is not None and progress.state == "queued":
        return f"{glyphs.RUNNING} queued: position {progress.queue_position}"
    percent = f" {progress.fraction:.0%}" if progress.fraction is not None else ""
    note = f"  {clean_line(progress.note)}" if progress.note else ""
    return f"{glyphs.RUNNING} {progress.state}{percent}{note}"


def picture_words(picture: ImageResult) -> str:
    """One line for a finished picture."""
    return f"picture: {clean_line(picture.path or picture.url or 'not saved')}"


def totals(message: Message, finished: Finished) -> str:
    """Say what a reply took, as far as the provider told; empty where it did not."""
    usage = message.usage
    if usage is None:
        return ""
    words: list[str] = []
    if usage.output_tokens:
        words.append(f"{usage.output_tokens:,} tokens")
        writing_s = finished.elapsed_s - (finished.first_s or 0.0)
        if writing_s > 0:
            words.append(f"{usage.output_tokens / writing_s:.0f} tok/s")
    if finished.first_s is not None:
        words.append(f"first {finished.first_s:.1f} s")
    if usage.cost_usd is not None:
        words.append(f"${usage.cost_usd:.4f}".rstrip("0").rstrip("."))
    return f" {glyphs.DOT} ".join(words)


def gap_between(before: Part | None, part: Part) -> int:
    """An empty row between parts, but not after the header, nor between lines of one sort."""
    match before, part:
        case (None, _) | (Notice(), Notice()):
            return 0
        case (Step() | ToolCall(), Step() | ToolCall()):
            return 0
        case (ImageProgress() | ImageResult(), ImageProgress() | ImageResult()):
            return 0
        case _:
            return 1
