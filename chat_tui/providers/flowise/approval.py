"""A flow that waits for a human: the question it asks, and the answer that lets it go on.

Agentflow V2 asks at a Human Input node, and takes a `humanInput` with that node's id. Sequential
agents (V1) ask before a tool, and take the whole `action` back; they know the decision by
`question`, which is the word on the button.
"""

from typing import Any, Final

from chat_tui.errors import ProtocolViolation, Rejected
from chat_tui.events import Approval
from chat_tui.message import Decision, Message
from chat_tui.net.json import decode_json, encode_json
from chat_tui.providers.flowise.fields import dictionary
from chat_tui.providers.json_fields import text_of
from chat_tui.text import clean

_V2: Final = 2
_V1: Final = 1


def decode_action(action: object, *, prompt: str) -> Approval | None:
    """Read an `action`; null when it is none, or cannot be answered.

    Args:
        action: From the event of that name, or from an answer's field.
        prompt: What the flow said last, which asks for the decision.
    """
    if not isinstance(action, dict):
        return None
    mapping = action.get("mapping")
    asked = dictionary(action.get("data"))
    resume = _resume(action, asked.get("nodeId"))
    if resume is None:
        return None
    return Approval(
        id=text_of(action.get("id")) or text_of(asked.get("nodeId")) or "approval",
        prompt=prompt or text_of(asked.get("nodeLabel")),
        approve=_word(mapping, action.get("elements"), "approve") or "Approve",
        reject=_word(mapping, action.get("elements"), "reject") or "Reject",
        feedback=dictionary(asked.get("input")).get("humanInputEnableFeedback") is True,
        resume=encode_json(resume).decode(),
    )


def encode_decision(decision: Decision, before: tuple[Message, ...]) -> dict[str, object]:
    """Build the part of a request's body that answers an approval.

    Args:
        decision: What the user decided.
        before: The messages before it, root first; the nearest one that asked is meant.

    Raises:
        Rejected: none of them asks for it, or not in words of this dialect.
    """
    approval = _asked(decision.approval, before)
    try:
        resume = decode_json(approval.resume) if approval is not None else None
    except ProtocolViolation:
        resume = None
    match resume:
        case {"version": 2, "nodeId": str(node)}:
            human: dict[str, object] = {
                "type": "proceed" if decision.approved else "reject",
                "startNodeId": node,
            }
            if decision.feedback:
                human["feedback"] = clean(decision.feedback)
            return {"humanInput": human}
        case {"version": 1, **action} if approval is not None:
            word = approval.approve if decision.approved else approval.reject
            return {"question": word, "action": action}
        case _:
            raise Rejected(
                "the flow that asked for this decision is not known any more",
                hint="ask again from the start",
            )


def _resume(action: dict[str, Any], node: object) -> dict[str, object] | None:
    match action:
        case _ if isinstance(node, str) and node:
            return {"version": _V2, "nodeId": node}
        case {"mapping": {} as mapping, "elements": [*elements]}:
            action_id = action.get("id")
            return {"version": _V1, "id": action_id, "mapping": mapping, "elements": elements}
        case _:
            return None


def _word(mapping: object, elements: object, choice: str) -> str:
    match mapping:
        case {} if word := text_of(mapping.get(choice)):
            return word
    for element in elements if isinstance(elements, list) else ():
        match element:
            case {"type": str(kind), "label": str(label)} if choice in kind:
                return label
    return ""


def _asked(approval: str, before: tuple[Message, ...]) -> Approval | None:
    for message in reversed(before):
        for part in message.parts:
            if isinstance(part, Approval) and part.id == approval:
                return part
    return None
