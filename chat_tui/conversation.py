"""A conversation: a tree of messages and the path through it that is shown.

Nothing is ever overwritten: editing a turn or regenerating a reply adds a sibling.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from chat_tui.ids import ConversationId, MessageId, new_conversation_id, new_message_id
from chat_tui.message import Message

TITLE_MAX_CHARS = 60


class Conversation:
    """The tree. Messages in it are values; the tree itself changes as the talk goes on."""

    def __init__(
        self,
        id: ConversationId | None = None,  # noqa: A002 - the field's word for it
        *,
        title: str = "",
        created: datetime | None = None,
        messages: Iterable[Message] = (),
        leaf: MessageId | None = None,
        system_prompt: str = "",
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        """Build the tree.

        Args:
            id: Made anew when left out.
            title: Left empty, it is the first words of the first turn.
            created: UTC; now when left out.
            messages: Parents before their children.
            leaf: The end of the path that is shown; the last message when left out.
            system_prompt: What the provider is told before the first turn.
            parameters: For the body of every request, over those of the provider.

        Raises:
            ValueError: a message's parent is not in the tree, or an id stands twice.
        """
        self.id = id or new_conversation_id()
        self.created = created or datetime.now(UTC)
        self.system_prompt = system_prompt
        self.parameters: Mapping[str, object] = parameters or {}
        self._title = title
        self._messages: dict[MessageId, Message] = {}
        self._children: dict[MessageId | None, list[MessageId]] | None = None
        """Null until somebody asks: in a long conversation they take time and memory."""
        self._leaf: MessageId | None = None
        self._path: tuple[Message, ...] | None = None
        """The shown path, if somebody asked since it last changed."""
        self._last_shown: dict[MessageId | None, MessageId] = {}
        """Which child of a message stood on a path that was shown before."""
        self._take(messages)
        if leaf is not None:
            self.show(leaf)

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Message]:
        return iter(self._messages.values())

    def __contains__(self, message_id: object) -> bool:
        return message_id in self._messages

    def __getitem__(self, message_id: MessageId) -> Message:
        return self._messages[message_id]

    @property
    def leaf(self) -> MessageId | None:
        """The last message of the path that is shown."""
        return self._leaf

    @property
    def title(self) -> str:
        return self._title or self._first_words()

    @title.setter
    def title(self, title: str) -> None:
        self._title = title

    @property
    def named(self) -> bool:
        """Somebody chose the title."""
        return bool(self._title)

    def without_messages(self) -> "Conversation":
        """The same conversation before anything was said."""
        return self.with_messages(())

    def with_messages(self, messages: Iterable[Message]) -> "Conversation":
        """The same conversation with other messages, parents before their children."""
        return Conversation(
            self.id,
            title=self._title,
            created=self.created,
            messages=messages,
            system_prompt=self.system_prompt,
            parameters=self.parameters,
        )

    def add(self, message: Message) -> None:
        """Add a message below its parent and show it.

        Raises:
            ValueError: its parent is not in the tree, or its id already is.
        """
        self._take((message,))

    def update(self, message: Message) -> None:
        """Put in the later state of a message that is already there.

        Raises:
            KeyError: it is not there.
            ValueError: it has another parent now.
        """
        if self._messages[message.id].parent != message.parent:
            raise ValueError(f"message {message.id!r} cannot move to another parent")
        self._messages[message.id] = message
        self._path = None

    def show(self, leaf: MessageId | None) -> None:
        """Choose the path that ends at `leaf`; null shows nothing yet.

        Raises:
            KeyError: no such message.
        """
        if leaf is not None and leaf not in self._messages:
            raise KeyError(leaf)
        if self._path is not None:  # somebody looked at it, and may come back to it
            self._last_shown.update({message.parent: message.id for message in self._path})
        self._leaf = leaf
        self._path = None

    def path(self, to: MessageId | None = None) -> tuple[Message, ...]:
        """The messages from the root to `to`, root first; to the leaf when left out."""
        if to and to != self._leaf:
            return self._path_to(to)
        if self._path is None:
            self._path = self._path_to(self._leaf)
        return self._path

    def children(self, message_id: MessageId | None) -> tuple[MessageId, ...]:
        """What follows a message, oldest first; the roots for null."""
        if self._children is None:
            self._children = {}
            for message in self._messages.values():
                self._children.setdefault(message.parent, []).append(message.id)
        return tuple(self._children.get(message_id, ()))

    def siblings(self, message_id: MessageId) -> tuple[MessageId, ...]:
        """All branches at the place of a message, itself among them, oldest first."""
        return self.children(self._messages[message_id].parent)

    @property
    def branched(self) -> bool:
        """There is more than the shown path."""
        return len(self.path()) < len(self._messages)

    def place_among_siblings(self, message_id: MessageId) -> tuple[int, int]:
        """Which of how many branches a message stands for, from 1 on."""
        if not self.branched:
            return 1, 1
        siblings = self.siblings(message_id)
        return siblings.index(message_id) + 1, len(siblings)

    def sibling(self, message_id: MessageId, by: int) -> MessageId:
        """Another branch at the place of a message; after the last comes the first."""
        siblings = self.siblings(message_id)
        return siblings[(siblings.index(message_id) + by) % len(siblings)]

    def leaf_below(self, message_id: MessageId) -> MessageId:
        """The end of the path through a message that was shown last; else of the newest one."""
        while children := self.children(message_id):
            message_id = self._last_shown.get(message_id, children[-1])
        return message_id

    def fork(self, to: MessageId) -> "Conversation":
        """Make a conversation of its own from the path that ends at a message.

        What was said stays as it is; conversation and messages have ids of their own.

        Raises:
            KeyError: no such message.
        """
        fork = Conversation(
            title=self._title, system_prompt=self.system_prompt, parameters=self.parameters
        )
        for message in self.path(to):
            fork.add(msgspec.structs.replace(message, id=new_message_id(), parent=fork.leaf))
        return fork

    def _take(self, messages: Iterable[Message]) -> None:
        """Add messages, each below its parent, and show the last one."""
        known, children = self._messages, self._children
        message_id = self._leaf
        for message in messages:
            message_id, parent = message.id, message.parent
            if message_id in known:
                raise ValueError(f"message {message_id!r} is already in the conversation")
            if parent is not None and parent not in known:
                raise ValueError(f"parent {parent!r} is not in the conversation")
            known[message_id] = message
            if children is not None:
                children.setdefault(parent, []).append(message_id)
        self._leaf = message_id
        self._path = None

    def _path_to(self, leaf: MessageId | None) -> tuple[Message, ...]:
        path: list[Message] = []
        known = self._messages
        while leaf is not None:
            message = known[leaf]
            path.append(message)
            leaf = message.parent
        path.reverse()
        return tuple(path)

    def _first_words(self) -> str:
        for message in self._messages.values():
            if message.role == "user":
                return first_words(message.text)
        return ""


def first_words(text: str) -> str:
    """Make a title of what was said: whole words, at most `TITLE_MAX_CHARS` characters."""
    words = " ".join(text.split())
    if len(words) <= TITLE_MAX_CHARS:
        return words
    return words[: TITLE_MAX_CHARS - 1].rsplit(" ", 1)[0] + "…"
