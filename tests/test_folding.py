from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat_tui.events import (
    Finished,
    ImagePreview,
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
from chat_tui.folding import Folder, blanked, fold, replay
from chat_tui.ids import MessageId
from chat_tui.message import Message, ReasoningPart, TextPart
from tests.event_strategies import streams, terminals

BLANK = Message(
    id=MessageId("m"),
    role="assistant",
    created=datetime(2025, 1, 2, tzinfo=UTC),
    provider="demo",
    model="small",
)
TOOL = ToolCall("1", "look", "{}")
FOUND = ToolCall("1", "look", "{}", "found", "done")


@given(streams)
@example([TOOL, TextDelta("a"), FOUND, TextDelta("b")])
@example([ImageProgress("a", "queued"), TextDelta("a"), ImageResult("a", 0), TextDelta("b")])
def test_replaying_a_message_folds_to_it_again(stream: list[StreamEvent]) -> None:
    message = fold(stream, BLANK)
    assert fold(replay(message), blanked(message)) == message


@given(streams, st.integers(min_value=0, max_value=12))
@example([TOOL, TextDelta("a"), FOUND, TextDelta("b")], 3)
def test_folding_goes_on_from_a_message(stream: list[StreamEvent], cut: int) -> None:
    assert fold(stream[cut:], fold(stream[:cut], BLANK)) == fold(stream, BLANK)


@given(streams)
def test_asking_for_the_message_under_way_changes_nothing(stream: list[StreamEvent]) -> None:
    folder = Folder(BLANK)
    for count, event in enumerate(stream, 1):
        folder.add(event)
        assert folder.message() == fold(stream[:count], BLANK)


@given(streams, st.data())
def test_folding_does_not_care_how_text_is_cut(
    stream: list[StreamEvent], data: st.DataObject
) -> None:
    pieces: list[StreamEvent] = []
    for event in stream:
        match event:
            case TextDelta(text=text, refusal=refusal):
                cut = data.draw(st.integers(min_value=0, max_value=len(text)))
                pieces += [TextDelta(text[:cut], refusal), TextDelta(text[cut:], refusal)]
            case ReasoningDelta(text=text, elapsed_s=elapsed_s):
                cut = data.draw(st.integers(min_value=0, max_value=len(text)))
                pieces += [ReasoningDelta(text[:cut]), ReasoningDelta(text[cut:], elapsed_s)]
            case _:
                pieces.append(event)
    assert fold(pieces, BLANK) == fold(stream, BLANK)


@given(streams, terminals, streams)
def test_nothing_counts_after_the_end(
    before: list[StreamEvent], end: Finished | StreamError, after: list[StreamEvent]
) -> None:
    assert fold([*before, end, *after], BLANK) == fold([*before, end], BLANK)


@given(streams)
def test_no_picture_bytes_stay_in_a_message(stream: list[StreamEvent]) -> None:
    parts = fold(stream, BLANK).parts
    assert not any(part.data for part in parts if isinstance(part, ImageResult))


@given(streams)
def test_all_text_is_in_the_message_in_its_order(stream: list[StreamEvent]) -> None:
    said = ""
    for event in stream:
        if isinstance(event, Finished | StreamError):
            break
        if isinstance(event, TextDelta):
            said += event.text
    assert fold(stream, BLANK).text == said


def test_deltas_become_one_text() -> None:
    parts = fold([TextDelta("Hel"), TextDelta("lo")], BLANK).parts
    assert parts == (TextPart("Hello"),)


def test_reasoning_and_text_are_parts_of_their_own() -> None:
    parts = fold([ReasoningDelta("hm", 1.5), TextDelta("Yes"), ReasoningDelta("but")], BLANK).parts
    assert parts == (ReasoningPart("hm", 1.5), TextPart("Yes"), ReasoningPart("but"))


def test_reasoning_keeps_the_last_time_it_was_given() -> None:
    stream = [ReasoningDelta("a", 0.0), ReasoningDelta("b", 2.0), ReasoningDelta("c")]
    assert fold(stream, BLANK).parts == (ReasoningPart("abc", 2.0),)


def test_a_refusal_is_a_part_of_its_own() -> None:
    parts = fold([TextDelta("Well"), TextDelta("no", refusal=True)], BLANK).parts
    assert parts == (TextPart("Well"), TextPart("no", refusal=True))


def test_a_step_does_not_part_the_text_around_it() -> None:
    step = Step("1", "search", "done")
    parts = fold([TextDelta("a"), step, Notice("n"), TextDelta("b")], BLANK).parts
    assert parts == (TextPart("ab"), step, Notice("n"))


def test_a_tool_call_parts_the_text_around_it() -> None:
    parts = fold([TextDelta("a"), TOOL, TextDelta("b")], BLANK).parts
    assert parts == (TextPart("a"), TOOL, TextPart("b"))


def test_a_tool_call_that_ends_does_not_part_the_text_after_it() -> None:
    parts = fold([TOOL, TextDelta("a"), FOUND, TextDelta("b")], BLANK).parts
    assert parts == (FOUND, TextPart("ab"))


def test_the_last_state_of_a_step_stands_where_it_first_stood() -> None:
    running, done = Step("1", "search", "running"), Step("1", "search", "done")
    other = Step("2", "write", "running")
    assert fold([running, other, done], BLANK).parts == (done, other)


def test_later_sources_replace_earlier_ones() -> None:
    earlier, later = SourceRefs((Source("a"),)), SourceRefs((Source("b"),))
    assert fold([earlier, TextDelta("x"), later], BLANK).parts == (later, TextPart("x"))


def test_a_picture_takes_the_place_of_its_progress() -> None:
    parts = fold(
        [ImageProgress("j", "running", 0.5), Notice("n"), ImageResult("j", 0)], BLANK
    ).parts
    assert parts == (ImageResult("j", 0), Notice("n"))


def test_the_progress_of_another_job_stays() -> None:
    other, progress = ImageProgress("i", "queued"), ImageProgress("j", "queued")
    assert fold([other, progress, ImageResult("j", 0)], BLANK).parts == (other, ImageResult("j", 0))


def test_a_picture_that_was_saved_replaces_the_one_that_came() -> None:
    saved = ImageResult("j", 0, path="/pictures/1.png")
    stream = [ImageResult("j", 0, data=b"png"), ImageResult("j", 1), saved]
    assert fold(stream, BLANK).parts == (saved, ImageResult("j", 1))


def test_a_preview_is_not_kept() -> None:
    assert fold([ImagePreview("j", 0, "image/png", data=b"png")], BLANK).parts == ()


def test_the_provider_may_name_itself_the_model_and_the_reply() -> None:
    message = fold([Started("flow", "large", "r-1"), Started("", "")], BLANK)
    assert (message.provider, message.model, message.remote_id) == ("flow", "large", "r-1")


def test_usage_that_is_left_out_stays_known() -> None:
    stream = [Usage(3, 4), Usage(output_tokens=9, cost_usd=0.5), Usage(input_tokens=5)]
    assert fold(stream, BLANK).usage == Usage(5, 9, 0.5)


@pytest.mark.parametrize("end", [Finished("stop", 2.0, 0.5), StreamError("network", "gone")])
def test_the_end_is_the_outcome(end: Finished | StreamError) -> None:
    assert fold([TextDelta("a"), end, TextDelta("b")], BLANK).outcome == end


def test_a_blanked_message_knows_whom_it_was_asked_of() -> None:
    message = fold([TextDelta("a"), Usage(1), Finished("stop")], BLANK)
    assert blanked(message) == BLANK


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(AssertionError):
        Folder(BLANK).add(object())  # type: ignore[arg-type]  # this is what is refused
