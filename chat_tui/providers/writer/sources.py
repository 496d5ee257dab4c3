"""What a reply of Writer's rests on: snippets of files, and pages of the web.

Vendor page: https://dev.writer.com/home/knowledge-graph-query (read 2026-11-20). A snippet is told
as a source first and, once the answer is complete, again as a reference that knows more of it.
"""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec

from chat_tui.events import Source, SourceRefs

EXCERPT_CHARS: Final = 2000
"""The text of a web page may be megabytes."""

_CITATION: Final = re.compile(r"\[([^\[\]\n]{1,200})\]\(([^()\s]{1,2000})\)")

_Key: TypeAlias = tuple[str, str]
"""A file and its snippet, or an address twice."""


class _Passage(msgspec.Struct, frozen=True):
    file: str = ""
    url: str | None = None
    title: str | None = None
    excerpt: str | None = None
    score: float | None = None
    page: int | None = None
    cite: str | None = None


class Passages:
    """All passages of one reply, each once."""

    def __init__(self) -> None:
        self._main: dict[_Key, _Passage] = {}
        self._aside: dict[_Key, _Passage] = {}
        """Found for subqueries; those that the answer rests on too are among the main ones."""
        self._names: dict[str, str] = {}
        self._told: tuple[Source, ...] = ()
        self._changed = False
        """Something came since they were told: nearly every delta of a reply brings nothing."""

    def add(self, sources: object, *, aside: bool = False) -> None:
        """Take in a list of sources: snippets of files, results of a search, or bare addresses."""
        for source in sources if isinstance(sources, list) else ():
            if (passage := _source(source)) is not None:
                self._put(passage, self._aside if aside else self._main)

    def refer(self, references: object) -> None:
        """Take in what is known of passages once the answer is complete."""
        if not isinstance(references, dict):
            return
        for name, read in (("files", _file_reference), ("web", _web_reference)):
            listed = references.get(name)
            for reference in listed if isinstance(listed, list) else ():
                if (passage := read(reference)) is not None:
                    self._put(passage, self._main)

    def name(self, answer: str) -> None:
        """Take the names of files from an answer, which cites them as `[name](cite)`."""
        self._names = {place: name for name, place in _CITATION.findall(answer)}
        self._changed = True

    def news(self) -> Iterator[SourceRefs]:
        """Yield all passages when they are not those of the last time."""
        if not self._changed:
            return
        self._changed = False
        passages = {**self._aside, **self._main}
        order = [*self._main, *(key for key in self._aside if key not in self._main)]
        sources = tuple(self._shown(passages[key]) for key in order)
        if sources != self._told:
            self._told = sources
            yield SourceRefs(sources)

    def _put(self, passage: _Passage, into: dict[_Key, _Passage]) -> None:
        place = passage.url or passage.file
        key = (place, place if passage.url else passage.excerpt or "")
        known = into.get(key, passage)
        self._changed = True
        into[key] = _Passage(
            *(
                old if new is None else new
                for old, new in zip(
                    msgspec.structs.astuple(known), msgspec.structs.astuple(passage), strict=True
                )
            )
        )

    def _shown(self, passage: _Passage) -> Source:
        title = passage.title
        if passage.url is None:
            title = self._names.get(passage.cite or "") or f"file {passage.file}"
            if passage.page is not None:
                title += f", page {passage.page}"
        return Source(title, passage.url, passage.excerpt, passage.score)


def _source(source: object) -> _Passage | None:
    match source:
        case str() as url if url:
            return _Passage(url=url)
        case {"file_id": str() as file, **rest} if file:
            return _Passage(file, excerpt=_text(rest.get("snippet")))
        case {"url": str() as url, **rest} if url:
            return _Passage(
                url=url, title=_text(rest.get("title")), excerpt=_text(rest.get("raw_content"))
            )
        case _:
            return None


def _file_reference(reference: object) -> _Passage | None:
    match reference:
        case {"fileId": str() as file, **rest} | {"file_id": str() as file, **rest} if file:
            page = rest.get("page")
            return _Passage(
                file,
                excerpt=_text(rest.get("text")),
                score=_score(rest.get("score")),
                page=page if isinstance(page, int) and not isinstance(page, bool) else None,
                cite=_text(rest.get("cite")),
            )
        case _:
            return None


def _web_reference(reference: object) -> _Passage | None:
    match reference:
        case {"url": str() as url, **rest} if url:
            return _Passage(
                url=url,
                title=_text(rest.get("title")),
                excerpt=_text(rest.get("text")),
                score=_score(rest.get("score")),
            )
        case _:
            return None


def _text(value: object) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    return value if len(value) <= EXCERPT_CHARS else f"{value[: EXCERPT_CHARS - 1]}…"


def _score(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
