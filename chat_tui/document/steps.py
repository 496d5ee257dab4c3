"""The steps of an agent as a tree: one line each, indented below the step that it is part of."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len

from chat_tui import glyphs
from chat_tui.document.blocks import TextBlock
from chat_tui.document.pictures.job_times import took_words
from chat_tui.document.spans import Ink
from chat_tui.document.stack import StackBlock
from chat_tui.events import Step
from chat_tui.text import clean, clean_line

MAX_DEPTH: Final = 6
"""Steps below that are not indented any further."""
MAX_DETAIL_LINES: Final = 8
_LABEL_CELLS: Final = 32
"""Labels up to so wide have their times one below the other."""
_DETAIL_CHARS: Final = 60
"""More than that has rows of its own."""
WORK_MARKS: Final = {
    "running": glyphs.RUNNING,
    "done": glyphs.DONE,
    "failed": glyphs.FAILED,
}
_MARK_INKS: Final[dict[str, Ink]] = {"running": "accent", "done": "dim", "failed": "error"}


class Branch(NamedTuple):
    """A step in its tree."""

    step: Step
    depth: int
    """0 at the top, at most `MAX_DEPTH`."""


def step_tree(steps: Sequence[Step]) -> list[Branch]:
    """Put steps into the order of their tree, each below its parent, else as they came.

    A step whose parent is not there stands at the top, and so does the first of a ring of steps
    that are parents of each other.
    """
    children: dict[str, list[Step]] = {}
    known = {step.id for step in steps}
    roots: list[Step] = []
    for step in steps:
        if step.parent in known and step.parent != step.id:
            children.setdefault(step.parent, []).append(step)
        else:
            roots.append(step)
    seen: set[str] = set()
    tree: list[Branch] = []
    for root in (*roots, *steps):  # after the roots come those that only a ring leads to
        tree += _below(root, children, seen)
    return tree


def steps_head(steps: Sequence[Step]) -> str:
    """One line for all steps: how many, how many failed, and how long they took."""
    tops = [branch.step for branch in step_tree(steps) if branch.depth == 0]
    took_s = sum(step.elapsed_s or 0.0 for step in tops)
    failed = sum(step.state == "failed" for step in steps)
    words = ["steps", str(len(steps))]
    if failed:
        words.append(f"{failed} failed")
    if took_s:
        words.append(took_words(took_s))
    return "  ".join(words)


def steps_body(branches: Sequence[Branch], *, running: bool) -> StackBlock:
    """Draw steps.

    Args:
        branches: At least one.
        running: Whether the reply is: after its end, what had not ended was stopped.
    """
    labels = [clean_line(step.label) for step, _ in branches]
    widths = [
        cell_len(label) + 2 * branch.depth
        for label, branch in zip(labels, branches, strict=True)
        if branch.step.elapsed_s
    ]
    column = max((width for width in widths if width <= _LABEL_CELLS), default=0)
    took = max(len(took_words(step.elapsed_s or 0.0)) for step, _ in branches)
    return StackBlock(
        "steps",
        [
            block
            for label, branch in zip(labels, branches, strict=True)
            for block in _lines(label, branch, (column, took), running=running)
        ],
    )


def failed_steps(steps: Sequence[Step]) -> list[Branch]:
    """List the steps that failed, without their places in the tree."""
    return [Branch(branch.step, 0) for branch in step_tree(steps) if branch.step.state == "failed"]


def _below(root: Step, children: dict[str, list[Step]], seen: set[str]) -> Iterator[Branch]:
    pending = [Branch(root, 0)]
    while pending:
        branch = pending.pop()
        if branch.step.id in seen:
            continue
        seen.add(branch.step.id)
        yield branch
        depth = min(branch.depth + 1, MAX_DEPTH)
        pending += [Branch(child, depth) for child in reversed(children.get(branch.step.id, ()))]


def _lines(
    label: str, branch: Branch, columns: tuple[int, int], *, running: bool
) -> Iterator[TextBlock]:
    step, depth = branch
    stopped = step.state == "running" and not running
    mark = glyphs.NOT_YET if stopped else WORK_MARKS[step.state]
    words = label
    if step.elapsed_s:
        free = columns[0] - 2 * depth - cell_len(label)
        words += " " * max(0, free) + f"  {took_words(step.elapsed_s):>{columns[1]}}"
    detail = clean(step.detail).strip()
    if detail and "\n" not in detail and len(detail) <= _DETAIL_CHARS:
        words += f"  {clean_line(detail)}"
        detail = ""
    indent = "  " * (depth + 1)
    yield TextBlock(
        words,
        kind="steps",
        ink="error" if step.state == "failed" else "dim",
        first=f"{indent}{mark} ",
        rest=f"{indent}  ",
        mark_ink=_MARK_INKS[step.state],
    )
    if detail:
        words = bounded(detail, MAX_DETAIL_LINES)
        yield TextBlock(words, kind="steps", ink="dim", first=f"{indent}  ", rest=f"{indent}  ")


def bounded(text: str, max_lines: int, max_chars: int = 8_000) -> str:
    """Cut a long text, and say how much more there is.

    Args:
        text: Clean.
        max_lines: Lines that are kept; one more says what is missing.
        max_chars: Characters that are kept of those.
    """
    lines = text.split("\n")
    kept = "\n".join(lines[:max_lines])
    if len(kept) > max_chars:
        return f"{kept[:max_chars]}\n{glyphs.ELLIPSIS} {len(text) - max_chars:,} more characters"
    more = len(lines) - max_lines
    if more <= 0:
        return kept
    return f"{kept}\n{glyphs.ELLIPSIS} {more:,} more line{'s' if more > 1 else ''}"
