"""Ollama's own dialect, at `/ollama`: lines of JSON.

Follows https://docs.ollama.com/api/chat and https://docs.ollama.com/api/errors (read 2026-11-20).
"""

import base64
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

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

MEDIA_TYPE = "application/x-ndjson"
CREATED_AT = "2026-01-01T00:00:00Z"
"""The same for every line, so that a reply is the same each time."""

Handle: TypeAlias = Callable[[Call, Mapping[str, str]], Outcome]


def routes(models: Sequence[str], *, key: str | None = None) -> tuple[Route, ...]:
    """The dialect's routes.

    Args:
        models: What there is on the machine, in this order; another one is not found.
        key: What a caller has to show as Bearer, as a proxy before Ollama may ask for.
    """
    dialect = _Dialect(models)
    return (
        Route("POST", "/ollama/api/chat", _guarded(dialect.chat, key)),
        Route("GET", "/ollama/api/tags", _guarded(dialect.list_models, key)),
    )


def _guarded(handle: Handle, key: str | None) -> Handle:
    def check(call: Call, names: Mapping[str, str]) -> Outcome:
        shown = call.headers.get("authorization", "")
        if key is None or hmac.compare_digest(shown.encode(), f"Bearer {key}".encode()):
            return handle(call, names)
        return _refusal(401, "unauthorized")

    return check


class _Dialect:
    def __init__(self, models: Sequence[str]) -> None:
        self._models = tuple(f"{name}:latest" for name in models)

    def chat(self, call: Call, names: Mapping[str, str]) -> Outcome:
        try:
            body = call.json
        except ValueError:
            return _refusal(400, "invalid JSON")
        match body:
            case {"model": str(model), "messages": [*messages]} if model:
                pass
            case _:
                return _refusal(400, "model is required")
        if model not in self._models and f"{model}:latest" not in self._models:
            return _refusal(404, f"model '{model}' not found")
        turns = tuple(_turn(message) for message in messages)
        read = sum(len(turn.text.split()) for turn in turns)
        streamed = body.get("stream", True) is not False
        encoder = _Encoder(model, Usage(read, 0))
        return Question(Prompt(model, turns), encoder, streamed, media_type=MEDIA_TYPE)

    def list_models(self, call: Call, names: Mapping[str, str]) -> Answer:
        models = [
            {"name": name, "model": name, "modified_at": CREATED_AT, "size": 1}
            for name in self._models
        ]
        return Answer(to_json({"models": models}))


@dataclass(slots=True)
class _Encoder:
    model: str
    usage: Usage

    def frame(self, act: Content) -> bytes:
        match act:
            case Say(text=text):
                self.usage = Usage(self.usage.input_tokens, self.usage.output_tokens + 1)
                return self._line({"content": text})
            case Think(text=text):
                return self._line({"content": "", "thinking": text})
            case Picture(data=data):
                return self._line({"content": "", "images": [base64.b64encode(data).decode()]})
            case UseTool():
                return self._line({"content": "", "tool_calls": [_tool(act)]})
            case Preview() | Progress() | Work() | Cite() | Suggest() | AskApproval() | Done():
                return b""  # the dialect has nothing for these
            case Usage():
                self.usage = act  # told with the last line, and not after it
                return b""
            case Finish(reason=reason):
                return to_json({**self._head({"content": ""}), **self._end(reason)}) + b"\n"
            case Fail(message=message):
                return to_json({"error": message}) + b"\n"
            case Comment():
                return b"\n"  # the dialect has no keepalives; readers skip blank lines
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        message: dict[str, object] = {
            "content": "".join(act.text for act in acts if isinstance(act, Say))
        }
        reason = ""
        for act in acts:
            match act:
                case Fail(message=words, code=code):
                    status = code if isinstance(code, int) and 400 <= code <= 599 else 500
                    return _refusal(status, words)
                case Think(text=text):
                    message["thinking"] = f"{message.get('thinking', '')}{text}"
                case Usage():
                    self.usage = act
                case Finish(reason=said):
                    reason = said
                case _:
                    pass
        if calls := [_tool(act) for act in acts if isinstance(act, UseTool)]:
            message["tool_calls"] = calls
        ending = self._end(reason) if reason else {"done": False}
        return Answer(to_json({**self._head(message), **ending}))

    def _line(self, message: dict[str, object]) -> bytes:
        return to_json({**self._head(message), "done": False}) + b"\n"

    def _head(self, message: dict[str, object]) -> dict[str, object]:
        told = {"role": "assistant", **message}
        return {"model": self.model, "created_at": CREATED_AT, "message": told}

    def _end(self, reason: str) -> dict[str, object]:
        return {
            "done": True,
            "done_reason": "stop" if reason == "tool_calls" else reason,
            "total_duration": 1,
            "prompt_eval_count": self.usage.input_tokens,
            "eval_count": self.usage.output_tokens,
        }


def _tool(act: UseTool) -> dict[str, object]:
    try:
        arguments = json.loads(act.arguments)
    except ValueError:
        arguments = {}
    return {"function": {"name": act.name, "arguments": arguments}}


def _turn(message: Any) -> Turn:  # as the client wrote it
    match message:
        case {"role": str(role), "content": str(text), **rest}:
            images = rest.get("images")
            return Turn(role, text, len(images) if isinstance(images, list) else 0)
        case _:
            return Turn("", "")


def _refusal(status: int, message: str) -> Answer:
    return Answer(to_json({"error": message}), status=status)
