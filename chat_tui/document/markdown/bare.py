"""Bare addresses as links in markdown-it's inline rules."""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from chat_tui.document.addresses import BEGINNING, address_at, as_shown

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

_SIGNS: Final = r"[\n!#$%&*+\-:<=>@\[\\\]^_`{}~]"
"""Where the parser's own rule for text stops."""


def link_addresses(parser: "MarkdownIt") -> None:
    """Let a parser make links of the bare addresses in text, but not in code nor in labels."""
    from markdown_it.rules_inline import text

    def text_before_address(state: "StateInline", silent: bool) -> bool:
        stop = _stop().search(state.src, state.pos, state.posMax)
        if stop is None or len(stop[0]) == 1:
            return text(state, silent)
        if stop.start() == state.pos:
            return False
        if not silent:
            state.pending += state.src[state.pos : stop.start()]
        state.pos = stop.start()
        return True

    parser.inline.ruler.at("text", text_before_address)
    parser.inline.ruler.before("text", "address", _address)


def _address(state: "StateInline", silent: bool) -> bool:
    # Where it is silent, a label's end is looked for: an address must not hide it.
    if silent or state.linkLevel or state.src[state.pos] not in "hHw":
        return False
    found = address_at(state.src, state.pos, state.posMax, escapes=True)
    if found is None:
        return False
    state.push("link_open", "a", 1).attrs = {"href": found.target}
    state.push("text", "", 0).content = as_shown(state.src[found.start : found.end])
    state.push("link_close", "a", -1)
    state.pos = found.end
    return True


@cache
def _stop() -> re.Pattern[str]:
    return re.compile(f"{_SIGNS}|{BEGINNING}")
