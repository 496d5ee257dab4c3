"""The transcript of a pane, which can be worked with: copied, folded, branched, chosen from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as TextualMessage

from chat_tui.document.block_rows import INDENT
from chat_tui.document.blocks import FoldBlock, MarkdownBlock
from chat_tui.document.choices import Choices, ChoicesBlock
from chat_tui.document.find import Match
from chat_tui.document.rows import GAP_ROWS
from chat_tui.document.sources import SourcesBlock
from chat_tui.document.units import (
    Link,
    Unit,
    link_at,
    reply_source,
    reply_text,
    unit_links,
    unit_text,
    units,
)
from chat_tui.events import Source, SourceRefs
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.widgets.pane.branching import BranchWish
from chat_tui.widgets.picture_actions import PictureKey, PictureSpot, spots_at, spots_of
from chat_tui.widgets.transcript.marks import Cursor
from chat_tui.widgets.transcript.walked_transcript import WalkedTranscript


class ConversationView(WalkedTranscript):
    """The transcript of a pane."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "act"),
        Binding("space", "fold"),
        Binding("c", "copy_block"),
        Binding("C", "copy_reply"),
        Binding("m", "copy_source"),
        Binding("o", "open_links"),
        Binding("e", "branch('edit')", id="branch.edit"),
        Binding("r", "branch('again')", id="branch.again"),
        Binding("f", "branch('fork')", id="branch.fork"),
        Binding("t", "branch('tree')", id="branch.tree"),
        Binding("left_square_bracket", "branch('earlier')", id="branch.earlier"),
        Binding("right_square_bracket", "branch('later')", id="branch.later"),
        Binding("slash", "find"),
        Binding("n", "find_step(1)"),
        Binding("N", "find_step(-1)"),
        Binding("escape,shift+tab", "leave"),
    ]

    @dataclass
    class LinksWanted(TextualMessage):
        """One of these is to be opened."""

        links: Sequence[Link]

    @dataclass
    class SourcesWanted(TextualMessage):
        """What these say is to be shown."""

        sources: Sequence[Source]

    @dataclass
    class PictureWanted(TextualMessage):
        """Something is to be done with one of these pictures."""

        action: PictureKey
        spots: Sequence[PictureSpot]

    class ChoosingWanted(TextualMessage):
        """One of the choices below the last reply is to be taken."""

    @dataclass
    class Chosen(TextualMessage):
        """The mouse has taken a choice below a reply."""

        reply: MessageId
        choices: Choices
        number: int

    @dataclass
    class BranchWanted(TextualMessage):
        """Something is to be done with the branches at a message."""

        wish: BranchWish
        message: MessageId | None
        """Null where the cursor is on none."""

    class PictureReached(TextualMessage):
        """The cursor has gone to a picture, or away from one: other keys matter."""

    class FindWanted(TextualMessage):
        """The reader wants to look for something."""

    @dataclass
    class FindStepWanted(TextualMessage):
        """The reader wants to go to another match."""

        by: int

    class Left(TextualMessage):
        """The keys are to go back to the prompt."""

    def __init__(
        self,
        *,
        measure: int,
        error_hint: str = "",
        welcome_hint: str = "",
        direct: bool = True,
        picture_keys: Mapping[str, PictureKey] | None = None,
    ) -> None:
        """Make an empty one; see `Transcript`.

        Args:
            measure: See there, like the next three.
            error_hint: See there.
            welcome_hint: See there.
            direct: See there.
            picture_keys: What keys do on a picture, in place of what they do elsewhere.
        """
        super().__init__(
            measure=measure, error_hint=error_hint, welcome_hint=welcome_hint, direct=direct
        )
        self._picture_keys = picture_keys or {}

    def add(self, message: Message) -> None:
        super().add(message)
        number = len(self.rows) - 2
        if number >= 0:  # what could be chosen below it cannot be any more
            self._drop_strips(number, range(self.rows.height(number)))

    def show_match(self, match: Match) -> None:
        """Scroll to a match, and open the block that hides it."""
        view = self.rows.view(match.message)
        block = view.blocks[match.block]
        if isinstance(block, FoldBlock) and not block.open and match.end > len(block.text):
            self.toggle(match.message, match.block)
        row = view.row_of(match.block, match.start, self.rows.width)
        self.bring(match.message, range(row, row + 1))
        if self.has_focus:
            self.point_at(match)
        self.repaint()

    def on_key(self, event: events.Key) -> None:
        """On a picture, its own keys come before those of the transcript."""
        action = self._picture_keys.get(event.key)
        if action is not None and (spots := self.pictures_here()):
            event.stop()
            event.prevent_default()
            self.post_message(self.PictureWanted(action, spots))

    def _go(self, number: int, unit: Unit) -> None:
        before = bool(self.pictures_here())
        super()._go(number, unit)
        if before != bool(self.pictures_here()):
            self.post_message(self.PictureReached())

    def pictures_here(self) -> Sequence[PictureSpot]:
        """List the pictures of the block that the keys are on."""
        if (here := self._here()) is None:
            return ()
        number, unit = here
        turn = self.rows.message(number - 1) if number else None
        return spots_at(self.rows.view(number), unit.block, turn)

    def last_pictures(self) -> Sequence[PictureSpot]:
        """List the pictures of the last reply that has some."""
        for number in reversed(range(len(self.rows))):
            turn = self.rows.message(number - 1) if number else None
            if spots := spots_of(self.rows.message(number), turn):
                return spots
        return ()

    def reply_here(self) -> Message | None:
        """The reply that the keys are on, else the last one that has words."""
        here = self.marks.cursor or self._kept_cursor
        numbers = [here.message] if here is not None and here.message < len(self.rows) else []
        for number in (*numbers, *reversed(range(len(self.rows)))):
            message = self.rows.message(number)
            if message.role == "assistant" and message.text.strip():
                return message
        return None

    def go_to(self, message_id: MessageId, number: int) -> bool:
        """Take the keys to a picture.

        Args:
            message_id: The message that it is in.
            number: Of the picture in that, from 1.

        Returns:
            Whether the message is shown.
        """
        place = self.rows.number(message_id)
        if place is None:
            return False
        view = self.rows.view(place)
        there = units(view.blocks)
        for unit in there:
            if any(spot.number == number for spot in spots_at(view, unit.block, None)):
                break
        else:
            unit = there[0] if there else Unit(0)
        self._kept_cursor = Cursor(place, unit.block, unit.first)
        self.focus(scroll_visible=False)
        self._go(place, unit)
        return True

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_act(self) -> None:
        """Do what a block is for: show sources, choose, or else open or close it."""
        if (here := self._here()) is None:
            return
        block = self._blocks(here[0])[here[1].block]
        if isinstance(block, SourcesBlock):
            self.post_message(self.SourcesWanted(block.sources))
        elif isinstance(block, ChoicesBlock):
            if block.waiting:
                self.post_message(self.ChoosingWanted())
        else:
            self.action_fold()

    def show_sources(self) -> None:
        """Show what the last reply that has sources rests on."""
        for number in reversed(range(len(self.rows))):
            for part in self.rows.message(number).parts:
                if isinstance(part, SourceRefs) and part.sources:
                    self.post_message(self.SourcesWanted(part.sources))
                    return
        self.app.notify("no reply here names its sources")

    def action_fold(self) -> None:
        """Open or close the block."""
        if (here := self._here()) is not None:
            self.toggle(here[0], here[1].block)

    def action_copy_block(self) -> None:
        if (here := self._here()) is not None:
            self.app.copy_to_clipboard(unit_text(self._blocks(here[0]), here[1]))

    def action_copy_reply(self) -> None:
        if (here := self._here()) is not None:
            self.app.copy_to_clipboard(reply_text(self._blocks(here[0])))

    def action_copy_source(self) -> None:
        if (here := self._here()) is not None:
            self.app.copy_to_clipboard(reply_source(self._blocks(here[0])))

    def copy_last_reply(self, *, markdown: bool) -> None:
        """Copy the last reply, as text or as Markdown."""
        for number in reversed(range(len(self.rows))):
            if self.rows.message(number).role == "assistant":
                blocks = self._blocks(number)
                text = reply_source(blocks) if markdown else reply_text(blocks)
                self.app.copy_to_clipboard(text)
                return
        self.app.notify("there is no reply yet")

    def action_open_links(self) -> None:
        if (here := self._here()) is not None:
            self.post_message(self.LinksWanted(unit_links(self._blocks(here[0]), here[1])))

    def action_branch(self, wish: BranchWish) -> None:
        """Go to another branch, or make one."""
        here = self._here()
        message = None if here is None else self.rows.message(here[0]).id
        self.post_message(self.BranchWanted(wish, message))

    def action_find(self) -> None:
        self.post_message(self.FindWanted())

    def action_find_step(self, by: int) -> None:
        self.post_message(self.FindStepWanted(by))

    def clicked(self, x: int, y: int) -> None:
        """Open or close a block by its head, take a choice, or open a link."""
        row, width = self._row(y), self.rows.width
        if not len(self.rows) or not self.rows.top(0) <= row < self.rows.total:
            return
        number, index = self.rows.find(row)
        if index >= self.rows.height(number) - GAP_ROWS:
            return
        view = self.rows.view(number)
        spot, inner = view.spot(index, width), max(1, width - INDENT)
        block = view.blocks[spot.block]
        if isinstance(block, FoldBlock):
            head = block.height(inner) - (block.body.height(inner) if block.open else 0)
            if spot.row < head and view.row(index, width):
                if isinstance(block, SourcesBlock) and not block.open:
                    self.post_message(self.SourcesWanted(block.sources))
                else:
                    self.toggle(number, spot.block)
                return
        if isinstance(block, ChoicesBlock):
            choice = block.choice_at(spot.row, x - INDENT, inner)
            if block.waiting and choice is not None:
                self.post_message(self.Chosen(view.id, block.choices, choice))
            return
        url = link_at(view.row(index, width), x)
        leaf = block.leaf_at(spot.row, inner) if isinstance(block, MarkdownBlock) else None
        if url:
            unit = Unit(spot.block) if leaf is None else Unit(spot.block, leaf, leaf + 1)
            links = unit_links(view.blocks, unit)
            self.post_message(self.LinksWanted([link for link in links if link.url == url]))
