"""The dialect of Google's Gemini API: two pure halves, and its list of models.

Vendor pages: https://ai.google.dev/api/generate-content and https://ai.google.dev/api/models
(read 2026-11-20). Each event is a whole response with a piece of the answer in it.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chat_tui.errors import (
    AuthFailed,
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
    RateLimited,
    Rejected,
)
from chat_tui.events import FinishReason, ImagePreview, Notice, Source, StreamEvent
from chat_tui.message import Message
from chat_tui.net.error_text import error_message
from chat_tui.providers.attached import pictures, said
from chat_tui.providers.base import ModelInfo, Request
from chat_tui.providers.inline_pictures import picture_bytes
from chat_tui.providers.json_fields import count_of, objects_of
from chat_tui.providers.native_reply import NativeDecoder, total
from chat_tui.text import clean

NOT_GEMINI_HINT: Final = "is base_url that of the Gemini API, without /v1beta at the end?"

FINISH_REASONS: Final[Mapping[str, FinishReason]] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "filtered",
    "RECITATION": "filtered",
    "LANGUAGE": "filtered",
    "BLOCKLIST": "filtered",
    "PROHIBITED_CONTENT": "filtered",
    "SPII": "filtered",
    "IMAGE_SAFETY": "filtered",
    "IMAGE_PROHIBITED_CONTENT": "filtered",
    "IMAGE_RECITATION": "filtered",
    "BLOCKED": "filtered",
}
_UNSAID: Final = "FINISH_REASON_UNSPECIFIED"
_TRANSIENT: Final = frozenset({"UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "ABORTED"})
_REJECTED: Final = frozenset({"INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION"})


def encode(request: Request) -> dict[str, object]:
    """Build the request body; the user's parameters win over what we would send.

    The model is part of the address, and no field of the body.
    """
    body: dict[str, object] = {
        "contents": [
            {"role": "model" if message.role == "assistant" else "user", "parts": parts}
            for message in request.messages
            if (parts := _sent(message, request.files))
        ]
    }
    if request.system_prompt:
        body["systemInstruction"] = {"parts": [{"text": clean(request.system_prompt)}]}
    return {**body, **request.parameters}


def decode_page(body: object) -> tuple[tuple[ModelInfo, ...], str]:
    """Read one page of the list of models: those that answer, and the mark of the next page.

    Raises:
        ProviderFailed: it is an error object.
        ProtocolViolation: it is no such list.
    """
    match body:
        case {"models": [*entries], **rest}:
            mark = rest.get("nextPageToken")
            found = tuple(model for entry in entries if (model := _model(entry)) is not None)
            return found, mark if isinstance(mark, str) else ""
        case {"error": error} if error:
            raise ProviderFailed(error_message(body))
        case {} if not body:
            return (), ""
        case _:
            raise ProtocolViolation(
                "the server's list of models cannot be understood", hint=NOT_GEMINI_HINT
            )


class GeminiDecoder(NativeDecoder):
    """Reads one reply, frame by frame."""

    def __init__(self, *, provider: str, model: str) -> None:
        super().__init__(
            provider=provider,
            model=model,
            dialect="Gemini",
            hint=NOT_GEMINI_HINT,
            reasons=FINISH_REASONS,
        )
        self._calls = 0
        self._runs = 0
        self._explanation = ""
        self._told_other = False

    def tell(self, chunk: dict[str, Any]) -> Iterator[StreamEvent]:
        """Give the events of one response; see `NativeDecoder.tell`."""
        if chunk.get("error"):
            raise self.failure(chunk)
        candidates, feedback = chunk.get("candidates"), chunk.get("promptFeedback")
        if isinstance(candidates, list) or isinstance(feedback, dict):
            yield from self.start(chunk.get("responseId"), chunk.get("modelVersion"))
        elif "usageMetadata" not in chunk:
            self.not_known()
        for candidate in objects_of(candidates):
            if candidate.get("index") in (0, None):
                yield from self._candidate(candidate)
        match chunk.get("usageMetadata"):
            case {} as usage:
                yield from self.spend(
                    read=total(usage.get("promptTokenCount"), usage.get("toolUsePromptTokenCount")),
                    written=total(
                        usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount")
                    ),
                )
        match feedback:
            case {"blockReason": str(reason)} if reason:
                blocked = f"the prompt was blocked: {reason}"
                if not self.said_anything:
                    raise Rejected(blocked, hint="say it in other words")
                self.finish = "BLOCKED"
                self._explanation = blocked

    def failure(self, error: object) -> ProviderError:
        """Make the error of `{"error": {"code", "message", "status"}}`, or of a list of one."""
        first = error[0] if isinstance(error, list) and error else error
        message = error_message(first)
        status = ""
        match first:
            case {"error": {"status": str(status)}}:
                pass
        if status == "RESOURCE_EXHAUSTED":
            return RateLimited(message, hint="wait a moment and try again", retryable=True)
        if status in {"UNAUTHENTICATED", "PERMISSION_DENIED"}:
            return AuthFailed(message, hint="check api_key")
        if status in _REJECTED:
            return Rejected(message)
        return ProviderFailed(message, retryable=status in _TRANSIENT)

    def closing_notices(self) -> Iterator[StreamEvent]:
        """What to say of the end; the server may have explained it."""
        if self.finish != "BLOCKED":
            yield from super().closing_notices()
        if self._explanation:
            yield Notice(self._explanation)

    def _candidate(self, candidate: dict[str, Any]) -> Iterator[StreamEvent]:
        match candidate.get("content"):
            case {"parts": parts}:
                for part in objects_of(parts):
                    yield from self._part(part)
        yield from self.sources.cite(_sources(candidate))
        reason = candidate.get("finishReason")
        if isinstance(reason, str) and reason and reason != _UNSAID:
            self.finish = reason
            said = candidate.get("finishMessage")
            self._explanation = said if isinstance(said, str) and reason != "STOP" else ""

    def _part(self, part: dict[str, Any]) -> Iterator[StreamEvent]:
        match part:
            case {"text": text}:
                yield from self.think(text) if part.get("thought") is True else self.say(text)
            case {"inlineData": {"data": str(data), **rest}}:
                media_type = str(rest.get("mimeType") or "")
                yield from self._data(data, media_type, draft=part.get("thought") is True)
            case {"functionCall": dict() as call}:
                self.calls_for_us = True
                self._calls += 1
                name, arguments = call.get("name"), call.get("args") or {}
                call_id = call.get("id") or f"call-{self._calls}"
                yield from self._call(call_id, name, arguments)
            case {"executableCode": {"code": str(code)}}:
                self._runs += 1
                yield from self._call(f"code-{self._runs}", "code_execution", code)
            case {"codeExecutionResult": dict() as result}:
                output = result.get("output")
                yield from self.tools.answered(
                    f"code-{self._runs}",
                    output if isinstance(output, str) else "",
                    failed=result.get("outcome") not in ("OUTCOME_OK", None),
                )
            case {"fileData": {"fileUri": str(address)}}:
                yield Notice(f"the server sent a file: {address}")
            case {"thoughtSignature": _}:
                pass
            case _:
                self.not_known()

    def _data(self, data: str, media_type: str, *, draft: bool) -> Iterator[StreamEvent]:
        media_type = media_type.lower()
        if not media_type.startswith("image/"):
            if not self._told_other:
                self._told_other = True
                yield Notice(f"the server sent data of the type {media_type!r}, which is not shown")
        elif draft:
            yield ImagePreview("reply", self.pictures, media_type, data=picture_bytes(data))
        else:
            yield from self.draw(picture_bytes(data), media_type)

    def _call(self, call: object, name: object, arguments: object) -> Iterator[StreamEvent]:
        function = {"name": name, "arguments": arguments}
        yield from self.tools.add({"tool_calls": [{"id": call, "function": function}]})


def _sent(message: Message, files: Mapping[str, bytes]) -> list[dict[str, object]]:
    """The parts of a turn; the vendor wants pictures before the words about them."""
    parts: list[dict[str, object]] = [
        {
            "inlineData": {
                "mimeType": picture.media_type,
                "data": base64.b64encode(picture.data).decode(),
            }
        }
        for picture in pictures(message, files)
    ]
    text = said(message, files)
    return [*parts, {"text": text}] if text.strip() else parts


def _sources(candidate: dict[str, Any]) -> Iterator[Source]:
    """What Google's search found, and whom the answer quotes."""
    grounding, quoting = candidate.get("groundingMetadata"), candidate.get("citationMetadata")
    cited: list[dict[str, Any]] = []
    if isinstance(grounding, dict):
        for chunk in objects_of(grounding.get("groundingChunks")):
            cited += objects_of([chunk.get("web") or chunk.get("retrievedContext")])
    if isinstance(quoting, dict):
        cited += objects_of(quoting.get("citationSources"))
    for source in cited:
        address, title, text = (source.get(key) for key in ("uri", "title", "text"))
        if isinstance(address, str) and address:
            yield Source(
                title=title if isinstance(title, str) and title else None,
                url=address,
                excerpt=text if isinstance(text, str) and text else None,
            )


def _model(entry: object) -> ModelInfo | None:
    match entry:
        case {"supportedGenerationMethods": [*methods]} if "generateContent" not in methods:
            return None
        case {"name": str(name), **rest} if name:
            label = rest.get("displayName")
            return ModelInfo(
                id=name.removeprefix("models/"),
                label=label if isinstance(label, str) else "",
                context_tokens=count_of(rest.get("inputTokenLimit")),
            )
        case _:
            return None
