"""The JSONL transcript: what other programs take for the messages of a chat."""

import base64
import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import given

from chat_tui.conversation import Conversation
from chat_tui.events import ToolCall
from chat_tui.ids import MessageId
from chat_tui.message import Attachment, Message, Part, TextPart, blank_reply, user_message
from chat_tui.text import clean, clean_line
from chat_tui.transcripts.enclosed import Enclosed, Files
from chat_tui.transcripts.openai_form import to_jsonl
from tests.media.pictures import png
from tests.transcripts.test_laws import conversations


def messages_of(conversation: Conversation, files: Files | None = None) -> list[dict[str, Any]]:
    line = to_jsonl(conversation, files or {})
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    read = json.loads(line)
    assert read.keys() == {"messages"}
    messages: list[dict[str, Any]] = read["messages"]
    return messages


def reply(*parts: Part) -> list[dict[str, Any]]:
    message = Message(id=MessageId("m"), role="assistant", parts=parts, created=datetime.now(UTC))
    return messages_of(Conversation(messages=[message]))


@given(conversations())
def test_every_conversation_is_one_line_of_messages(conversation: Conversation) -> None:
    messages = messages_of(conversation)
    assert {one["role"] for one in messages} <= {"system", "user", "assistant", "tool"}
    assert [one["role"] for one in messages].count("system") == bool(conversation.system_prompt)
    for one in messages:
        assert isinstance(one["content"], str) or one.get("tool_calls") or one.get("refusal")


@given(conversations())
def test_what_was_asked_is_there_in_its_order(conversation: Conversation) -> None:
    asked = [message for message in conversation.path() if message.role == "user"]
    found = [one["content"] for one in messages_of(conversation) if one["role"] == "user"]
    for message, content in zip(asked, found, strict=True):
        names = [f"[attached: {clean_line(file.name)}]" for file in message.attachments]
        assert content == "\n\n".join(filter(None, [clean(message.text), *names]))


@given(conversations())
def test_no_word_of_an_answer_is_lost(conversation: Conversation) -> None:
    answered: Counter[str] = Counter()
    for message in conversation.path():
        if message.role == "assistant":
            answered += letters(message.text)
    found: Counter[str] = Counter()
    for one in messages_of(conversation):
        if one["role"] == "assistant":
            found += letters(one["content"] or "") + letters(one.get("refusal", ""))
    assert found == answered


def letters(text: str) -> Counter[str]:
    """Those that cleaning never touches."""
    plain = re.sub(r"<U\+[0-9A-F]+>", "", clean(text))
    return Counter(char for char in plain if char.isascii() and char.isalnum())


@given(conversations())
def test_every_result_of_a_tool_follows_its_call(conversation: Conversation) -> None:
    waiting: list[str] = []
    for one in messages_of(conversation):
        if one["role"] == "tool":
            assert one["tool_call_id"] == waiting.pop(0)
        else:
            assert waiting == []
            waiting = [call["id"] for call in one.get("tool_calls", [])]
    assert waiting == []


def test_a_tool_stands_between_the_words_before_and_after_it() -> None:
    said = reply(
        TextPart("let me see"), ToolCall("1", "my tool!", "{}", "two", "done"), TextPart("two")
    )
    assert said == [
        {
            "role": "assistant",
            "content": "let me see",
            "tool_calls": [
                {
                    "id": "1",
                    "type": "function",
                    "function": {"name": "my_tool_", "arguments": "{}"},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "two"},
        {"role": "assistant", "content": "two"},
    ]


def test_a_refusal_has_its_own_place() -> None:
    assert reply(TextPart("no", refusal=True)) == [
        {"role": "assistant", "content": None, "refusal": "no"}
    ]


def test_attachments_go_along() -> None:
    picture = Attachment(path="/p", name="p.png", media_type="image/png", size_bytes=1)
    text = Attachment(path="/t", name="t.txt", media_type="text/plain", size_bytes=1)
    gone = Attachment(path="/g", name="g.txt", media_type="text/plain", size_bytes=1)
    turn = user_message("look", parent=None, attachments=(picture, text, gone))
    files = {
        "/p": Enclosed("image/png", png(2, 3)),
        "/t": Enclosed("text/plain", b"inside"),
    }
    ((words, image),) = [
        one["content"] for one in messages_of(Conversation(messages=[turn]), files)
    ]
    assert words == {
        "type": "text",
        "text": "look\n\nt.txt:\n\n```\ninside\n```\n\n[attached: g.txt]",
    }
    head, _, data = image["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == png(2, 3)


def test_a_key_in_a_tools_output_is_masked() -> None:
    key = "sk-proj-abcdefghijklmnop1234"
    assert key not in str(reply(ToolCall("1", "t", key, key, "done")))


def test_the_system_prompt_comes_first() -> None:
    turn = user_message("hi", parent=None)
    answer = blank_reply(parent=turn.id, provider="p", model="m")
    conversation = Conversation(messages=[turn, answer], system_prompt="be brief")
    assert messages_of(conversation) == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "hi"},
    ]
