from datetime import UTC, datetime, timedelta

import pytest

from chat_tui.events import Finished, FinishReason, Notice, StreamError, ToolCall
from chat_tui.ids import MessageId
from chat_tui.message import (
    Message,
    ReasoningPart,
    Status,
    TextPart,
    blank_reply,
    user_message,
)

ROOT = MessageId("root")


def reply(*, outcome: Finished | StreamError | None) -> Message:
    return Message(id=MessageId("m"), role="assistant", created=datetime.now(UTC), outcome=outcome)


def test_a_turn_of_the_user_has_their_words() -> None:
    message = user_message("hello", parent=ROOT)
    assert (message.role, message.parent, message.text) == ("user", ROOT, "hello")


def test_a_blank_reply_knows_whom_it_was_asked_of() -> None:
    message = blank_reply(parent=ROOT, provider="flow", model="large")
    assert (message.role, message.parent) == ("assistant", ROOT)
    assert (message.provider, message.model) == ("flow", "large")
    assert message.parts == ()


def test_a_message_is_made_now_in_utc() -> None:
    began = datetime.now(UTC)
    for message in (
        user_message("a", parent=None),
        blank_reply(parent=None, provider="", model=""),
    ):
        assert began <= message.created <= datetime.now(UTC)
        assert message.created.utcoffset() == timedelta(0)


def test_every_message_has_an_id_of_its_own() -> None:
    assert user_message("a", parent=None).id != user_message("a", parent=None).id


def test_the_text_leaves_out_reasoning_tools_and_notices() -> None:
    parts = (
        ReasoningPart("hm"),
        TextPart("Yes"),
        ToolCall("1", "look", "{}"),
        Notice("retried"),
        TextPart(", I do", refusal=True),
    )
    message = Message(id=ROOT, role="assistant", created=datetime.now(UTC), parts=parts)
    assert message.text == "Yes, I do"


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("stop", "complete"),
        ("tool_calls", "complete"),
        ("unknown", "complete"),
        ("length", "truncated"),
        ("filtered", "filtered"),
        ("incomplete", "interrupted"),
        ("cancelled", "cancelled"),
    ],
)
def test_the_status_of_a_reply_is_how_it_finished(reason: FinishReason, status: Status) -> None:
    assert reply(outcome=Finished(reason)).status == status


def test_a_reply_without_an_end_is_streaming() -> None:
    assert reply(outcome=None).status == "streaming"


def test_a_reply_that_failed_is_an_error() -> None:
    assert reply(outcome=StreamError("network", "gone")).status == "error"


def test_a_turn_of_the_user_is_complete() -> None:
    assert user_message("a", parent=None).status == "complete"
