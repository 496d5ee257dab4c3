import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat_tui.document.message_view import ENDINGS, MessageView, provider_number
from chat_tui.events import (
    Finished,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    Source,
    SourceRefs,
    Started,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from chat_tui.folding import fold
from chat_tui.ids import MessageId
from chat_tui.message import Message, TextPart
from tests.event_strategies import streams

WIDTH = 60


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def blank() -> Message:
    return Message(
        id=MessageId("m"),
        role="assistant",
        created=datetime(2026, 3, 14, 14, 2, tzinfo=UTC),
        provider="flow",
        model="deep",
    )


def rows(view: MessageView, width: int = WIDTH) -> list[str]:
    return [
        "".join(text for text, _ in view.row(index, width)).rstrip()
        for index in range(view.height(width))
    ]


def shown(*events: StreamEvent) -> list[str]:
    """The rows below the header of a reply that these events made."""
    return rows(MessageView(fold(events, blank()), error_hint="F5 tries again"))[1:]


def test_the_header_names_provider_model_and_time() -> None:
    assert rows(MessageView(blank())) == [" ▌ flow · deep" + " " * 40 + "14:02"]


def test_a_users_turn_is_headed_by_you() -> None:
    turn = Message(
        id=MessageId("u"), role="user", parts=(TextPart("a\nb"),), created=blank().created
    )
    assert [row.split() for row in rows(MessageView(turn))] == [
        ["▌", "you", "14:02"],
        ["a"],
        ["b"],
    ]


def test_reasoning_stands_before_the_answer_with_its_time() -> None:
    assert shown(ReasoningDelta("hm", 4.2), TextDelta("So."), Finished("stop")) == [
        "   ▾ thought for 4 s",
        "   │ hm",
        "",
        "   So.",
    ]


def test_steps_and_tools_are_lines_of_one_list() -> None:
    assert shown(
        Step("1", "Router", "done", elapsed_s=0.3),
        Step("2", "Search", "running", "4 sources"),
        Step("3", "Check", "failed"),
        ToolCall("4", "calculator", "6*7", "42", "done"),
        TextDelta("42."),
    ) == [
        "   ● Router  0.3 s",
        "   ◌ Search  4 sources",
        "   ✕ Check",
        "   ● tool  calculator(6*7) → 42",
        "",
        "   42.",
    ]


def test_sources_are_numbered_below_the_answer() -> None:
    sources = (
        Source("Lens", "https://e.example"),
        Source(url="https://f.example"),
        Source(),
    )
    assert shown(TextDelta("See [1]."), SourceRefs(sources)) == [
        "   See [1].",
        "",
        "   [1] Lens  https://e.example",
        "   [2] https://f.example",
        "   [3] untitled",
    ]


def test_a_picture_job_is_one_line_that_becomes_the_picture() -> None:
    queued = ImageProgress("j", "queued", queue_position=3)
    assert shown(queued) == ["   ◌ queued: position 3"]
    running = ImageProgress("j", "running", 0.5, note="step 2")
    assert shown(queued, running) == ["   ◌ running 50%  step 2"]
    done = ImageResult("j", 0, path="/a/b.png")
    assert shown(queued, running, done) == ["   picture: /a/b.png"]


def test_a_refusal_says_so() -> None:
    assert shown(TextDelta("I cannot.", refusal=True)) == ["   the model refused:", "   I cannot."]


@pytest.mark.parametrize("reason", ENDINGS)
def test_an_ending_that_is_no_full_stop_is_named(reason: str) -> None:
    ended = Finished(reason)  # type: ignore[arg-type] # the keys are the reasons
    assert shown(TextDelta("So"), ended) == ["   So", "", f"   ■ {ENDINGS[reason]}"]


def test_a_usual_ending_says_nothing() -> None:
    assert shown(TextDelta("So."), Finished("stop", 2.0, 1.0)) == ["   So."]


def test_totals_stand_at_the_right() -> None:
    last = shown(TextDelta("So."), Usage(10, 1200, 0.003), Finished("stop", 3.0, 1.0))[-1]
    assert last.strip() == "1,200 tokens · 600 tok/s · first 1.0 s · $0.003"
    assert len(last) == WIDTH - 1


def test_totals_of_a_stopped_reply_share_its_row() -> None:
    last = shown(TextDelta("So"), Usage(10, 12), Finished("cancelled", 3.0, 1.0))[-1]
    assert last.startswith("   ■ stopped  ")
    assert last.endswith("12 tokens · 6 tok/s · first 1.0 s")


def test_an_error_stands_below_what_came_with_hints() -> None:
    assert shown(TextDelta("So"), StreamError("provider", "overloaded", "wait a little")) == [
        "   So",
        "",
        "   ✕ overloaded",
        "     wait a little",
        "     F5 tries again",
    ]


def test_an_error_before_anything_came_stands_right_below_the_header() -> None:
    assert shown(StreamError("auth", "no key"))[0] == "   ✕ no key"


def test_a_notice_about_the_ending_stands_with_it() -> None:
    ended = (Notice("the connection broke"), Finished("incomplete"))
    assert shown(TextDelta("So"), *ended) == [
        "   So",
        "",
        "   · the connection broke",
        f"   ■ {ENDINGS['incomplete']}",
    ]


def test_a_streaming_message_knows_what_came() -> None:
    view = MessageView(blank())
    view.feed([TextDelta("a"), TextDelta("b")])
    assert view.message.text == "ab"


def test_text_goes_on_in_its_place_after_a_notice() -> None:
    view = MessageView(blank())
    for event in (TextDelta("one "), Notice("skipped"), TextDelta("two")):
        view.feed([event])
    assert rows(view)[1:] == ["   one two", "", "   · skipped"]


def test_text_after_a_tool_call_is_a_part_of_its_own() -> None:
    view = MessageView(blank())
    for event in (TextDelta("one"), ToolCall("1", "f", ""), TextDelta("two")):
        view.feed([event])
    assert rows(view)[1:] == ["   one", "", "   ◌ tool  f()", "", "   two"]


def test_a_controls_second_half_in_the_next_delta_is_still_cleaned() -> None:
    view = MessageView(blank())
    for piece in ("a\r", "\nb\x1b", "[31m"):
        view.feed([TextDelta(piece)])
    assert rows(view)[1:] == ["   a", "   b␛[31m"]


def test_what_was_held_back_is_shown_at_the_end() -> None:
    view = MessageView(blank())
    view.feed([TextDelta("👩\u200d")])
    assert rows(view)[1:] == ["   👩"]
    view.feed([Finished("stop")])
    assert rows(view)[1:] == ["   👩<U+200D>"]


@example([ReasoningDelta("a", 0.2), ReasoningDelta("b", 2.0)], [1, 1])
@given(streams, st.lists(st.integers(min_value=1, max_value=5), max_size=12))
def test_a_message_looks_the_same_however_its_events_come(
    events: Sequence[StreamEvent], sizes: list[int]
) -> None:
    started = Started("flow", "deep")
    view = MessageView(blank())
    view.height(WIDTH)
    left = [started, *events]
    for size in [*sizes, len(left)]:
        view.feed(left[:size])
        view.height(WIDTH)
        left = left[size:]
    assert rows(view) == rows(MessageView(fold([started, *events], blank())))


def test_a_providers_place_in_the_palette_is_always_the_same() -> None:
    assert [provider_number(name, 6) for name in ("flow", "openai", "demo")] == [0, 4, 0]


def test_a_name_that_cannot_be_encoded_has_a_place_too() -> None:
    assert 0 <= provider_number("\ud800", 6) < 6
