"""Who answers on the command line: as asked for, as in the conversation, or as usual."""

from chat_tui.config.state import State
from chat_tui.conversation import Conversation
from chat_tui.message import Message
from chat_tui.model_names import model_named, recall
from chat_tui.roster.roster import Roster


async def choose_answerer(
    conversation: Conversation, roster: Roster, state: State, *, provider: str | None, model: str
) -> tuple[str, str]:
    """Choose a provider and a model.

    Args:
        conversation: What is gone on with.
        roster: The providers there are.
        state: The last choices.
        provider: The one asked for; null where none was.
        model: The one asked for; empty where none was.

    Returns:
        The names of both; an empty model is the provider's own.
    """
    recall(state.names)
    said = _last_reply(conversation)
    name = provider
    if name is None and said is not None and said.provider in roster.names():
        name = said.provider
    if name is None:
        name = await roster.default(state.provider)
    if not model and said is not None and said.provider == name:
        model = said.model
    model = model_named(name, model)
    return name, model or roster.provider(name).model or state.models.get(name, "")


def _last_reply(conversation: Conversation) -> Message | None:
    replies = [message for message in conversation.path() if message.role == "assistant"]
    return replies[-1] if replies else None
