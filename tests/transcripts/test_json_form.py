"""The JSON transcript is lossless."""

from datetime import UTC, datetime

import msgspec
import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.events import StreamError
from chat_tui.ids import MessageId
from chat_tui.message import Message, TextPart, user_message
from chat_tui.transcripts.json_form import from_json, to_json


def test_a_title_that_nobody_chose_stays_open() -> None:
    conversation = Conversation(messages=[user_message("hello", parent=None)])
    assert not from_json(to_json(conversation)).named


def test_half_a_character_is_replaced() -> None:
    conversation = Conversation(messages=[user_message("a\ud800b", parent=None)])
    assert [message.text for message in from_json(to_json(conversation))] == ["a\ufffdb"]


def test_a_key_in_an_error_is_masked() -> None:
    key = "sk-proj-abcdefghijklmnop1234"
    message = Message(
        id=MessageId("m"),
        role="assistant",
        created=datetime.now(UTC),
        outcome=StreamError("auth", f"Incorrect API key provided: {key}."),
    )
    assert key.encode() not in to_json(Conversation(messages=[message]))


def test_a_key_that_the_user_pasted_is_masked() -> None:
    said = "why is sk-proj-abcdefghijklmnop1234 refused?"
    conversation = Conversation(messages=[user_message(said, parent=None)])
    assert from_json(to_json(conversation)).path()[0].text == "why is •••• refused?"


@pytest.mark.parametrize(
    "document",
    [b"", b"\xff", b"[]", b'{"format":"chat-tui"', b'{"format":"other"}', b"[" * 100_000],
)
def test_other_documents_are_refused(document: bytes) -> None:
    with pytest.raises(TranscriptError, match="not a chat-tui JSON transcript"):
        from_json(document)


def test_a_transcript_of_a_newer_version_is_refused() -> None:
    document = to_json(Conversation()).replace(b'"version": 1', b'"version": 2')
    with pytest.raises(TranscriptError, match="version 2"):
        from_json(document)


def _changed(document: bytes, **fields: object) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(document), **fields})


def test_a_message_without_its_parent_is_refused() -> None:
    orphan = Message(
        id=MessageId("m"), parent=MessageId("gone"), role="user", created=datetime.now(UTC)
    )
    with pytest.raises(TranscriptError, match="not a tree"):
        from_json(_changed(to_json(Conversation()), messages=[orphan]))


def test_a_leaf_that_is_not_there_is_refused() -> None:
    with pytest.raises(TranscriptError, match="shows a message"):
        from_json(_changed(to_json(Conversation()), leaf="gone"))


def test_a_time_without_its_zone_is_refused() -> None:
    message = Message(
        id=MessageId("m"),
        role="user",
        parts=(TextPart("hi"),),
        created=datetime(2026, 1, 1),  # noqa: DTZ001 - the point of the test
    )
    with pytest.raises(TranscriptError, match="time zone"):
        from_json(_changed(to_json(Conversation()), messages=[message]))
