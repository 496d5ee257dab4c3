"""The Markdown transcript: readable, and every part is found again between its marks."""

import re
from datetime import UTC, datetime

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
)
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message, Part, ReasoningPart, TextPart, blank_reply
from chat_tui.transcripts.markdown import to_markdown

MARK = re.compile(r"<!-- chat-tui:(\w+)(?: (\{.*\}))? -->")
TIME = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


def _page(*parts: Part, outcome: Finished | StreamError | None = None, text: str = "Why?") -> str:
    asked = Message(id=MessageId("m1"), role="user", parts=(TextPart(text),), created=TIME)
    answered = Message(
        id=MessageId("m2"),
        parent=asked.id,
        role="assistant",
        parts=parts,
        created=TIME,
        provider="flow",
        model="deep/seek-V3",
        parameters={"temperature": 0.7, "stop": ["a: b"]},
        outcome=outcome,
    )
    conversation = Conversation(
        ConversationId("c1"), title="On: time", created=TIME, messages=[asked, answered]
    )
    return to_markdown(conversation)


def test_the_head_names_the_conversation() -> None:
    assert _page().split("\n\n")[0].splitlines() == [
        "---",
        'title: "On: time"',
        "date: 2026-03-04T05:06:00Z",
        "id: c1",
        "provider: flow",
        "model: deep/seek-V3",
        'parameters: {"temperature": 0.7, "stop": ["a: b"]}',
        "format: chat-tui/1",
        "---",
    ]


def test_headings_carry_role_provider_model_and_time() -> None:
    page = _page()
    assert "\n## You · 2026-03-04 05:06 UTC\n" in page
    assert "\n## Assistant · flow · deep/seek-V3 · 2026-03-04 05:06 UTC\n" in page


def test_a_system_prompt_stands_in_the_head() -> None:
    page = to_markdown(Conversation(system_prompt="Be brief.\n---\nAlways: yes"))
    assert '\nsystem_prompt: "Be brief.\\n---\\nAlways: yes"\n' in page


def test_reasoning_is_folded_away() -> None:
    page = _page(ReasoningPart("hm", 2.04), TextPart("so"))
    assert "<details>\n<summary>Reasoning (2.0 s)</summary>\n\n" in page
    assert "\n\nhm\n\n" in page


def test_steps_sources_tools_and_notices_are_readable() -> None:
    page = _page(
        Step("1", "Search", "done", "3 hits", 1.25),
        SourceRefs((Source("A [page]", "https://a.example/x y", "said", 0.5), Source())),
        ToolCall("t", "sum", '{"a": 1}', "two\n```\nthree", "done"),
        Notice("retried"),
    )
    assert "- *Search* (done, 1.2 s): 3 hits" in page
    assert "1. [A \\[page\\]](https://a.example/x%20y) (0.50): said\n2. untitled" in page
    assert '- Tool *sum* (done)\n\n```\n{"a": 1}\n```\n\n````\ntwo\n```\nthree\n````' in page
    assert "\n> retried\n" in page


def test_a_picture_links_to_its_file() -> None:
    page = _page(ImageResult("j", 0, path="/media/a b.png", width_px=8, height_px=4))
    assert "![Picture 1 8×4](/media/a%20b.png)" in page


def test_a_link_leads_to_the_web_or_a_file_only() -> None:
    page = _page(SourceRefs((Source("x", "javascript:alert(1)"),)))
    assert "](javascript" not in page


def test_an_error_is_told_with_its_hint() -> None:
    page = _page(TextPart("half"), outcome=StreamError("network", "lost <it>", "try again"))
    assert "> **Error (network):** lost \\<it\\> (try again)" in page


def test_a_reply_that_was_cut_says_so() -> None:
    assert "> *the reply was stopped*" in _page(TextPart("a"), outcome=Finished("cancelled"))


def test_keys_in_errors_and_notices_are_masked() -> None:
    key = "fk-0123456789abcdef"
    page = _page(
        Notice(f"sent Bearer {key}"), outcome=StreamError("auth", f"bad key {key}", f"drop {key}")
    )
    assert key not in page


def test_an_open_fence_ends_with_its_turn() -> None:
    page = _page(TextPart("```python\nprint()"))
    assert '<!-- chat-tui:text {"closes": 1} -->\n\n```python\nprint()\n```\n\n<!--' in page


def test_a_key_among_the_parameters_is_masked() -> None:
    reply = blank_reply(
        parent=None, provider="flow", model="m", parameters={"x": {"token": "sk-abcdefgh12345678"}}
    )
    page = to_markdown(Conversation(messages=[reply]))
    assert 'parameters: {"x": {"token": "••••"}}' in page
    assert "sk-abcdefgh" not in page
