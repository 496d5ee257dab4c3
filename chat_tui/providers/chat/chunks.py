"""What stands in one chunk of the OpenAI chat-completions dialect.

Vendor page: https://platform.openai.com/docs/api-reference/chat (read 2026-11-20).
"""

from collections.abc import Iterator
from typing import Any

from chat_tui.events import Usage
from chat_tui.providers.json_fields import amount_of, count_of

_SAYS_NOTHING = frozenset({"content", "role"})
"""The keys of a delta that is but text."""
_SAYS_MORE = frozenset({"error", "citations", "search_results"})
"""Beside the choices of a chunk."""


def decode_usage(usage: object) -> Iterator[Usage]:
    """Yield the totals of a `usage` object, in the words of either of OpenAI's dialects."""
    match usage:
        case {} if usage:
            yield Usage(
                input_tokens=count_of(usage.get("prompt_tokens", usage.get("input_tokens"))),
                output_tokens=count_of(usage.get("completion_tokens", usage.get("output_tokens"))),
                cost_usd=amount_of(usage.get("cost")),
            )


def is_error(chunk: dict[str, Any]) -> bool:
    """Error objects have no choices, but an error, or one of the flat forms."""
    if chunk.get("error"):
        return True
    if "choices" in chunk:
        return False
    flat = (chunk.get("message"), chunk.get("msg"))
    return any(isinstance(text, str) and text for text in flat) or bool(chunk.get("detail"))


def plain_text(chunk: Any) -> str | None:
    """The text of a chunk that has nothing else to say; null for any other chunk."""
    try:
        (choice,) = chunk["choices"]
        delta = choice["delta"]
        text = delta["content"]
        silent = (
            (len(delta) == 1 or delta.keys() <= _SAYS_NOTHING)
            and not choice.get("index")
            and not choice.get("finish_reason")
            and not chunk.get("usage")
            and _SAYS_MORE.isdisjoint(chunk)
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return text if silent and type(text) is str else None


def thought_in(delta: dict[str, Any]) -> str:
    """The thought of a delta; servers repeat it under several names."""
    for key in ("reasoning_content", "reasoning", "thinking"):
        value = delta.get(key)
        if isinstance(value, str) and value:
            return value
    details = delta.get("reasoning_details")
    pieces: list[str] = []
    for detail in details if isinstance(details, list) else ():
        match detail:
            case {"text": str(text)} | {"summary": str(text)}:
                pieces.append(text)
    return "".join(pieces)


def content_in(content: object) -> tuple[list[str], list[str], list[object]]:
    """Texts, thoughts and pictures of a delta's content, which may be a list of parts."""
    texts: list[str] = []
    thoughts: list[str] = []
    pictures: list[object] = []
    for part in content if isinstance(content, list) else [content]:
        match part:
            case str():
                texts.append(part)
            case {"type": "thinking", "thinking": str(thought)}:
                thoughts.append(thought)
            case {"type": "thinking", "thinking": [*thinking]}:
                thoughts += content_in(thinking)[0]
            case {"text": str(text)}:
                texts.append(text)
            case {"image_url": _}:
                pictures.append(part)
    return texts, thoughts, pictures
