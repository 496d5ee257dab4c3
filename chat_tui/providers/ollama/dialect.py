"""Ollama's own dialect: two pure halves.

Vendor page: https://docs.ollama.com/api/chat (read 2026-11-20). A reply is lines of JSON.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chat_tui.events import FinishReason, StreamEvent
from chat_tui.message import Message
from chat_tui.providers.attached import pictures, said
from chat_tui.providers.base import Request
from chat_tui.providers.inline_pictures import picture_bytes
from chat_tui.providers.native_reply import NativeDecoder, total
from chat_tui.text import clean

NOT_OLLAMA_HINT: Final = "is base_url that of Ollama, without /api or /v1 at the end?"

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": "stop",
    "length": "length",
    "load": "stop",
    "unload": "stop",
}


def encode(request: Request) -> dict[str, object]:
    """Build the request body; the user's parameters win over what we would send."""
    messages: list[dict[str, object]] = []
    if request.system_prompt:
        messages.append({"role": "system", "content": clean(request.system_prompt)})
    messages += [
        _sent(message, request.files)
        for message in request.messages
        if message.role == "user" or message.text.strip()
    ]
    return {
        "model": request.model,
        "messages": messages,
        "stream": True,
        **request.parameters,
    }


class OllamaDecoder(NativeDecoder):
    """Reads one reply, line by line."""

    def __init__(self, *, provider: str, model: str) -> None:
        super().__init__(
            provider=provider,
            model=model,
            dialect="Ollama",
            hint=NOT_OLLAMA_HINT,
            reasons=FINISH_REASONS,
        )
        self._calls = 0

    def tell(self, chunk: dict[str, Any]) -> Iterator[StreamEvent]:
        """Give the events of one line; see `NativeDecoder.tell`."""
        if chunk.get("error"):
            raise self.failure(chunk)
        message = chunk.get("message")
        if not isinstance(message, dict) and "done" not in chunk:
            self.not_known()
            return
        yield from self.start(model=chunk.get("model"))
        if isinstance(message, dict):
            yield from self._message(message)
        if chunk.get("done") is True:
            reason = chunk.get("done_reason")
            self.finish = reason if isinstance(reason, str) and reason else "stop"
            yield from self.spend(
                read=total(chunk.get("prompt_eval_count")), written=total(chunk.get("eval_count"))
            )
            yield from self.end()

    def _message(self, message: dict[str, Any]) -> Iterator[StreamEvent]:
        yield from self.think(message.get("thinking"))
        yield from self.say(message.get("content"))
        calls, images = message.get("tool_calls"), message.get("images")
        for call in calls if isinstance(calls, list) else ():
            # A call comes whole; older servers give it neither an id nor an index.
            if isinstance(call, dict):
                self._calls += 1
                self.calls_for_us = True
                whole = {"id": call.get("id") or f"call-{self._calls}"}
                whole["function"] = call.get("function")
                yield from self.tools.add({"tool_calls": [whole]})
        for image in images if isinstance(images, list) else ():
            if isinstance(image, str):
                yield from self.draw(picture_bytes(image), None)


def _sent(message: Message, files: Mapping[str, bytes]) -> dict[str, object]:
    sent: dict[str, object] = {"role": message.role, "content": said(message, files)}
    if shown := pictures(message, files):
        sent["images"] = [base64.b64encode(picture.data).decode() for picture in shown]
    return sent
