"""Tests of the block structure, with markdown-it-py as the witness."""

import pytest
from markdown_it import MarkdownIt

from chat_tui.document.markdown.inline import inline_spans
from chat_tui.document.wrap import expand_tabs
from chat_tui.text import clean
from tests.document.corpus import CORPUS
from tests.document.drawing import document, spec_examples


def witnessed(text: str) -> list[tuple[str, str]]:
    """List the leaves that markdown-it finds, those without text left out."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline"])
    env: dict[str, dict[str, object]] = {"references": {}}
    found: list[tuple[str, str]] = []
    table: list[str] = []
    base = "text"
    tokens = parser.parse(clean(text), env)
    for token in tokens:
        match token.type:
            case "heading_open":
                base = f"heading{token.tag[1]}"
            case "heading_close":
                base = "text"
            case "tr_open":
                table.append("")
            case "table_close":
                found.append(("Table", "\n".join(row.removesuffix(" | ") for row in table)))
                table.clear()
            case "inline":
                spans = inline_spans(token.content, env["references"], base)
                inline = expand_tabs("".join(span.text for span in spans))
                if table:
                    table[-1] += inline + " | "
                else:
                    found.append((base, inline))
            case "fence" | "code_block":
                found.append(("Code", token.content.removesuffix("\n").expandtabs(4)))
            case "hr":
                found.append(("Rule", ""))
    return [leaf for leaf in found if leaf[1] or leaf[0] in {"Rule", "Code"}]


def ours(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for leaf in document(text).leaves:
        kind = type(leaf).__name__
        name = getattr(leaf, "base", kind)
        found.append((name, leaf.text.expandtabs(4) if kind == "Code" else leaf.text))
    return [leaf for leaf in found if leaf[1] or leaf[0] in {"Rule", "Code"}]


def test_the_examples_of_the_specification_have_the_structure_that_markdown_it_finds() -> None:
    different = [text for text in spec_examples() if ours(text) != witnessed(text)]
    assert different == []


DIFFERENT = {
    "tabs": "tabs in cells are one space",
    "deep": "markdown-it drops what nests too deep",
    "long line": "long lines and paragraphs have an end",
    "long paragraph": "",
    "long quote": "",
    "long table row": "",
}


@pytest.mark.parametrize("name", sorted(CORPUS.keys() - DIFFERENT.keys()))
def test_texts_have_the_structure_that_markdown_it_finds(name: str) -> None:
    text = CORPUS[name].replace("[ ] ", "").replace("[x] ", "").replace("[^", "[")
    assert ours(text) == witnessed(text)


@pytest.mark.parametrize(
    "text",
    ["[a]: b\n---", "above\n\n[a]: b\n---", "> [a]: b\n> ---\n> after", "- [a]: b\n  ---\n- next"],
)
def test_a_rule_below_link_definitions_is_a_rule(text: str) -> None:
    assert ("Rule", "") in ours(text)
    assert ours(text) == witnessed(text)
