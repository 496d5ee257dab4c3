"""Asking a server once, with a provider that need not be configured yet."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import NamedTuple

from chat_tui.errors import AuthFailed, ProviderError, ProviderFailed
from chat_tui.providers.base import ModelInfo, Provider


class Trial(NamedTuple):
    """What came of asking a server."""

    found: str
    """In a few words."""
    models: tuple[ModelInfo, ...]
    """Empty where it lists none."""


async def tried(provider: Provider, timeout_s: float, *, pasted: bool) -> Trial:
    """Check a provider and ask for its models, then close it.

    Args:
        provider: Made for this alone.
        timeout_s: For the check, and for the list of models.
        pasted: Its key was just pasted.

    Raises:
        ProviderError: the server will not have it, or nobody can say.
    """
    try:
        async with asyncio.timeout(timeout_s):
            found = await provider.check()
        models: Sequence[ModelInfo] = ()
        with contextlib.suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(timeout_s):
                models = await provider.models()
    except TimeoutError as error:
        raise ProviderFailed(f"no answer in {timeout_s:g} s") from error
    except AuthFailed as error:
        if pasted:
            error.hint = "look whether all of the key was pasted"
        raise
    finally:
        await provider.aclose()
    return Trial(found, tuple(models))
