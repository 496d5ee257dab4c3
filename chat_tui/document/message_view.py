"""One message as blocks; while it streams, text goes to the end of the last one."""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, assert_never

from chat_tui import glyphs
from chat_tui.document.block import Block
from chat_tui.document.block_rows import INDENT, BlockRows
from chat_tui.document.blocks import FoldBlock, MarkdownBlock, TextBlock
from chat_tui.document.endings import ending_blocks, header_block
from chat_tui.document.message_pictures import MessagePictures, found_jobs
from chat_tui.document.message_words import gap_between, header_words, thought_words
from chat_tui.document.open_part import TextSoFar, open_part, takes
from chat_tui.document.parts import below, below_block, part_block, steps_blocks
from chat_tui.document.picture_slots import pictures_are_drawn
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
from chat_tui.message import Attachment, Decision, Lineage, Message, Part, ReasoningPart, TextPart
from chat_tui.text import Cleaner, clean

if TYPE_CHECKING:
    from chat_tui.document.highlight import HandOut
    from chat_tui.document.job_times import RunTimes
    from chat_tui.document.picture_block import PictureBlock

_INDENT_SPAN = Span(" " * INDENT, "text")


class MessageView(BlockRows):
    """The rows of one message, whole or still streaming."""

    __slots__ = (
        "_cleaner", "_error_hint", "_folder", "_hand_out", "_header", "_message", "_note",
        "_open", "_open_block", "_parts", "_pictures", "_renewed", "_texts", "_unfinished", "answer", "id",
        "opened", "provider",
    )  # fmt: skip

    def __init__(
        self,
        message: Message,
        *,
        error_hint: str = "",
        note: str = "",
        opened: dict[int, bool] | None = None,
        hand_out: "HandOut | None" = None,
        pictures: bool | None = None,
        asked: str = "",
        runs: "RunTimes | None" = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Show a message; `feed` takes what comes after it.

        Args:
            message: As far as it is known.
            error_hint: Stands below an error.
            note: Stands beside the time.
            opened: What the reader had opened or closed when it was shown before.
            hand_out: Has code coloured somewhere else; null: it is done here.
            pictures: Room is kept for pictures; false: they are lines of words; null: whichever
                the terminal can do.
            asked: The turn that this message answers, in words.
            runs: What earlier picture jobs took.
            clock: Monotonic seconds.
        """
        super().__init__()
        self.id = message.id
        self.provider = message.provider
        self._error_hint = error_hint
        self._note = note
        self._hand_out = hand_out
        self._folder = Folder(message)
        self._message = message
        self._parts: list[int] = []
        """Which part of the message each block shows; -1 for none."""
        self._open: TextPart | ReasoningPart | None = None
        """The part that takes more text; `_open_block` is where it stands."""
        self._open_block = 0
        self._unfinished: list[int] = []
        """Blocks whose text is over, and of which there is still some to commit."""
        self._texts: list[TextSoFar] = []
        """Of each text part in turn; they outlive the blocks, which are made anew."""
        self.opened = opened or {}
        """Which parts, by their numbers, the reader opened or closed."""
        self.answer: Message | None = None
        """The turn that followed; null while there is none."""
        self._cleaner = Cleaner()
        drawn = pictures_are_drawn() if pictures is None else pictures
        self._pictures = MessagePictures(message, drawn=drawn, asked=asked, runs=runs, clock=clock)
        self._renewed: int | None = None
        """The first block that was replaced by one of the same height."""
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
        block = self._blocks[self._growing]
        return isinstance(block, MarkdownBlock) and block.document.pending

    @property
    def _growing(self) -> int:
        """The block that the next commit is for."""
        return self._unfinished[0] if self._unfinished else self._open_block

    @property
    def forgets(self) -> bool:
        """Its height may be another one when it is made again: some pictures are kept nowhere."""
        return self._pictures.forgets

    @property
    def ticks(self) -> bool:
        """Some rows count seconds: they change while nothing comes."""
        return self.running and any(getattr(block, "ticks", False) for block in self._blocks)

    def ticking(self, width: int) -> list[int]:
        """List the rows that count seconds; none before they are measured."""
        if (
            not self._pictures.jobs
            or width != self._width
            or len(self._block_tops) <= len(self._blocks)
        ):
            return []
        from chat_tui.document.picture_making import ticking_row

        found: list[int] = []
        for top, block in zip(self._block_tops, self._blocks, strict=False):
            row = ticking_row(block, max(1, width - INDENT)) if block.kind == "picture" else None
            if row is not None:
                found.append(top + row)
        return found

    def part_of(self, block: int) -> int:
        """Say which part of the message a block shows; -1 for none."""
        return self._parts[block]

    def answered_by(self, turn: Message) -> None:
        """Take in the turn that followed: what could be chosen cannot be any more."""
        self.answer = turn
        self._message = self._folder.message()
        if any(isinstance(part, Approval | FollowUps) for part in self._message.parts):
            self._build()

    def feed(self, events: Iterable[StreamEvent]) -> None:
        """Take in more of the reply; `commit` brings it to the rows."""
        rebuild, ended = False, not self.running
        for event in events:
            self._folder.add(event)
            match event:
                case TextDelta() | ReasoningDelta() if takes(self._open, event) and not rebuild:
                    self._grow(event)
                case Started() if header_words(self._folder.message()) != self._header:
                    rebuild = True  # the server answers with another model than was asked for
                case Started() | Usage():
                    pass  # not among the blocks of a running reply
                case ImageProgress() | ImagePreview() | ImageResult():
                    if not ended:
                        self._pictures.live(self._message).take(event)
                        rebuild = rebuild or not self._renew(event)
                case _:
                    rebuild, ended = True, ended or isinstance(event, Finished | StreamError)
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
        number = self._growing
        block = self._blocks[number]
        grows = self._open is not None or bool(self._unfinished)
        leaf: int | None = 0
        if isinstance(block, MarkdownBlock):
            leaf = block.document.commit(budget_chars)
            if leaf is not None:
                block.forget_from(leaf)
            if self._unfinished and not block.document.pending:
                del self._unfinished[0]
        renewed, self._renewed = self._renewed, None
        if not self._block_tops:  # made anew, or opened, or never measured
            return 0
        above = None if renewed is None else self._block_tops[renewed]
        if not grows or leaf is None:
            return above
        if number >= len(self._block_tops):  # one above it has just been finished
            self.height(self._width)
        top = self._block_tops[number]
        del self._block_tops[number + 1 :]
        if isinstance(block, MarkdownBlock):
            top += block.first_row(leaf, max(1, self._width - INDENT))
        return top if above is None else min(above, top)

    def toggle(self, block: int) -> bool:
        """Open or close a block.

        Returns:
            Whether it can be.
        """
        shown = self._blocks[block]
        opens = shown if isinstance(shown, FoldBlock) else _covering(shown)
        if opens is None:
            return False
        opens.toggle()
        self.opened[self._parts[block]] = opens.open
        self._block_tops.clear()
        return True

    def row(self, index: int, width: int) -> Sequence[Span]:
        """Return one row, unpadded, from 0 to `height(width)` - 1."""
        spot = self.spot(index, width)
        spans = self._blocks[spot.block].row(spot.row, max(1, width - INDENT))
        if spot.block == 0 and spot.row == 0:
            return (
                Span(f" {glyphs.SPEAKER} ", "you" if self._message.role == "user" else "reply"),
                *spans,
            )
        return (_INDENT_SPAN, *spans) if spans else ()

    def _grow(self, event: TextDelta | ReasoningDelta) -> None:
        block = self._blocks[self._open_block]
        match block:
            case MarkdownBlock():
                self._texts[-1].feed(event.text)
            case FoldBlock(body=TextBlock() as body) if isinstance(event, ReasoningDelta):
                body.extend(self._cleaner.feed(event.text))
                if event.elapsed_s is not None:
                    block.rename(thought_words(event.elapsed_s, running=True))
            case _:
                raise AssertionError("text goes to the block of the open part")

    def _build(self) -> None:
        """Make all blocks from the message as it stands."""
        message = self._message
        self._header = header_words(message)
        self._blocks, self._parts = [header_block(message, *self._header, self._note)], [-1]
        self._block_tops.clear()
        self._unfinished.clear()
        self._renewed = None
        self._pictures.jobs = found_jobs(message)
        self._open, self._open_block = open_part(message), 0
        before: Part | None = None
        texts = iter(self._texts)
        steps = [part for part in message.parts if isinstance(part, Step)]
        for number, part in enumerate(message.parts):
            if isinstance(part, Step) and part is not steps[0]:
                continue  # all stand where the first one does
            gap = gap_between(before, part)
            known = next(texts, None) if isinstance(part, TextPart) else None
            if self._add(number, part, gap, steps=steps, known=known):
                before = part
        for number, part in below(message.parts):
            block = below_block(
                part,
                answer=self.answer,
                ended=not self.running,
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

    def _put(self, part: int, *blocks: Block) -> None:
        self._blocks += blocks
        self._parts += [part] * len(blocks)

    def _add(
        self, number: int, part: Part, gap: int, *, steps: Sequence[Step], known: TextSoFar | None
    ) -> bool:
        """Add the blocks of a part that stands where it came.

        Returns:
            Whether it does.
        """
        match part:
            case TextPart():
                self._add_text(number, part, known, gap)
            case ReasoningPart():
                self._add_reasoning(number, part, gap)
            case Step():
                opened = self.opened.get(number)
                made = steps_blocks(steps, running=self.running, opened=opened, gap=gap)
                self._put(number, *made)
            case ImageProgress() | ImageResult():
                block = None
                job = self._pictures.jobs[part.job]
                if job.part == number:
                    opened = self.opened.get(number, False)
                    first = len(self._blocks) < 2
                    block = self._pictures.place(
                        job, self._message, gap, first=first, opened=opened
                    )
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

    def _renew(self, event: ImageProgress | ImagePreview | ImageResult) -> bool:
        """Put another block in the place of a job's, if nothing else changes by that.

        Returns:
            Whether that was enough; if not, all blocks are to be made anew.
        """
        known = self._pictures.jobs.get(event.job)
        if known is None:
            # A preview of a job that has no place yet is shown when it has one.
            return isinstance(event, ImagePreview)
        before, self._message = self._message, self._folder.message()
        if len(before.parts) != len(self._message.parts):
            return False
        jobs = found_jobs(self._message)
        number = self._parts.index(known.part) if known.part in self._parts else -1
        job = jobs[event.job]
        opened = self.opened.get(job.part, False)
        block = self._pictures.block(job, self._message, opened=opened)
        shown = self._blocks[number] if number > 0 else None
        if block is None and shown is None:
            self._pictures.jobs = jobs
            return True
        if block is None or shown is None or type(block) is not type(shown):
            return False
        inner = max(1, self._width - INDENT)
        if number >= len(self._block_tops) - 1 or block.height(inner) != shown.height(inner):
            return False
        self._pictures.jobs, self._blocks[number] = jobs, block
        self._renewed = number if self._renewed is None else min(number, self._renewed)
        return True

    def _add_reasoning(self, number: int, part: ReasoningPart, gap: int) -> None:
        running = part is self._open
        if running:
            self._open_block = len(self._blocks)
            self._cleaner = Cleaner()
            text = self._cleaner.feed(part.text)
        else:
            text = clean(part.text)
        bar = f"{glyphs.THOUGHT} "
        body = TextBlock(text, kind="reasoning", ink="reasoning", first=bar, rest=bar)
        head = thought_words(part.elapsed_s, running=running)
        opened = self.opened.get(number, False)
        self._put(number, FoldBlock("reasoning", head, lambda: body, opened=opened, gap=gap))

    def _add_text(self, number: int, part: TextPart, known: TextSoFar | None, gap: int) -> None:
        """A reply is Markdown; a user's turn stands as it was typed."""
        if part.refusal:
            self._put(number, TextBlock("the model refused:", ink="warning", gap=gap))
            gap = 0
        if self._message.role == "user":
            self._put(number, TextBlock(clean(part.text), gap=gap))
            return
        if known is None:
            known = TextSoFar(self._hand_out)
            self._texts.append(known)
        known.feed(part.text[known.fed_chars :])
        if part is self._open:
            self._open_block = len(self._blocks)
        else:
            known.document.close()
            if known.document.pending:
                self._unfinished.append(len(self._blocks))
        self._put(number, MarkdownBlock(known.document, gap=gap))


def _covering(block: Block) -> "PictureBlock | None":
    """Find out whether pictures of a block are covered until it is opened."""
    if block.kind != "picture":
        return None
    from chat_tui.document.picture_block import PictureBlock

    return block if isinstance(block, PictureBlock) and block.covers else None
