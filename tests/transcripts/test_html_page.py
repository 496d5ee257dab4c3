"""The HTML transcript: one page that a strict reader takes, and that loads and runs nothing."""

import base64
import hashlib
import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chat_tui.conversation import Conversation
from chat_tui.events import (
    Finished,
    ImageResult,
    Notice,
    Source,
    SourceRefs,
    Step,
    StreamError,
    ToolCall,
    Usage,
)
from chat_tui.ids import MessageId
from chat_tui.message import Attachment, Message, Part, ReasoningPart, TextPart
from chat_tui.text import clean
from chat_tui.transcripts.enclosed import Enclosed, Files
from chat_tui.transcripts.html_page import to_html
from chat_tui.transcripts.html_prose import MAX_CHARS
from tests.transcripts.html_reader import Page
from tests.transcripts.test_laws import conversations

ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "article",
    "section", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "time", "div", "p",
    "span", "a", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li",
    "table", "thead", "tbody", "tr", "th", "td", "hr", "br", "img", "figure", "figcaption",
    "details", "summary",
}  # fmt: skip
TIME = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![p](https://evil.example/p.png)",
    "[![b](https://evil.example/b.png)](https://ok.example)",
    "[j](javascript:alert(1))",
    "[j](java&#115;cript:alert(1))",
    "[d](data:text/html;base64,PHNjcmlwdD4=)",
    "![d](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[f](file:///etc/passwd)",
    "<javascript:alert(1)>",
    '[t](https://ok.example "x&quot; onclick=&quot;alert(1)")',
    '```a" onclick="x\n</code></pre><script>\n',
    "| a | b |\n|:-:|--:|\n| <b> | `<i>` |",
    "</details></article></main>",
    "<!-- --><![CDATA[ ]]><?php ?>",
    "&#27;[31m&#x202e;",
    "\x1b]0;x\x07\u202e\u2028",
    "\n\n",
    "> - > 1. ",
    "[r]: javascript:x\n\n[r]",
    "[r][r]",
    'https://evil.example/"onclick=alert(1) ',
    "www.evil.example/<script>",
    "[https://evil.example/",
)
hostile = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), max_size=8).map("".join)


def talk(*parts: Part, outcome: Finished | StreamError | None = None) -> Conversation:
    asked = Message(id=MessageId("m1"), role="user", parts=(TextPart("Why?"),), created=TIME)
    answered = Message(
        id=MessageId("m2"),
        parent=asked.id,
        role="assistant",
        parts=parts,
        created=TIME,
        provider="flow",
        model="deep",
        usage=Usage(3, 5),
        outcome=outcome,
    )
    return Conversation(title="On <time>", created=TIME, messages=[asked, answered])


def page(*parts: Part, files: Files | None = None) -> Page:
    return Page(to_html(talk(*parts), files or {}))


def assert_harmless(page: Page) -> None:
    assert {element.tag for element in page.elements} <= ELEMENTS
    for element in page.elements:
        assert not [name for name in element.attributes if name.startswith("on")]
        assert not {"style", "srcset", "background", "ping", "target"} & element.attributes.keys()
        assert re.match(
            r"data:image/(png|jpeg|webp|gif);base64,",
            element.attributes.get("src", "data:image/png;base64,"),
        )
        href = element.attributes.get("href", "https:")
        assert href.startswith(("https:", "http:", "mailto:"))
        assert "a" not in element.within or element.tag != "a"


@given(conversations())
def test_every_conversation_is_a_harmless_page(conversation: Conversation) -> None:
    assert_harmless(Page(to_html(conversation, {})))


@given(hostile)
def test_no_markdown_gets_out_of_its_place(text: str) -> None:
    read = page(TextPart(text), ReasoningPart(text), Notice(text), Step("s", text, "done", text))
    assert_harmless(read)
    assert [element.within for element in read.all("article")] == [("html", "body", "main")] * 2


@given(hostile)
def test_nothing_that_acts_on_a_terminal_is_in_a_page(text: str) -> None:
    written = to_html(talk(TextPart(text)), {})
    assert clean(written) == written


@given(conversations(), st.lists(st.from_regex(r"[a-z]{9}", fullmatch=True), min_size=1))
def test_every_word_that_was_said_is_on_the_page(
    conversation: Conversation, words: list[str]
) -> None:
    said = " ".join(words)
    turn = Message(
        id=MessageId("last"),
        parent=conversation.leaf,
        role="user",
        parts=(TextPart(said),),
        created=TIME,
    )
    conversation.add(turn)
    assert Page(to_html(conversation, {})).texts("article")[-1].split()[-len(words) :] == words


def test_the_policy_allows_its_own_style_and_inline_pictures_alone() -> None:
    read = page()
    policy = next(
        meta.attributes["content"]
        for meta in read.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    digest = base64.b64encode(hashlib.sha256(read.texts("style")[0].encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src data:",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert "url(" not in read.texts("style")[0]
    assert "@import" not in read.texts("style")[0]


@pytest.mark.parametrize("form", ["png", "jpeg", "webp", "gif"])
def test_a_picture_is_in_the_page(form: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (7, 5), "red").save(file, form)
    files = {"/media/a": Enclosed(f"image/{form}", file.getvalue())}
    (image,) = page(ImageResult("j", 0, "/media/a"), files=files).all("img")
    head, _, data = image.attributes["src"].partition(",")
    assert head == f"data:image/{form};base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (7, 5)


def test_a_bare_address_is_a_link_that_tells_nobody_where_it_was() -> None:
    text = (
        "At https://a.example/x_y, `https://b.example` and [https://c.example](https://d.example)"
    )
    links = page(TextPart(text)).all("a")
    assert [link.attributes["href"] for link in links] == [
        "https://a.example/x_y",
        "https://d.example/",
    ]
    assert {link.attributes["rel"] for link in links} == {"noopener noreferrer"}


def test_a_picture_that_was_not_read_is_told_and_not_fetched() -> None:
    read = page(ImageResult("j", 0, "/gone.png", "https://a.example/p.png"))
    assert read.all("img") == []
    assert [link.attributes["href"] for link in read.all("a")] == ["https://a.example/p.png"]


def test_attachments_are_shown() -> None:
    text = Attachment(path="/t", name="<notes>.txt", media_type="text/plain", size_bytes=3)
    read = page(text, files={"/t": Enclosed("text/plain", b"<b>&\x1b")})
    assert "Attached: <notes>.txt" in read.texts("summary")
    assert read.texts("pre") == ["<b>&␛"]


def test_steps_reasoning_and_tools_are_folded() -> None:
    read = page(
        ReasoningPart("hm", 2.04),
        Step("1", "Search", "done", "3 hits", 1.25),
        Step("2", "Read", "failed"),
        ToolCall("t", "sum", "{}", "two", "done"),
        TextPart("so"),
    )
    assert read.texts("summary") == ["Reasoning (2.0 s)", "Steps (2)", "Tool sum (done)"]
    assert not any("open" in details.attributes for details in read.all("details"))
    assert read.texts("li") == ["Search (done, 1.2 s): 3 hits", "Read (failed)"]


def test_sources_are_numbered_and_lead_to_the_web_alone() -> None:
    read = page(
        SourceRefs((Source("A", "https://a.example/x"), Source("B", "javascript:alert(1)")))
    )
    rows = [element for element in read.all("li") if element.within[-1] == "ol"]
    assert ["".join(row.text) for row in rows] == ["A", "B"]
    assert [link.attributes["href"] for link in read.all("a")] == ["https://a.example/x"]


def test_how_a_reply_ended_is_told() -> None:
    lost = to_html(talk(outcome=StreamError("network", "lost <it>", "try again")), {})
    assert "Error (network): lost <it> (try again)" in Page(lost).text
    assert "3 tokens in · 5 tokens out" in Page(lost).text
    assert "the reply was stopped" in Page(to_html(talk(outcome=Finished("cancelled")), {})).text


@pytest.mark.parametrize("text", ["> " * 200 + "deep", "- " * 200 + "deep", "[" * 500 + "deep"])
def test_what_is_nested_too_deep_is_shown_as_it_was_written(text: str) -> None:
    assert text in page(TextPart(text)).texts("pre")


def test_what_is_too_long_to_lay_out_is_shown_as_it_was_written() -> None:
    text = "*a* " * (MAX_CHARS // 4 + 1)
    assert page(TextPart(text)).texts("pre") == [text]


def test_a_page_says_that_there_are_other_branches() -> None:
    conversation = talk(TextPart("so"))
    assert "Other branches" not in to_html(conversation, {})
    conversation.show(MessageId("m1"))
    assert "Other branches are not on this page." in Page(to_html(conversation, {})).text


def test_keys_are_masked() -> None:
    key = "sk-proj-abcdefghijklmnop1234"
    written = to_html(talk(Notice(key), ToolCall("t", "n", key, key), Step("s", key, "done")), {})
    assert key not in written
