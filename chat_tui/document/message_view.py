"""The rows of one message; while it streams, text goes to the end of its last block."""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from chat_tui import glyphs
from chat_tui.document.block import Block
from chat_tui.document.block_rows import INDENT, BlockRows
from chat_tui.document.blocks import FoldBlock, MarkdownBlock
from chat_tui.document.message_blocks import MessageBlocks
from chat_tui.document.message_words import header_words
from chat_tui.document.open_part import takes
from chat_tui.document.pictures.message_pictures import MessagePictures, found_jobs
from chat_tui.document.pictures.picture_slots import pictures_are_drawn
from chat_tui.document.spans import Span
from chat_tui.events import (
    Approval,
    Finished,
    FollowUps,
    ImagePreview,
    ImageProgress,
    ImageResult,
    ReasoningDelta,
    Started,
    StreamError,
    StreamEvent,
    TextDelta,
    Usage,
)
from chat_tui.folding import Folder
from chat_tui.message import Message

if TYPE_CHECKING:
    from chat_tui.document.code.highlight import HandOut
    from chat_tui.document.pictures.job_times import RunTimes
    from chat_tui.document.pictures.picture_block import PictureBlock

_INDENT_SPAN = Span(" " * INDENT, "text")


class MessageView(BlockRows):
    """The rows of one message, whole or still streaming."""

    __slots__ = ("_anew", "_folder", "_made", "_message", "_pictures", "_renewed", "id", "provider")

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
        self._folder = Folder(message)
        self._message = message
        drawn = pictures_are_drawn() if pictures is None else pictures
        self._pictures = MessagePictures(message, drawn=drawn, asked=asked, runs=runs, clock=clock)
        self._made = MessageBlocks(
            self._pictures, error_hint=error_hint, note=note, opened=opened or {}, hand_out=hand_out
        )
        self._renewed: int | None = None
        """The first block that was replaced by one of the same height."""
        self._make_blocks()
        while self.pending:
            self.commit()
        self._anew = False
        """All blocks were made anew since the last commit."""

    @property
    def message(self) -> Message:
        """The message as it stands."""
        return self._folder.message()

    @property
    def running(self) -> bool:
        """More may come."""
        return self._message.status == "streaming"

    @property
    def blocks(self) -> Sequence[Block]:
        return self._blocks

    @property
    def opened(self) -> dict[int, bool]:
        """Which parts, by their numbers, the reader opened or closed."""
        return self._made.opened

    @property
    def answer(self) -> Message | None:
        """The turn that followed; null while there is none."""
        return self._made.answer

    @property
    def pending(self) -> bool:
        """There is text to commit."""
        block = self._blocks[self._made.growing]
        return isinstance(block, MarkdownBlock) and block.document.pending

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
        from chat_tui.document.pictures.picture_making import ticking_row

        found: list[int] = []
        for top, block in zip(self._block_tops, self._blocks, strict=False):
            row = ticking_row(block, max(1, width - INDENT)) if block.kind == "picture" else None
            if row is not None:
                found.append(top + row)
        return found

    def part_of(self, block: int) -> int:
        """Say which part of the message a block shows; -1 for none."""
        return self._made.parts[block]

    def answered_by(self, turn: Message) -> None:
        """Take in the turn that followed: what could be chosen cannot be any more."""
        self._made.answer = turn
        self._message = self._folder.message()
        if any(isinstance(part, Approval | FollowUps) for part in self._message.parts):
            self._make_blocks()

    def feed(self, events: Iterable[StreamEvent]) -> None:
        """Take in more of the reply; `commit` brings it to the rows."""
        rebuild, ended = False, not self.running
        for event in events:
            self._folder.add(event)
            match event:
                case TextDelta() | ReasoningDelta() if (
                    takes(self._made.open, event) and not rebuild
                ):
                    self._made.grow(event)
                case Started() if header_words(self._folder.message()) != self._made.header:
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
            self._make_blocks()

    def name_again(self) -> bool:
        """Take in that names of models have become known; `commit` brings it to the rows.

        Returns:
            Whether the header is another one now.
        """
        if header_words(self._message) == self._made.header:
            return False
        self._message = self._folder.message()
        self._make_blocks()
        return True

    def commit(self, budget_chars: int = 12_000) -> int | None:
        """Bring the rows up to date.

        Args:
            budget_chars: The most text that is looked at now; `pending` says if there is more.

        Returns:
            The first row that changed, for the width that was asked for last; null if none did.
        """
        made = self._made
        number = made.growing
        block = self._blocks[number]
        grows = made.open is not None or bool(made.unfinished)
        leaf: int | None = 0
        if isinstance(block, MarkdownBlock):
            leaf = block.document.commit(budget_chars)
            if leaf is not None:
                block.forget_from(leaf)
            if made.unfinished and not block.document.pending:
                del made.unfinished[0]
        renewed, self._renewed = self._renewed, None
        if self._anew or not self._block_tops:  # made anew, or opened, or never measured
            self._anew = False
            self._block_tops.clear()
            return 0
        above = None if renewed is None else self._block_tops[renewed]
        if not grows or leaf is None:
            return above
        if number >= len(self._block_tops):  # one above it has just been finished
            self.height(self._width)
        top = self._block_tops[number]
        del self._block_tops[number + 1 :]
        if isinstance(block, MarkdownBlock):
            top += block.changed_row(leaf, max(1, self._width - INDENT))
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
        self.opened[self.part_of(block)] = opens.open
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

    def _make_blocks(self) -> None:
        """Make all blocks from the message as it stands."""
        self._made.make(self._message)
        self._blocks = self._made.blocks
        self._block_tops.clear()
        self._anew = True
        self._renewed = None

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
        jobs, parts = found_jobs(self._message), self._made.parts
        number = parts.index(known.part) if known.part in parts else -1
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


def _covering(block: Block) -> "PictureBlock | None":
    """Find out whether pictures of a block are covered until it is opened."""
    if block.kind != "picture":
        return None
    from chat_tui.document.pictures.picture_block import PictureBlock

    return block if isinstance(block, PictureBlock) and block.covers else None
