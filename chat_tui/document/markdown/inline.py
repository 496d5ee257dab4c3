"""Inline Markdown as spans: emphasis, code, links, pictures, footnote marks."""

import re
from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from chat_tui import glyphs
from chat_tui.document.addresses import addresses, link_target, may_have_addresses
from chat_tui.document.markdown.bare import link_addresses
from chat_tui.document.spans import INK_WORDS, Ink, Span
from chat_tui.text import clean

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

References: TypeAlias = MutableMapping[str, Any]
"""markdown-it's own table: what `[label]: address` lines have defined so far."""

MAX_BRACKETS = 20
"""Brackets inside each other; what has more is shown as it came."""
MAX_DATA_URL_CHARS = 64

_SPECIAL = r"[\\`*_~!\[\]<>&\n]|  "
_FOOTNOTE = r"\[\^([^\]\s]{1,40})\]"
_LABEL = r"\[((?:[^\[\]\\]|\\.){1,999})\]"
_UNCLOSED = r"[`*_~\[\]]"
_MAY_STILL_MOVE = 40
"""Characters at the end that are not worth settling yet."""
_ORDER = {word: place for place, word in enumerate(INK_WORDS)}
_OPENING = {"em_open": "em", "strong_open": "strong", "s_open": "strike", "link_open": "link"}
_CLOSING = {"em_close": "em", "strong_close": "strong", "s_close": "strike", "link_close": "link"}


@cache
def parser() -> "MarkdownIt":
    """The one parser of inline Markdown and of reference definitions: HTML is text for it."""
    from markdown_it import MarkdownIt

    shared = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    shared.disable([*shared.get_all_rules()["block"], "html_inline"], ignoreInvalid=True)
    return shared.enable(["reference", "paragraph"])


@cache
def _address_parser() -> "MarkdownIt":
    """As `parser`, for text that may have bare addresses in it; others need no such search."""
    from markdown_it import MarkdownIt

    own = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    own.disable("html_inline", ignoreInvalid=True)
    link_addresses(own)
    return own


def inline_spans(source: str, references: References, base: Ink = "text") -> tuple[Span, ...]:
    """Parse inline Markdown.

    Args:
        source: Clean; its lines without white space at their beginnings.
        references: What reference links may name.
        base: The ink of plain text in it: `text`, or words that go before all others.

    Returns:
        Spans; a hard break is a line feed in the text of one, which rows do without.
    """
    if not _compiled(_SPECIAL).search(source):
        if not may_have_addresses(source):
            return (Span(source, base),) if source else ()
        reader = _Reader(base)
        reader.take_plain(source)
        return reader.spans(may_be_unclean=False)
    if too_deep(source):
        return (Span(source, base),)
    tokens: list[Token] = []
    shared = _address_parser() if may_have_addresses(source) else parser()
    shared.inline.parse(source, shared, {"references": references}, tokens)
    reader = _Reader(base)
    for token in tokens:
        reader.take(token)
    return reader.spans(may_be_unclean="&" in source)


def settled(
    source: str, references: References, base: Ink = "text"
) -> tuple[int, tuple[Span, ...]]:
    """Parse inline Markdown as far as it means the same, whatever comes after it.

    Returns:
        Where it may be cut in two that are parsed apart, 0 where that cannot be told; and the
        spans before that.
    """
    at = source.rfind(" ", 0, len(source) - _MAY_STILL_MOVE)
    if at <= 0 or not source[at - 1].isalnum() or too_deep(source):
        return 0, ()
    spans = inline_spans(source[:at], references, base)
    for span in spans:
        if _is_address(span) or "code" in span.ink:
            continue
        if _compiled(_UNCLOSED).search(span.text):
            return 0, ()  # what is open here may be closed later
    return at, spans


def joined(before: Sequence[Span], after: Sequence[Span]) -> tuple[Span, ...]:
    """Put spans one behind the other; two with the same ink that meet become one."""
    if before and after and before[-1][1:] == after[0][1:]:
        middle = before[-1]._replace(text=before[-1].text + after[0].text)
        return (*before[:-1], middle, *after[1:])
    return (*before, *after)


def labels(source: str) -> set[str]:
    """Find what may be reference links in inline Markdown, in the form that `label_key` makes."""
    if "]" not in source:
        return set()
    return {label_key(match[1]) for match in _compiled(_LABEL).finditer(source)}


def label_key(label: str) -> str:
    """Make one of all ways to write the same label."""
    return " ".join(label.split()).casefold()


def take_definitions(source: str, references: References) -> tuple[str, list[str]]:
    """Take the reference definitions from the beginning of a paragraph.

    Args:
        source: Of the paragraph.
        references: Where they go; the first of a name stays.

    Returns:
        The rest of the paragraph, and the labels that are new, as written.
    """
    from markdown_it.rules_block import StateBlock, reference

    env = {"references": references}
    state = StateBlock(source, parser(), env, [])
    known = set(references)
    while state.line < state.lineMax and reference(state, state.line, state.lineMax, False):
        pass
    rest = "\n".join(source.split("\n")[state.line :])
    return rest, [label for label in references if label not in known]


class _Reader:
    """Turns tokens into spans."""

    def __init__(self, base: Ink) -> None:
        self._base = base
        self._words: list[str] = [] if base == "text" else [base]
        self._links: list[str] = []
        self._spans: list[Span] = []

    def take(self, token: "Token") -> None:
        kind = token.type
        if kind in {"text", "text_special"}:
            self._text(token.content)
        elif kind == "softbreak":
            self._add(" ")
        elif kind == "hardbreak":
            self._add("\n")
        elif kind == "code_inline":
            self._add(token.content, "code")
        elif kind in _OPENING:
            if kind == "link_open":
                self._links.append(str(token.attrs.get("href", "")))
            if kind != "link_open" or link_target(self._links[-1]):
                self._words.append(_OPENING[kind])
        elif kind in _CLOSING:
            self._close(_CLOSING[kind])
        elif kind == "image":
            self._picture(token.children or (), str(token.attrs.get("src", "")))
        else:
            self._add(token.content)

    def take_plain(self, source: str) -> None:
        """Take text without any markup, but with addresses."""
        at = 0
        for start, end, target in addresses(source):
            self._add(source[at:start])
            self._spans.append(Span(source[start:end], self._ink("link"), target))
            at = end
        self._add(source[at:])

    def spans(self, *, may_be_unclean: bool) -> tuple[Span, ...]:
        """Give back all of them, those with the same ink as one."""
        merged: list[Span] = []
        for span in self._spans:
            text, ink, link = span
            if merged and merged[-1][1:] == (ink, link):
                merged[-1] = Span(merged[-1].text + text, ink, link)
            else:
                merged.append(span)
        if may_be_unclean:  # entities can stand for anything
            merged = [span._replace(text=clean(span.text)) for span in merged]
        return tuple(merged)

    def _text(self, text: str) -> None:
        if "[^" not in text:
            self._add(text)
            return
        done = 0
        for match in _compiled(_FOOTNOTE).finditer(text):
            self._add(text[done : match.start()])
            self._add(f"[{match[1]}]", "mark")
            done = match.end()
        self._add(text[done:])

    def _close(self, word: str) -> None:
        if word == "link" and self._links:
            address = self._links.pop()
            if not link_target(address):
                self._add(f" ({_short(address)})")
                return
        if word in self._words:
            del self._words[len(self._words) - 1 - self._words[::-1].index(word)]

    def _picture(self, alt: "Sequence[Token]", address: str) -> None:
        words = "".join(child.content for child in alt)
        self._add(f"[picture: {words}]" if words else "[picture]", "mark")
        target = link_target(address)
        self._add(" (")
        self._spans.append(
            Span(_short(address), self._ink("link") if target else self._ink(), target)
        )
        self._add(")")

    def _add(self, text: str, *words: str) -> None:
        if text:
            target = next(filter(None, map(link_target, reversed(self._links))), "")
            self._spans.append(Span(text, self._ink(*words), target))

    def _ink(self, *more: str) -> Ink:
        words = {*self._words, *more}
        if not words:
            return self._base
        return " ".join(sorted(words, key=_ORDER.__getitem__))


def _is_address(span: Span) -> bool:
    """Whether this is a link whose label is an address, in which no sign can open anything."""
    return bool(span.link) and may_have_addresses(span.text) and "`" not in span.text


def _short(address: str) -> str:
    if address.startswith("data:") and len(address) > MAX_DATA_URL_CHARS:
        return address[:MAX_DATA_URL_CHARS] + str(glyphs.ELLIPSIS)
    return address


def too_deep(source: str) -> bool:
    """Tell whether there are more brackets inside each other than are worth looking into."""
    if source.count("[") <= MAX_BRACKETS:
        return False
    depth = deepest = 0
    for char in source:
        if char == "[":
            depth += 1
            deepest = max(deepest, depth)
        elif char == "]" and depth:
            depth -= 1
    return deepest > MAX_BRACKETS


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
