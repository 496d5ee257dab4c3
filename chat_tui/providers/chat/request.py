"""The body of a request in the OpenAI chat-completions dialect.

Vendor page: https://platform.openai.com/docs/api-reference/chat (read 2026-11-20).
"""

from collections.abc import Mapping

from chat_tui.message import Message
from chat_tui.providers.attached import pictures, said
from chat_tui.providers.base import Request
from chat_tui.text import clean


def encode(request: Request, *, model: str) -> dict[str, object]:
    """Build the request body; the user's parameters win over what we would send.

    Args:
        request: The turn to be answered.
        model: The model of a request that names none.
    """
    messages: list[dict[str, object]] = []
    if request.system_prompt:
        messages.append({"role": "system", "content": clean(request.system_prompt)})
    messages += [
        {"role": message.role, "content": _sent(message, request.files)}
        for message in request.messages
        if _has_something_to_send(message)
    ]
    return {
        "model": request.model or model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        **request.parameters,
    }


def _sent(message: Message, files: Mapping[str, bytes]) -> str | list[dict[str, object]]:
    """The content of a turn: a text, or, with pictures, a list of parts."""
    text = said(message, files)
    shown = pictures(message, files)
    if not shown:
        return text
    parts: list[dict[str, object]] = [{"type": "text", "text": text}] if text else []
    parts += [{"type": "image_url", "image_url": {"url": one.data_url}} for one in shown]
    return parts


def _has_something_to_send(message: Message) -> bool:
    return message.role == "user" or bool(message.text.strip())
