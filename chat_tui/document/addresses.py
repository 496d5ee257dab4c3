"""Bare addresses in text: where they begin, where they end, and what they lead to.

As in https://github.github.com/gfm/#autolinks-extension-, but that `www.` leads to https, that a
host is a whole one, and that an address also ends at what none has in it unescaped: quotes,
backticks, dashes and full stops of prose, and brackets that it does not open itself.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from chat_tui.text import clean

LINK_SCHEMES: Final = ("http", "https", "mailto")
MAX_CHARS: Final = 4_096
"""A longer one is none: nothing would open it."""
BEGINNING: Final = r"[hH][tT][tT][pP][sS]?://|www\."

_MAX_HOST_CHARS: Final = 253
_MAX_LABEL_CHARS: Final = 63
_LAST_PORT: Final = 65_535
_SCHEME: Final = r"(?<![A-Za-z0-9+])[hH][tT][tT][pP][sS]?://"
_WWW: Final = r"(?:(?<!\S)|(?<=[*_~(]))(?=www\.)"
_LETTERS_OF_PROSE: Final = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Scripts that set no space behind an address: what follows `.com` there is the next word."""
_HOST: Final = (
    rf"(?:[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)++(?={_LETTERS_OF_PROSE})"
    r"|[\w-]++(?:\.[\w-]++)*+|\[[0-9A-Fa-f:.]++\])"
)
_PORT: Final = r"(?::([0-9]{1,5}+)(?![0-9]))?+"
_NO_USER: Final = r"(?![^\s/?#@]*+@)"
_AFTER: Final = r"[^\s<>\"`\[\]{}\\、。，；：！？（）「」『』【】〈〉《》“”‘’«»…—]"
_IN_BRACKETS: Final = (
    r"\[(?!\^)[^\s<>\"`\[\]{}\\]*+\](?![(\[])"  # not a footnote's mark, and not a link's label
    r"|\{[^\s<>\"`\[\]{}\\]*+\}"
)
_ESCAPED: Final = r"\\[_*~()#&=+.!-]"
_TRAILING: Final = frozenset("?!.,:*_~'\\")
_TRAILING_HOST: Final = _TRAILING | {"-"}


class Address(NamedTuple):
    """Where an address stands in a text."""

    start: int
    end: int
    target: str
    """What it leads to: `link_target` takes it, and it is ASCII."""


def may_have_addresses(text: str) -> bool:
    """Tell, fast, whether it is worth looking."""
    return "://" in text or "www." in text


def addresses(text: str) -> Iterator[Address]:
    """Find the addresses in plain text, in their order."""
    at = 0
    while match := _compiled(BEGINNING).search(text, at):
        found = address_at(text, match.start())
        if found is not None:
            yield found
        at = match.end() if found is None else found.end


def address_at(
    text: str, at: int, end: int | None = None, *, escapes: bool = False
) -> Address | None:
    """Read the address that begins at a place of a text.

    Args:
        text: What it stands in.
        at: Where it would begin.
        end: Where the text is over.
        escapes: Backslashes and entities stand for what they do in Markdown.
    """
    match = _pattern(escapes=escapes).match(text, at, len(text) if end is None else end)
    if match is None:
        return None
    last = _trimmed(text, at, match.end(), _TRAILING if match[3] else _TRAILING_HOST)
    host = text[match.start(1) : min(last, match.end(1))]
    if last - at > MAX_CHARS or not _is_host(host) or int(match[2] or 0) > _LAST_PORT:
        return None
    target = target_of(text[at:last], escapes=escapes)
    return Address(at, last, target) if target else None


def as_shown(written: str) -> str:
    """Put what backslashes and entities stand for in their places, as Markdown does."""
    if "\\" not in written and "&" not in written:
        return written
    from markdown_it.common.utils import unescapeAll

    return unescapeAll(written)


def target_of(written: str, *, escapes: bool = False) -> str:
    """Say what a bare address leads to, in ASCII; nothing where it must not be a link."""
    address = as_shown(written) if escapes else written
    if clean(address) != address or any(map(str.isspace, address)):
        return ""
    scheme, sign, rest = address.partition("://")
    address = f"https://{address}" if address.startswith("www.") else scheme.lower() + sign + rest
    if not address.isascii():
        from markdown_it.common.normalize_url import normalizeLink

        address = normalizeLink(address)
    return link_target(address)


def link_target(address: str) -> str:
    """Give an address back if it may be a link, and nothing if it may not."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in LINK_SCHEMES or not address.isprintable() or clean(address) != address:
        return ""
    return address


def _trimmed(text: str, start: int, end: int, trailing: frozenset[str]) -> int:
    """Find where an address ends that would take the punctuation of its sentence with it."""
    closed = text.count(")", start, end) - text.count("(", start, end)
    while end > start:
        last = text[end - 1]
        if last == ")" and closed > 0:
            closed -= 1
        elif last == ";":
            entity = text.rfind("&", start, end)
            if entity >= 0 and text[entity + 1 : end - 1].isalnum():
                end = entity + 1
        elif last not in trailing:
            break
        end -= 1
    return end


def _is_host(host: str) -> bool:
    if host.startswith("["):
        from ipaddress import IPv6Address

        try:
            return bool(IPv6Address(host[1:-1]))
        except ValueError:
            return False
    labels = host.split(".")
    return (
        len(host) <= _MAX_HOST_CHARS
        and not any("_" in label for label in labels[-2:])
        and all(
            0 < len(label) <= _MAX_LABEL_CHARS and label[0] != "-" != label[-1] for label in labels
        )
        and (labels[0] != "www" or len(labels) > 1)
    )


@cache
def _pattern(*, escapes: bool) -> re.Pattern[str]:
    after = f"{_AFTER}|{_IN_BRACKETS}" + (f"|{_ESCAPED}" if escapes else "")
    return re.compile(f"(?:{_SCHEME}|{_WWW})({_HOST}){_PORT}{_NO_USER}([/?#](?:{after})*+)?")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
