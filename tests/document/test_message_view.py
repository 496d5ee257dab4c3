import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from chat_tui.document.endings import ENDINGS
from chat_tui.document.message_view import MessageView
from chat_tui.document.provider_place import provider_number
from chat_tui.document.spans import Span
from chat_tui.events import (
    Approval,
    Finished,
    FollowUps,
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
from chat_tui.message import Message, TextPart, decision_message, user_message
from tests.document.corpus import CORPUS
from tests.event_strategies import ids, reasoning_deltas, terminals, under_way, words, work_states

WIDTH = 60
WIDTHS = (20, 80, 100)
pieces = st.sampled_from([*CORPUS.values()]).flatmap(
    lambda text: st.integers(min_value=1, max_value=40).map(
        lambda size: [
            TextDelta(text[at : at + size]) for at in range(0, min(len(text), 1_600), size)
        ]
    )
)
"""A document in deltas."""
of_agents: st.SearchStrategy[StreamEvent] = st.one_of(
    under_way,
    st.builds(Step, ids, words, work_states, words, st.just(1.0), ids),
    st.builds(FollowUps, st.lists(words, max_size=2).map(tuple)),
    st.builds(Approval, ids, words, words, words),
)
streams = st.lists(of_agents | terminals, max_size=12)
markdown_streams: st.SearchStrategy[list[StreamEvent]] = st.builds(
    lambda thought, text, more, end: [*thought, *text, *more, *end],
    st.lists(reasoning_deltas, max_size=3),
    pieces,
    st.lists(of_agents, max_size=3),
    st.lists(terminals, max_size=1),
)
"""Events in the order in which a provider sends them."""


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
        "".join(span.text for span in view.row(index, width)).rstrip()
        for index in range(view.height(width))
    ]


def shown(*events: StreamEvent) -> list[str]:
    """The rows below the header of a reply that these events made."""
    return rows(MessageView(fold(events, blank()), error_hint="F5 tries again"))[1:]


def test_the_header_names_provider_model_and_time() -> None:
    assert rows(MessageView(blank())) == [" ▌ flow · deep" + " " * 40 + "14:02"]


def test_a_reply_of_no_known_provider_is_headed_by_what_it_is() -> None:
    assert rows(MessageView(replace(blank(), provider="", model="")))[0].startswith(" ▌ reply ")


def test_another_model_than_was_asked_for_is_named_as_soon_as_it_is_known() -> None:
    view = MessageView(blank())
    view.feed([Started("flow", "deeper")])
    assert rows(view)[0].startswith(" ▌ flow · deeper ")


def test_a_users_turn_is_headed_by_you() -> None:
    turn = Message(
        id=MessageId("u"), role="user", parts=(TextPart("a\nb"),), created=blank().created
    )
    assert [row.split() for row in rows(MessageView(turn))] == [
        ["▌", "you", "14:02"],
        ["a"],
        ["b"],
    ]


def test_a_users_turn_stands_as_it_was_typed() -> None:
    turn = Message(id=MessageId("u"), role="user", parts=(TextPart("# *a*\n- b"),),
                   created=blank().created)  # fmt: skip
    assert rows(MessageView(turn))[1:] == ["   # *a*", "   - b"]


def test_a_reply_is_markdown() -> None:
    assert shown(TextDelta("# A\n\n- *b*\n"), Finished("stop")) == ["   A", "", "   • b"]


def test_reasoning_is_one_line_before_the_answer_with_its_time() -> None:
    assert shown(ReasoningDelta("hm", 4.2), TextDelta("So."), Finished("stop")) == [
        "   ▸ thought for 4 s",
        "",
        "   So.",
    ]


def test_reasoning_that_is_opened_shows_what_was_thought() -> None:
    view = MessageView(fold([ReasoningDelta("hm\nso", 4.2), Finished("stop")], blank()))
    assert view.toggle(1)
    assert rows(view)[1:] == ["   ▾ thought for 4 s", "   │ hm", "   │ so"]
    assert view.toggle(1)
    assert rows(view)[1:] == ["   ▸ thought for 4 s"]


def test_reasoning_that_is_opened_grows() -> None:
    view = MessageView(blank())
    view.feed([ReasoningDelta("hm", 0.1)])
    view.toggle(1)
    assert rows(view)[1:] == ["   ▾ thinking", "   │ hm"]
    view.feed([ReasoningDelta(" so", 2.0)])
    view.commit()
    assert rows(view)[1:] == ["   ▾ thinking for 2 s", "   │ hm so"]
    view.feed([TextDelta("So.")])
    view.commit()
    assert rows(view)[1:] == ["   ▾ thought for 2 s", "   │ hm so", "", "   So."]


def test_only_what_is_folded_can_be_opened() -> None:
    view = MessageView(fold([TextDelta("So.")], blank()))
    assert not view.toggle(0)
    assert not view.toggle(1)


def test_steps_are_open_while_one_of_them_runs() -> None:
    router = Step("1", "Router", "done", elapsed_s=0.3)
    search = Step("2", "Search", "running", "4 sources")
    assert shown(router, search, Step("3", "Check", "failed")) == [
        "   ▾ steps  3  1 failed  0.3 s",
        "     ● Router  0.3 s",
        "     ◌ Search  4 sources",
        "     ✕ Check",
    ]
    assert shown(router, replace(search, state="done"), TextDelta("So.")) == [
        "   ▸ steps  2  0.3 s",
        "",
        "   So.",
    ]


def test_a_tool_call_is_one_line_that_can_be_opened() -> None:
    events: list[StreamEvent] = [ToolCall("4", "calculator", "6*7", "42", "done"), TextDelta("So.")]
    view = MessageView(fold(events, blank()))
    assert rows(view)[1:] == ["   ▸ ● tool  calculator(6*7) → 42", "", "   So."]
    view.toggle(1)
    assert rows(view)[2:6] == ["     input", "       6*7", "     output", "       42"]


def test_sources_are_one_line_that_can_be_opened() -> None:
    sources = (
        Source("Lens", "https://e.example", excerpt="glass"),
        Source(url="https://f.example"),
    )
    view = MessageView(fold([TextDelta("See [1]."), SourceRefs((*sources, Source()))], blank()))
    assert rows(view)[1:] == [
        "   See [1].",
        "",
        "   ▸ sources  1 Lens   2 https://f.example   3 untitled",
    ]
    view.toggle(2)
    assert rows(view)[4:] == [
        "     [1] Lens",
        "         https://e.example",
        "         glass",
        "     [2] https://f.example",
        "     [3] untitled",
    ]


def test_steps_fold_when_the_reply_ends_even_if_one_never_did() -> None:
    running = Step("1", "Writer", "running", elapsed_s=4.0)
    assert shown(running)[0] == "   ▾ steps  1  4.0 s"
    assert shown(running, Finished("cancelled"))[0] == "   ▸ steps  1  4.0 s"


def test_failed_steps_stay_in_sight_when_the_others_are_folded() -> None:
    view = MessageView(
        fold(
            [Step("1", "A", "done"), Step("2", "B", "failed", "no key"), TextDelta("So.")], blank()
        )
    )
    assert rows(view)[1:] == ["   ▸ steps  2  1 failed", "     ✕ B  no key", "", "   So."]
    view.toggle(1)
    assert rows(view)[1:] == [
        "   ▾ steps  2  1 failed",
        "     ● A",
        "     ✕ B  no key",
        "",
        "   So.",
    ]


def test_all_steps_stand_in_one_tree_where_the_first_one_came() -> None:
    events = (Step("1", "A", "running"), TextDelta("So."), Step("2", "B", "running", parent="1"))
    assert shown(*events) == ["   ▾ steps  2", "     ◌ A", "       ◌ B", "", "   So."]


def test_sources_stand_below_the_answer_whenever_they_came() -> None:
    assert shown(SourceRefs((Source("Lens"),)), TextDelta("So.")) == [
        "   So.",
        "",
        "   ▸ sources  1 Lens",
    ]


def test_sources_that_name_none_are_not_shown() -> None:
    assert shown(TextDelta("So."), SourceRefs(())) == ["   So."]


def test_what_was_opened_stays_open_when_something_comes_above_it() -> None:
    view = MessageView(fold([SourceRefs((Source("Lens", excerpt="glass"),))], blank()))
    assert view.toggle(1)
    view.feed([ToolCall("1", "f", "", None, "done"), TextDelta("So.")])
    view.commit()
    assert rows(view)[1:] == [
        "   ▸ ● tool  f()",
        "",
        "   So.",
        "",
        "   ▾ sources  1 Lens",
        "     [1] Lens",
        "         glass",
    ]


APPROVAL = Approval("a", "Send it?")


def test_an_approval_is_a_question_with_two_buttons() -> None:
    assert shown(TextDelta("Dear A."), APPROVAL, Finished("tool_calls")) == [
        "   Dear A.",
        "",
        "   › Send it?",
        "     [ Approve ]   [ Reject ]",
    ]


@pytest.mark.parametrize(
    ("approved", "buttons"), [(True, "● Approve     ○ Reject"), (False, "○ Approve     ● Reject")]
)
def test_an_approval_shows_what_was_decided(approved: bool, buttons: str) -> None:
    view = MessageView(fold([APPROVAL, Finished("tool_calls")], blank()))
    view.answered_by(decision_message(APPROVAL, approved=approved, parent=blank().id))
    assert rows(view)[1:] == ["   › Send it?", f"     {buttons}"]


def test_an_approval_that_was_passed_over_shows_that_nothing_was_decided() -> None:
    view = MessageView(fold([APPROVAL, Finished("tool_calls")], blank()))
    view.answered_by(user_message("Something else.", parent=blank().id))
    assert rows(view)[2] == "     ○ Approve     ○ Reject"


def test_proposals_are_numbered_below_everything_else() -> None:
    proposals = FollowUps(("How heavy is it?", "Who made it?"))
    assert shown(proposals, SourceRefs((Source("Lens"),)), TextDelta("So.")) == [
        "   So.",
        "",
        "   ▸ sources  1 Lens",
        "",
        "   1 How heavy is it?",
        "   2 Who made it?",
    ]


def test_a_picture_job_is_one_line_that_becomes_the_picture() -> None:
    queued = ImageProgress("j", "queued", queue_position=3)
    assert shown(queued) == ["   ◌ queued, position 3"]
    running = ImageProgress("j", "running", 0.5, note="step 2")
    assert shown(queued, running) == ["   ◌ generating 50 %, step 2"]
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


def test_a_first_word_that_comes_at_once_is_told_in_milliseconds() -> None:
    last = shown(TextDelta("So."), Usage(10, 1200), Finished("stop", 2.0, 0.0042))[-1]
    assert last.strip() == "1,200 tokens · 601 tok/s · first 4 ms"


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
    view.commit()
    assert rows(view)[1:] == ["   one two", "", "   · skipped"]


def test_text_after_a_tool_call_is_a_part_of_its_own() -> None:
    view = MessageView(blank())
    for event in (TextDelta("one"), ToolCall("1", "f", ""), TextDelta("two")):
        view.feed([event])
        view.commit()
    assert rows(view)[1:] == ["   one", "", "   ▸ ◌ tool  f()", "", "   two"]


def test_a_controls_second_half_in_the_next_delta_is_still_cleaned() -> None:
    view = MessageView(blank())
    for piece in ("a\r", "\nb\x1b", "[31m"):
        view.feed([TextDelta(piece)])
        view.commit()
    assert rows(view)[1:] == ["   a b␛[31m"]


def test_what_was_held_back_is_shown_at_the_end() -> None:
    view = MessageView(blank())
    view.feed([TextDelta("👩\u200d")])
    view.commit()
    assert rows(view)[1:] == ["   👩"]
    view.feed([Finished("stop")])
    assert rows(view)[1:] == ["   👩<U+200D>"]


def test_a_long_text_is_committed_in_pieces() -> None:
    view = MessageView(blank())
    view.feed([TextDelta("word\n\n" * 100)])
    heights: list[int] = []
    while not heights or view.pending:
        view.commit(60)
        heights.append(len(rows(view)))
    assert heights == list(range(20, 201, 20))


def test_text_that_was_not_committed_is_not_lost_when_a_tool_is_called() -> None:
    view = MessageView(blank())
    view.feed([TextDelta("word\n\n" * 10)])
    view.feed([ToolCall("1", "f", "")])
    assert len(rows(view)) == 22


def test_a_reply_that_another_program_still_writes_is_shown_as_far_as_it_is_known() -> None:
    view = MessageView(fold([TextDelta("so far")], blank()))
    assert view.running
    assert rows(view)[1:] == ["   so far"]


def everything(view: MessageView) -> list[list[Sequence[Span]]]:
    return [
        [tuple(view.row(index, width)) for index in range(view.height(width))] for width in WIDTHS
    ]


def settled(view: MessageView) -> MessageView:
    while view.pending:
        view.commit()
    view.commit()
    return view


@example([ReasoningDelta("a", 0.2), ReasoningDelta("b", 2.0)], [1, 1], [])
@example([ReasoningDelta("a", 2.0), ReasoningDelta("b")], [1, 1], [1])
@example([ReasoningDelta("a\r"), TextDelta("b"), ReasoningDelta("c")], [1, 1], [])
@given(markdown_streams | streams, st.lists(st.integers(min_value=1, max_value=5), max_size=12),
       st.lists(st.integers(min_value=0, max_value=5), max_size=8))  # fmt: skip
def test_a_message_looks_the_same_however_its_events_come(
    events: Sequence[StreamEvent], sizes: list[int], toggles: list[int]
) -> None:
    view = MessageView(blank())
    view.height(WIDTH)
    left = [Started("flow", "deep"), *events]
    for number, size in enumerate([*sizes, len(left)]):
        view.feed(left[:size])
        if number % 3:
            view.commit(7)
        everything(view)
        if number < len(toggles) and toggles[number] < len(view.blocks):
            view.toggle(toggles[number])
        left = left[size:]
    whole = fold([Started("flow", "deep"), *events], blank())
    assert view.message == whole
    assert everything(settled(view)) == everything(MessageView(whole, opened=dict(view.opened)))


@given(markdown_streams, st.sampled_from(WIDTHS))
def test_rows_above_the_first_changed_one_are_as_before(
    events: Sequence[StreamEvent], width: int
) -> None:
    view = MessageView(blank())
    before = [tuple(view.row(index, width)) for index in range(view.height(width))]
    for event in events:
        view.feed([event])
        pending = True
        while pending:
            changed = view.commit(9)
            pending = view.pending
            after = [tuple(view.row(index, width)) for index in range(view.height(width))]
            if changed is None:
                assert after == before
            else:
                assert after[:changed] == before[:changed]
                assert changed <= len(after)
            before = after


@given(markdown_streams, st.sampled_from(WIDTHS))
def test_the_character_at_a_rows_edge_leads_back_to_that_row(
    events: Sequence[StreamEvent], width: int
) -> None:
    view = MessageView(fold(events, blank()))
    for index in range(view.height(width)):
        spot = view.spot(index, width)
        assert view.block_top(spot.block, width) + spot.row == index
        offset = view.offset_at(index, 0, width)
        found = view.row_of(spot.block, offset, width)
        assert found >= index
        assert view.spot(found, width).block == spot.block
        # Only what is not shown itself has its place in the row below.
        assert view.offset_at(found, 0, width) == offset or found == index + 1


def test_a_providers_place_in_the_palette_is_always_the_same() -> None:
    assert [provider_number(name, 6) for name in ("flow", "openai", "demo")] == [0, 4, 0]


def test_a_name_that_cannot_be_encoded_has_a_place_too() -> None:
    assert 0 <= provider_number("\ud800", 6) < 6


def test_long_texts_that_are_over_at_once_are_brought_to_the_rows_piece_by_piece() -> None:
    long = "a *word* and another\n\n" * 2_000
    events: list[StreamEvent] = [
        TextDelta(long),
        ToolCall("c", "look", "{}"),
        TextDelta(long + "the end"),
        Finished("stop"),
    ]
    view = MessageView(blank())
    view.height(WIDTH)
    view.feed(events)
    commits = 0
    while view.pending:
        view.commit()
        if commits % 2:
            view.height(WIDTH)
        commits += 1
    assert commits > 2
    assert rows(view) == rows(MessageView(fold(events, blank())))
