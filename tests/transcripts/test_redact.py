"""Keys are masked, wherever they stand."""

import msgspec
import pytest

from chat_tui.conversation import Conversation
from chat_tui.events import (
    Approval,
    FollowUps,
    ImageProgress,
    ImageResult,
    Notice,
    Source,
    SourceRefs,
    Step,
    StreamError,
    ToolCall,
)
from chat_tui.message import (
    Attachment,
    Decision,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    blank_reply,
)
from chat_tui.transcripts.redact import keys_masked, redacted, redacted_copy, without_keys

KEY = "sk-proj-abcdefghijklmnop1234"


def _reply(*parts: Part) -> Message:
    reply = blank_reply(parent=None, provider="p", model="m")
    return msgspec.structs.replace(reply, parts=parts)


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdefghijklmnop1234",
        "fk-0123456789",
        "gsk_abc123def456",
        "hf_abcDEF1234567",
        "AIzaSyA-0123456789abcdefghij",
        "01234567-89ab-cdef-0123-456789abcdef:0123456789abcdef0123456789abcdef",
    ],
)
def test_what_has_the_shape_of_a_key_is_masked(key: str) -> None:
    assert without_keys(f"refused: {key}.").startswith("refused: ••••")
    assert key[5:] not in without_keys(f"refused: {key}.")


def test_what_follows_a_scheme_is_masked() -> None:
    assert without_keys("Authorization: Bearer abc.def/123=") == "Authorization: Bearer ••••"


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: none",
        "skeletonization of pk-nothing-here",
        "basic authentication is off",
        "retry in 1.5 s",
    ],
)
def test_words_stay(text: str) -> None:
    assert without_keys(text) == text


@pytest.mark.parametrize(
    "part",
    [
        Notice(KEY),
        Step("s", KEY, "done"),
        Step("s", "read", "done", KEY),
        ToolCall("t", "get", KEY),
        ToolCall("t", "get", "{}", KEY, "done"),
        ImageProgress("j", "running", note=KEY),
    ],
)
def test_a_key_that_a_server_or_a_tool_repeats_is_masked_and_counted(part: Part) -> None:
    message = _reply(part)
    assert KEY not in repr(redacted(message))
    assert keys_masked(Conversation(), [message, message]) == 2


def test_an_error_counts_too() -> None:
    message = msgspec.structs.replace(_reply(), outcome=StreamError("auth", KEY, KEY))
    assert keys_masked(Conversation(), [message]) == 2


@pytest.mark.parametrize(
    "part",
    [
        TextPart(KEY),
        ReasoningPart(KEY),
        Decision("a", False, KEY),
        FollowUps((KEY,)),
        SourceRefs((Source(excerpt=KEY),)),
        Attachment(path="p", name=KEY, media_type="text/plain", size_bytes=1),
        Approval("a", KEY),
        ImageResult("j", 0, url=f"https://a.example/?key={KEY}"),
    ],
)
def test_a_key_that_somebody_pasted_is_masked_and_counted(part: Part) -> None:
    message = _reply(part)
    assert KEY not in repr(redacted(message))
    assert keys_masked(Conversation(), [message]) == 1


@pytest.mark.parametrize(
    "words",
    [
        "the Bearer of token-2024 arrived",
        "key takeaways: sk-learn-1.2 and hf_hub_download2",
        "Basic authentication1 is off; sk-short1",
        "01234567-89ab-cdef-0123-456789abcdef",
        "••••",
    ],
)
def test_what_is_said_about_keys_stays(words: str) -> None:
    message = _reply(TextPart(words))
    assert redacted(message) == message
    assert keys_masked(Conversation(), [message]) == 0


def test_the_head_of_a_conversation_holds_no_key() -> None:
    conversation = Conversation(
        title=f"about {KEY}", system_prompt=f"use {KEY}", parameters={"user": KEY}
    )
    assert KEY not in repr(vars(redacted_copy(conversation)))
    assert keys_masked(conversation, []) == 3
