import pytest

from chat_tui.conversation import Conversation
from chat_tui.events import Approval, Finished
from chat_tui.folding import fold
from chat_tui.message import Decision, TextPart, blank_reply, user_message
from chat_tui.session.refusals import AlreadyDecided
from chat_tui.session.session import Session

APPROVAL = Approval("a", "Send it?", "Proceed", "Stop")


def waiting() -> Session:
    turn = user_message("write", parent=None)
    blank = blank_reply(parent=turn.id, provider="p", model="m")
    reply = fold([APPROVAL, Finished("tool_calls")], blank)
    return Session(Conversation(messages=[turn, reply]), None)


def test_a_decision_is_a_turn_below_the_reply_that_waits() -> None:
    session = waiting()
    reply = session.conversation.path()[-1]
    turn = session.decide(reply.id, APPROVAL, approved=False, feedback="Be kinder.")
    assert turn.parent == reply.id
    assert turn.parts == (
        TextPart("Stop: Be kinder."),
        Decision("a", approved=False, feedback="Be kinder."),
    )
    assert session.conversation.path()[-1] is turn


def test_a_decision_is_made_once() -> None:
    session = waiting()
    reply = session.conversation.path()[-1]
    session.decide(reply.id, APPROVAL, approved=True)
    with pytest.raises(AlreadyDecided):
        session.decide(reply.id, APPROVAL, approved=True)
    assert len(session.conversation) == 3
