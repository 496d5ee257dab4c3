"""The blocks of those parts of a message that are not its text."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from chat_tui import glyphs
from chat_tui.document.block import Block
from chat_tui.document.blocks import FoldBlock, TextBlock
from chat_tui.document.choices import ChoicesBlock
from chat_tui.document.message_words import attachment_words, lineage_words
from chat_tui.document.sources import SourcesBlock
from chat_tui.document.stack import PeekBlock
from chat_tui.document.steps import failed_steps, step_tree, steps_body, steps_head
from chat_tui.document.tools import tool_block
from chat_tui.events import (
    Approval,
    FollowUps,
    Notice,
    SourceRefs,
    Step,
    ToolCall,
)
from chat_tui.message import Attachment, Lineage, Message, Part
from chat_tui.text import clean

InPlace: TypeAlias = ToolCall | Notice | Attachment | Lineage
"""What stands where it came."""
Below: TypeAlias = SourceRefs | Approval | FollowUps
"""What stands below the answer, whenever it came."""
_BELOW: Final[tuple[type[Below], ...]] = (SourceRefs, Approval, FollowUps)


def part_block(part: InPlace, *, opened: bool, gap: int) -> Block:
    """Make the block of a part.

    Args:
        part: What it shows.
        opened: How a block that can be opened begins.
        gap: Empty rows above.
    """
    match part:
        case ToolCall():
            return tool_block(part, opened=opened, gap=gap)
        case Notice(text=text):
            mark = f"{glyphs.NOTE} "
            return TextBlock(
                clean(text), kind="notice", ink="notice", first=mark, rest="  ", gap=gap
            )
        case Attachment():
            mark = f"{glyphs.ATTACHED} "
            words = attachment_words(part)
            return TextBlock(words, kind="file", ink="accent", first=mark, rest="  ", gap=gap)
        case Lineage():
            return TextBlock(lineage_words(part), kind="notice", ink="dim", gap=gap)


def below(parts: Sequence[Part]) -> list[tuple[int, Below]]:
    """Pick what stands below an answer, each with its number among the parts, from the top."""
    found = [
        (number, part)
        for number, part in enumerate(parts)
        if isinstance(part, Approval)
        or (isinstance(part, SourceRefs) and part.sources)
        or (isinstance(part, FollowUps) and part.prompts)
    ]
    return sorted(found, key=lambda numbered: _BELOW.index(type(numbered[1])))


def below_block(
    part: Below, *, answer: Message | None, ended: bool, opened: bool, gap: int, said: str = ""
) -> Block:
    """Make a block that stands below an answer.

    Args:
        part: What it shows.
        answer: The turn that followed; null while there is none.
        ended: Whether the reply has.
        opened: How a block that can be opened begins.
        gap: Empty rows above.
        said: The answer, as far as it is text.
    """
    if isinstance(part, SourceRefs):
        return SourcesBlock(part.sources, opened=opened, gap=gap)
    return ChoicesBlock(part, answer=answer, ended=ended, gap=gap, said=said)


def steps_blocks(
    steps: Sequence[Step], *, running: bool, opened: bool | None, gap: int
) -> tuple[FoldBlock, PeekBlock]:
    """Make the blocks of all steps of a reply: their tree, and what stays in sight of it.

    Args:
        steps: At least one.
        running: Whether the reply is.
        opened: What the reader chose; null where they did not.
        gap: Empty rows above.
    """
    if opened is None:
        opened = running and any(step.state == "running" for step in steps)
    fold = FoldBlock(
        "steps",
        steps_head(steps),
        lambda: steps_body(step_tree(steps), running=running),
        opened=opened,
        gap=gap,
    )
    failed = failed_steps(steps)
    return fold, PeekBlock(fold, steps_body(failed, running=running) if failed else None)
