"""The sources of an answer: one numbered line, and what is known of each behind it."""

from collections.abc import Iterator, Sequence
from typing import Final

from chat_tui.document.blocks import FoldBlock, TextBlock
from chat_tui.document.stack import StackBlock
from chat_tui.events import Source
from chat_tui.text import clean, clean_line

_NAME_CHARS: Final = 40


class SourcesBlock(FoldBlock):
    """The line; what is behind it can be copied and searched without being opened."""

    __slots__ = ("sources",)

    def __init__(self, sources: Sequence[Source], *, opened: bool, gap: int) -> None:
        """Make a block.

        Args:
            sources: At least one.
            opened: How it begins.
            gap: Empty rows above.
        """
        head = sources_head(sources)
        super().__init__("sources", head, lambda: _body(sources), opened=opened, gap=gap)
        self.sources = tuple(sources)


def sources_head(sources: Sequence[Source]) -> str:
    """One line that names all sources."""
    names = (source_name(source, _NAME_CHARS) for source in sources)
    return "sources  " + "   ".join(f"{number} {name}" for number, name in enumerate(names, 1))


def source_name(source: Source, max_chars: int = 200) -> str:
    """Say what to call a source."""
    return clean_line(source.title or source.url or "untitled", max_chars)


def _body(sources: Sequence[Source]) -> StackBlock:
    return StackBlock("sources", [*_lines(sources)])


def _lines(sources: Sequence[Source]) -> Iterator[TextBlock]:
    for number, source in enumerate(sources, 1):
        texts = [source_name(source)]
        if source.title and source.url:
            texts.append(clean_line(source.url))
        if source.excerpt:
            texts.append(clean(source.excerpt))
        mark = f"  [{number}] "
        yield TextBlock(
            "\n".join(texts),
            kind="sources",
            ink="dim",
            first=mark,
            rest=" " * len(mark),
            mark_ink="accent",
        )
