"""The plain transcript."""

from datetime import UTC, datetime

from hypothesis import given

from chat_tui.conversation import Conversation
from chat_tui.events import Source, SourceRefs, Step, StreamError, ToolCall
from chat_tui.ids import MessageId
from chat_tui.message import Message, ReasoningPart, TextPart
from chat_tui.text import clean
from chat_tui.transcripts.plain_text import to_text
from tests.transcripts.test_laws import conversations

TIME = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@given(conversations())
def test_what_was_said_is_there_and_nothing_acts_on_a_terminal(conversation: Conversation) -> None:
    written = to_text(conversation)
    assert clean(written) == written
    assert written.endswith("\n")
    for message in conversation.path():
        for part in message.parts:
            if isinstance(part, TextPart):
                assert clean(part.text).strip("\n") in written


def test_a_talk_reads_from_top_to_bottom() -> None:
    asked = Message(id=MessageId("m1"), role="user", parts=(TextPart("Why *so*?"),), created=TIME)
    answered = Message(
        id=MessageId("m2"),
        parent=asked.id,
        role="assistant",
        parts=(
            ReasoningPart("hm\nhm", 2.04),
            Step("1", "Search", "done", "3 hits"),
            ToolCall("t", "sum", "{}", "two", "done"),
            TextPart("Because."),
            SourceRefs((Source("A", "https://a.example"), Source())),
        ),
        created=TIME,
        provider="flow",
        model="deep",
        outcome=StreamError("network", "lost", "try again"),
    )
    conversation = Conversation(
        title="Time", created=TIME, messages=[asked, answered], system_prompt="Be brief."
    )
    assert to_text(conversation).splitlines() == [
        "Time",
        "2026-03-04 05:06 UTC",
        "",
        "System prompt:",
        "    Be brief.",
        "",
        "== You · 2026-03-04 05:06 UTC ==",
        "",
        "Why *so*?",
        "",
        "== Assistant · flow · deep · 2026-03-04 05:06 UTC ==",
        "",
        "Reasoning (2.0 s):",
        "    hm",
        "    hm",
        "",
        "- Search (done): 3 hits",
        "",
        "- Tool sum (done)",
        "    {}",
        "    two",
        "",
        "Because.",
        "",
        "Sources:",
        "1. A <https://a.example>",
        "2. untitled",
        "",
        "Error (network): lost (try again)",
    ]
