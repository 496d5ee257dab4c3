"""A turn as the body of a request to Flowise."""

from typing import Any

import pytest

from chat_tui.errors import Rejected
from chat_tui.events import Approval, Finished
from chat_tui.folding import fold
from chat_tui.message import Decision, Message, blank_reply, decision_message, user_message
from chat_tui.providers.flowise.approval import decode_action
from chat_tui.providers.flowise.dialect import encode
from tests.providers.asking import request

V2_ACTION: dict[str, Any] = {
    "id": "a1",
    "mapping": {"approve": "Go", "reject": "Stop"},
    "elements": [
        {"type": "agentflowv2-approve-button", "label": "Go"},
        {"type": "agentflowv2-reject-button", "label": "Stop"},
    ],
    "data": {"nodeId": "human_0", "nodeLabel": "Ask", "input": {"humanInputEnableFeedback": True}},
}
V1_ACTION: dict[str, Any] = {
    "id": "a2",
    "mapping": {"approve": "Yes", "reject": "No", "toolCalls": [{"name": "mail", "id": "c1"}]},
    "elements": [
        {"type": "approve-button", "label": "Yes"},
        {"type": "reject-button", "label": "No"},
    ],
}


def body(*messages: Message, **fields: Any) -> dict[str, object]:
    given: dict[str, Any] = {"streaming": True, "parameters": {}, "override_config": {}, **fields}
    return encode(request(*messages), chat_id="run", **given)


def approval_of(action: dict[str, Any]) -> Approval:
    approval = decode_action(action, prompt="Send it?")
    assert approval is not None
    return approval


def decided(approval: Approval, *, approved: bool, feedback: str = "") -> tuple[Message, ...]:
    turn = user_message("do it", parent=None)
    blank = blank_reply(parent=turn.id, provider="p", model="m")
    reply = fold([approval, Finished("tool_calls")], blank)
    decision = decision_message(approval, approved=approved, feedback=feedback, parent=reply.id)
    return turn, reply, decision


def test_only_the_last_turn_is_sent_and_the_conversation_is_the_session() -> None:
    turns = (user_message("one", parent=None), user_message("a\x1bb", parent=None))
    assert body(*turns) == {
        "question": "a␛b",
        "streaming": True,
        "chatId": "run",
        "overrideConfig": {"sessionId": "c"},
    }


def test_what_the_user_configured_is_merged_and_wins() -> None:
    sent = body(
        override_config={"temperature": 1, "vars": {"a": 1}},
        parameters={"overrideConfig": {"temperature": 2, "sessionId": "mine"}, "leadEmail": "x@y"},
    )
    assert sent["overrideConfig"] == {"sessionId": "mine", "temperature": 2, "vars": {"a": 1}}
    assert sent["leadEmail"] == "x@y"


def test_parameters_go_into_the_body_as_they_are() -> None:
    sent = body(parameters={"streaming": False, "chatId": "c1", "overrideConfig": "odd"})
    assert (sent["streaming"], sent["chatId"], sent["overrideConfig"]) == (False, "c1", "odd")


@pytest.mark.parametrize(("approved", "word"), [(True, "proceed"), (False, "reject")])
def test_a_decision_is_sent_to_the_node_that_asked(approved: bool, word: str) -> None:
    sent = body(*decided(approval_of(V2_ACTION), approved=approved, feedback="a\x1b"))
    assert sent["humanInput"] == {"type": word, "startNodeId": "human_0", "feedback": "a␛"}
    assert "question" not in sent
    assert sent["overrideConfig"] == {"sessionId": "c"}


def test_a_decision_without_words_sends_none() -> None:
    sent = body(*decided(approval_of(V2_ACTION), approved=True))
    assert sent["humanInput"] == {"type": "proceed", "startNodeId": "human_0"}


@pytest.mark.parametrize(("approved", "word"), [(True, "Yes"), (False, "No")])
def test_a_sequential_agent_gets_its_action_back_with_the_word_on_the_button(
    approved: bool, word: str
) -> None:
    sent = body(*decided(approval_of(V1_ACTION), approved=approved))
    assert (sent["question"], sent["action"]) == (word, V1_ACTION)
    assert "humanInput" not in sent


def test_the_nearest_of_several_approvals_is_meant() -> None:
    first, second = approval_of(V2_ACTION), approval_of({**V2_ACTION, "data": {"nodeId": "later"}})
    _, earlier, _ = decided(first, approved=True)
    sent = body(earlier, *decided(second, approved=True))
    assert sent["humanInput"] == {"type": "proceed", "startNodeId": "later"}


@pytest.mark.parametrize("resume", ["", "{", "[]", '{"version":3}'])
def test_a_decision_that_nobody_asked_for_is_refused(resume: str) -> None:
    approval = Approval("a", "", resume=resume)
    with pytest.raises(Rejected, match="not known any more"):
        body(*decided(approval, approved=True))
    turn = decision_message(approval, approved=True, parent=None)
    assert any(isinstance(part, Decision) for part in turn.parts)
    with pytest.raises(Rejected, match="not known any more"):
        body(user_message("hi", parent=None), turn)


def test_an_approval_has_the_words_and_the_wishes_of_its_flow() -> None:
    assert approval_of(V2_ACTION) == Approval(
        "a1", "Send it?", "Go", "Stop", feedback=True, resume='{"version":2,"nodeId":"human_0"}'
    )
    bare = {"data": {"nodeId": "n", "nodeLabel": "Human"}, "elements": V2_ACTION["elements"]}
    assert decode_action(bare, prompt="") == Approval(
        "n", "Human", "Go", "Stop", resume='{"version":2,"nodeId":"n"}'
    )


def test_an_approval_without_words_has_ours() -> None:
    odd = {"data": {"nodeId": "n"}, "elements": [3, {"type": "text", "label": "x"}]}
    approval = approval_of(odd)
    assert (approval.approve, approval.reject, approval.feedback) == ("Approve", "Reject", False)


@pytest.mark.parametrize("action", [None, [], "x", {}, {"data": {"nodeId": 3}}, {"mapping": {}}])
def test_an_action_that_cannot_be_answered_is_none(action: object) -> None:
    assert decode_action(action, prompt="") is None


def test_a_conversation_without_a_turn_asks_nothing() -> None:
    reply = blank_reply(parent=None, provider="p", model="m")
    assert body(reply)["question"] == ""


def test_a_form_goes_without_the_question_that_the_server_would_refuse_beside_it() -> None:
    form = {"form": {"city": "Brest"}}
    sent = body(user_message("hi", parent=None), parameters=form)
    assert (sent["form"], "question" in sent) == ({"city": "Brest"}, False)
    sent = body(user_message("hi", parent=None), parameters={**form, "question": "mine"})
    assert sent["question"] == "mine"


def test_a_flow_that_goes_on_is_not_begun_anew_with_a_form() -> None:
    turns = decided(approval_of(V2_ACTION), approved=True)
    sent = body(*turns, parameters={"form": {"city": "Brest"}})
    assert ("humanInput" in sent, "form" in sent) == (True, False)
