"""The Markdown transcript read back; its form stands in `markdown`."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message, Part
from chat_tui.text import clean_line
from chat_tui.transcripts.markdown import FORMAT, MARK

_MARK: Final = re.compile(r"<!-- chat-tui:(?P<word>[a-z_]+)(?: (?P<fields>\{.*\}))? -->")
_QUOTED: Final = re.compile(r"^<!-- \\(?=\\*chat-tui:)")
_END: Final = f"{MARK}end -->"
_FENCE: Final = "---"
_FORMAT_LINE: Final = re.compile(r"^format: chat-tui/(?P<version>\d+)\s*$", re.MULTILINE)


def is_ours(beginning: str) -> bool:
    """Whether a page begins as ours do."""
    head, _, _ = beginning.replace("\r\n", "\n").partition("\n---\n")
    return head.startswith(_FENCE) and _FORMAT_LINE.search(head) is not None


def from_markdown(page: str) -> Conversation:
    """Read what `to_markdown` wrote, also after somebody edited its text.

    Paths are as they stand in it: those that begin with `assets/` are copies beside the page.

    Raises:
        TranscriptError: it is something else, was cut short, or comes from a newer version.
    """
    lines = page.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if not is_ours(page):
        raise TranscriptError("not a chat-tui Markdown transcript: its head does not say so")
    if _FENCE not in lines[1:]:
        raise TranscriptError("not a chat-tui Markdown transcript: its head has no end")
    end = lines.index(_FENCE, 1)
    head = {
        name: value for name, colon, value in (one.partition(": ") for one in lines[:end]) if colon
    }
    if head.get("format", "").strip() != FORMAT:
        raise TranscriptError(
            f"the transcript is of the form {clean_line(head.get('format', ''), 20)!r},"
            f" and this program reads {FORMAT!r}",
            hint="update chat-tui",
        )
    try:
        return _conversation(head, list(_messages(iter(lines[end + 1 :]))))
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise TranscriptError(f"not a chat-tui Markdown transcript: {error}") from error


def _conversation(head: Mapping[str, str], messages: list[Message]) -> Conversation:
    created = datetime.fromisoformat(_value(head.get("date", "")))
    title = _value(head.get("title", ""))
    settings = json.loads(head.get("settings", "{}"))
    conversation = Conversation(
        ConversationId(_value(head.get("id", ""))) or None,
        created=created.replace(tzinfo=UTC) if created.tzinfo is None else created,
        messages=messages,
        system_prompt=_value(head.get("system_prompt", "")),
        parameters=settings if isinstance(settings, dict) else {},
    )
    if title != clean_line(conversation.title):  # else it follows from the first turn
        conversation.title = title
    return conversation


def _value(written: str) -> str:
    written = written.strip()
    if written.startswith('"'):
        read = json.loads(written)
        return read if isinstance(read, str) else ""
    return written


def _messages(lines: Iterator[str]) -> Iterator[Message]:
    fields: dict[str, Any] | None = None
    parts: list[Part] = []
    parent: MessageId | None = None
    for line in lines:
        if not line.startswith(MARK):
            continue
        word, found = _mark(line)
        if word == "turn":
            if fields is not None:
                yield (message := _message(fields, parent, parts))
                parent = message.id
            fields, parts = found, []
        elif fields is None:
            raise ValueError(f"a part {word!r} stands before the first turn")
        else:
            parts.append(_part(word, found, lines))
    if fields is not None:
        yield _message(fields, parent, parts)


def _mark(line: str) -> tuple[str, dict[str, Any]]:
    found = _MARK.fullmatch(line.rstrip())
    if found is None:
        raise ValueError(f"this mark is not one: {clean_line(line, 60)!r}")
    fields = json.loads(found["fields"] or "{}")
    return found["word"], dict(fields)


def _message(fields: Mapping[str, Any], parent: MessageId | None, parts: list[Part]) -> Message:
    message = msgspec.convert({**fields, "parent": parent}, Message)
    if message.created.tzinfo is None:
        raise ValueError(f"message {message.id!r}: `created` names no time zone")
    return msgspec.structs.replace(message, parts=tuple(parts))


def _part(word: str, fields: dict[str, Any], lines: Iterator[str]) -> Part:
    body: list[str] = []
    for line in lines:
        if line.rstrip() == _END:
            break
        if line.startswith(MARK):
            raise ValueError(f"a part {word!r} has no end")
        body.append(_QUOTED.sub("<!-- ", line))
    else:
        raise ValueError(f"a part {word!r} has no end: the page was cut short")
    if word in ("text", "reasoning"):
        closes = fields.pop("closes", 0)
        # An editor may have taken the empty lines away.
        first = 1 if body and not body[0] else 0
        last = len(body) - (1 if len(body) > first and not body[-1] else 0)
        if closes and last > first:
            last -= 1
        fields["text"] = "\n".join(body[first:last])
    part: Part = msgspec.convert({"type": word, **fields}, Part)
    return part
