"""A get3w prediction as its server tells it: bare or in an envelope, done, failed or refused.

Vendor pages: https://get3w.com/docs/core-concepts/what-are-predictions and
https://get3w.com/docs/api-reference/error-codes (read 2026-11-20); fields that these leave out are
those of the same dialect at https://wavespeed.ai/docs/shared/api-result.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

import msgspec

from chat_tui.errors import ProviderError, ProviderFailed
from chat_tui.net.error_text import error_message, one_line
from chat_tui.net.json import encode_json
from chat_tui.net.translate import status_error
from chat_tui.providers.json_fields import text_of

Status: TypeAlias = Literal["created", "processing", "completed", "failed"]

MAX_OUTPUTS: Final = 100

_FAILED: Final = frozenset({"failed", "cancelled", "canceled", "timeout", "deleted"})
_FINE: Final = frozenset({0, *range(200, 300)})
"""Codes of an envelope that is no refusal."""


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """One state of a task; equal to the one before where nothing moved."""

    status: Status
    id: str = ""
    model: str = ""
    progress: float | None = None
    """As the server said it: 0..1 or 0..100."""
    outputs: tuple[object, ...] = ()
    flagged: tuple[object, ...] = ()
    """Of each output, whether it is unsafe."""
    seed: int | None = None
    poll_url: str = ""
    inference_ms: float | None = None
    expected_s: float | None = None
    error: str = ""
    """Why it failed, with the server's own code."""


def read_prediction(body: object, *, host: str) -> Prediction | None:
    """Take a decoded body or event apart.

    Args:
        body: A prediction, or an envelope around one.
        host: Who sent it, for messages.

    Returns:
        None when it is neither.

    Raises:
        ProviderError: it is a refusal, such as `{code, message, data: null}`, at whatever status.
    """
    if not isinstance(body, dict):
        return None
    inner = body.get("data")
    fields: dict[str, Any] = inner if isinstance(inner, dict) else body
    status = text_of(fields.get("status"))
    # A task that failed has a code, too, which is about the task and not about the request.
    if fields is not body or not status:
        _check(body, fields, host)
    outputs = _outputs(fields)
    task = text_of(fields.get("id"))
    if not (status or outputs or task):
        return None
    known = _status(status, outputs)
    return Prediction(
        status=known,
        id=task,
        model=text_of(fields.get("model")),
        progress=_number(fields.get("progress")),
        outputs=outputs,
        flagged=_flags(fields.get("has_nsfw_contents")),
        seed=_seed(fields.get("input")),
        poll_url=_inner(fields.get("urls"), "get"),
        inference_ms=_inference(fields.get("timings")),
        expected_s=_number(fields.get("estimated_duration")),
        error=_failure(fields, status) if known == "failed" else "",
    )


def refusal(body: object, *, host: str) -> ProviderError:
    """Make the error of a body that is known to be one."""
    code = _code(body.get("code")) if isinstance(body, dict) else None
    said = error_message(body)
    if code is not None and 400 <= code <= 599:
        # The same kinds and hints as for the status that should have come.
        return status_error(code, {}, encode_json({"message": said}), host=host)
    return ProviderFailed(f"{said} (code {code})" if code not in {None, *_FINE} else said)


def _check(body: dict[str, Any], fields: dict[str, Any], host: str) -> None:
    code, error = _code(body.get("code")), fields.get("error")
    if code is not None and code not in _FINE:
        raise refusal({"code": code, "message": error} if error else body, host=host)
    if error and not fields.get("status"):
        raise refusal(fields, host=host)


def _status(word: str, outputs: tuple[object, ...]) -> Status:
    match word.lower():
        case "":
            return "completed" if outputs else "created"
        case "created" | "completed" as known:
            return known
        case other:
            return "failed" if other in _FAILED else "processing"


def _failure(fields: Mapping[str, Any], status: str) -> str:
    error = fields.get("error")
    said = one_line(error) if isinstance(error, str) else ""
    said = said or (error_message(error) if error else f"the task ended as {status.lower()}")
    code = _code(fields.get("code"))
    return said if code is None or code in _FINE else f"{said} (code {code})"


def _outputs(fields: Mapping[str, Any]) -> tuple[object, ...]:
    found = fields.get("outputs") or fields.get("output")
    if isinstance(found, list):
        return tuple(found[:MAX_OUTPUTS])
    return (found,) if isinstance(found, str | dict) and found else ()


def _flags(found: object) -> tuple[object, ...]:
    return tuple(found[:MAX_OUTPUTS]) if isinstance(found, list) else ()


def _seed(given: object) -> int | None:
    seed = given.get("seed") if isinstance(given, dict) else None
    # -1 asks the server to choose one, which it does not tell.
    return seed if isinstance(seed, int) and not isinstance(seed, bool) and seed >= 0 else None


def _inference(timings: object) -> float | None:
    return _number(timings.get("inference")) if isinstance(timings, dict) else None


def _inner(found: object, key: str) -> str:
    return text_of(found.get(key)) if isinstance(found, dict) else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e12 else None


def _code(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
