"""All branches of a conversation as a tree; Enter shows the path through a message."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from chat_tui import glyphs
from chat_tui.conversation import Conversation, first_words
from chat_tui.document.message_words import header_words, lineage_words
from chat_tui.events import ImageResult
from chat_tui.ids import MessageId
from chat_tui.message import Lineage, Message
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.text import clean_line
from chat_tui.widgets.row_list import Line, Piece, RowList

STEP: Final = 2
MOST_DEEP: Final = 20
"""Deeper branches stand no farther to the right."""
_WORDS_CHARS: Final = 200
_READ_CHARS: Final = 1000
_MARKS: Final = re.compile(r"`+|\*\*|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|^#+ ", re.MULTILINE)
"""What Markdown writes around words, and before headings."""


class Branch(NamedTuple):
    """A message in the tree."""

    message: MessageId
    depth: int
    """How many times the path to it parted."""


def tree(conversation: Conversation) -> list[Branch]:
    """Put all messages in the order in which a tree of them is read.

    Only where a path parts does it go one step to the right: a talk without branches is straight.
    """
    found: list[Branch] = []
    waiting = [Branch(root, 0) for root in reversed(conversation.children(None))]
    if len(waiting) > 1:
        waiting = [branch._replace(depth=1) for branch in waiting]
    while waiting:
        branch = waiting.pop()
        found.append(branch)
        children = conversation.children(branch.message)
        depth = branch.depth + (len(children) > 1)
        waiting += [Branch(child, depth) for child in reversed(children)]
    return found


class BranchesScreen(Dialog[MessageId]):
    """A list with an indentation for each time that the talk parted."""

    DEFAULT_CSS = """
    BranchesScreen {
        & > Box { width: 100; height: 90%; max-height: 100%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,t", "leave", "Leave", priority=True),
        Binding("enter", "choose", "Show", priority=True),
        Binding("left_square_bracket", "step(-1)", show=False, priority=True),
        Binding("right_square_bracket", "step(1)", show=False, priority=True),
        Binding("p", "origin", show=False, priority=True),
    ]

    def __init__(self, conversation: Conversation, at: MessageId | None) -> None:
        """Show a tree.

        Args:
            conversation: As it stands.
            at: Where the cursor is first.
        """
        super().__init__()
        self._conversation = conversation
        self._branches = tree(conversation)
        self._path = {message.id for message in conversation.path()}
        self._first = next(
            (number for number, branch in enumerate(self._branches) if branch.message == at), 0
        )

    def compose(self) -> ComposeResult:
        made_from = any(_lineage(message) is not None for message in self._conversation)
        origin = "   p made from" if made_from else ""
        with Box("branches"):
            yield RowList()
            yield Static(
                f"Enter show   [ ] other branch{origin}   Esc leave",
                classes="note",
                markup=False,
            )

    def on_mount(self) -> None:
        rows = self.query_one(RowList)
        rows.show(len(self._branches), self._draw, cursor=self._first)
        rows.focus()

    @property
    def branches(self) -> Sequence[Branch]:
        """What the list shows, from the top."""
        return self._branches

    def _draw(self, number: int) -> Sequence[Line]:
        message_id, depth = self._branches[number]
        message = self._conversation[message_id]
        on_path = message_id in self._path
        mark = glyphs.DONE if on_path else glyphs.NOT_YET
        who, clock = header_words(message)
        left = [
            Piece(" " * STEP * min(depth, MOST_DEEP)),
            Piece(f"{mark} ", "accent" if on_path else "dim"),
            Piece(f"{who}  ", "strong" if message.role == "user" else "dim"),
            Piece(_words(message), "text" if on_path else "dim"),
        ]
        if (lineage := _lineage(message)) is not None:
            left.append(Piece(f"  {lineage_words(lineage)}", "accent" if on_path else "dim"))
        which, of = self._conversation.place_among_siblings(message_id)
        place = f"{which}/{of}  " if of > 1 else ""
        return (Line(left, (Piece(f"{place}{clock}", "dim"),)),)

    @on(RowList.Chosen)
    def _on_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.action_choose()

    def action_choose(self) -> None:
        number = self.query_one(RowList).cursor
        if number is not None:
            self.dismiss(self._branches[number].message)

    def action_step(self, by: int) -> None:
        """Go to the branch before or after the one under the cursor."""
        rows = self.query_one(RowList)
        if (number := rows.cursor) is None:
            return
        wanted = self._conversation.sibling(self._branches[number].message, by)
        rows.go(self._number_of(wanted))

    def action_origin(self) -> None:
        """Go to the message that the one under the cursor, or what it answers, was made from."""
        rows = self.query_one(RowList)
        if (number := rows.cursor) is None:
            return
        message: Message | None = self._conversation[self._branches[number].message]
        while message is not None:
            lineage = _lineage(message)
            if lineage is not None and lineage.message in self._conversation:
                rows.go(self._number_of(lineage.message))
                return
            message = self._conversation[message.parent] if message.parent is not None else None
            if message is not None and message.role == "assistant":
                return  # an earlier turn is another matter

    def _number_of(self, message: MessageId) -> int:
        return next(n for n, branch in enumerate(self._branches) if branch.message == message)


def _words(message: Message) -> str:
    text = message.text[:_READ_CHARS]
    if message.role == "assistant":  # a turn stands as it was typed
        text = _MARKS.sub("", text)
    words = clean_line(first_words(text), _WORDS_CHARS)
    if words:
        return words
    if message.role != "assistant":
        return ""
    pictures = [part for part in message.parts if isinstance(part, ImageResult)]
    if not pictures:
        return message.status
    count = "picture" if len(pictures) == 1 else f"{len(pictures)} pictures"
    seed = pictures[0].seed
    return count if seed is None else f"{count} {glyphs.DOT} seed {seed}"


def _lineage(message: Message) -> Lineage | None:
    return next((part for part in message.parts if isinstance(part, Lineage)), None)
