"""Bare addresses: where they begin and end, in plain text and in Markdown."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat_tui.document.addresses import MAX_CHARS, addresses
from chat_tui.document.markdown.inline import inline_spans
from chat_tui.document.markdown.markdown import MarkdownDocument
from chat_tui.document.spans import Span
from chat_tui.document.typed import TypedBlock
from chat_tui.links import link_note, safe_link
from chat_tui.text import clean
from tests.document.drawing import document, rows

PIECES = (
    "https://", "http://", "HTTP://", "www.", "a.test", "x", ".", "-", "_", "*", "~", "/", "?", "#", ":8", ":99999",
    "@", "(", ")", "[", "]", "[^1]", "{", "}", "<", ">", "`", "\\", "&amp;", "&#10;", "&", ";", ",",
    "!", "'", '"', " ", "\n", "é", "例", "，", "👩‍💻", "\u200b", "[::1]", "[b](https://b.test)", "%zz",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=24).map("".join).map(clean)


def found(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in addresses(text)]


def linked(markdown: str) -> list[tuple[str, str]]:
    return [(span.text, span.link) for span in inline_spans(markdown, {}) if span.link]


def bare(markdown: str) -> list[str]:
    return [text for text, _ in linked(markdown)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://a.test", "http://a.test"),
        ("see (https://a.test/x?y=1#z), then", "https://a.test/x?y=1#z"),
        ("https://a.test/x.", "https://a.test/x"),
        ("https://a.test/x?!.,:*_~", "https://a.test/x"),
        ("(https://a.test/x_(y))", "https://a.test/x_(y)"),
        ("(https://a.test/x_(y)))", "https://a.test/x_(y)"),
        ("https://a.test/x?y=(z)+w", "https://a.test/x?y=(z)+w"),
        ("https://a.test/?q=a&hl=en", "https://a.test/?q=a&hl=en"),
        ("https://a.test/?q=a&hl;", "https://a.test/?q=a"),
        ("https://a.test/x<y", "https://a.test/x"),
        ('<a href="https://a.test/x">', "https://a.test/x"),
        ("'https://a.test/x',", "https://a.test/x"),
        ("“https://a.test/x”", "https://a.test/x"),
        ("https://a.test/x—which", "https://a.test/x"),
        ("[https://a.test/x]", "https://a.test/x"),
        ("https://a.test/?x[0]=[1]]", "https://a.test/?x[0]=[1]"),
        ("{https://a.test/{id}/x}", "https://a.test/{id}/x"),
        ("见https://a.test/x，谢谢", "https://a.test/x"),
        ("见https://a.test查看", "https://a.test"),
        ("http://localhost:8080/x", "http://localhost:8080/x"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://a.test-", "https://a.test"),
        ("_https://a.test_", "https://a.test"),
        ("=https://a.test:123456", "https://a.test"),
        ("HTTPS://A.test/X", "HTTPS://A.test/X"),
        ("www.a.test/x.", "www.a.test/x"),
        ("*www.a.test*", "www.a.test"),
    ],
)
def test_an_address_ends_before_what_belongs_to_its_sentence(text: str, address: str) -> None:
    assert found(text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "https://",
        "https:// a.test",
        "www.",
        "http://www.",
        "awww.b.test",
        "/www.b.test",
        "xhttps://a.test",
        "git+https://a.test",
        "ftp://a.test",
        "javascript://a.test",
        "https://ann@a.test",
        "https://ann:secret@a.test/x",
        "https://a.b_c.test",
        "https://-a.test",
        "https://a.test:99999/x",
        "http://[::g]/",
        "https://" + "a" * 64 + ".test",
        "https://a.test/" + "x" * MAX_CHARS,
    ],
)
def test_what_is_no_whole_address_is_text(text: str) -> None:
    assert found(text) == []
    assert inline_spans(text, {}) == (Span(text, "text"),)


def test_what_an_address_leads_to_is_spelled_in_ascii_with_a_scheme() -> None:
    assert [target for *_, target in addresses("www.a.test HTTP://A.test/ http://例え.jp/ä")] == [
        "https://www.a.test",
        "http://A.test/",
        "http://xn--r8jz45g.jp/%C3%A4",
    ]


@given(texts)
def test_every_address_can_be_opened_and_says_where_it_leads(text: str) -> None:
    at = 0
    for start, end, target in addresses(text):
        assert at <= start < end
        assert safe_link(target) is not None
        assert target.isascii()
        assert not link_note(text[start:end], target).confirm
        at = end


@given(texts)
@example("*https://a.test/*b* x")
def test_text_without_markup_has_the_same_links_as_markdown(text: str) -> None:
    plain = text.translate({ord(sign): " " for sign in "\\`*_~![]<>&\n"})
    assert bare(f"{plain} **x**") == found(plain)


@given(texts)
def test_no_link_of_markdown_is_unclean(text: str) -> None:
    for label, target in linked(text):
        assert clean(label) == label
        assert target.isascii()
        assert target.isprintable()


@pytest.mark.parametrize(
    ("markdown", "labels"),
    [
        ("**https://a.test/x** and *https://b.test*.", ["https://a.test/x", "https://b.test"]),
        ("https://a.test/x_y_z*w*v", ["https://a.test/x_y_z*w*v"]),
        ("`https://a.test` ``www.a.test``", []),
        ("[https://a.test/x](https://b.test/y)", ["https://a.test/x"]),
        ("[x www.a.test y](https://b.test/y)", ["x www.a.test y"]),
        ("https://a.test/x[b](https://b.test)", ["https://a.test/x", "b"]),
        ("https://a.test/x[^1]", ["https://a.test/x"]),
        ("<https://a.test/x>", ["https://a.test/x"]),
        ("https\\://a.test", []),
        ("https://a.test/a\\_b\\_", ["https://a.test/a_b"]),
        ("https://a.test/?a&amp;b&copy;", ["https://a.test/?a&b"]),
        ("https://a.test/&nbsp;x", []),
        ("![https://a.test](https://b.test)", ["https://b.test"]),
        ("[https://a.test](javascript:x)", ["https://a.test"]),
        ("[https://a.test](/relative)", []),
        ("a  \nhttps://a.test/x\nwww.b.test", ["https://a.test/x", "www.b.test"]),
    ],
)
def test_markdown_goes_before_addresses(markdown: str, labels: list[str]) -> None:
    assert bare(markdown) == labels


def test_a_label_leads_where_its_link_does_and_not_where_it_reads() -> None:
    assert linked("[https://a.test/x](https://b.test/y)") == [
        ("https://a.test/x", "https://b.test/y")
    ]


def test_an_address_has_the_ink_of_what_it_stands_in() -> None:
    made = document("# At www.a.test\n\n| https://b.test |\n|--|\n| **https://c.test** |\n")
    inks = {span.link: span.ink for row in rows(made, 60) for span in row if span.link}
    assert inks == {
        "https://www.a.test": "heading1 link",
        "https://b.test": "strong link",
        "https://c.test": "strong link",
    }


def test_an_address_that_goes_on_in_other_rows_leads_to_the_whole_in_each() -> None:
    address = "https://a.test/" + "x" * 50
    made = document(f"See {address}.")
    assert [[span.link for span in row if span.link] for row in rows(made, 20)] == [
        [],
        [address],
        [address],
        [address],
        [address],
    ]


def test_the_rows_above_the_end_of_an_address_that_grows_stay_as_they_are() -> None:
    made = MarkdownDocument()
    before: list[list[tuple[str, str]]] = []
    for char in "Words, and then https://a.test/a_b/(c).d?e=f&amp;g*h/i.j, www.b.test/k_l_m*n, o":
        made.feed(char)
        made.commit()
        shown = [[(span.text, span.ink) for span in row] for row in rows(made, 20)]
        assert shown[: len(before) - 1] == before[:-1]
        before = shown
    assert [inks for row in before for _, *inks in row].count(["link"]) == 3


@given(texts, st.integers(1, 30))
def test_a_turn_that_was_typed_shows_its_text_with_links(text: str, width: int) -> None:
    block = TypedBlock(text)
    spans = [span for index in range(block.height(width)) for span in block.row(index, width)]
    words = "".join(span.text for span in spans).replace(" ", "")
    assert words == block.text.replace(" ", "").replace("\n", "")
    linked = "".join(span.text for span in spans if span.link)
    assert linked == "".join(found(block.text))
    assert all(span.ink == ("link" if span.link else "text") for span in spans)
