"""The blocks of a message: made from its parts, and which of them take more text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from chat_tui import glyphs
from chat_tui.document.block import Block
from chat_tui.document.blocks import FoldBlock, MarkdownBlock, TextBlock
from chat_tui.document.endings import ending_blocks, header_block
from chat_tui.document.message_words import gap_between, header_words, thought_words
from chat_tui.document.open_part import TextSoFar, open_part
from chat_tui.document.parts import below, below_block, part_block, steps_blocks
from chat_tui.document.pictures.message_pictures import MessagePictures, found_jobs
from chat_tui.document.typed import TypedBlock
from chat_tui.events import (
    Approval,
    FollowUps,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    SourceRefs,
    Step,
    TextDelta,
    ToolCall,
)
from chat_tui.message import Attachment, Decision, Lineage, Message, Part, ReasoningPart, TextPart
from chat_tui.text import Cleaner, clean

if TYPE_CHECKING:
    from chat_tui.document.code.highlight import HandOut


class MessageBlocks:
    """Blocks that are made anew whenever the message changes by more than text at its end."""

    __slots__ = (
        "_cleaner", "_error_hint", "_hand_out", "_note", "_texts", "answer", "blocks",
        "header", "open", "open_block", "opened", "parts", "pictures", "unfinished",
    )  # fmt: skip

    def __init__(
        self,
        pictures: MessagePictures,
        *,
        error_hint: str,
        note: str,
        opened: dict[int, bool],
        hand_out: "HandOut | None",
    ) -> None:
        """Have none yet; see `MessageView`."""
        self._error_hint = error_hint
        self._note = note
        self._hand_out = hand_out
        self._texts: list[TextSoFar] = []
        """Of each text part in turn; they outlive the blocks."""
        self._cleaner = Cleaner()
        """Of the reasoning that takes more text."""
        self.pictures = pictures
        self.opened = opened
        """Which parts, by their numbers, the reader opened or closed."""
        self.answer: Message | None = None
        """The turn that followed; null while there is none."""
        self.header = "", ""
        """Who speaks, and when."""
        self.blocks: list[Block] = []
        """From the top; another list each time."""
        self.parts: list[int] = []
        """Which part of the message each block shows; -1 for none."""
        self.open: TextPart | ReasoningPart | None = None
        """The part that takes more text; `open_block` is where it stands."""
        self.open_block = 0
        self.unfinished: list[int] = []
        """Blocks whose text is over, and of which there is still some to commit."""

    @property
    def growing(self) -> int:
        """The block that the next commit is for."""
        return self.unfinished[0] if self.unfinished else self.open_block

    def make(self, message: Message) -> None:
        """Make all blocks from the message as it stands."""
        self.header = header_words(message)
        self.blocks, self.parts = [header_block(message, *self.header, self._note)], [-1]
        self.unfinished.clear()
        self.pictures.jobs = found_jobs(message)
        self.open, self.open_block = open_part(message), 0
        before: Part | None = None
        texts = iter(self._texts)
        steps = [part for part in message.parts if isinstance(part, Step)]
        for number, part in enumerate(message.parts):
            if isinstance(part, Step) and part is not steps[0]:
                continue  # all stand where the first one does
            gap = gap_between(before, part)
            known = next(texts, None) if isinstance(part, TextPart) else None
            if self._add(message, number, part, gap, steps=steps, known=known):
                before = part
        for number, part in below(message.parts):
            block = below_block(
                part,
                answer=self.answer,
                ended=message.status != "streaming",
                opened=self.opened.get(number, False),
                gap=gap_between(before, part),
                said=message.text if isinstance(part, Approval) else "",
            )
            self._put(number, block)
            before = part
        if message.role == "assistant":
            # A notice says why a reply ended as it did.
            gap = 0 if before is None or isinstance(before, Notice) else 1
            self._put(-1, *ending_blocks(message, self._error_hint, gap))

    def grow(self, event: TextDelta | ReasoningDelta) -> None:
        """Give text to the block of the open part."""
        block = self.blocks[self.open_block]
        match block:
            case MarkdownBlock():
                self._texts[-1].feed(event.text)
            case FoldBlock(body=TextBlock() as body) if isinstance(event, ReasoningDelta):
                body.extend(self._cleaner.feed(event.text))
                if event.elapsed_s is not None:
                    block.rename(thought_words(event.elapsed_s, running=True))
            case _:
                raise AssertionError("text goes to the block of the open part")

    def _put(self, part: int, *blocks: Block) -> None:
        self.blocks += blocks
        self.parts += [part] * len(blocks)

    def _add(
        self,
        message: Message,
        number: int,
        part: Part,
        gap: int,
        *,
        steps: Sequence[Step],
        known: TextSoFar | None,
    ) -> bool:
        """Add the blocks of a part that stands where it came.

        Returns:
            Whether it does.
        """
        match part:
            case TextPart():
                as_typed = message.role == "user"
                self._add_text(number, part, known, gap, as_typed=as_typed)
            case ReasoningPart():
                self._add_reasoning(number, part, gap)
            case Step():
                opened = self.opened.get(number)
                running = message.status == "streaming"
                self._put(number, *steps_blocks(steps, running=running, opened=opened, gap=gap))
            case ImageProgress() | ImageResult():
                block = None
                job = self.pictures.jobs[part.job]
                if job.part == number:
                    opened = self.opened.get(number, False)
                    first = len(self.blocks) < 2
                    block = self.pictures.place(job, message, gap, first=first, opened=opened)
                if block is None:
                    return False  # it stands where the first of its job does, if anywhere
                self._put(number, block)
            case ToolCall() | Notice() | Attachment() | Lineage():
                opened = self.opened.get(number, False)
                self._put(number, part_block(part, opened=opened, gap=gap))
            case SourceRefs() | FollowUps() | Approval():
                return False  # below the answer
            case Decision():
                return False  # the turn's text says it
            case _:
                assert_never(part)
        return True

    def _add_text(
        self, number: int, part: TextPart, known: TextSoFar | None, gap: int, *, as_typed: bool
    ) -> None:
        """A reply is Markdown; a user's turn stands as it was typed."""
        if part.refusal:
            self._put(number, TextBlock("the model refused:", ink="warning", gap=gap))
            gap = 0
        if as_typed:
            self._put(number, TypedBlock(clean(part.text), gap=gap))
            return
        if known is None:
            known = TextSoFar(self._hand_out)
            self._texts.append(known)
        known.feed(part.text[known.fed_chars :])
        if part is self.open:
            self.open_block = len(self.blocks)
        else:
            known.document.close()
            if known.document.pending:
                self.unfinished.append(len(self.blocks))
        self._put(number, MarkdownBlock(known.document, gap=gap))

    def _add_reasoning(self, number: int, part: ReasoningPart, gap: int) -> None:
        running = part is self.open
        if running:
            self.open_block = len(self.blocks)
            self._cleaner = Cleaner()
            text = self._cleaner.feed(part.text)
        else:
            text = clean(part.text)
        bar = f"{glyphs.THOUGHT} "
        body = TextBlock(text, kind="reasoning", ink="reasoning", first=bar, rest=bar)
        head = thought_words(part.elapsed_s, running=running)
        opened = self.opened.get(number, False)
        self._put(number, FoldBlock("reasoning", head, lambda: body, opened=opened, gap=gap))
