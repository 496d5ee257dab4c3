"""What a reply of the OpenAI dialect rests on, as different servers cite it."""

from collections.abc import Iterable, Iterator

import msgspec

from chat_tui.events import Source, SourceRefs


class Citations:
    """The sources of one reply, each once, in the order in which they were first named."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}

    def add(self, cited: object) -> Iterator[SourceRefs]:
        """Take in a list of addresses, search results or annotations; yield all when one is new.

        Servers repeat the list in each chunk, and name a source again with more about it.
        """
        if isinstance(cited, list):
            yield from self.cite(filter(None, map(_source, cited)))

    def cite(self, sources: Iterable[Source]) -> Iterator[SourceRefs]:
        """Take in sources, told apart by address or else by title; yield all when one is new."""
        before = dict(self._sources)
        for source in sources:
            address = source.url or source.title or ""
            known = self._sources.get(address, source)
            self._sources[address] = msgspec.structs.replace(
                known, title=known.title or source.title, excerpt=known.excerpt or source.excerpt
            )
        if self._sources != before:
            yield SourceRefs(tuple(self._sources.values()))


def _source(cited: object) -> Source | None:
    match cited:
        case str() if cited:
            return Source(url=cited)
        case {"type": "url_citation", "url_citation": dict() as citation}:
            return _source(citation)
        case {"url": str() as url, **rest} if url:
            title, excerpt = rest.get("title"), rest.get("content") or rest.get("snippet")
            return Source(
                title=title if isinstance(title, str) and title else None,
                url=url,
                excerpt=excerpt if isinstance(excerpt, str) and excerpt else None,
            )
        case _:
            return None
