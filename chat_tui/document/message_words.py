"""The words around what was said: headers, thinking, progress, totals, and the gaps between."""

from chat_tui import glyphs
from chat_tui.events import Finished, ImageProgress, ImageResult, Notice, Step, ToolCall
from chat_tui.message import Attachment, Lineage, Message, Part
from chat_tui.model_names import shown_model
from chat_tui.text import clean_line
from chat_tui.usage import dollars


def header_words(message: Message) -> tuple[str, str]:
    """Return who speaks, and when by the local clock."""
    clock = message.created.astimezone().strftime("%H:%M")
    if message.role == "user":
        return "you", clock
    name = f" {glyphs.DOT} ".join(
        clean_line(word)
        for word in (message.provider, shown_model(message.provider, message.model))
        if word
    )
    return name or "reply", clock


def thought_words(elapsed_s: float | None, *, running: bool) -> str:
    """Say how long the model thought, or has been thinking."""
    word = "thinking" if running else "thought"
    return f"{word} for {elapsed_s:.0f} s" if elapsed_s and elapsed_s >= 1 else word


def attachment_words(attachment: Attachment) -> str:
    """One line for a file that goes along."""
    words = [clean_line(attachment.name), size_words(attachment.size_bytes)]
    if attachment.width_px and attachment.height_px:
        words.append(f"{attachment.width_px}{glyphs.TIMES}{attachment.height_px}")
    return "  ".join(words)


def size_words(size_bytes: int) -> str:
    """Say how large a file is, in few letters."""
    if size_bytes < 1 << 10:
        return f"{size_bytes} B"
    if size_bytes < 1 << 20:
        return f"{size_bytes / (1 << 10):.0f} KiB"
    return f"{size_bytes / (1 << 20):.1f} MiB"


def lineage_words(lineage: Lineage) -> str:
    """Say what a turn was made from, by the local clock."""
    what = "the words" if lineage.picture is None else f"picture {lineage.picture}"
    return f"made from {what} of {lineage.said.astimezone():%H:%M}"


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
        words.append(f"first {_seconds(finished.first_s)}")
    if usage.cost_usd is not None:
        words.append(dollars(usage.cost_usd))
    return f" {glyphs.DOT} ".join(words)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 0.1 else f"{seconds * 1000:.0f} ms"


def gap_between(before: Part | None, part: Part) -> int:
    """An empty row between parts, but not after the header, nor between lines of one sort."""
    match before, part:
        case (None, _) | (Notice(), Notice()):
            return 0
        case (Step() | ToolCall(), Step() | ToolCall()):
            return 0
        case (ImageProgress() | ImageResult(), ImageProgress() | ImageResult()):
            return 0
        case (Attachment(), Attachment()) | (_, Lineage()):
            return 0
        case _:
            return 1
