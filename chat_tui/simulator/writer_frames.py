"""Replies of Writer's endpoints outside of a chat, act by act and as one document.

Follows https://dev.writer.com/api-reference (read 2026-11-20). Steps are subqueries of a Knowledge
Graph, or stages of an application. The stream of a web search, whose form nobody tells, repeats
the document with more of the answer in each event.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

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
    last_cited,
    pages,
    references,
    said,
    snippets,
)


@dataclass(slots=True)
class CompletionEncoder:
    """Replies of `POST /completions`."""

    model: str
    opened: bool = False

    def frame(self, act: Content) -> bytes:
        match act:
            case Say(text=text):
                begin = b"" if self.opened else data({"value": ""})
                self.opened = True
                return begin + data({"value": text})
            case Finish():
                return data({"value": ""})
            case Done() | Fail() | Comment():
                return common(act)
            case Think() | Picture() | Preview() | Progress() | UseTool():
                return b""  # the dialect has nothing for these
            case Suggest() | AskApproval() | Usage() | Work() | Cite():
                return b""
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        choice = {"text": said(acts), "log_probs": None}
        return failed(acts) or Answer(to_json({"choices": [choice], "model": self.model}))


@dataclass(slots=True)
class ApplicationEncoder:
    """Replies of `POST /applications/ID`."""

    opened: bool = False
    stage: Json | None = None

    def frame(self, act: Content) -> bytes:
        match act:
            case Say(text=text):
                return self._open() + self._delta(content=text)
            case Work(id=step_id, label=label):
                self.stage = {"id": step_id, "content": label, "sources": None}
                return self._open() + self._delta(stages=[self.stage])
            case Cite(passages=passages):
                stage = self.stage or {"id": "sources", "content": "Reading"}
                self.stage = {**stage, "sources": [one.url for one in passages if one.url]}
                return self._open() + self._delta(stages=[self.stage])
            case Done() | Fail() | Comment():
                return common(act)
            case Think() | Picture() | Preview() | Progress():
                return b""  # the dialect has nothing for these
            case UseTool() | Suggest() | AskApproval() | Usage() | Finish():
                return b""
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        return failed(acts) or Answer(to_json({"title": "output", "suggestion": said(acts)}))

    def _open(self) -> bytes:
        if self.opened:
            return b""
        self.opened = True
        return self._delta(title="output")

    def _delta(self, **told: object) -> bytes:
        return data({"delta": {"title": None, "content": None, "stages": None, **told}})


@dataclass(slots=True)
class QuestionEncoder:
    """Replies of `POST /graphs/question`."""

    question: str
    subqueries_wanted: bool
    subqueries: dict[str, Json] = field(default_factory=dict)

    def frame(self, act: Content) -> bytes:
        match act:
            case Say(text=text):
                return data(self._told(text))
            case Work():
                self._work(act)
                return b""
            case Cite(passages=passages):
                return data(self._told("", passages))
            case Done() | Fail() | Comment():
                return common(act)
            case Think() | Picture() | Preview() | Progress():
                return b""  # the dialect has nothing for these
            case UseTool() | Suggest() | AskApproval() | Usage() | Finish():
                return b""
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        for act in acts:
            if isinstance(act, Work):
                self._work(act)
        passages = last_cited(acts)
        return failed(acts) or Answer(to_json(self._told(said(acts), passages)))

    def _work(self, act: Work) -> None:
        self.subqueries[act.id] = {"query": act.label, "answer": act.detail, "sources": []}

    def _told(self, answer: str, passages: Sequence[Passage] = ()) -> Json:
        subqueries = list(self.subqueries.values()) if passages else []
        return {
            "question": self.question,
            "answer": answer,
            "sources": snippets(passages),
            "subqueries": (subqueries if self.subqueries_wanted else None) or None,
            "references": references(passages) if passages else None,
        }


@dataclass(slots=True)
class SearchEncoder:
    """Replies of `POST /tools/web-search`."""

    query: str
    answer: str = ""
    passages: tuple[Passage, ...] = ()

    def frame(self, act: Content) -> bytes:
        match act:
            case Say(text=text):
                self.answer += text
                return data(self._told())
            case Cite(passages=passages):
                self.passages = passages
                return data(self._told())
            case Done() | Fail() | Comment():
                return common(act)
            case Think() | Picture() | Preview() | Progress() | UseTool():
                return b""  # the dialect has nothing for these
            case Suggest() | AskApproval() | Usage() | Finish() | Work():
                return b""
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        self.answer, self.passages = said(acts), tuple(last_cited(acts))
        return failed(acts) or Answer(to_json(self._told()))

    def _told(self) -> Json:
        sources = pages(self.passages)
        return {"query": self.query, "answer": self.answer or None, "sources": sources}
