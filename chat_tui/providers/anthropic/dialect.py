"""Anthropic's Messages dialect: two pure halves.

Vendor pages: https://docs.anthropic.com/en/api/messages and
https://docs.anthropic.com/en/docs/build-with-claude/streaming (read 2026-11-20). Events are told
apart by the `type` in their data, and unknown ones are passed over, as the vendor asks.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from chat_tui.errors import AuthFailed, ProviderError, ProviderFailed, RateLimited, Rejected
from chat_tui.events import FinishReason, Notice, Source, StreamEvent
from chat_tui.message import Message
from chat_tui.net.error_text import error_message
from chat_tui.net.json import encode_json
from chat_tui.providers.attached import pictures, said
from chat_tui.providers.base import Request
from chat_tui.providers.json_fields import objects_of
from chat_tui.providers.native_reply import NativeDecoder, total
from chat_tui.text import clean

MAX_TOKENS: Final = 4096
"""What a reply may take where the user does not say; the vendor wants a number."""
NOT_ANTHROPIC_HINT: Final = "is base_url that of Anthropic, without /v1 at the end?"

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "filtered",
    "pause_turn": "incomplete",
}

_TRANSIENT: Final = frozenset({"overloaded_error", "api_error", "timeout_error"})
_REJECTED: Final = frozenset({"invalid_request_error", "not_found_error", "request_too_large"})


def encode(request: Request) -> dict[str, object]:
    """Build the request body; the user's parameters win over what we would send."""
    body: dict[str, object] = {
        "model": request.model,
        "max_tokens": MAX_TOKENS + _thinking_budget(request.parameters),
        "messages": [
            {"role": message.role, "content": content}
            for message in request.messages
            if (content := _sent(message, request.files))
        ],
        "stream": True,
    }
    if request.system_prompt:
        body["system"] = clean(request.system_prompt)
    return {**body, **request.parameters}


class AnthropicDecoder(NativeDecoder):
    """Reads one reply, frame by frame."""

    def __init__(self, *, provider: str, model: str) -> None:
        super().__init__(
            provider=provider,
            model=model,
            dialect="Anthropic",
            hint=NOT_ANTHROPIC_HINT,
            reasons=FINISH_REASONS,
        )
        self._explanation = ""

    def tell(self, chunk: dict[str, Any]) -> Iterator[StreamEvent]:
        """Give the events of one object of the stream; see `NativeDecoder.tell`."""
        match chunk:
            case {"type": "content_block_delta", "delta": dict() as delta}:
                yield from self._delta(delta, chunk.get("index"))
            case {"type": "content_block_start", "content_block": dict() as block}:
                yield from self._block(block, chunk.get("index"))
            case {"type": "message_start", "message": dict() as message}:
                yield from self.start(message.get("id"), message.get("model"))
                yield from self._spent(message.get("usage"))
            case {"type": "message_delta", "delta": dict() as delta}:
                self._stopped(delta)
                yield from self._spent(chunk.get("usage"))
            case {"type": "message_stop"}:
                self.finish = self.finish or "end_turn"  # gateways may say no reason
                yield from self.end()
            case {"type": "content_block_stop"}:
                pass
            case {"type": "error"} | {"error": _}:
                raise self.failure(chunk)
            case _:
                self.not_known()

    def tell_whole(self, body: dict[str, Any]) -> Iterator[StreamEvent]:
        """Give the events of a reply that did not stream."""
        match body:
            case {"type": "message", "content": [*blocks]}:
                yield from self.start(body.get("id"), body.get("model"))
                for index, block in enumerate(blocks):
                    if isinstance(block, dict):
                        yield from self._block(block, index)
                self._stopped(body)
                yield from self._spent(body.get("usage"))
            case _:
                yield from self.tell(body)

    def failure(self, error: object) -> ProviderError:
        """Make the error of `{"type": "error", "error": {"type", "message"}}`."""
        message = error_message(error)
        name = ""
        match error:
            case {"error": {"type": str(name)}}:
                pass
        if name == "rate_limit_error":
            return RateLimited(message, hint="wait a moment and try again", retryable=True)
        if name in {"authentication_error", "permission_error"}:
            return AuthFailed(message, hint="check api_key")
        if name == "billing_error":
            return Rejected(message, hint="add credit to the account")
        if name in _REJECTED:
            return Rejected(message)
        return ProviderFailed(message, retryable=name in _TRANSIENT)

    def closing_notices(self) -> Iterator[StreamEvent]:
        """What to say of the end; a refusal may have an explanation."""
        yield from super().closing_notices()
        if self.finish == "refusal" and self._explanation:
            yield Notice(self._explanation)

    def _block(self, block: dict[str, Any], index: object) -> Iterator[StreamEvent]:
        match block:
            case {"type": "text"}:
                yield from self.say(block.get("text"))
                for citation in objects_of(block.get("citations")):
                    yield from self.sources.cite(_cited(citation))
            case {"type": "thinking"}:
                yield from self.think(block.get("thinking"))
            case {"type": str(kind), "id": str(call), "name": str(name)} if kind.endswith("_use"):
                self.calls_for_us = self.calls_for_us or kind == "tool_use"
                arguments = block.get("input") or ""
                yield from self._call(index, {"name": name, "arguments": arguments}, call)
            case {"type": str(kind), "tool_use_id": str(call)} if kind.endswith("_tool_result"):
                yield from self._result(call, block.get("content"), block.get("is_error") is True)
            case _:
                self.not_known()  # among them redacted_thinking, which nobody can read

    def _delta(self, delta: dict[str, Any], index: object) -> Iterator[StreamEvent]:
        match delta:
            case {"type": "text_delta", "text": text}:
                yield from self.say(text)
            case {"type": "thinking_delta", "thinking": thought}:
                yield from self.think(thought)
            case {"type": "input_json_delta", "partial_json": str(piece)}:
                yield from self._call(index, {"arguments": piece})
            case {"type": "citations_delta", "citation": citation}:
                yield from self.sources.cite(_cited(citation))
            case {"type": "signature_delta"}:
                pass
            case _:
                self.not_known()

    def _call(
        self, index: object, function: dict[str, object], call: str = ""
    ) -> Iterator[StreamEvent]:
        yield from self.start()
        fragment = {"index": index, "id": call, "function": function}
        yield from self.tools.add({"tool_calls": [fragment]})

    def _result(self, call: str, content: object, failed: bool) -> Iterator[StreamEvent]:
        """What a tool of the server's gave; of a search, the pages are sources too."""
        code = content.get("error_code") if isinstance(content, dict) else None
        output = code if isinstance(code, str) else _output(content)
        yield from self.tools.answered(call, output, failed=failed or code is not None)
        pages = [
            Source(title=_word(page.get("title")), url=page["url"])
            for page in objects_of(content)
            if page.get("type") == "web_search_result" and _word(page.get("url"))
        ]
        yield from self.sources.cite(pages)

    def _stopped(self, delta: dict[str, Any]) -> None:
        reason = delta.get("stop_reason")
        if isinstance(reason, str) and reason:
            self.finish = reason
        match delta.get("stop_details"):
            case {"explanation": str(explanation)}:
                self._explanation = explanation

    def _spent(self, usage: object) -> Iterator[StreamEvent]:
        """Totals so far. What was read from a cache, or written there, was input too."""
        if isinstance(usage, dict):
            yield from self.spend(
                read=total(
                    usage.get("input_tokens"),
                    usage.get("cache_read_input_tokens"),
                    usage.get("cache_creation_input_tokens"),
                ),
                written=total(usage.get("output_tokens")),
            )


def _sent(message: Message, files: Mapping[str, bytes]) -> str | list[dict[str, object]]:
    """The content of a turn: a text, or, with pictures, blocks; the vendor wants these first."""
    text = said(message, files)
    blocks: list[dict[str, object]] = [
        {
            "type": "image",
            "source": {
                "type": "base64",
                "media_type": picture.media_type,
                "data": base64.b64encode(picture.data).decode(),
            },
        }
        for picture in pictures(message, files)
    ]
    if not text.strip():  # blank text is refused
        return blocks
    return [*blocks, {"type": "text", "text": text}] if blocks else text


def _thinking_budget(parameters: Mapping[str, object]) -> int:
    """What thinking may take; it counts towards the tokens of the reply."""
    match parameters.get("thinking"):
        case {"budget_tokens": int(budget)} if budget > 0:
            return budget
        case _:
            return 0


def _cited(citation: object) -> Iterable[Source]:
    """Read a citation of a page, a search result, or a document of the request."""
    if not isinstance(citation, dict):
        return ()
    title = _word(citation.get("title")) or _word(citation.get("document_title"))
    url = _word(citation.get("url")) or _word(citation.get("source"))
    if not title and not url:
        return ()
    return (Source(title=title, url=url, excerpt=_word(citation.get("cited_text"))),)


def _output(content: object) -> str:
    """What a tool gave, in words: pages by their addresses, texts as they are, else as JSON."""
    if isinstance(content, str):
        return content
    parts = objects_of(content)
    lines = [line for part in parts if (line := _word(part.get("url")) or _word(part.get("text")))]
    if lines or not content:
        return "\n".join(lines)
    return encode_json(content).decode()


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
