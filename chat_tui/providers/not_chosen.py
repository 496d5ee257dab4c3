"""A request for nobody, or for nobody who is there: where a model is chosen, and which there are."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from chat_tui.errors import ProviderError, WrongId
from chat_tui.providers.base import ModelInfo
from chat_tui.text import clean_line

LIST_S: Final = 3.0
"""How long an error waits for the names that would be right."""
MOST_NAMED: Final = 4

_ID_CHARS: Final = 60
_NAME_CHARS: Final = 30


Models: TypeAlias = Callable[[], Awaitable[Sequence[ModelInfo]]]


async def not_chosen(
    what: str, *, key: str, provider: str, models: Models | None = None, example: str = ""
) -> WrongId:
    """Make the error of a request without a model.

    Args:
        what: What a model is there, such as "flow".
        key: As for `whom_to_choose`.
        provider: As for `whom_to_choose`.
        models: As for `whom_to_choose`.
        example: As for `whom_to_choose`.
    """
    hint = await whom_to_choose(key=key, provider=provider, models=models, example=example)
    return WrongId(f"no {what} is chosen", hint=hint)


async def whom_to_choose(
    *, key: str, provider: str, models: Models | None = None, example: str = ""
) -> str:
    """Say where a model is chosen, and which there are.

    Args:
        key: The user's key for it.
        provider: The user's name for the provider.
        models: Asks the server who there is; what goes wrong on the way is not told. Null where
            no server can say it.
        example: Named where the server lists nobody.
    """
    listed: Sequence[ModelInfo] = ()
    try:
        async with asyncio.timeout(LIST_S):
            listed = await models() if models is not None else ()
    except (ProviderError, TimeoutError):
        pass  # that there is no list is not what went wrong
    named = _named(listed)
    there = f": {named}" if named else ""
    such = f", such as {example}" if example and not named else ""
    return f"set {key} in providers.{provider}{such}, or choose one with F2 or -m{there}"


def _named(models: Sequence[ModelInfo]) -> str:
    """Say the first few in one line, each with its name where it has one."""
    words: list[str] = []
    for model in models[:MOST_NAMED]:
        label = clean_line(model.name or model.label, _NAME_CHARS)
        words.append(f"{clean_line(model.id, _ID_CHARS)}{f' ({label})' if label else ''}")
    more = len(models) - len(words)
    return ", ".join(words) + (f" and {more} more" if more else "")
