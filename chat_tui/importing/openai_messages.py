"""Messages of a chat completion: a conversation a line, or one file with a message a line.

Follows https://platform.openai.com/docs/api-reference/chat/create as of November 2026, the lines
of fine-tuning (`messages`) and of batches (`body.messages`), and logs that append a message a line.
"""

import base64
import binascii
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from chat_tui.events import ImageResult, ToolCall
from chat_tui.importing.building import build, in_a_row
from chat_tui.importing.found import Fetch, Item, Said, Unusable
from chat_tui.importing.keys import content_key
from chat_tui.importing.values import moment, rows, table, words
from chat_tui.media.files import MAX_BYTES
from chat_tui.message import Attachment, Part, ReasoningPart, TextPart

_DATA: Final = re.compile(r"data:image/[a-z0-9.+-]+;base64,", re.IGNORECASE)
_INSTRUCTIONS: Final = frozenset({"system", "developer"})
_ROLES: Final = frozenset({"user", "assistant", "tool", "function", *_INSTRUCTIONS})
_SAID_LATER: Final = "system message within the conversation"


def messages_in(value: Mapping[str, Any]) -> Sequence[Any] | None:
    """The messages of a line that holds a conversation; null where it holds none."""
    for messages in (value.get("messages"), table(value.get("body")).get("messages")):
        if isinstance(messages, list) and all(map(is_message, messages)):
            return messages
    return None


def is_message(value: object) -> bool:
    """Whether a value is one message."""
    fields = table(value)
    return words(fields.get("role")) in _ROLES and ("content" in fields or "tool_calls" in fields)


def from_messages(
    messages: Sequence[Any], changed: datetime, *, key: str = "", title: str = ""
) -> Item:
    """Read one conversation.

    Args:
        messages: As `messages_in` gives them.
        changed: The time of the file, for messages without one.
        key: Names the conversation where it may have grown since the last time; else its whole
            content does.
        title: As somebody named it.
    """
    reader = _Reader()
    said = [reader.said(number, table(message), changed) for number, message in enumerate(messages)]
    if not any(one.parts for one in said):
        return Unusable("it has no messages")
    return build(
        "openai-jsonl",
        key or content_key(messages),
        in_a_row(said),
        title=title,
        system_prompt=reader.system_prompt,
        files=reader.files,
        left_out=reader.left_out,
    )


def key_of_log(first: Mapping[str, Any]) -> str:
    """The key of a log that grows, from its first message; empty where that says no time."""
    said_at = first.get("timestamp") or first.get("created_at") or first.get("id")
    return content_key(first) if said_at else ""


class _Reader:
    def __init__(self) -> None:
        self.files: dict[str, Fetch] = {}
        self.left_out: Counter[str] = Counter()
        self.system_prompt = ""
        self._said = False

    def said(self, number: int, message: Mapping[str, Any], changed: datetime) -> Said:
        role = words(message.get("role"))
        created = moment(message.get("timestamp") or message.get("created_at")) or changed
        parts: list[Part] = []
        if role in _INSTRUCTIONS:
            self._instruct(_text(message.get("content")))
        elif role in ("tool", "function"):
            call = words(message.get("tool_call_id")) or words(message.get("name"))
            parts.append(ToolCall(call, "", "", _text(message.get("content")), "done"))
        else:
            parts = list(self._parts(number, role == "user", message))
        self._said = self._said or bool(parts)
        return Said(
            str(number),
            None,
            "user" if role == "user" else "assistant",
            parts,
            created,
            model=words(message.get("model")) if role == "assistant" else "",
        )

    def _instruct(self, text: str) -> None:
        if self.system_prompt or self._said:
            self.left_out[_SAID_LATER] += 1
        else:
            self.system_prompt = text

    def _parts(self, number: int, asked: bool, message: Mapping[str, Any]) -> Iterator[Part]:
        if reasoning := words(message.get("reasoning_content")) or words(message.get("reasoning")):
            yield ReasoningPart(reasoning)
        content = message.get("content")
        if isinstance(content, str):
            yield TextPart(words(content))
        for index, one in enumerate(map(table, rows(content))):
            yield from self._part(number, index, asked, one)
        if refusal := words(message.get("refusal")):
            yield TextPart(refusal, refusal=True)
        for call in map(table, rows(message.get("tool_calls"))):
            function = table(call.get("function"))
            yield ToolCall(
                words(call.get("id")) or words(function.get("name")),
                words(function.get("name")) or "tool",
                words(function.get("arguments")),
                None,
                "done",
            )

    def _part(
        self, number: int, index: int, asked: bool, fields: Mapping[str, Any]
    ) -> Iterator[Part]:
        match fields.get("type"):
            case "text" | "input_text" | "output_text":
                yield TextPart(words(fields.get("text")))
            case "refusal":
                yield TextPart(words(fields.get("refusal")), refusal=True)
            case "image_url" | "input_image" | "image":
                url = fields.get("image_url")
                place = words(url) or words(table(url).get("url"))
                yield from self._picture(number, index, asked, place)
            case kind:
                self.left_out[f"part of the kind {words(kind)[:40]!r}"] += 1

    def _picture(self, number: int, index: int, asked: bool, url: str) -> Iterator[Part]:
        found = _DATA.match(url)
        if found is None:
            if not asked and url.startswith(("http://", "https://")):
                yield ImageResult(str(number), index, None, url)
            else:
                self.left_out["picture that stands elsewhere"] += 1
            return
        written = url[found.end() :]
        if len(written) > MAX_BYTES * 4 // 3 + 4:
            self.left_out["picture that is too large"] += 1
            return
        place = f"data:{hashlib.sha256(written.encode()).hexdigest()}"
        self.files[place] = lambda: _decoded(written)
        if asked:
            yield Attachment(path=place, name="picture", media_type="image/png", size_bytes=0)
        else:
            yield ImageResult(str(number), index, place)


def _text(content: object) -> str:
    if isinstance(content, str):
        return words(content)
    return "\n".join(filter(None, (words(table(one).get("text")) for one in rows(content))))


def _decoded(written: str) -> bytes | None:
    try:
        return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None
