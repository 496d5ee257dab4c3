"""Messages as a source has them become a conversation of ours."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.events import Finished, ToolCall
from chat_tui.ids import ConversationId, MessageId
from chat_tui.importing.found import Fetch, Found, Item, Said, Source, Unusable
from chat_tui.importing.keys import derived_id
from chat_tui.importing.values import words
from chat_tui.message import Message, Part, TextPart

NO_MESSAGES: Final = "it has no messages"
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_NOTHING: Final = TextPart("")


def build(
    source: Source,
    key: str,
    said: Iterable[Said],
    *,
    title: str = "",
    created: datetime | None = None,
    leaf: str | None = None,
    system_prompt: str = "",
    files: Mapping[str, Fetch] | None = None,
    left_out: Counter[str] | None = None,
) -> Item:
    """Build the tree, with ids that follow from the source's.

    What a reply said in several messages one after another, with the results of tools between
    them, becomes one reply; where it branches, a new one begins.

    Args:
        source: Whose form it is.
        key: The id of the conversation there, or the hash of its content.
        said: In any order. Those without parts are passed over: what follows them follows the
            one before them.
        title: As somebody named it.
        created: When it began; the first message's time when left out.
        leaf: The key of the message that is shown last; the last one when left out.
        system_prompt: What the provider is told before the first turn.
        files: See `Found`.
        left_out: See `Found`.

    Returns:
        The conversation, or why it is none.
    """
    conversation_id = ConversationId(derived_id(source, key))
    by_key = {one.key: one for one in said}
    for one in by_key.values():
        one.parts = [part for part in one.parts if part != _NOTHING]
    order = _parents_first(by_key)
    if order is None:
        return Unusable("its messages follow each other in a ring")
    children = Counter(_parent(by_key, one) for one in order if one.parts)
    messages: dict[str, Message] = {}
    stands_for: dict[str, str] = {}
    """By the key of each message, the key of the one that it became part of."""
    begun = created or next((one.created for one in order if one.created), None) or _EARLIEST
    for one in order:
        above = stands_for.get(one.parent or "")
        before = messages[above] if above is not None else None
        if not one.parts:
            if above is not None:
                stands_for[one.key] = above
            continue
        if (
            before is not None
            and above is not None
            and one.role == before.role == "assistant"
            and children[_parent(by_key, one)] == 1
        ):
            messages[above] = _joined(before, one)
            stands_for[one.key] = above
            continue
        messages[one.key] = Message(
            id=MessageId(derived_id(source, key, one.key)),
            parent=before.id if before is not None else None,
            role=one.role,
            parts=_parts(one.parts),
            created=one.created or (before.created + _TICK if before is not None else begun),
            provider=words(one.provider),
            model=words(one.model),
            usage=one.usage,
            outcome=(one.outcome or Finished("stop")) if one.role == "assistant" else None,
        )
        stands_for[one.key] = one.key
    if not messages:
        return Unusable(NO_MESSAGES)
    conversation = Conversation(
        conversation_id,
        title=words(title),
        created=created or min(message.created for message in messages.values()),
        messages=messages.values(),
        system_prompt=words(system_prompt),
    )
    if leaf in stands_for:
        conversation.show(messages[stands_for[leaf]].id)
    return Found(conversation, source, files or {}, left_out or Counter())


def in_a_row(said: Iterable[Said]) -> Iterable[Said]:
    """Let each message follow the one before it."""
    parent: str | None = None
    for one in said:
        one.parent, parent = parent, one.key
        yield one


def _parent(by_key: Mapping[str, Said], one: Said) -> str | None:
    """The nearest message above that says something."""
    above = by_key.get(one.parent or "")
    while above is not None and not above.parts:
        above = by_key.get(above.parent or "")
    return None if above is None else above.key


def _parents_first(by_key: Mapping[str, Said]) -> list[Said] | None:
    """The messages, each after its parent, siblings in their order; null where there is a ring."""
    children: dict[str | None, list[Said]] = {}
    for one in by_key.values():
        children.setdefault(one.parent if one.parent in by_key else None, []).append(one)
    order: list[Said] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        one = waiting.pop()
        order.append(one)
        waiting.extend(reversed(children.get(one.key, [])))
    return order if len(order) == len(by_key) else None


def _joined(message: Message, more: Said) -> Message:
    return msgspec.structs.replace(
        message,
        parts=_parts((*message.parts, *more.parts)),
        model=message.model or words(more.model),
        usage=more.usage or message.usage,
        outcome=more.outcome or message.outcome,
    )


def _parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Give each tool call its result, which comes later as a call without a name."""
    kept: list[Part] = []
    places: dict[str, int] = {}
    for part in parts:
        if isinstance(part, ToolCall):
            if part.id in places and part.name == "":
                call = kept[places[part.id]]
                kept[places[part.id]] = msgspec.structs.replace(
                    call, output=part.output, state=part.state
                )
                continue
            places[part.id] = len(kept)
        kept.append(part)
    return tuple(kept)
