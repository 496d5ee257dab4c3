"""Units: what the keyboard cursor moves over, each block or, in Markdown, each fence by itself."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len

from chat_tui.document.block import Block
from chat_tui.document.block_rows import INDENT
from chat_tui.document.blocks import FoldBlock, MarkdownBlock
from chat_tui.document.code.code import Code
from chat_tui.document.markdown.written import written
from chat_tui.document.message_view import MessageView
from chat_tui.document.spans import Span
from chat_tui.document.typed import TypedBlock
from chat_tui.events import Source

_UNWRAPPED_CELLS = 100_000
"""A row so wide holds a whole paragraph: a link's label must not be read in pieces."""
_ADDRESS = r"(?:https?://|mailto:)[^\s<>\"'`)\]}]+"
_AFTER_ADDRESS = ".,;:!?"


class Unit(NamedTuple):
    """A block, or some leaves of one."""

    block: int
    first: int = 0
    """The first leaf, of Markdown."""
    last: int = 0
    """The leaf after the last one; 0 for a block without leaves."""


class Link(NamedTuple):
    """An address and what is shown for it."""

    label: str
    url: str


def units(blocks: Sequence[Block]) -> list[Unit]:
    """List the units of a message: not its header, and not what is empty."""
    found: list[Unit] = []
    for number, block in enumerate(blocks):
        if isinstance(block, MarkdownBlock):
            found += _of_markdown(number, block)
        elif block.kind != "header" and block.text:
            found.append(Unit(number))
    return found


def unit_at(blocks: Sequence[Block], block: int, leaf: int) -> Unit | None:
    """Find the unit of a block that a leaf belongs to, or its last one; null where none is left."""
    if block >= len(blocks):
        return None
    shown = blocks[block]
    if not isinstance(shown, MarkdownBlock):
        return Unit(block)
    last: Unit | None = None
    for last in _of_markdown(block, shown):
        if leaf < last.last:
            break
    return last


def unit_text(blocks: Sequence[Block], unit: Unit) -> str:
    """Return what is copied of a unit; all of a folded block."""
    block = blocks[unit.block]
    if isinstance(block, MarkdownBlock):
        return written(block.document.leaves[unit.first : unit.last])
    return block.body.text if isinstance(block, FoldBlock) else block.text


def unit_rows(view: MessageView, unit: Unit, width: int) -> range:
    """Find the rows of a unit in its message, without the empty ones above."""
    top = view.block_top(unit.block, width)
    block = view.blocks[unit.block]
    inner = max(1, width - INDENT)
    if isinstance(block, MarkdownBlock):
        rows = range(block.first_row(unit.first, inner), block.first_row(unit.last, inner))
    else:
        rows = range(block.height(inner))
    first = next((row for row in rows if block.row(row, inner)), rows.start)
    return range(top + first, top + rows.stop)


def reply_text(blocks: Sequence[Block]) -> str:
    """Return what was said in a message, as plain text."""
    return "\n\n".join(
        written(block.document.leaves) if isinstance(block, MarkdownBlock) else block.text
        for block in blocks
        if block.kind == "text"
    )


def reply_source(blocks: Sequence[Block]) -> str:
    """Return what was said in a message, as Markdown."""
    return "\n\n".join(block.source for block in blocks if block.kind == "text")


def unit_links(blocks: Sequence[Block], unit: Unit) -> list[Link]:
    """List the links of a unit, each once."""
    block = blocks[unit.block]
    found: list[Link] = []
    if isinstance(block, MarkdownBlock):
        for leaf in block.document.leaves[unit.first : unit.last]:
            for index in range(leaf.height(_UNWRAPPED_CELLS)):
                found += _in_row(leaf.row(index, _UNWRAPPED_CELLS))
    elif isinstance(block, TypedBlock):
        found += _in_row(block.spans(0, len(block.text)))
    else:
        found += _written_out(unit_text(blocks, unit))
    return list(dict.fromkeys(found))


def link_at(row: Sequence[Span], column: int) -> str:
    """Find the address at a cell of a row; empty where there is none."""
    for span in row:
        column -= cell_len(span.text)
        if column < 0:
            return span.link
    return ""


def _of_markdown(number: int, block: MarkdownBlock) -> Iterator[Unit]:
    start = 0
    leaves = block.document.leaves
    for index, leaf in enumerate(leaves):
        if isinstance(leaf, Code):
            if start < index:
                yield Unit(number, start, index)
            yield Unit(number, index, index + 1)
            start = index + 1
    if start < len(leaves):
        yield Unit(number, start, len(leaves))


def _in_row(row: Sequence[Span]) -> Iterator[Link]:
    for url, spans in groupby(row, lambda span: span.link):
        text = "".join(span.text for span in spans)
        if url:
            yield Link(text, url)
        else:
            yield from _written_out(text)


def _written_out(text: str) -> Iterator[Link]:
    """Find addresses that nobody made a link of."""
    if ":" not in text:
        return
    for match in re.finditer(_ADDRESS, text):
        url = match[0].rstrip(_AFTER_ADDRESS)
        yield Link(url, url)


def source_link(source: Source) -> Link | None:
    """The link of a source; its title is no promise of where it leads."""
    return Link(source.title or source.url, source.url) if source.url else None
