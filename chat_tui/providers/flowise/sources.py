"""The documents that a flow's answer rests on."""

import math
import re
from collections.abc import Iterator
from typing import Any, Final

from chat_tui.events import Source, SourceRefs

MAX_SOURCES: Final = 500

_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)
_NAMES: Final = ("source", "fileName", "filename", "file_name", "name", "title")
_NAMELESS: Final = frozenset({"", "blob"})
"""What document loaders call a document that came without a name."""


class Sources:
    """The sources of one reply, each once, in the order in which they were first named."""

    def __init__(self) -> None:
        self._sources: dict[Source, None] = {}

    def add(self, documents: object) -> Iterator[SourceRefs]:
        """Take in a list of documents; yield all sources when one of them is new."""
        before = len(self._sources)
        for document in documents if isinstance(documents, list) else ():
            source = _source(document)
            if source is not None and len(self._sources) < MAX_SOURCES:
                self._sources.setdefault(source)
        if len(self._sources) > before:
            yield SourceRefs(tuple(self._sources))


def _source(document: object) -> Source | None:
    if not isinstance(document, dict):
        return None
    found, page = document.get("metadata"), document.get("pageContent")
    metadata: dict[str, Any] = found if isinstance(found, dict) else {}
    excerpt = page if isinstance(page, str) and page else None
    names = {key: name for key in _NAMES if (name := _text(metadata.get(key)))}
    url = names.pop("source") if _ADDRESS.match(names.get("source", "")) else None
    url = url or _address(metadata.get("url"))
    title = next(iter(names.values()), url)
    if title is None and excerpt is None:
        return None
    return Source(title, url, excerpt, _score(metadata.get("score")))


def _text(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return "" if text in _NAMELESS else text


def _address(value: Any) -> str | None:
    return value if isinstance(value, str) and _ADDRESS.match(value) else None


def _score(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
