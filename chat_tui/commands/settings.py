"""What a conversation is set to: changed in memory and, once it is stored, in the store."""

import contextlib
from collections.abc import Iterable, Mapping

from chat_tui.commands.context import CommandError
from chat_tui.errors import NotFound
from chat_tui.providers.parameters import Parameter
from chat_tui.session.session import Session
from chat_tui.store.store import Store


async def set_system_prompt(store: Store, session: Session, text: str) -> None:
    """Set what the provider is told first."""
    session.conversation.system_prompt = text
    if len(session.conversation):  # else it is stored with the first turn
        with contextlib.suppress(NotFound):
            await store.set_system_prompt(session.conversation.id, text)


async def set_parameters(store: Store, session: Session, parameters: Mapping[str, object]) -> None:
    """Set what goes into each request."""
    session.conversation.parameters = dict(parameters)
    if len(session.conversation):
        with contextlib.suppress(NotFound):
            await store.set_parameters(session.conversation.id, parameters)


def check_parameter(declared: Iterable[Parameter], key: str, value: object) -> None:
    """Refuse a value that the provider's kind is known not to take.

    Args:
        declared: What it is known to take.
        key: Of the parameter; one that nobody declared may be anything.
        value: Null takes the parameter away, and is always right.

    Raises:
        CommandError: it is of another type, or out of range.
    """
    for parameter in declared:
        if parameter.name == key and value is not None and not parameter.takes(value):
            raise CommandError(f"{key}: expected {parameter.expected}", hint=parameter.help)


async def set_parameter(store: Store, session: Session, key: str, value: object) -> None:
    """Set one of them; null takes it away."""
    parameters = dict(session.conversation.parameters)
    parameters.pop(key, None)
    if value is not None:
        parameters[key] = value
    await set_parameters(store, session, parameters)
