"""The lists of models that servers give, in the forms they have."""

from collections.abc import Mapping, Sequence
from typing import Final

from chat_tui.errors import ProtocolViolation, ProviderFailed
from chat_tui.providers.base import ModelInfo
from chat_tui.providers.json_fields import count_of

NOT_LISTED: Final = "is not among them"
"""How a check ends that found a list without the configured model."""
_MOST_NEAR: Final = 3


def decode_models(body: object) -> tuple[ModelInfo, ...]:
    """Read a list of models: `{data: [...]}`, a bare list, or Ollama's `{models: [...]}`.

    Raises:
        ProviderFailed: it is an error object.
        ProtocolViolation: it is none of these.
    """
    match body:
        case {"data": [*entries]} | {"models": [*entries]} | [*entries]:
            return tuple(model for entry in entries if (model := _model(entry)) is not None)
        case {"object": "list", "data": None} | {"models": None}:
            return ()  # Go has no empty list where nothing was ever put into it
        case {"error": error} if error:
            from chat_tui.net.error_text import error_message

            raise ProviderFailed(error_message(body))
        case _:
            raise ProtocolViolation(
                "the server's list of models cannot be understood",
                hint="base_url may lack its path, such as /v1",
            )


def check_models(models: Sequence[ModelInfo], model: str) -> str:
    """Say what a check of a server found.

    Args:
        models: What the server lists; many a server answers for models that it does not list.
        model: The configured one; empty for none.
    """
    count = "1 model" if len(models) == 1 else f"{len(models)} models"
    listed = not model or not models or any(one.id == model for one in models)
    return count if listed else f"{count}, {model!r} {NOT_LISTED}"


def near_models(models: Sequence[ModelInfo], model: str) -> str:
    """Name the models that are spelt nearly like one that the server does not know; or nothing."""
    import difflib

    known = [one.id for one in models]
    near = difflib.get_close_matches(model, known, n=_MOST_NEAR, cutoff=0.5)
    return f"it has {', '.join(map(repr, near))}" if near and model not in known else ""


def _model(entry: object) -> ModelInfo | None:
    match entry:
        case str() if entry:
            return ModelInfo(id=entry)
        case {"id": str() as model_id, **rest} if model_id:
            name = rest.get("name") or rest.get("display_name")
            label = name if isinstance(name, str) and name != model_id else ""
            return ModelInfo(id=model_id, label=label, context_tokens=_window(rest))
        case {"name": str() as model_id, **rest} if model_id:
            return ModelInfo(id=model_id, context_tokens=_window(rest))
        case _:
            return None


def _window(entry: Mapping[object, object]) -> int | None:
    return count_of(entry.get("context_length") or entry.get("context_window"))
