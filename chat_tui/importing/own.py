"""Our own documents read back: JSON with all branches, and Markdown with `assets/`."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.events import Finished, ImageResult
from chat_tui.ids import ConversationId, MessageId
from chat_tui.importing.found import Fetch, Found, Item, Unusable
from chat_tui.importing.keys import own_id
from chat_tui.importing.opened import Document
from chat_tui.message import Attachment, Lineage, Message, Part
from chat_tui.transcripts.enclosed import ASSETS
from chat_tui.transcripts.json_form import Document as Transcript
from chat_tui.transcripts.json_form import conversation_in
from chat_tui.transcripts.read_markdown import from_markdown

MAX_PAGE_BYTES: Final = 256 << 20
"""A page of Markdown is read as a whole."""


def is_own_json(value: Mapping[str, Any]) -> bool:
    """Whether a value of JSON is a transcript of ours."""
    return value.get("format") == "chat-tui"


def from_own_json(value: Mapping[str, Any]) -> Item:
    """Read a transcript with all its branches."""
    try:
        transcript = msgspec.convert(value, Transcript)
        conversation = conversation_in(transcript)
    except (TranscriptError, msgspec.MsgspecError) as error:
        return Unusable(f"it is damaged: {error}")
    return _found(conversation, lambda place: transcript.files.get(place))


def from_own_markdown(document: Document) -> Item:
    """Read a page, and later what stands beside it."""
    with document.open() as file:
        data = file.read(MAX_PAGE_BYTES + 1)
    if len(data) > MAX_PAGE_BYTES:
        return Unusable(f"it has over {MAX_PAGE_BYTES >> 20} MiB")
    try:
        conversation = from_markdown(data.decode("utf-8-sig", "replace"))
    except TranscriptError as error:
        return Unusable(str(error))
    return _found(conversation, document.beside)


def _found(read: Conversation, fetch: Callable[[str], bytes | None]) -> Item:
    """Give everything ids of our form, and every reply an end."""
    if not len(read):
        return Unusable("it has no messages")
    key = own_id(read.id)
    conversation = Conversation(
        ConversationId(key),
        title=read.title if read.named else "",
        created=read.created,
        messages=[_taken(message, read.id) for message in read],
        system_prompt=read.system_prompt,
        parameters=_storable(dict(read.parameters)),
    )
    conversation.show(None if read.leaf is None else _message_id(read.leaf, read.id))
    files: dict[str, Fetch] = {}
    for message in read:
        for part in message.parts:
            if isinstance(part, ImageResult | Attachment) and _is_asset(part.path):
                files[part.path or ""] = lambda place=part.path: fetch(place)  # type: ignore[misc]
    return Found(conversation, "chat-tui", files, Counter())


def _is_asset(path: str | None) -> bool:
    return path is not None and path.startswith(f"{ASSETS}/")


def _taken(message: Message, within: str) -> Message:
    message = msgspec.convert(_storable(msgspec.to_builtins(message)), Message)
    outcome = message.outcome
    if message.role == "assistant" and outcome is None:
        outcome = Finished("incomplete")  # it was written while the reply streamed
    return msgspec.structs.replace(
        message,
        id=_message_id(message.id, within),
        parent=None if message.parent is None else _message_id(message.parent, within),
        parts=tuple(_part(part, within) for part in message.parts),
        outcome=outcome,
    )


def _storable(value: dict[str, Any]) -> dict[str, Any]:
    """Put U+FFFD for half characters, which no column can hold, wherever they stand."""
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        text = json.dumps(value, ensure_ascii=False)
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        replaced: dict[str, Any] = json.loads(whole)
        return replaced
    return value


def _part(part: Part, within: str) -> Part:
    if isinstance(part, Lineage):
        return msgspec.structs.replace(part, message=_message_id(part.message, within))
    return part


def _message_id(written: MessageId, within: str) -> MessageId:
    return MessageId(own_id(written, within))
