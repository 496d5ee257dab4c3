from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document import rows as rows_module
from chat_tui.document.pictures.picture_slots import draw_pictures
from chat_tui.document.rows import GAP_ROWS, MAX_VIEWS, TOP_ROWS, Place, Rows
from chat_tui.document.spans import Span
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    Notice,
    ReasoningDelta,
    TextDelta,
    ToolCall,
)
from chat_tui.ids import MessageId
from chat_tui.message import Message, Part, ReasoningPart, TextPart

WHEN = datetime(2026, 3, 14, 14, 2, tzinfo=UTC)


def message(number: int, *parts: Part, running: bool = False) -> Message:
    return Message(
        id=MessageId(str(number)),
        role="assistant",
        parts=parts,
        created=WHEN,
        provider="flow",
        outcome=None if running else Finished("stop"),
    )


def talk(texts: Sequence[str]) -> list[Message]:
    return [message(number, TextPart(text)) for number, text in enumerate(texts)]


def shown(texts: Sequence[str], width: int = 30) -> Rows:
    rows = Rows()
    rows.show(talk(texts))
    rows.set_width(width)
    return rows


def measured(rows: Rows) -> Rows:
    for number in range(len(rows)):
        rows.measure(number)
    return rows


def spans(rows: Rows, number: int) -> list[Sequence[Span]]:
    rows.measure(number)
    return [tuple(rows.spans(Place(number, row))) for row in range(rows.height(number))]


texts = st.lists(st.text(st.sampled_from("ab \n#*-`你"), max_size=80), min_size=1, max_size=12)


@given(texts, st.integers(min_value=1, max_value=60), st.data())
def test_rows_lead_to_messages_and_back(texts: list[str], width: int, data: st.DataObject) -> None:
    rows = shown(texts, width)
    for number in data.draw(st.lists(st.integers(min_value=0, max_value=len(texts) - 1))):
        rows.measure(number)
    assert rows.total == TOP_ROWS + sum(rows.height(number) for number in range(len(rows)))
    for row in range(TOP_ROWS, rows.total):
        place = rows.find(row)
        assert rows.top(place.message) + place.row == row
        assert place.row < rows.height(place.message)


@given(texts, st.integers(min_value=1, max_value=60))
def test_a_height_is_exact_when_it_was_looked_at(texts: list[str], width: int) -> None:
    rows = shown(texts, width)
    assert not any(rows.is_exact(number) for number in range(len(rows)))
    for number in range(len(rows)):
        rows.measure(number)
        assert rows.is_exact(number)
        assert rows.height(number) == rows.view(number).height(width) + GAP_ROWS


@given(texts, st.lists(st.integers(min_value=1, max_value=60), min_size=1, max_size=4))
def test_rows_do_not_depend_on_the_widths_before(texts: list[str], widths: list[int]) -> None:
    rows = shown(texts)
    for width in widths:
        rows.set_width(width)
        fresh = shown(texts, width)
        for number in range(len(rows)):
            assert spans(rows, number) == spans(fresh, number)


def test_the_nearest_message_is_found_above_and_below_all_rows() -> None:
    rows = measured(shown(["a", "b"]))
    assert rows.find(-5) == rows.find(0) == Place(0, 0)
    assert rows.find(10_000) == Place(1, rows.height(1) - 1)
    assert Rows().find(3) == Place(0, 0)


def test_the_row_below_a_message_is_empty() -> None:
    rows = measured(shown(["a", "b"]))
    assert rows.spans(Place(0, rows.height(0) - 1)) == ()
    assert rows.spans(Place(0, rows.height(0) - 2)) != ()


def test_an_estimate_of_prose_is_near() -> None:
    rows = shown(["word " * 400] * 20, 80)
    guessed = rows.total
    assert abs(measured(rows).total - guessed) < guessed / 8


def test_views_that_were_dropped_are_made_again_the_same() -> None:
    texts = [f"# {number}\n\n" + "word " * (number % 30) for number in range(MAX_VIEWS + 40)]
    rows = shown(texts)
    before = [spans(rows, number) for number in range(len(rows))]
    assert len(rows._views) <= MAX_VIEWS
    assert [spans(rows, number) for number in range(len(rows))] == before


def test_blocks_that_were_opened_stay_open_when_their_view_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows_module, "MAX_VIEWS", 4)
    rows = Rows()
    rows.show([message(number, ReasoningPart("hm")) for number in range(12)])
    rows.set_width(30)
    assert rows.view(0).toggle(1)
    rows.forget_height(0)
    opened = spans(rows, 0)
    measured(rows)
    assert 0 not in rows._views
    assert rows.is_exact(0)
    assert spans(rows, 0) == opened
    measured(rows)
    assert spans(rows, 0) == opened


def test_what_streams_is_never_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "MAX_VIEWS", 4)
    rows = shown(["a"] * 12)
    number = rows.add(message(99, running=True))
    rows.feed(number, [TextDelta("one ")])
    measured(rows)
    rows.feed(number, [TextDelta("two")])
    rows.commit(number)
    assert rows.message(number).text == "one two"
    rows.feed(number, [Finished("stop")])
    rows.commit(number)
    measured(rows)
    for other in range(8):
        rows.view(other)
    assert number not in rows._views
    assert rows.message(number).text == "one two"


def test_a_streaming_message_grows_in_the_rows() -> None:
    rows = shown(["a"])
    number = rows.add(message(5, running=True))
    assert rows.number(MessageId("5")) == number
    rows.feed(number, [TextDelta("one\n\n"), Notice("skipped"), ToolCall("1", "f", "")])
    assert rows.commit(number) == (0, False)
    assert rows.is_exact(number)
    total = rows.total
    rows.feed(number, [ReasoningDelta("hm")])
    rows.commit(number)
    assert rows.total > total
    assert rows.commit(number)[1] is False


def test_what_is_left_to_commit_is_told() -> None:
    rows = shown([])
    number = rows.add(message(0, running=True))
    rows.feed(number, [TextDelta("word\n\n" * 4_000)])
    assert rows.commit(number) == (0, True)
    while rows.commit(number)[1]:
        pass
    assert rows.height(number) == 8_000 + GAP_ROWS


def test_a_message_is_found_by_its_id_whenever_it_was_added() -> None:
    rows = shown(["a", "b"])
    third = rows.add(message(2))
    assert [rows.number(MessageId(each)) for each in "012"] == [0, 1, third]
    fourth = rows.add(message(3))
    assert rows.number(MessageId("3")) == fourth
    assert rows.number(MessageId("4")) is None


@pytest.mark.parametrize("parts", [(), (TextPart("a\nb"),), (Notice("x"), TextPart("a\nb"))])
def test_a_message_is_estimated_alike_when_it_is_shown_and_when_it_is_added(
    parts: tuple[Part, ...],
) -> None:
    at_once, later = Rows(), Rows()
    at_once.show([message(0, *parts)])
    later.add(message(0, *parts))
    for rows in (at_once, later):
        rows.set_width(30)
    assert at_once.height(0) == later.height(0)


def test_before_the_width_is_known_nothing_is_wrapped() -> None:
    rows = Rows()
    rows.show(talk(["a", "b"]))
    rows.measure(0)
    assert not rows._views
    assert not rows.is_exact(0)


def test_other_messages_take_the_place_of_those_before() -> None:
    rows = measured(shown(["a", "b"]))
    rows.show(talk(["c"]))
    assert len(rows) == 1
    assert rows.number(MessageId("1")) is None
    assert rows.provider(0) == "flow"
    assert rows.message(0).text == "c"


def test_a_job_whose_preview_was_thrown_away_is_measured_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows_module, "MAX_VIEWS", 4)
    draw_pictures(True)
    try:
        rows = shown(["a"])
        number = rows.add(message(1, running=True))
        preview = ImagePreview("j", 0, "image/png", data=b"p")
        rows.feed(number, [ImageProgress("j", "running"), preview, Finished("cancelled")])
        rows.commit(number)
        with_preview = rows.height(number)
        for more in talk(["b"] * 6):
            rows.measure(rows.add(more))
        assert not rows.is_exact(number)
        rows.measure(number)
        assert rows.height(number) < with_preview
        assert len(spans(rows, number)) == rows.height(number)
    finally:
        draw_pictures(False)
