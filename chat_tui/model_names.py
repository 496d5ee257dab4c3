"""What people call the models whose ids say nothing to a reader, such as the flows of a server.

The id is what is kept and sent; the name is only shown. A provider's list of models tells names,
and they are known from then on, wherever a model is shown.
"""

from collections.abc import Mapping
from typing import Final

from chat_tui.text import clean_line

NAME_CHARS: Final = 60

_names: Final[dict[str, str]] = {}
"""By provider and model with a space between."""


def recall(kept: Mapping[str, str]) -> None:
    """Know these names and no others.

    Args:
        kept: By `name_key`.
    """
    _names.clear()
    _names.update((key, clean_line(name, NAME_CHARS)) for key, name in kept.items())


def learn(provider: str, names: Mapping[str, str]) -> bool:
    """Take in what a provider's list says.

    Args:
        provider: The user's name for it.
        names: By the ids of its models.

    Returns:
        Whether something is shown otherwise now.
    """
    before = dict(_names)
    for model, name in names.items():
        if shown := clean_line(name, NAME_CHARS):
            _names[name_key(provider, model)] = shown
    return _names != before


def name_of(provider: str, model: str) -> str:
    """Say what a model is called, or several with commas between; empty where nobody said it."""
    if not _names:
        return ""
    ids = [model, *model.split(",")] if "," in model else [model]
    whole, *parts = [_names.get(name_key(provider, one.strip()), "") for one in ids]
    return whole or (", ".join(parts) if parts and all(parts) else "")


def shown_model(provider: str, model: str) -> str:
    """Say how a reader sees a model: by its name where it has one, else by its id."""
    return name_of(provider, model) or model


def model_named(provider: str, word: str) -> str:
    """Say which model a word means: the only one that is called so, or else the id that it is."""
    wanted, begin = word.casefold(), name_key(provider, "")
    found = [
        key[len(begin) :]
        for key, name in _names.items()
        if name.casefold() == wanted and key.startswith(begin)
    ]
    return found[0] if len(found) == 1 else word


def name_key(provider: str, model: str) -> str:
    """Under which word a name is kept over a restart."""
    return f"{provider} {model}"
