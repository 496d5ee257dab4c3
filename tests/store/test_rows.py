"""Messages, parts and events to rows and back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import StoreError
from chat_tui.events import (
    Finished,
    ImagePreview,
    Notice,
    ReasoningDelta,
    Source,
    SourceRefs,
    Started,
    Step,
    StreamEvent,
    TextDelta,
    Usage,
)
from chat_tui.folding import fold
from chat_tui.ids import MessageId
from chat_tui.message import Message, TextPart
from chat_tui.store.rows import (
    event_from_row,
    event_row,
    from_us,
    merged,
    part_from_row,
    part_row,
    storable,
    to_us,
)

BLANK = Message(
    id=MessageId("m"), role="assistant", created=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
)
TEXTS = st.text(max_size=5)
EVENTS: st.SearchStrategy[StreamEvent] = st.one_of(
    st.builds(TextDelta, TEXTS, st.booleans()),
    st.builds(ReasoningDelta, TEXTS, st.none() | st.floats(0, 9)),
    st.builds(Notice, TEXTS),
    st.builds(Step, st.sampled_from("ab"), TEXTS, st.just("running")),
    st.builds(Started, TEXTS, TEXTS),
    st.builds(Usage, st.none() | st.integers(0, 9)),
    st.builds(ImagePreview, st.just("j"), st.integers(0, 1), st.just("image/png")),
    st.builds(Finished, st.just("stop")),
)


@given(st.lists(EVENTS, max_size=30))
def test_merged_events_fold_to_the_same_message(events: list[StreamEvent]) -> None:
    assert fold(merged(events), BLANK) == fold(events, BLANK)


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_where_a_log_is_cut_does_not_change_the_message(
    events: list[StreamEvent], cut: int
) -> None:
    log = [*merged(events[:cut]), *merged(events[cut:])]
    read = [event_from_row(event_row(event), "here") for event in log]
    assert fold(read, BLANK) == fold(events, BLANK)


def test_adjacent_deltas_become_one_row() -> None:
    assert list(merged(TextDelta(letter) for letter in "delta")) == [TextDelta("delta")]


def test_a_refusal_is_not_merged_into_an_answer() -> None:
    events = [TextDelta("yes"), TextDelta("no", refusal=True)]
    assert list(merged(events)) == events


def test_previews_are_not_logged() -> None:
    assert list(merged([ImagePreview("j", 0, "image/png", data=b"x")])) == []


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("plain", "plain"),
        ("a\ud83db", "a\ufffdb"),
        ("\udc00", "\ufffd"),
        ("end\ud83d", "end\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("nul \0 and \U0001f600", "nul \0 and \U0001f600"),
    ],
)
def test_lone_surrogates_become_the_replacement_character(text: str, stored: str) -> None:
    assert storable(text) == stored


def test_surrogates_inside_nested_fields_do_not_raise() -> None:
    event = SourceRefs((Source(title="a\ud800"), Source(excerpt="b")))
    stored = SourceRefs((Source(title="a\ufffd"), Source(excerpt="b")))
    assert event_from_row(event_row(event), "here") == stored
    assert part_from_row(part_row(event), "here") == stored


def test_the_text_of_a_part_stands_in_its_own_column() -> None:
    assert part_row(TextPart("hello")) == ("text", "hello", None)


@pytest.mark.parametrize(
    "row",
    [
        ("step", None, "{"),
        ("step", None, None),
        ("text", "hello", "[]"),
        ("finished", None, '{"type":"finished","reason":"stop"}'),
        ("unheard-of", None, '{"type":"unheard-of"}'),
    ],
)
def test_a_damaged_part_is_an_error_that_names_its_message(
    row: tuple[str, str | None, str | None],
) -> None:
    with pytest.raises(StoreError, match="message 17"):
        part_from_row(row, "message 17")


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_keep_every_microsecond(moment: datetime) -> None:
    assert from_us(to_us(moment)) == moment


@given(st.one_of(st.integers(0, 2**52), st.integers(2**51 - 9, 2**51 + 9)))
def test_every_microsecond_is_a_time_of_its_own(us: int) -> None:
    moment = from_us(us)
    assert moment == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    assert to_us(moment) == us
