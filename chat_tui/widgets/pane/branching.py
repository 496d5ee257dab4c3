"""Branches in a pane: turns said otherwise, replies made again, and the way between them.

Nothing is ever overwritten: whatever is said or answered again stands beside what was there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never

from chat_tui.errors import ChatTuiError
from chat_tui.ids import MessageId
from chat_tui.text import clean

if TYPE_CHECKING:
    from chat_tui.message import Message
    from chat_tui.widgets.pane.pane import Pane

BranchWish: TypeAlias = Literal["edit", "again", "fork", "tree", "earlier", "later"]
"""What is to be done with a message: say it otherwise, answer it again, make a conversation of its
own from there, show all branches, or go to the branch before or after it."""

EDITING: Final = "Enter sends it as a branch, Esc leaves it"


class CannotBranch(ChatTuiError):
    """There is no branch to be made, or to go to."""


class Branching:
    """What a pane does with branches; it belongs to the pane."""

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self.editing: MessageId | None = None
        """The turn that is being said otherwise."""
        self._draft = ""
        """What stood in the prompt before."""

    def mark(self, message_id: MessageId) -> str:
        """Say which branch a message stands for, as `2/3`; empty where there is but one."""
        conversation = self._pane.session.conversation
        if message_id not in conversation:
            return ""
        which, of = conversation.place_among_siblings(message_id)
        return f"{which}/{of}" if of > 1 else ""

    async def follow(self, wish: BranchWish, message_id: MessageId | None) -> None:
        """Do what is wished.

        Args:
            wish: What.
            message_id: With which message; null where the cursor is on none: then the last one
                with which it can be done.

        Raises:
            CannotBranch: with none.
        """
        match wish:
            case "edit":
                self.edit(self._turn(message_id))
            case "again":
                await self._pane.sending.regenerate(self._turn(message_id))
            case "fork":
                self.fork(message_id)
            case "tree":
                self.show_tree(message_id)
            case "earlier" | "later":
                await self.flip(message_id, 1 if wish == "later" else -1)
            case _:
                assert_never(wish)

    def edit(self, turn: Message) -> None:
        """Put a turn into the prompt, to be sent as a branch beside it."""
        prompt = self._pane.prompt
        if self.editing is None:
            self._draft = prompt.text
        prompt.clear()
        if turn.attachments:
            prompt.attaching.set_aside(turn.text, turn.attachments)
        prompt.give_back(clean(turn.text))
        prompt.focus()
        self.editing = turn.id
        self._pane.status.note(EDITING)
        self._pane.tell_stop()

    def leave(self) -> bool:
        """Leave the turn as it was, and have back what stood in the prompt before.

        Returns:
            Whether one was being said otherwise.
        """
        if self.editing is None:
            return False
        self.sent()
        self._pane.prompt.text = ""
        self._pane.prompt.give_back(self._draft)
        return True

    def sent(self) -> None:
        """The turn has been sent, or another conversation is shown."""
        if self.editing is not None:
            self.editing = None
            self._pane.status.note("")
            self._pane.tell_stop()

    def go_back(self) -> None:
        """Show the path up to where the turn that is being said otherwise stands."""
        session = self._pane.session
        conversation = session.conversation
        if self.editing is not None and self.editing in conversation and not session.running:
            conversation.show(conversation[self.editing].parent)

    async def flip(self, message_id: MessageId | None, by: int) -> None:
        """Show another branch at the place of a message, or of the last one that has some."""
        conversation = self._pane.session.conversation
        at = message_id
        if at is None or len(conversation.siblings(at)) < 2:
            path = conversation.path() if conversation.branched else ()
            at = next(
                (one.id for one in reversed(path) if len(conversation.siblings(one.id)) > 1), None
            )
        if at is None:
            raise CannotBranch(
                "there are no branches here", hint="e edits a turn, r answers again: both make one"
            )
        await self.show(conversation.sibling(at, by))

    async def show(self, message_id: MessageId) -> None:
        """Show the path through a message, as it was seen last, with the message in sight."""
        pane = self._pane
        await pane.comparing.choose()
        await pane.session.show(pane.session.conversation.leaf_below(message_id))
        pane.transcript.show_message(message_id)

    def fork(self, message_id: MessageId | None) -> None:
        """Make a conversation of its own from the path up to a message."""
        session = self._pane.session
        at = message_id or session.conversation.leaf
        if at is None:
            raise CannotBranch("there is nothing to fork yet")
        if session.running and session.reply is not None and at == session.reply.id:
            raise CannotBranch("this reply is still running", hint="Esc stops it")
        self._pane.post_message(self._pane.Forked(session.conversation.fork(at), self._pane))

    def show_tree(self, message_id: MessageId | None) -> None:
        """Have all branches shown, with the cursor on a message."""
        conversation = self._pane.session.conversation
        if not len(conversation):
            raise CannotBranch("nothing has been said yet")
        at = message_id or conversation.leaf
        self._pane.post_message(self._pane.TreeWanted(at, self._pane))

    def _turn(self, message_id: MessageId | None) -> Message:
        """The user's turn that a message is, or answers; the last one where there is none."""
        conversation = self._pane.session.conversation
        for message in reversed(conversation.path(message_id)):
            if message.role == "user":
                return message
        raise CannotBranch("nothing has been said yet")
