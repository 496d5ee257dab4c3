"""The Flowise prediction dialect, outgoing half: a turn as the body of a request.

Vendor page: https://docs.flowiseai.com/api-reference/prediction (read 2026-11-20). What servers
of 2.2.8 and 3.1.2 really do differs from it in places; the recordings in the tests show how.
"""

from collections.abc import Mapping

from chat_tui.message import Decision
from chat_tui.providers.attached import last_turn, pictures, said
from chat_tui.providers.base import Request
from chat_tui.providers.flowise.approval import encode_decision


def encode(
    request: Request,
    *,
    chat_id: str,
    streaming: bool,
    parameters: Mapping[str, object],
    override_config: Mapping[str, object],
) -> dict[str, object]:
    """Build the request body; the user's own settings win over what we would send.

    The server keys its streams by `chatId`: two runs with the same one mix their words (3.1.2). So
    each request has its own, and the conversation is kept in `sessionId`.

    Args:
        request: The turn to be answered; the server remembers the ones before it.
        chat_id: Never used before.
        streaming: Ask for a stream.
        parameters: Into the body as they are; a table `overrideConfig` among them is merged.
        override_config: What the user configured.

    Raises:
        Rejected: the turn decides something that no message before it asks for.
    """
    own = dict(parameters)
    override = {"sessionId": str(request.conversation), **override_config}
    match own.pop("overrideConfig", None):
        case dict() as more:
            override |= more
        case None:
            pass
        case other:
            own["overrideConfig"] = other
    turn = _turn(request)
    if "humanInput" in turn:
        own.pop("form", None)  # the flow has begun
    elif "form" in own:
        turn.pop("question", None)  # the server refuses both together
    return {
        **turn,
        "streaming": streaming,
        "chatId": chat_id,
        "overrideConfig": override,
        **own,
    }


def _turn(request: Request) -> dict[str, object]:
    turn = last_turn(request)
    if turn is None:
        return {"question": ""}
    for part in turn.parts:
        if isinstance(part, Decision):
            return encode_decision(part, request.messages[: request.messages.index(turn)])
    uploads = [
        {"type": "file", "name": one.name, "mime": one.media_type, "data": one.data_url}
        for one in pictures(turn, request.files)
    ]
    question: dict[str, object] = {"question": said(turn, request.files)}
    return {**question, "uploads": uploads} if uploads else question
