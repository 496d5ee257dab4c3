"""What tests of the document share: texts, ways to cut them, and what a document shows."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chat_tui.document.markdown.markdown import MarkdownDocument
from chat_tui.document.spans import Span

HERE = Path(__file__).parent
WIDTHS = (20, 80, 100)


def spec_examples() -> list[str]:
    """Read what the examples in the CommonMark specification parse.

    Version 0.31.2 by John MacFarlane, https://spec.commonmark.org/0.31.2/, CC BY-SA 4.0.
    """
    lines = (HERE / "commonmark.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def document(text: str, *, finish: bool = True) -> MarkdownDocument:
    made = MarkdownDocument()
    made.feed(text)
    while made.pending:
        made.commit()
    if finish:
        made.finish()
    return made


def grown(pieces: Sequence[str], widths: Sequence[int] = (30,)) -> MarkdownDocument:
    """Make a document of pieces, and look at it in between."""
    made = MarkdownDocument()
    for piece in pieces:
        made.feed(piece)
        made.commit()
        for width in widths:
            for index in range(max(0, made.height(width) - 6), made.height(width)):
                made.row(index, width)
    return made


def rows(made: MarkdownDocument, width: int) -> list[Sequence[Span]]:
    return [tuple(made.row(index, width)) for index in range(made.height(width))]


def shown(made: MarkdownDocument, width: int = 80) -> list[str]:
    return ["".join(span.text for span in row) for row in rows(made, width)]


def drawn(text: str, width: int = 80) -> list[str]:
    return shown(document(text), width)


def everything(made: MarkdownDocument, widths: Sequence[int] = WIDTHS) -> Any:
    """All that can be seen of a document."""
    leaves = [(type(leaf).__name__, leaf.text, leaf.source) for leaf in made.leaves]
    return made.source, leaves, [rows(made, width) for width in widths]


def cut(text: str, sizes: Sequence[int]) -> Iterator[str]:
    at = 0
    number = 0
    while at < len(text):
        size = sizes[number % len(sizes)]
        yield text[at : at + size]
        at += size
        number += 1
