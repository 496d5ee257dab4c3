"""What the answers of all of Writer's endpoints have in the same form.

Follows https://dev.writer.com/api-reference (read 2026-11-20).
"""

from collections.abc import Sequence
from typing import Any, TypeAlias, assert_never

from chat_tui.simulator.dialect import Answer, to_json
from chat_tui.simulator.script import Cite, Comment, Content, Done, Fail, Passage, Say

Json: TypeAlias = dict[str, Any]


def refusal(status: int, kind: str, key: str, description: str) -> Answer:
    """An error response in Writer's form."""
    return Answer(to_json(_error(kind, key, description)), status=status)


def common(act: Done | Fail | Comment) -> bytes:
    """What all streams have in the same form."""
    match act:
        case Done():
            return b"data: [DONE]\n\n"
        case Fail(message=message, code=code):
            error = _error("InternalServerError", f"fail.{code}", message)
            return b"event: error\ndata: " + to_json(error) + b"\n\n"
        case Comment(text=text):
            return f": {text}\n\n".encode()
        case _:
            assert_never(act)


def data(value: object) -> bytes:
    return b"data: " + to_json(value) + b"\n\n"


def _error(kind: str, key: str, description: str) -> Json:
    error = {"description": description, "key": key, "extras": {}}
    return {"tpe": kind, "errors": [error], "extras": {}}


def failed(acts: Sequence[Content]) -> Answer | None:
    for act in acts:
        if isinstance(act, Fail):
            return refusal(500, "InternalServerError", f"fail.{act.code}", act.message)
    return None


def said(acts: Sequence[Content]) -> str:
    return "".join(act.text for act in acts if isinstance(act, Say))


def last_cited(acts: Sequence[Content]) -> Sequence[Passage]:
    cited: Sequence[Passage] = ()
    for act in acts:
        if isinstance(act, Cite):
            cited = act.passages
    return cited


def snippets(passages: Sequence[Passage]) -> list[Json]:
    return [{"file_id": one.title, "snippet": one.text} for one in passages if not one.url]


def references(passages: Sequence[Passage]) -> Json:
    files = [
        {"text": one.text, "fileId": one.title, "score": one.score, "page": None, "cite": one.title}
        for one in passages
        if not one.url
    ]
    web = [
        {"text": one.text, "url": one.url, "title": one.title, "score": one.score}
        for one in passages
        if one.url
    ]
    return {"files": files, "web": web}


def pages(passages: Sequence[Passage]) -> list[Json]:
    return [{"url": one.url, "raw_content": one.text or None} for one in passages]
