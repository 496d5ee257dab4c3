"""The dialect of Google's Gemini API, at `/gemini`.

Follows https://ai.google.dev/api/generate-content (read 2026-11-20). Lines end in CR LF, as the
real server's do.
"""

import base64
import hmac
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never
from urllib.parse import parse_qs, unquote

from chat_tui.simulator.dialect import (
    Answer,
    Call,
    Outcome,
    Prompt,
    Question,
    Route,
    Turn,
    to_json,
)
from chat_tui.simulator.script import (
    AskApproval,
    Cite,
    Comment,
    Content,
    Done,
    Fail,
    Finish,
    Passage,
    Picture,
    Preview,
    Progress,
    Say,
    Suggest,
    Think,
    Usage,
    UseTool,
    Work,
)
from chat_tui.simulator.uploads import NoPicture, picture_at

REASONS = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY"}
STATUSES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
METHODS = ["generateContent", "countTokens"]

Handle: TypeAlias = Callable[[Call, Mapping[str, str]], Outcome]
Part: TypeAlias = dict[str, object]


def routes(models: Sequence[str], *, key: str | None = None) -> tuple[Route, ...]:
    """The dialect's routes.

    Args:
        models: What the listing names, in this order.
        key: What a caller has to show as `x-goog-api-key`; none is asked for when null.
    """
    dialect = _Dialect(models)
    model = "/gemini/v1beta/models/(?P<model>[^/:]+)"
    return (
        Route("POST", f"{model}:streamGenerateContent", _guarded(dialect.stream, key)),
        Route("POST", f"{model}:generateContent", _guarded(dialect.generate, key)),
        Route("GET", "/gemini/v1beta/models", _guarded(dialect.list_models, key)),
    )


def _guarded(handle: Handle, key: str | None) -> Handle:
    def check(call: Call, names: Mapping[str, str]) -> Outcome:
        shown = call.headers.get("x-goog-api-key", "")
        if key is None or hmac.compare_digest(shown.encode(), key.encode()):
            return handle(call, names)
        if not shown:
            return _refusal(403, "Method doesn't allow unregistered callers. Please use API Key.")
        return _refusal(
            400, "API key not valid. Please pass a valid API key.", reason="API_KEY_INVALID"
        )

    return check


class _Dialect:
    def __init__(self, models: Sequence[str]) -> None:
        self._models = tuple(models)
        self._numbers = itertools.count(1)

    def stream(self, call: Call, names: Mapping[str, str]) -> Outcome:
        framed = parse_qs(call.query).get("alt") == ["sse"]
        return self._ask(call, names, streamed=framed, listed=not framed)

    def generate(self, call: Call, names: Mapping[str, str]) -> Outcome:
        return self._ask(call, names, streamed=False, listed=False)

    def list_models(self, call: Call, names: Mapping[str, str]) -> Answer:
        models = [
            {
                "name": f"models/{name}",
                "displayName": name,
                "inputTokenLimit": 1_000_000,
                "supportedGenerationMethods": METHODS,
            }
            for name in self._models
        ]
        embedder = {"name": "models/embedder", "supportedGenerationMethods": ["embedContent"]}
        return Answer(to_json({"models": [*models, embedder]}))

    def _ask(
        self, call: Call, names: Mapping[str, str], *, streamed: bool, listed: bool
    ) -> Outcome:
        model = unquote(names["model"])
        try:
            body = call.json
        except ValueError:
            return _refusal(400, "Invalid JSON payload received.")
        match body:
            case {"contents": [_, *_] as contents}:
                pass
            case _:
                return _refusal(400, "* GenerateContentRequest.contents: contents is not specified")
        try:
            prompt = Prompt(model, tuple(_turn(content) for content in contents))
        except NoPicture as error:
            return _refusal(400, f"Unable to process input image: {error}")
        encoder = _Encoder(f"sim{next(self._numbers)}", model, listed)
        return Question(prompt, encoder, streamed=streamed)


@dataclass(slots=True)
class _Encoder:
    id: str
    model: str
    listed: bool
    """Without framing, a stream is one list of responses."""

    def frame(self, act: Content) -> bytes:
        match act:
            case Fail(message=message, code=code):
                return _data(_error(_code(code), message))
            case Comment(text=text):
                return f": {text}\r\n\r\n".encode()
            case _:
                response = self._response(act)
                return _data(response) if response else b""

    def whole(self, acts: Sequence[Content]) -> Answer:
        responses: list[dict[str, object]] = []
        for act in acts:
            match act:
                case Fail(message=message, code=code):
                    return _refusal(_code(code), message, listed=self.listed)
                case Comment():
                    pass
                case _:
                    if response := self._response(act):
                        responses.append(response)
        if self.listed:
            return Answer(json.dumps(responses, indent=2).encode())
        return Answer(to_json(_merged(responses)))

    def _response(self, act: Content) -> dict[str, object]:
        match act:
            case Say(text=text):
                return self._parts({"text": text})
            case Think(text=text):
                return self._parts({"text": text, "thought": True})
            case Picture(data=data):
                return self._parts(_inline(data))
            case Preview(data=data):
                return self._parts({**_inline(data), "thought": True})
            case UseTool():
                return self._parts(*_tool(act))
            case Cite(passages=passages):
                chunks = [_chunk(passage) for passage in passages]
                candidate = {"groundingMetadata": {"groundingChunks": chunks}, "index": 0}
                return self._told([candidate])
            case Finish(reason=reason):
                content = {"parts": [{"text": ""}], "role": "model"}
                said = REASONS.get(reason, reason)
                return self._told([{"content": content, "finishReason": said, "index": 0}])
            case Usage(input_tokens=read, output_tokens=written):
                usage = {
                    "promptTokenCount": read,
                    "candidatesTokenCount": written,
                    "totalTokenCount": read + written,
                }
                return {"usageMetadata": usage, "modelVersion": self.model, "responseId": self.id}
            case Progress() | Work() | Suggest() | AskApproval() | Done() | Fail() | Comment():
                return {}  # the dialect has nothing for these here
            case _:
                assert_never(act)

    def _parts(self, *parts: Part) -> dict[str, object]:
        content = {"parts": list(parts), "role": "model"}
        return self._told([{"content": content, "index": 0}])

    def _told(self, candidates: list[dict[str, object]]) -> dict[str, object]:
        return {"candidates": candidates, "modelVersion": self.model, "responseId": self.id}


def _merged(responses: Sequence[dict[str, Any]]) -> dict[str, object]:
    """One response with all that the pieces say."""
    parts: list[object] = []
    whole: dict[str, object] = {}
    candidate: dict[str, object] = {"index": 0}
    for response in responses:
        for piece in response.get("candidates", ()):
            candidate |= piece
            parts += piece.get("content", {}).get("parts", ())
        whole |= response
    candidate["content"] = {"parts": parts, "role": "model"}
    return {**whole, "candidates": [candidate]}


def _data(value: object) -> bytes:
    return b"data: " + to_json(value) + b"\r\n\r\n"


def _inline(data: bytes) -> Part:
    return {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}}


def _tool(act: UseTool) -> list[Part]:
    """A tool with an output is code that the server ran; else the client has to run it."""
    if act.output:
        return [
            {"executableCode": {"language": "PYTHON", "code": act.arguments}},
            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": act.output}},
        ]
    try:
        arguments = json.loads(act.arguments)
    except ValueError:
        arguments = {}
    return [{"functionCall": {"name": act.name, "args": arguments}}]


def _chunk(passage: Passage) -> dict[str, object]:
    return {"web": {"uri": passage.url, "title": passage.title}}


def _turn(content: Any) -> Turn:  # as the client wrote it
    match content:
        case {"parts": [*parts], **rest}:
            texts: list[str] = []
            images = 0
            for part in parts:
                match part:
                    case {"text": str(text)}:
                        texts.append(text)
                    case {"inlineData": {"mimeType": kind, "data": data}}:
                        picture_at(f"data:{kind};base64,{data}")
                        images += 1
            role = "assistant" if rest.get("role") == "model" else "user"
            return Turn(role, "\n".join(texts), images)
        case _:
            return Turn("", "")


def _code(code: str | int) -> int:
    return code if isinstance(code, int) and 400 <= code <= 599 else 500


def _refusal(status: int, message: str, *, reason: str = "", listed: bool = False) -> Answer:
    body = _error(status, message, reason)
    return Answer(json.dumps([body] if listed else body, indent=2).encode(), status=status)


def _error(code: int, message: str, reason: str = "") -> dict[str, object]:
    error: dict[str, object] = {
        "code": code,
        "message": message,
        "status": STATUSES.get(code, "UNKNOWN"),
    }
    if reason:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    return {"error": error}
