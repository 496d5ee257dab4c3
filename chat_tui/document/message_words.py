"""The words around what was said: headers, steps, tools, sources, progress, totals."""

from collections.abc import Sequence

from chat_tui.events import (
    Approval,
    Finished,
    ImageProgress,
    ImageResult,
    Notice,
    Source,
    Step,
    ToolCall,
)
from chat_tui.message import Message, Part
from chat_tui.text import clean, clean_line

WORK_MARKS = {"running": "◌", "done": "●", "failed": "✕"}


def header_words(message: Message) -> tuple[str, str]:
    """Return who speaks, and when by the local clock."""
    clock = message.created.astimezone().strftime("%H:%M")
    if message.role == "user":
        return "you", clock
    name = " · ".join(clean_line(word) for word in (message.provider, message.model) if word)
    return name or "reply", clock


def thought_words(elapsed_s: float | None, *, running: bool) -> str:
    """Say how long the model thought, or has been thinking."""
    word = "thinking" if running else "thought"
    return f"{word} for {elapsed_s:.0f} s" if elapsed_s and elapsed_s >= 1 else word


def step_words(step: Step) -> str:
    """One line for a step of an agent."""
    took = f"  {step.elapsed_s:.1f} s" if step.elapsed_s else ""
    detail = f"  {clean_line(step.detail)}" if step.detail else ""
    return f"{WORK_MARKS[step.state]} {clean_line(step.label)}{took}{detail}"


def tool_words(call: ToolCall) -> tuple[str, str]:
    """Return a line for a tool call, and all of its arguments and its output."""
    name, arguments = clean_line(call.name), clean_line(call.arguments, 60)
    output = f" → {clean_line(call.output, 60)}" if call.output else ""
    head = f"{WORK_MARKS[call.state]} tool  {name}({arguments}){output}"
    body = clean(call.arguments) + (f"\n→ {clean(call.output)}" if call.output else "")
    return head, body


def source_words(sources: Sequence[Source]) -> tuple[str, str]:
    """Return a line that names the sources, and a paragraph for each."""
    names = [clean_line(source.title or source.url or "untitled", 40) for source in sources]
    head = "sources  " + "   ".join(f"{number} {name}" for number, name in enumerate(names, 1))
    body = "\n".join(
        "\n".join(
            filter(
                None,
                (
                    f"[{number}] {clean_line(source.title or source.url or 'untitled')}",
                    clean_line(source.url) if source.title and source.url else "",
                    clean(source.excerpt or ""),
                ),
            )
        )
        for number, source in enumerate(sources, 1)
    )
    return head, body


def progress_words(progress: ImageProgress) -> str:
    """One line for a picture that is being made."""
    if progress.queue_position is not None and progress.state == "queued":
        return f"◌ queued: position {progress.queue_position}"
    percent = f" {progress.fraction:.0%}" if progress.fraction is not None else ""
    note = f"  {clean_line(progress.note)}" if progress.note else ""
    return f"◌ {progress.state}{percent}{note}"


def picture_words(picture: ImageResult) -> str:
    """One line for a finished picture."""
    return f"picture: {clean_line(picture.path or picture.url or 'not saved')}"


def follow_up_words(prompts: Sequence[str]) -> str:
    """A line for each prompt that the provider proposes."""
    return "\n".join(f"› {clean_line(prompt)}" for prompt in prompts)


def approval_words(approval: Approval) -> str:
    """What is to be decided, and the two choices."""
    choices = f"[ {clean_line(approval.approve, 40)} ]  [ {clean_line(approval.reject, 40)} ]"
    return "\n".join(filter(None, (clean(approval.prompt), choices)))


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
    return " · ".join(words)


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
