from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.events import Finished, Notice, StreamEvent, TextDelta
from chat_tui.folding import fold
from chat_tui.message import blank_reply
from chat_tui.streaming.joining import joined
from tests.event_strategies import streams, text_deltas


def test_text_that_follows_upon_text_is_one_delta() -> None:
    end = Finished("stop")
    assert joined([TextDelta("a"), TextDelta("b"), end]) == [TextDelta("ab"), end]


def test_what_comes_between_stays_between() -> None:
    events: list[StreamEvent] = [TextDelta("a"), Notice("x"), TextDelta("b")]
    assert joined(events) == events


def test_a_refusal_is_not_joined_with_an_answer() -> None:
    events = [TextDelta("a"), TextDelta("no", refusal=True), TextDelta("b")]
    assert joined(events) == events


@given(streams | st.lists(text_deltas))
def test_the_message_is_the_same(events: Sequence[StreamEvent]) -> None:
    blank = blank_reply(parent=None, provider="p", model="m")
    assert fold(joined(events), blank) == fold(events, blank)
    assert joined(joined(events)) == joined(events)
