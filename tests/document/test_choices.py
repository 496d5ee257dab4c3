from msgspec.structs import replace

from chat_tui.document.choices import ChoicesBlock, choice_words, choices_of
from chat_tui.events import Approval, Finished, FollowUps, StreamEvent
from chat_tui.folding import fold
from chat_tui.message import Message, blank_reply, user_message
from tests.document.test_blocks import rows

APPROVAL = Approval("a", "Send it?", "Yes", "No")
PROPOSALS = FollowUps(("How heavy is it?", "Who made it?"))


def block(choices: Approval | FollowUps, answer: Message | None = None) -> ChoicesBlock:
    return ChoicesBlock(choices, answer=answer, ended=True, gap=1)


def reply(*events: StreamEvent) -> Message:
    return fold(events, blank_reply(parent=None, provider="p", model="m"))


def test_each_cell_of_a_button_is_that_button_and_the_others_are_none() -> None:
    shown = block(APPROVAL)
    assert rows(shown, 40) == ["", "› Send it?", "  [ Yes ]   [ No ]"]
    found = [shown.choice_at(2, column, 40) for column in range(20)]
    assert found == [None, None, *[0] * 7, None, None, None, *[1] * 6, None, None]
    assert [shown.choice_at(row, 3, 40) for row in (0, 1)] == [None, None]


def test_a_button_that_is_wrapped_is_found_in_both_rows() -> None:
    shown = block(replace(APPROVAL, approve="Yes please"))
    assert rows(shown, 9)[3:] == ["  [ Yes", "  please", "  ]   [", "  No ]"]
    width = 9
    buttons = [shown.choice_at(row, 2, width) for row in range(3, shown.height(width))]
    assert buttons == [0, 0, 0, 1]


def test_each_row_of_a_proposal_is_that_proposal() -> None:
    shown = block(PROPOSALS)
    assert rows(shown, 12) == ["", "1 How heavy", "  is it?", "2 Who made", "  it?"]
    assert [shown.choice_at(row, 0, 12) for row in range(5)] == [None, 0, 0, 1, 1]


def test_nothing_waits_once_it_was_answered() -> None:
    assert block(APPROVAL).waiting
    assert not block(APPROVAL, user_message("x", parent=None)).waiting
    assert not ChoicesBlock(APPROVAL, answer=None, ended=False, gap=0).waiting


def test_what_was_found_in_a_button_stays_found_when_it_was_decided() -> None:
    answer = user_message("x", parent=None)
    assert block(APPROVAL).text.index("No") == block(APPROVAL, answer).text.index("No")


def test_a_question_without_words_says_what_it_is() -> None:
    assert rows(block(replace(APPROVAL, prompt=" ")), 60)[1].endswith("waits for you to decide.")


def test_words_of_choices_are_clean_lines() -> None:
    assert choice_words(Approval("a", "", "a\x1b\nb", " ")) == ("a␛ b", "…")
    assert choice_words(FollowUps(("a\nb",))) == ("a b",)


def test_only_a_reply_that_has_ended_offers_something() -> None:
    assert choices_of(reply(PROPOSALS)) is None
    assert choices_of(reply(PROPOSALS, Finished("stop"))) == PROPOSALS
    assert choices_of(reply(FollowUps(()), Finished("stop"))) is None
    assert choices_of(user_message("hi", parent=None)) is None


def test_a_decision_comes_before_proposals() -> None:
    assert choices_of(reply(APPROVAL, PROPOSALS, Finished("tool_calls"))) == APPROVAL


def test_a_question_that_ends_the_answer_does_not_stand_twice() -> None:
    said = "All is ready.\n\nSend it?\n"
    shown = ChoicesBlock(APPROVAL, answer=None, ended=True, gap=1, said=said)
    assert rows(shown, 40) == ["", "  [ Yes ]   [ No ]"]
    assert [shown.choice_at(1, column, 40) for column in (3, 13)] == [0, 1]
    other = ChoicesBlock(APPROVAL, answer=None, ended=True, gap=1, said="Hello.")
    assert rows(other, 40)[1] == "› Send it?"
