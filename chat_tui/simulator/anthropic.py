"""Anthropic's Messages dialect, at `/anthropic`.

Follows https://docs.anthropic.com/en/api/messages and
https://docs.anthropic.com/en/docs/build-with-claude/streaming (read 2026-11-20).
"""

import hmac
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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

CREATED_AT = "2025-01-01T00:00:00Z"
REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}

Handle: TypeAlias = Callable[[Call, Mapping[str, str]], Outcome]
Block: TypeAlias = dict[str, object]


def routes(models: Sequence[str], *, key: str | None = None) -> tuple[Route, ...]:
    """The dialect's routes.

    Args:
        models: What the listing names, in this order.
        key: What a caller has to show as `x-api-key`; none is asked for when null.
    """
    dialect = _Dialect(models)
    return (
        Route("POST", "/anthropic/v1/messages", _guarded(dialect.message, key)),
        Route("GET", "/anthropic/v1/models", _guarded(dialect.list_models, key)),
    )


def _guarded(handle: Handle, key: str | None) -> Handle:
    def check(call: Call, names: Mapping[str, str]) -> Outcome:
        shown = call.headers.get("x-api-key", "")
        if key is not None and not hmac.compare_digest(shown.encode(), key.encode()):
            said = "invalid x-api-key" if shown else "x-api-key header is required"
            return _refusal(401, said, "authentication_error")
        if "anthropic-version" not in call.headers:
            return _refusal(400, "anthropic-version: header is required")
        return handle(call, names)

    return check


class _Dialect:
    def __init__(self, models: Sequence[str]) -> None:
        self._models = tuple(models)
        self._numbers = itertools.count(1)

    def message(self, call: Call, names: Mapping[str, str]) -> Outcome:
        try:
            body = call.json
        except ValueError:
            return _refusal(400, "The request body is not valid JSON.")
        match body:
            case {"model": str(model), "max_tokens": int(most), "messages": [*messages]}:
                if not messages:
                    return _refusal(400, "messages: at least one message is required")
                if most < 1:
                    return _refusal(400, "max_tokens: must be greater than or equal to 1")
            case {"model": str(_), "messages": _}:
                return _refusal(400, "max_tokens: Field required")
            case _:
                return _refusal(400, "model: Field required")
        try:
            prompt = Prompt(model, tuple(_turn(message) for message in messages))
        except NoPicture as error:
            return _refusal(400, f"messages: {error}")
        read = sum(len(turn.text.split()) for turn in prompt.turns)
        encoder = _Encoder(f"msg_sim{next(self._numbers)}", model, read)
        return Question(prompt, encoder, streamed=body.get("stream") is True)

    def list_models(self, call: Call, names: Mapping[str, str]) -> Answer:
        models = [
            {"type": "model", "id": name, "display_name": name, "created_at": CREATED_AT}
            for name in self._models
        ]
        ends = {"first_id": self._models[0], "last_id": self._models[-1]} if models else {}
        return Answer(to_json({"data": models, "has_more": False, **ends}))


@dataclass(slots=True)
class _Encoder:
    id: str
    model: str
    read: int
    opened: bool = False
    index: int = -1
    block: str = ""
    """The type of the block that is open."""
    tools: int = 0
    usage: dict[str, int] = field(default_factory=dict)
    stopped: dict[str, object] = field(default_factory=dict)

    def frame(self, act: Content) -> bytes:
        match act:
            case Say(text=text):
                opening = self._open("text", {"type": "text", "text": ""})
                return opening + self._delta({"type": "text_delta", "text": text})
            case Think(text=text):
                block: Block = {"type": "thinking", "thinking": "", "signature": ""}
                opening = self._open("thinking", block)
                return opening + self._delta({"type": "thinking_delta", "thinking": text})
            case UseTool():
                return b"".join(self._tool(act))
            case Cite(passages=passages):
                opening = self._open("text", {"type": "text", "text": "", "citations": []})
                return opening + b"".join(
                    self._delta({"type": "citations_delta", "citation": _cited(one)})
                    for one in passages
                )
            case Preview() | Picture() | Progress() | Work() | Suggest() | AskApproval():
                return b""  # the dialect has nothing for these
            case Finish(reason=reason):
                self.stopped = {
                    "stop_reason": REASONS.get(reason, reason),
                    "stop_sequence": None,
                }
                return self._start() + self._close() + self._message_delta()
            case Usage():
                self.usage = _usage(act)
                # Usually the totals come with the reason; they may come again, and grow.
                return self._message_delta() if self.stopped else b""
            case Done():
                return self._start() + self._close() + _event({"type": "message_stop"})
            case Fail(message=message, code=code):
                return _event(_error(message, _error_type(code)))
            case Comment():
                return _event({"type": "ping"})
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        content: list[Block] = []
        stopped: dict[str, object] = {"stop_reason": None, "stop_sequence": None}
        usage = {"input_tokens": self.read, "output_tokens": 0}
        for act in acts:
            match act:
                case Fail(message=message, code=code):
                    status = code if isinstance(code, int) and 400 <= code <= 599 else 500
                    return _refusal(status, message, _error_type(code))
                case Say(text=text):
                    _grow(content, "text", text)
                case Think(text=text):
                    _grow(content, "thinking", text)
                case UseTool():
                    self.tools += 1
                    content += _tool_blocks(act, self.tools)
                case Cite(passages=passages):
                    _grow(content, "text", "")
                    content[-1]["citations"] = [_cited(one) for one in passages]
                case Finish(reason=reason):
                    stopped["stop_reason"] = REASONS.get(reason, reason)
                case Usage():
                    usage = _usage(act)
                case _:
                    pass
        return Answer(to_json({**self._message(), "content": content, **stopped, "usage": usage}))

    def _message(self) -> Block:
        return {"id": self.id, "type": "message", "role": "assistant", "model": self.model}

    def _start(self) -> bytes:
        if self.opened:
            return b""
        self.opened = True
        message = {
            **self._message(),
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": self.read, "output_tokens": 1},
        }
        return _event({"type": "message_start", "message": message})

    def _open(self, kind: str, block: Block) -> bytes:
        """Begin a block, unless one of that sort is open."""
        started = self._start()
        if self.block == kind:
            return started
        closed = self._close()
        self.index += 1
        self.block = kind
        start = {"type": "content_block_start", "index": self.index, "content_block": block}
        return started + closed + _event(start)

    def _close(self) -> bytes:
        if not self.block:
            return b""
        self.block = ""
        return _event({"type": "content_block_stop", "index": self.index})

    def _delta(self, delta: Block) -> bytes:
        return _event({"type": "content_block_delta", "index": self.index, "delta": delta})

    def _tool(self, act: UseTool) -> list[bytes]:
        self.tools += 1
        call, *results = _tool_blocks(act, self.tools)
        pieces = [self._open(str(self.tools), {**call, "input": {}})]
        half = (len(act.arguments) + 1) // 2
        pieces += [
            self._delta({"type": "input_json_delta", "partial_json": piece})
            for piece in (act.arguments[:half], act.arguments[half:])
        ]
        pieces += [self._open(f"{self.tools} result", result) for result in results]
        return [*pieces, self._close()]

    def _message_delta(self) -> bytes:
        usage = self.usage or {"output_tokens": max(1, self.index + 1)}
        return _event({"type": "message_delta", "delta": self.stopped, "usage": usage})


def _event(value: Mapping[str, object]) -> bytes:
    return f"event: {value['type']}\n".encode() + b"data: " + to_json(value) + b"\n\n"


def _grow(content: list[Block], kind: str, text: str) -> None:
    if not content or content[-1]["type"] != kind:
        content.append({"type": kind, kind: ""})
    content[-1][kind] = f"{content[-1][kind]}{text}"


def _tool_blocks(act: UseTool, number: int) -> list[Block]:
    """A tool with an output is one of the server's own; else the client has to run it."""
    try:
        given = json.loads(act.arguments)
    except ValueError:
        given = {}
    if not act.output:
        return [{"type": "tool_use", "id": f"toolu_{number}", "name": act.name, "input": given}]
    call = f"srvtoolu_{number}"
    page = {"type": "web_search_result", "url": act.output, "title": act.name, "page_age": None}
    return [
        {"type": "server_tool_use", "id": call, "name": act.name, "input": given},
        {"type": "web_search_tool_result", "tool_use_id": call, "content": [page]},
    ]


def _cited(passage: Passage) -> Block:
    if passage.url:
        return {
            "type": "web_search_result_location",
            "url": passage.url,
            "title": passage.title,
            "cited_text": passage.text,
        }
    return {"type": "char_location", "document_title": passage.title, "cited_text": passage.text}


def _turn(message: Any) -> Turn:  # as the client wrote it
    match message:
        case {"role": str(role), "content": str(text)}:
            return Turn(role, text)
        case {"role": str(role), "content": [*blocks]}:
            texts: list[str] = []
            images = 0
            for block in blocks:
                match block:
                    case {"type": "text", "text": str(text)}:
                        texts.append(text)
                    case {"type": "image", "source": {"media_type": kind, "data": data}}:
                        picture_at(f"data:{kind};base64,{data}")
                        images += 1
                    case {"type": "image"}:
                        raise NoPicture("image has a source")
            return Turn(role, "\n".join(texts), images)
        case _:
            return Turn("", "")


def _usage(usage: Usage) -> dict[str, int]:
    return {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}


def _error_type(code: str | int) -> str:
    known = isinstance(code, str) and code.endswith("_error") and code != "server_error"
    return str(code) if known else "api_error"


def _refusal(status: int, message: str, type_: str = "invalid_request_error") -> Answer:
    return Answer(to_json(_error(message, type_)), status=status)


def _error(message: str, type_: str) -> dict[str, object]:
    return {"type": "error", "error": {"type": type_, "message": message}}
