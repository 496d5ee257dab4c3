"""Markdown from outside as HTML that loads nothing and runs nothing."""

import html
import re
from collections.abc import Mapping, MutableMapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from chat_tui.document.markdown.bare import link_addresses
from chat_tui.document.markdown.inline import too_deep
from chat_tui.links import safe_link
from chat_tui.text import clean

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

MAX_CHARS: Final = 200_000
"""What is longer is shown as it was written: laying it out would take too long."""

_MAX_NESTING: Final = 40
_ESCAPES_OF_CLEAN: Final = re.compile(r"<(U\+[0-9A-F]{4,6})>")


def prose(source: str) -> str:
    """Lay out Markdown.

    HTML in it is text, links lead to the web or to mail only, and pictures by address, which a
    browser would fetch, become links.

    Args:
        source: As it came.

    Returns:
        Blocks, well-formed.
    """
    text = clean(source)
    if len(text) > MAX_CHARS or too_deep(text):
        return pre(text)
    parser = _parser()
    tokens = parser.parse(text)
    if any(token.level >= _MAX_NESTING - 1 for token in tokens):
        return pre(text)  # the parser leaves out what is nested deeper
    # References such as `&#27;` became characters while the text was parsed.
    parsed = clean(parser.renderer.render(tokens, parser.options, {}))
    return _ESCAPES_OF_CLEAN.sub(r"&lt;\1&gt;", parsed)


def escaped(text: str) -> str:
    """Clean a text, and escape it for an element or an attribute."""
    return html.escape(clean(text))


def pre(text: str) -> str:
    """Show a text as it is."""
    return f"<pre>{escaped(text)}</pre>"


def link(address: str, label: str) -> str:
    """Make a link, or only its label where the address must not be opened.

    Args:
        address: From wherever.
        label: Text, not HTML.
    """
    target = safe_link(address)
    if target is None:
        return escaped(label)
    return f'<a href="{html.escape(target)}" rel="noopener noreferrer">{escaped(label)}</a>'


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING}).enable(
        ["strikethrough", "table"]
    )
    link_addresses(parser)
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("th_open", _cell_open)
    parser.add_render_rule("td_open", _cell_open)
    return parser


def _link_open(
    renderer: "RendererHTML",
    tokens: "Sequence[Token]",
    at: int,
    options: "OptionsDict",
    env: MutableMapping[str, Any],
) -> str:
    token = tokens[at]
    target = safe_link(str(token.attrGet("href") or ""))
    if target is None:
        token.attrs.pop("href", None)
    else:
        token.attrs.update({"href": target, "rel": "noopener noreferrer"})
    return renderer.renderToken(tokens, at, options, env)


def _image(
    renderer: "RendererHTML",
    tokens: "Sequence[Token]",
    at: int,
    options: "OptionsDict",
    env: MutableMapping[str, Any],
) -> str:
    token = tokens[at]
    label = renderer.renderInlineAsText(token.children or [], options, env) or "picture"
    within = sum(one.type.startswith("link_") * one.nesting for one in tokens[:at])
    return escaped(label) if within else link(str(token.attrGet("src") or ""), label)


def _cell_open(
    renderer: "RendererHTML",
    tokens: "Sequence[Token]",
    at: int,
    options: "OptionsDict",
    env: Mapping[str, Any],
) -> str:
    """Say by a class what a style would say, which the page's own policy forbids."""
    style = str(tokens[at].attrs.pop("style", ""))
    if style:
        tokens[at].attrSet("class", style.removeprefix("text-align:"))
    return renderer.renderToken(tokens, at, options, dict(env))
