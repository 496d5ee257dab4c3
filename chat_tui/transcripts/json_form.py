"""The JSON transcript: a whole conversation with all its branches, and back.

Law: `from_json(to_json(c))` is `c`, but for keys, which are masked. The files that its parts name
go along in it, so that it is whole on another machine, too.
"""

import json
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message
from chat_tui.transcripts.enclosed import ASSETS, Files, beside
from chat_tui.transcripts.redact import redacted_copy

VERSION: Final = 1


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds."""

    format: Literal["chat-tui"] = "chat-tui"
    version: Annotated[int, msgspec.Meta(ge=1)]
    id: ConversationId
    title: str = ""
    """Empty when nobody chose one: it then follows from the first turn."""
    created: Annotated[datetime, msgspec.Meta(tz=True)]
    system_prompt: str = ""
    leaf: MessageId | None = None
    """The end of the path that is shown."""
    parameters: dict[str, object] = {}
    """For the body of every request."""
    messages: tuple[Message, ...] = ()
    """Parents before their children; siblings oldest first."""
    files: dict[str, bytes] = {}
    """Pictures and texts, in base64, by the path that stands in the parts."""


def to_json(conversation: Conversation, files: Files | None = None) -> bytes:
    """Write a conversation, indented, ending in a newline.

    Args:
        conversation: All of it is written; keys are masked.
        files: Those that go along. Its parts then name them by their content, and only what is
            not among them by its place on this machine.
    """
    conversation = redacted_copy(conversation)
    files = files or {}
    document = Document(
        version=VERSION,
        id=conversation.id,
        title=conversation.title if conversation.named else "",
        parameters=dict(conversation.parameters),
        created=conversation.created,
        system_prompt=conversation.system_prompt,
        leaf=conversation.leaf,
        messages=beside(tuple(conversation), files),
        files={f"{ASSETS}/{file.name}": file.data for file in files.values()},
    )
    return msgspec.json.format(_encode(document), indent=2) + b"\n"


def from_json(document: bytes) -> Conversation:
    """Read what `to_json` wrote, without the files that are in it.

    Raises:
        TranscriptError: it is something else, was cut short, or comes from a newer version.
    """
    try:
        read = msgspec.json.decode(document, type=Document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise TranscriptError(f"not a chat-tui JSON transcript: {error}") from error
    return conversation_in(read)


def conversation_in(read: Document) -> Conversation:
    """The conversation that a document holds.

    Raises:
        TranscriptError: it is not whole, or comes from a newer version.
    """
    if read.version > VERSION:
        raise TranscriptError(
            f"the transcript is of version {read.version}, and this program reads up to {VERSION}",
            hint="update chat-tui",
        )
    for message in read.messages:
        if message.created.tzinfo is None:
            raise TranscriptError(f"message {message.id!r}: `created` names no time zone")
    try:
        conversation = Conversation(
            read.id,
            title=read.title,
            created=read.created,
            messages=read.messages,
            system_prompt=read.system_prompt,
            parameters=read.parameters,
        )
        conversation.show(read.leaf)
    except ValueError as error:
        raise TranscriptError(f"the transcript is not a tree: {error}") from error
    except KeyError as error:
        raise TranscriptError(
            f"the transcript shows a message it does not hold: {error}"
        ) from error
    return conversation


def _encode(document: Document) -> bytes:
    try:
        return msgspec.json.encode(document)
    except UnicodeEncodeError:
        # A lone surrogate, from a server's `\ud800`: no encoding can hold it.
        text = json.dumps(msgspec.to_builtins(document), ensure_ascii=False)
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
