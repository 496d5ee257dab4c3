"""OpenAI messages and ShareGPT."""

import base64
import json

import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.events import ToolCall
from chat_tui.exporting import document
from chat_tui.message import TextPart
from tests.importing.conftest import Home
from tests.importing.conftest import content as content_of
from tests.importing.strategies import picture

ASKED = {"role": "user", "content": "Why?"}
ANSWERED = {"role": "assistant", "content": "So."}


def lines(*values: object) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(one.role, one.text) for one in conversation.path()]


@pytest.mark.parametrize(
    "content",
    [
        lines({"messages": [ASKED, ANSWERED]}),
        lines({"custom_id": "1", "body": {"model": "m", "messages": [ASKED, ANSWERED]}}),
        lines(ASKED, ANSWERED),
        json.dumps([{"messages": [ASKED, ANSWERED]}]),
        json.dumps([ASKED, ANSWERED], indent=2),
        json.dumps({"messages": [ASKED, ANSWERED]}, indent=2),
    ],
)
async def test_messages_are_read_in_all_their_forms(home: Home, content: str) -> None:
    assert (await home.take(home.file("talk.jsonl", content))).imported == 1
    assert said(await home.only()) == [("user", "Why?"), ("assistant", "So.")]


async def test_a_line_that_is_damaged_is_skipped_and_the_others_are_not(home: Home) -> None:
    good = lines({"messages": [ASKED]}, {"messages": [ANSWERED]})
    report = await home.take(home.file("talk.jsonl", good + '{"messages": [\n{"other": 1}\n'))
    assert report.imported == 2
    assert report.skipped == {
        "a line of it is no JSON": 1,
        "nothing in it has a form that is known": 1,
    }


async def test_the_same_conversation_twice_is_one(home: Home) -> None:
    report = await home.take(home.file("talk.jsonl", lines({"messages": [ASKED]}) * 2))
    assert (report.imported, report.unchanged) == (1, 1)


async def test_a_log_with_times_that_has_grown_goes_on(home: Home) -> None:
    log = [{**ASKED, "timestamp": "2025-01-01T00:00:00"}, ANSWERED]
    await home.take(home.file("log.jsonl", lines(*log)))
    report = await home.take(home.file("log.jsonl", lines(*log, {**ASKED, "content": "And?"})))
    assert (report.imported, report.extended, report.messages) == (0, 1, 1)
    assert said(await home.only())[-1] == ("user", "And?")


async def test_tools_system_and_pictures_have_their_places(home: Home) -> None:
    url = "data:image/png;base64," + base64.b64encode(picture("red")).decode()
    call = {"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "system", "content": "Be short."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": {"url": url}},
            ],
        },
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "t", "content": "2"},
        {"role": "assistant", "content": "Two."},
        {"role": "system", "content": "Be long."},
    ]
    report = await home.take(home.file("talk.jsonl", lines({"messages": messages})))
    conversation = await home.only()
    assert conversation.system_prompt == "Be short."
    turn, reply = conversation.path()
    assert content_of(turn.attachments[0].path) == picture("red")
    assert reply.parts == (ToolCall("t", "f", "{}", "2", "done"), TextPart("Two."))
    assert report.left_out == {"system message within the conversation": 1}
    again = home.file("again.jsonl", document(conversation, "jsonl").data)
    exported = json.loads(again.read_bytes())["messages"]
    assert exported[:3] == messages[:3]
    assert exported[3:] == messages[3:5]


async def test_sharegpt_is_read(home: Home) -> None:
    turns = [
        {"from": "system", "value": "Be short."},
        {"from": "human", "value": "Why?"},
        {"from": "gpt", "value": "So."},
    ]
    for content in ([{"id": "x", "conversations": turns}], lines({"conversations": turns})):
        report = await home.take(home.file("share.json", content))
        assert report.imported == 1
    first, second = await home.conversations()
    assert said(first) == said(second) == [("user", "Why?"), ("assistant", "So.")]
    assert first.system_prompt == "Be short."


@pytest.mark.parametrize(
    "content", ["", "hello", "{}", "[]", "[1, 2]", '{"a": 1}', "[" * 100_000, '["', b"\xff\xfe\x00"]
)
async def test_an_unknown_form_is_one_clear_line(home: Home, content: str | bytes) -> None:
    with pytest.raises(TranscriptError, match=r"^odd\.json cannot be imported: ") as caught:
        await home.take(home.file("odd.json", content))
    assert "\n" not in str(caught.value)
    assert "ChatGPT" in caught.value.hint


async def test_another_format_than_the_named_one_is_refused(home: Home) -> None:
    path = home.file("talk.jsonl", lines({"messages": [ASKED]}))
    with pytest.raises(TranscriptError, match="nothing in it has that format"):
        await home.take(path, "chatgpt")
    with pytest.raises(TranscriptError, match="is not a database"):
        await home.take(path, "llm")


async def test_half_characters_become_whole_ones(home: Home) -> None:
    await home.take(home.file("t.jsonl", '{"messages":[{"role":"user","content":"a\\ud83d"}]}'))
    assert said(await home.only()) == [("user", "a\ufffd")]


async def test_half_characters_in_our_own_form_become_whole_ones(home: Home) -> None:
    turn = {"id": "m", "role": "user", "created": "2026-01-01T00:00:00Z", "model": "\ud800"}
    parts = [
        {"type": "text", "text": "\ud800"},
        {"type": "decision", "approval": "a", "approved": True, "feedback": "\udfff"},
        {
            "type": "attachment",
            "path": "assets/\ud800",
            "name": "n",
            "media_type": "\ud800",
            "size_bytes": 1,
        },
    ]
    transcript = {
        "format": "chat-tui", "version": 1, "id": "\ud800", "title": "\ud800",
        "created": "2026-01-01T00:00:00Z", "parameters": {"a": "\ud800"}, "leaf": "m",
        "messages": [{**turn, "parts": parts}],
    }  # fmt: skip
    assert (await home.take(home.file("t.json", transcript))).imported == 1
    conversation = await home.only()
    assert conversation.parameters == {"a": "\ufffd"}
    assert said(conversation) == [("user", "\ufffd")]
