"""Replies of Writer's chat: the OpenAI dialect, and what its own tools tell beside it.

Follows https://dev.writer.com/api-reference/completion-api/chat-completion (read 2026-11-20). Steps
are subqueries of a Knowledge Graph.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, assert_never

from chat_tui.simulator.dialect import Answer, to_json
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
from chat_tui.simulator.writer_parts import (
    Json,
    common,
    data,
    failed,
    pages,
    references,
    said,
    snippets,
)

_NO_GRAPH: Final = {"sources": None, "status": None, "subqueries": None}


@dataclass(slots=True)
class ChatEncoder:
    """Replies of `POST /chat`."""

    model: str
    created: int
    include_usage: bool
    searches_web: bool
    """Sources are told as those of the web search tool."""
    opened: bool = False
    calls: int = 0
    subqueries: dict[str, Json] = field(default_factory=dict)
    told: Json = field(default_factory=dict)
    """What the closing chunk repeats."""

    def frame(self, act: Content) -> bytes:
        match act:
            case Say(text=text):
                return self._open() + self._delta(content=text)
            case Work():
                return self._open() + self._delta(content="", graph_data=self._graph(act))
            case Cite() | UseTool():
                return self._open() + self._built_in(act)
            case Finish(reason=reason):
                return self._open() + self._finish(reason)
            case Usage():
                return data(self._envelope([], act)) if self.include_usage else b""
            case Think() | Picture() | Preview() | Progress() | Suggest() | AskApproval():
                return b""  # the dialect has nothing for these
            case Done() | Fail() | Comment():
                return common(act)
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        if (refused := failed(acts)) is not None:
            return refused
        message: Json = {}
        calls: list[Json] = []
        finish, usage = "stop", Usage(0, 0)
        words = said(acts)
        for act in acts:
            match act:
                case Work():
                    message["graph_data"] = self._graph(act)
                case Cite(passages=passages):
                    message |= self._cited(passages)
                case UseTool(name="translation"):
                    message["translation_data"] = json.loads(act.arguments)
                    words += act.output
                case UseTool(name="llm"):
                    message["llm_data"] = json.loads(act.arguments)
                case UseTool():
                    calls.append(_call(len(calls), act.name, act.arguments))
                case Finish(reason=reason):
                    finish = reason
                case Usage():
                    usage = act
                case _:
                    pass
        fields = _fields({**message, "content": words, "tool_calls": calls or None})
        choice = {"index": 0, "finish_reason": finish, "message": fields, "logprobs": None}
        return Answer(to_json({**self._envelope([choice], usage), "object": "chat.completion"}))

    def _open(self) -> bytes:
        """The first delta is an empty one."""
        if self.opened:
            return b""
        self.opened = True
        return self._delta(content="")

    def _built_in(self, act: Cite | UseTool) -> bytes:
        match act:
            case Cite(passages=passages):
                told = self._cited(passages)
                if self.searches_web:
                    return self._delta(content="", mirrored=True, **told)
                self.told |= told  # comes with the last chunk only
                return b""
            case UseTool(name="translation"):
                told = json.loads(act.arguments)
                return self._delta(content=act.output, translation_data=told)
            case UseTool(name="llm"):
                return self._delta(content=act.output, llm_data=json.loads(act.arguments))
            case UseTool():
                begin = _call(self.calls, act.name, None)
                more = {"index": self.calls, "id": None, "type": None}
                half = len(act.arguments) // 2
                self.calls += 1
                pieces = [
                    {**more, "function": {"name": None, "arguments": piece}}
                    for piece in (act.arguments[:half], "", act.arguments[half:])
                ]
                return b"".join(
                    self._delta(content=None, tool_calls=[call]) for call in (begin, *pieces)
                )
            case _:
                assert_never(act)

    def _finish(self, reason: str) -> bytes:
        return self._delta(reason, content="", mirrored=bool(self.told), **self.told)

    def _graph(self, act: Work) -> Json:
        self.subqueries[act.id] = {"query": act.label, "answer": act.detail, "sources": []}
        return {
            "sources": None,
            "status": "processing",
            "subqueries": list(self.subqueries.values()),
        }

    def _cited(self, passages: Sequence[Passage]) -> Json:
        if self.searches_web:
            return {"web_search_data": {"search_depth": "advanced", "sources": pages(passages)}}
        return {
            "graph_data": {
                "sources": snippets(passages),
                "status": "finished",
                "subqueries": list(self.subqueries.values()),
                "references": references(passages),
            }
        }

    def _delta(
        self, reason: str | None = None, *, mirrored: bool = False, **fields: object
    ) -> bytes:
        delta = _fields(fields)
        mirror = {"message": delta} if mirrored else {}
        choice = {"index": 0, "finish_reason": reason, **mirror, "delta": delta, "logprobs": None}
        return data(self._envelope([choice], None))

    def _envelope(self, choices: Sequence[object], usage: Usage | None) -> Json:
        return {
            "id": str(uuid.uuid4()),  # another one in each chunk
            "object": "chat.completion.chunk",
            "choices": choices,
            "created": self.created,
            "model": self.model,
            "usage": None if usage is None else _usage(usage),
            "system_fingerprint": "v1",
            "service_tier": None,
        }


def _fields(told: Mapping[str, object]) -> Json:
    """A delta or a message with every field that it has."""
    return {
        "content": None,
        "role": "assistant",
        "tool_calls": None,
        "graph_data": _NO_GRAPH,
        "llm_data": None,
        "image_data": None,
        "translation_data": None,
        "web_search_data": None,
        "refusal": None,
        **told,
    }


def _call(index: int, name: str, arguments: str | None) -> Json:
    function = {"name": name, "arguments": arguments}
    call_id = f"chatcmpl-tool-{index + 1:04}"
    return {"index": index, "id": call_id, "type": "function", "function": function}


def _usage(usage: Usage) -> Json:
    return {
        "prompt_tokens": usage.input_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "completion_tokens": usage.output_tokens,
        "prompt_token_details": None,
        "completion_tokens_details": None,
    }
