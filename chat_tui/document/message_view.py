"""One message as blocks; while it streams, text goes to the end of the last one."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, assert_never

from chat_tui.document.blocks import Block, BlockKind, FoldBlock, MarkdownBlock, TextBlock
from chat_tui.document.markdown import MarkdownDocument
from chat_tui.document.message_words import (
    approval_words,
    follow_up_words,
    gap_between,
    header_words,
    picture_words,
    progress_words,
    source_words,
    step_words,
    thought_words,
    tool_words,
    totals,
)
from chat_tui.document.spans import Span
from chat_tui.events import (
    Approval,
    Finished,
    FollowUps,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    SourceRefs,
    Started,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from chat_tui.folding import Folder
from chat_tui.message import Decision, Message, Part, ReasoningPart, TextPart
from chat_tui.text import Cleaner, clean

ENDINGS = {
    "length": "cut off: the model reached its length limit",
    "filtered": "the provider filtered the rest",
    "tool_calls": "the model waits for the result of a tool call",
    "incomplete": "incomplete: the reply broke off here",
    "cancelled": "stopped",
}
INDENT = 3
"""Cells left of everything that was said; the mark of who said it stands there."""
_INDENT_SPAN = Span(" " * INDENT, "text")


class _Text:
    """The document of one text part, and how much of the part it was given."""

    __slots__ = ("document", "fed_chars")

    def __init__(self) -> None:
        self.document = MarkdownDocument()
        self.fed_chars = 0

    def feed(self, text: str) -> None:
        self.document.feed(text)
        self.fed_chars += len(text)


class Spot(NamedTuple):
    """A row of a message: which block it is in, and which row of that."""

    block: int
    row: int


class MessageView:
    """The rows of one message, whole or still streaming."""

    __slots__ = (
        "_block_tops", "_blocks", "_cleaner", "_error_hint", "_folder", "_header", "_message",
        "_open", "_open_block", "_texts", "_width", "id", "opened", "provider",
    )  # fmt: skip

    def __init__(
        self, message: Message, *, error_hint: str = "", opened: dict[int, bool] | None = None
    ) -> None:
        """Show a message; `feed` takes what comes after it.

        Args:
            message: As far as it is known.
            error_hint: Stands below an error.
            opened: Which blocks the reader opened or closed when it was shown before.
        """
        self.id = message.id
        self.provider = message.provider
        self._error_hint = error_hint
        self._folder = Folder(message)
        self._message = message
        self._blocks: list[Block] = []
        self._block_tops: list[int] = []
        """The first row of each block for `_width`, and, last, the height."""
        self._width = 0
        self._open: TextPart | ReasoningPart | None = None
        """The part that takes more text; `_open_block` is where it stands."""
        self._open_block = 0
        self._texts: list[_Text] = []
        """Of each text part in turn; they outlive the blocks, which are made anew."""
        self.opened = opened or {}
        """Which blocks the reader opened or closed."""
        self._cleaner = Cleaner()
        self._build()
        while self.pending:
            self.commit()

    @property
    def message(self) -> Message:
        """The message as it stands."""
        return self._folder.message()

    @property
    def running(self) -> bool:
        """More may come."""
        return self._message.role == "assistant" and self._message.outcome is None

    @property
    def blocks(self) -> Sequence[Block]:
        return self._blocks

    @property
    def pending(self) -> bool:
        """There is text to commit."""
        block = self._blocks[self._open_block]
        return isinstance(block, MarkdownBlock) and block.document.pending

    def feed(self, events: Iterable[StreamEvent]) -> None:
        """Take in more of the reply; `commit` brings it to the rows."""
        rebuild = False
        for event in events:
            self._folder.add(event)
            match event:
                case TextDelta() | ReasoningDelta() if self._takes(event) and not rebuild:
                    self._grow(event)
                case Started() if header_words(self._folder.message()) != self._header:
                    rebuild = True  # the server answers with another model than was asked for
                case Started() | Usage() | ImagePreview():
                    pass  # not among the blocks of a running reply
                case _:
                    rebuild = True
        if rebuild:
            self._message = self._folder.message()
            self._build()

    def commit(self, budget_chars: int = 12_000) -> int | None:
        """Bring the rows up to date.

        Args:
            budget_chars: The most text that is looked at now; `pending` says if there is more.

        Returns:
            The first row that changed, for the width that was asked for last; null if none did.
        """
        block = self._blocks[self._open_block]
        leaf: int | None = 0
        if isinstance(block, MarkdownBlock):
            leaf = block.document.commit(budget_chars)
            if leaf is not None:
                block.forget_from(leaf)
        if not self._block_tops:  # made anew, or opened, or never measured
            return 0
        if self._open is None or leaf is None:
            return None
        top = self._block_tops[self._open_block]
        del self._block_tops[self._open_block + 1 :]
        if isinstance(block, MarkdownBlock):
            return top + block.first_row(leaf, max(1, self._width - INDENT))
        return top

    def toggle(self, block: int) -> bool:
        """Open or close a block.

        Returns:
            Whether it can be.
        """
        folded = self._blocks[block]
        if not isinstance(folded, FoldBlock):
            return False
        folded.toggle()
        self.opened[block] = folded.open
        self._block_tops.clear()
        return True

    def height(self, width: int) -> int:
        """Rows at this width, in cells."""
        if width != self._width:
            self._width = width
            self._block_tops.clear()
        tops = self._block_tops
        if not tops:
            tops.append(0)
        inner = max(1, width - INDENT)
        for block in self._blocks[len(tops) - 1 :]:
            tops.append(tops[-1] + block.height(inner))
        return tops[-1]

    def spot(self, index: int, width: int) -> Spot:
        """Find the block at a row, from 0 to `height(width)` - 1."""
        self.height(width)
        tops = self._block_tops
        low, high = 0, len(self._blocks) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if tops[middle] <= index else (low, middle - 1)
        return Spot(low, index - tops[low])

    def block_top(self, block: int, width: int) -> int:
        """Find the first row of a block."""
        self.height(width)
        return self._block_tops[block]

    def offset_at(self, index: int, column: int, width: int) -> int:
        """Find the character, of its block's text, at a cell of a row."""
        spot = self.spot(index, width)
        inner = max(1, width - INDENT)
        return self._blocks[spot.block].offset_at(spot.row, column - INDENT, inner)

    def row_of(self, block: int, offset: int, width: int) -> int:
        """Find the row that shows a character of a block's text."""
        inner = max(1, width - INDENT)
        return self.block_top(block, width) + self._blocks[block].row_of(offset, inner)

    def row(self, index: int, width: int) -> Sequence[Span]:
        """Return one row, unpadded, from 0 to `height(width)` - 1."""
        spot = self.spot(index, width)
        spans = self._blocks[spot.block].row(spot.row, max(1, width - INDENT))
        if spot.block == 0 and spot.row == 0:
            return (Span(" ▌ ", "you" if self._message.role == "user" else "reply"), *spans)
        return (_INDENT_SPAN, *spans) if spans else ()

    def _grow(self, event: TextDelta | ReasoningDelta) -> None:
        block = self._blocks[self._open_block]
        match block:
            case MarkdownBlock():
                self._texts[-1].feed(event.text)
            case FoldBlock() if isinstance(event, ReasoningDelta):
                block.body.extend(self._cleaner.feed(event.text))
                if event.elapsed_s is not None:
                    block.rename(thought_words(event.elapsed_s, running=True))
            case _:
                raise AssertionError("text goes to the block of the open part")

    def _build(self) -> None:
        """Make all blocks from the message as it stands."""
        self._header = header_words(self._message)
        self._blocks = [_header_block(self._message, *self._header)]
        self._block_tops.clear()
        self._open, self._open_block = _open_part(self._message), 0
        before: Part | None = None
        texts = iter(self._texts)
        steps: list[Step] = []
        for part in self._message.parts:
            if isinstance(part, Step):
                steps.append(part)
                continue
            before = self._add_steps(steps, before)
            gap = gap_between(before, part)
            if isinstance(part, TextPart):
                self._add_text(part, next(texts, None), gap)
            else:
                self._add(part, gap)
            before = part
        before = self._add_steps(steps, before)
        if self._message.role == "assistant":
            # A notice says why a reply ended as it did.
            gap = 0 if before is None or isinstance(before, Notice) else 1
            self._blocks += _ending(self._message, self._error_hint, gap)

    def _add_steps(self, steps: list[Step], before: Part | None) -> Part | None:
        """Add the steps that came since, and return the last part that was added."""
        if not steps:
            return before
        lines = "\n".join(map(step_words, steps))
        running = any(step.state == "running" for step in steps)
        took = max((step.elapsed_s or 0.0 for step in steps), default=0.0)
        head = f"steps  {len(steps)}" + (f"  {took:.1f} s" if took else "")
        body = TextBlock(lines, kind="steps", ink="dim", first="  ", rest="  ")
        self._fold("steps", head, body, opened=running, gap=gap_between(before, steps[0]))
        last = steps[-1]
        steps.clear()
        return last

    def _fold(self, kind: BlockKind, head: str, body: TextBlock, *, opened: bool, gap: int) -> None:
        opened = self.opened.get(len(self._blocks), opened)
        self._blocks.append(FoldBlock(kind, head, lambda: body, opened=opened, gap=gap))

    def _add_text(self, part: TextPart, known: _Text | None, gap: int) -> None:
        """A reply is Markdown; a user's turn stands as it was typed."""
        if part.refusal:
            self._blocks.append(TextBlock("the model refused:", ink="warning", gap=gap))
            gap = 0
        if self._message.role == "user":
            self._blocks.append(TextBlock(clean(part.text), gap=gap))
            return
        if known is None:
            known = _Text()
            self._texts.append(known)
        known.feed(part.text[known.fed_chars :])
        if part is self._open:
            self._open_block = len(self._blocks)
        else:
            known.document.finish()
        self._blocks.append(MarkdownBlock(known.document, gap=gap))

    def _add(self, part: Part, gap: int) -> None:
        match part:
            case ReasoningPart(text=text, elapsed_s=elapsed_s):
                running = part is self._open
                if running:
                    self._open_block = len(self._blocks)
                    self._cleaner = Cleaner()
                    text = self._cleaner.feed(text)
                else:
                    text = clean(text)
                body = TextBlock(text, kind="reasoning", ink="reasoning", first="│ ", rest="│ ")
                head = thought_words(elapsed_s, running=running)
                self._fold("reasoning", head, body, opened=False, gap=gap)
            case TextPart() | Step():
                raise AssertionError("added by functions of their own")
            case ToolCall():
                head, body_text = tool_words(part)
                body = TextBlock(body_text, kind="tool", ink="dim", first="  ", rest="  ")
                self._fold("tool", head, body, opened=False, gap=gap)
            case SourceRefs(sources=sources):
                head, body_text = source_words(sources)
                body = TextBlock(body_text, kind="sources", ink="dim", first="  ", rest="  ")
                self._fold("sources", head, body, opened=False, gap=gap)
            case ImageProgress():
                words = progress_words(part)
                self._blocks.append(TextBlock(words, kind="picture", ink="dim", gap=gap))
            case ImageResult():
                words = picture_words(part)
                self._blocks.append(TextBlock(words, kind="picture", ink="accent", gap=gap))
            case FollowUps(prompts=prompts):
                words = follow_up_words(prompts)
                self._blocks.append(TextBlock(words, kind="choices", ink="dim", gap=gap))
            case Approval():
                words = approval_words(part)
                self._blocks.append(TextBlock(words, kind="choices", ink="accent", gap=gap))
            case Decision():
                pass  # the turn's text says it
            case Notice(text=text):
                self._blocks.append(
                    TextBlock(
                        clean(text), kind="notice", ink="notice", first="· ", rest="  ", gap=gap
                    )
                )
            case _:
                assert_never(part)

    def _takes(self, event: TextDelta | ReasoningDelta) -> bool:
        match self._open, event:
            case TextPart(refusal=refusal), TextDelta():
                return event.refusal is refusal
            case ReasoningPart(), ReasoningDelta():
                return True
            case _:
                return False


def provider_number(name: str, count: int) -> int:
    """Choose a provider's place in a palette: stable over runs and machines.

    Args:
        name: The user's name for the provider.
        count: How many places there are.
    """
    return zlib.crc32(name.encode("utf-8", "replace")) % count


def _open_part(message: Message) -> TextPart | ReasoningPart | None:
    """Find the part that takes more text: as in the fold, steps and notices do not end one."""
    if message.outcome is not None or message.role == "user":
        return None
    for part in reversed(message.parts):
        if isinstance(part, TextPart | ReasoningPart):
            return part
        if isinstance(part, ToolCall | ImageProgress | ImageResult):
            return None
    return None


def _header_block(message: Message, name: str, clock: str) -> TextBlock:
    ink = "you" if message.role == "user" else "reply"
    return TextBlock(name, kind="header", ink=ink, right=clock)


def _ending(message: Message, error_hint: str, gap: int) -> Iterator[TextBlock]:
    match message.outcome:
        case StreamError() as error:
            yield TextBlock(
                clean(error.message), kind="ending", ink="error", first="✕ ", rest="  ",
                mark_ink="error", gap=gap,
            )  # fmt: skip
            for hint in filter(None, (error.hint, error_hint)):
                yield TextBlock(clean(hint), kind="ending", ink="dim", first="  ", rest="  ")
        case Finished(reason=reason) as finished:
            words = totals(message, finished)
            if ending := ENDINGS.get(reason):
                yield TextBlock(
                    ending, kind="ending", ink="warning", first="■ ", rest="  ",
                    mark_ink="warning", right=words, gap=gap,
                )  # fmt: skip
            elif words:
                yield TextBlock("", kind="ending", right=words)
        case None:
            pass
