"""The JSONL transcript: a conversation a line, as the messages of a chat completion.

Follows https://platform.openai.com/docs/api-reference/chat/create as of November 2026. Reasoning,
steps, sources and pictures of replies have no place in it and are left out.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.events import ToolCall
from chat_tui.fenced import fenced
from chat_tui.message import Message, TextPart
from chat_tui.text import clean, clean_line
from chat_tui.transcripts.enclosed import Files
from chat_tui.transcripts.redact import redacted_copy

_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")
_MAX_NAME_CHARS: Final = 64


def to_jsonl(conversation: Conversation, files: Files) -> bytes:
    """Write the shown path of a conversation as one line of JSON, ending in a newline.

    Args:
        conversation: Its text is cleaned; keys are masked.
        files: Of its turns: pictures go in as `data:` URLs, and texts below the words.
    """
    conversation = redacted_copy(conversation)
    messages: list[dict[str, Any]] = []
    if conversation.system_prompt:
        messages.append({"role": "system", "content": clean(conversation.system_prompt)})
    for message in conversation.path():
        if message.role == "user":
            messages.append({"role": "user", "content": _asked(message, files)})
        else:
            messages += _answered(message)
    return msgspec.json.encode({"messages": messages}) + b"\n"


def _asked(turn: Message, files: Files) -> str | list[dict[str, Any]]:
    words = [clean(turn.text)]
    pictures: list[dict[str, Any]] = []
    for attachment in turn.attachments:
        file = files.get(attachment.path)
        if file is None:
            words.append(f"[attached: {clean_line(attachment.name)}]")
        elif file.is_picture:
            pictures.append({"type": "image_url", "image_url": {"url": file.data_url}})
        else:
            text = clean(file.data.decode("utf-8-sig", "replace")).rstrip("\n")
            words.append(f"{clean_line(attachment.name)}:\n\n{fenced(text)}")
    text = "\n\n".join(filter(None, words))
    if not pictures:
        return text
    return [*([{"type": "text", "text": text}] if text else []), *pictures]


def _answered(reply: Message) -> Iterator[dict[str, Any]]:
    """The messages of a reply: its words, and between them its tool calls, each with its result."""
    words: list[TextPart] = []
    calls: list[ToolCall] = []
    for part in reply.parts:
        if isinstance(part, TextPart) and part.text:
            if calls:
                yield from _called(words, calls)
                words, calls = [], []
            words.append(part)
        elif isinstance(part, ToolCall) and part.output is not None:
            calls.append(part)
    if calls:
        yield from _called(words, calls)
    elif words:
        yield _said(words)


def _called(words: list[TextPart], calls: list[ToolCall]) -> Iterator[dict[str, Any]]:
    yield {
        **_said(words),
        "tool_calls": [
            {
                "id": clean(call.id),
                "type": "function",
                "function": {"name": _function(call.name), "arguments": clean(call.arguments)},
            }
            for call in calls
        ],
    }
    for call in calls:
        result = clean(call.output or "")
        yield {"role": "tool", "tool_call_id": clean(call.id), "content": result}


def _said(words: list[TextPart]) -> dict[str, Any]:
    text = clean("".join(part.text for part in words if not part.refusal))
    refusal = clean("".join(part.text for part in words if part.refusal))
    said: dict[str, Any] = {"role": "assistant", "content": text or None}
    return {**said, "refusal": refusal} if refusal else said


def _function(name: str) -> str:
    return _NOT_IN_A_NAME.sub("_", name)[:_MAX_NAME_CHARS] or "tool"
