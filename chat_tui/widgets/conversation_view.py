"""A transcript that can be worked with: selected by mouse, walked through by keys."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as TextualMessage
from textual.timer import Timer

from chat_tui.document.blocks import Block, FoldBlock, MarkdownBlock
from chat_tui.document.choices import Choices, ChoicesBlock
from chat_tui.document.find import Match
from chat_tui.document.message_view import INDENT
from chat_tui.document.rows import GAP_ROWS
from chat_tui.document.selection import Point, Selection
from chat_tui.document.sources import SourcesBlock
from chat_tui.document.talk_rows import TalkRows
from chat_tui.document.units import (
    Link,
    Unit,
    link_at,
    reply_source,
    reply_text,
    unit_at,
    unit_links,
    unit_rows,
    unit_text,
    units,
)
from chat_tui.events import Source, SourceRefs
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.widgets.branching import BranchWish
from chat_tui.widgets.marks import Cursor
from chat_tui.widgets.mouse_selection import EDGE_S, Grain, MouseSelection
from chat_tui.widgets.picture_actions import PictureKey, PictureSpot, spots_at, spots_of
from chat_tui.widgets.transcript import Transcript


class ConversationView(Transcript, can_focus=True, inherit_bindings=False):
    """The transcript of a pane. Keys reach it only after `enter`; a click leaves them alone."""

    FOCUS_ON_CLICK = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)"),
        Binding("down,j", "move(1)"),
        Binding("home", "edge(-1)"),
        Binding("end", "edge(1)"),
        Binding("enter", "act"),
        Binding("space", "fold"),
        Binding("c", "copy_block"),
        Binding("C", "copy_reply"),
        Binding("m", "copy_source"),
        Binding("o", "open_links"),
        Binding("e", "branch('edit')"),
        Binding("r", "branch('again')"),
        Binding("f", "branch('fork')"),
        Binding("t", "branch('tree')"),
        Binding("left_square_bracket", "branch('earlier')"),
        Binding("right_square_bracket", "branch('later')"),
        Binding("slash", "find"),
        Binding("n", "find_step(1)"),
        Binding("N", "find_step(-1)"),
        Binding("escape,shift+tab", "leave"),
    ]

    @dataclass
    class Selected(TextualMessage):
        """The mouse has selected something, or nothing any more."""

        anything: bool

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
        self.rows = TalkRows(error_hint=error_hint)
        self._mouse = MouseSelection(self.rows)
        self._picture_keys = picture_keys or {}
        self._presses = 0
        self._pressed_s = 0.0
        self._pressed_at = (-1, -1)
        self._mouse_at = (0, 0)
        """Column and row of this widget, where a held mouse is."""
        self._edge_timer: Timer | None = None
        self._kept_cursor: Cursor | None = None
        """The cursor while the keys are somewhere else for a moment."""

    @property
    def selected_text(self) -> str:
        selection = self.marks.selection
        return selection.text(self._blocks) if selection is not None else ""

    def show(self, messages: Iterable[Message]) -> None:
        if self.marks.selection is not None:
            self.post_message(self.Selected(False))
        self._let_go()
        super().show(messages)

    def add(self, message: Message) -> None:
        super().add(message)
        number = len(self.rows) - 2
        if number >= 0:  # what could be chosen below it cannot be any more
            self._drop_strips(number, 0)

    def select(self, selection: Selection | None) -> None:
        """Select something, or nothing."""
        selection = None if selection is None or selection.empty else selection
        if selection != self.marks.selection:
            self.marks.selection = selection
            self.repaint()

    def top_point(self) -> Point:
        """What stands at the upper edge."""
        return Point(self.rows.find(int(self.scroll_y)).message, 0, 0)

    def show_match(self, match: Match) -> None:
        """Scroll to a match, and open the block that hides it."""
        view = self.rows.view(match.message)
        block = view.blocks[match.block]
        if isinstance(block, FoldBlock) and not block.open and match.end > len(block.text):
            self.toggle(match.message, match.block)
        row = view.row_of(match.block, match.start, self.rows.width)
        self.bring(match.message, range(row, row + 1))
        self.repaint()

    def enter(self) -> None:
        """Take the keys, with the cursor on the last block."""
        self._kept_cursor = None
        self.focus(scroll_visible=False)

    def on_focus(self) -> None:
        self.marks.cursor = self._kept_cursor
        if self._kept_cursor is None:
            self.action_edge(1)
        self.repaint()

    def on_blur(self) -> None:
        self._kept_cursor, self.marks.cursor = self.marks.cursor, None
        self.repaint()

    def on_key(self, event: events.Key) -> None:
        """On a picture, its own keys come before those of the transcript."""
        action = self._picture_keys.get(event.key)
        if action is not None and (spots := self.pictures_here()):
            event.stop()
            event.prevent_default()
            self.post_message(self.PictureWanted(action, spots))

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

    def action_move(self, by: int) -> None:
        """Go to the next block; through one that is higher than the view, half a page at a time."""
        here = self._here()
        if here is None:
            self.action_edge(1)
            return
        number, unit = here
        shown = unit_rows(self.rows.view(number), unit, self.rows.width)
        top, height = int(self.scroll_y) - self.rows.top(number), self.size.height
        if shown.stop > top + height if by > 0 else shown.start < top:
            self.scroll_relative(y=by * max(1, height // 2), animate=False, immediate=True)
            return
        there = units(self._blocks(number))
        at = there.index(unit) + by if unit in there else -1
        while not 0 <= at < len(there):
            number += by
            if not 0 <= number < len(self.rows):
                return
            there = units(self._blocks(number))
            at = 0 if by > 0 else len(there) - 1
        self._go(number, there[at])

    def action_edge(self, by: int) -> None:
        """Go to the first block, or to the last."""
        numbers = range(len(self.rows))
        for number in reversed(numbers) if by > 0 else numbers:
            if there := units(self._blocks(number)):
                self._go(number, there[-1 if by > 0 else 0])
                return

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

    def show_message(self, message_id: MessageId) -> None:
        """Scroll to a message, with the cursor on its first block."""
        number = self.rows.number(message_id)
        if number is None:
            return
        self.bring(number, range(1))
        there = units(self._blocks(number))
        if there:
            cursor = Cursor(number, there[0].block, there[0].first)
            if self.has_focus:
                self.marks.cursor = cursor
            else:
                self._kept_cursor = cursor
        self.repaint()

    def action_find(self) -> None:
        self.post_message(self.FindWanted())

    def action_find_step(self, by: int) -> None:
        self.post_message(self.FindStepWanted(by))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button != 1 or not self.rows.width or not len(self.rows):
            return
        event.stop()
        at = (event.x, event.y)
        again = event.time - self._pressed_s <= self.app.CLICK_CHAIN_TIME_THRESHOLD
        self._presses = self._presses % 3 + 1 if again and at == self._pressed_at else 1
        self._pressed_s, self._pressed_at, self._mouse_at = event.time, at, at
        self.capture_mouse()
        self.select(self._mouse.press(self._row(event.y), event.x, Grain(self._presses)))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if not self._mouse.held:
            return
        event.stop()
        self._mouse_at = (event.x, event.y)
        if not 0 <= event.y < self.size.height and self._edge_timer is None:
            self._edge_timer = self.set_interval(EDGE_S, self._scroll_at_edge)
        self._drag()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if not self._mouse.held:
            return
        event.stop()
        clicked = self._presses == 1 and not self._mouse.moved
        self._let_go()
        self.post_message(self.Selected(self.marks.selection is not None))
        if clicked:
            self._click(event.x, event.y)

    def on_mouse_release(self) -> None:
        self._let_go()

    def _let_go(self) -> None:
        if self._mouse.held:
            self._mouse.release()
            self.release_mouse()
        if self._edge_timer is not None:
            self._edge_timer.stop()
            self._edge_timer = None

    def _scroll_at_edge(self) -> None:
        """Scroll the faster the farther away the mouse is."""
        y, height = self._mouse_at[1], self.size.height
        beyond = y if y < 0 else max(0, y - height + 1)
        if beyond:
            self.scroll_relative(y=beyond, animate=False, immediate=True)
            self._drag()

    def _drag(self) -> None:
        self.select(self._mouse.drag(self._row(self._mouse_at[1]), self._mouse_at[0]))

    def _row(self, y: int) -> int:
        return int(self.scroll_y) + max(0, min(y, self.size.height - 1))

    def _click(self, x: int, y: int) -> None:
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
        if url and leaf is not None:
            links = unit_links(view.blocks, Unit(spot.block, leaf, leaf + 1))
            self.post_message(self.LinksWanted([link for link in links if link.url == url]))

    def _here(self) -> tuple[int, Unit] | None:
        """The message and the unit that the cursor is on."""
        cursor = self.marks.cursor
        if cursor is None or cursor.message >= len(self.rows):
            return None
        unit = unit_at(self._blocks(cursor.message), cursor.block, cursor.leaf)
        return None if unit is None else (cursor.message, unit)

    def _go(self, number: int, unit: Unit) -> None:
        self.marks.cursor = Cursor(number, unit.block, unit.first)
        self.bring(number, unit_rows(self.rows.view(number), unit, self.rows.width))
        self.repaint()

    def _blocks(self, number: int) -> Sequence[Block]:
        return self.rows.view(number).blocks
