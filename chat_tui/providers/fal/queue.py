"""fal's queue: the ticket of a request, and what the queue says of it.

Vendor page: https://docs.fal.ai/model-apis/model-endpoints/queue (read 2026-11-20). A request
that failed is `COMPLETED` too, with an `error`. A stream of states has only the new lines of the
log in each, and an answer to a single inquiry all of them.
"""

from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import msgspec

from chat_tui.errors import ProtocolViolation, ProviderFailed
from chat_tui.events import ImageProgress
from chat_tui.net.auth import same_origin
from chat_tui.net.error_text import error_message, one_line
from chat_tui.providers.fal.pictures import seconds
from chat_tui.providers.json_fields import count_of

COMPLETED: Final = "COMPLETED"
KNOWN: Final = frozenset({"IN_QUEUE", "IN_PROGRESS", COMPLETED})
SHOWN_LINES: Final = 3
"""Of the log."""

NOT_QUEUE_HINT: Final = "is queue_url really that of fal's queue?"
_LINE_MAX: Final = 200


class Ticket(msgspec.Struct, frozen=True):
    """A request that the queue has taken."""

    request_id: str
    status_url: str
    response_url: str
    cancel_url: str
    """Empty where the queue names none."""
    queue_position: int | None = None


class JobState(msgspec.Struct, frozen=True):
    """What the queue said last."""

    status: str
    queue_position: int | None = None
    lines: tuple[str, ...] = ()
    """The end of the log."""
    line_count: int = 0
    """Of the whole log: a line that is said twice is something new."""
    error: str = ""
    """Why a completed request has no result."""
    took_s: float | None = None
    """How long a completed request was worked on."""

    @property
    def completed(self) -> bool:
        return self.status == COMPLETED


def decode_ticket(body: Any, *, queue_url: str) -> Ticket:
    """Read the reply to a request.

    Args:
        body: The reply, decoded.
        queue_url: The configured address; only its origin is asked later on.

    Raises:
        ProviderFailed: it is an error object.
        ProtocolViolation: it is something else, or sends us elsewhere.
    """
    match body:
        case {
            "request_id": str(request_id),
            "status_url": str(status_url),
            "response_url": str(response_url),
        }:
            cancel = body.get("cancel_url")
            cancel_url = cancel if isinstance(cancel, str) else ""
        case {"error": error} | {"detail": error} if error:
            raise ProviderFailed(error_message(body))
        case _:
            raise ProtocolViolation(
                "the queue's answer is not that of a fal queue", hint=NOT_QUEUE_HINT
            )
    for url in (status_url, response_url, cancel_url):
        if url:
            check_origin(url, queue_url)
    return Ticket(
        request_id, status_url, response_url, cancel_url, count_of(body.get("queue_position"))
    )


def check_origin(url: str, queue_url: str) -> None:
    """Refuse an address that is not at the configured queue.

    Raises:
        ProtocolViolation: it is elsewhere.
    """
    import httpx

    try:
        found: httpx.URL | None = httpx.URL(url)
    except httpx.InvalidURL:
        found = None
    whole = url.startswith(("http://", "https://"))
    if found is None or not whole or found.userinfo or not same_origin(found, queue_url):
        place = found.host if found is not None else "an address that cannot be read"
        raise ProtocolViolation(
            f"the queue names {place or 'no host'} for its job, which is not where queue_url is",
            hint="if that is the queue, put its address in queue_url",
        )


def stream_url(status_url: str) -> str:
    """Where the states of a job come as events."""
    parts = urlsplit(status_url)
    path = f"{parts.path.rstrip('/')}/stream"
    return urlunsplit(parts._replace(path=path, query=_with_logs(parts.query), fragment=""))


def poll_url(status_url: str) -> str:
    """Where one state of a job is, with the whole log."""
    parts = urlsplit(status_url)
    return urlunsplit(parts._replace(query=_with_logs(parts.query), fragment=""))


def decode_state(body: Any, earlier: JobState | None = None) -> JobState:
    """Read what the queue says of a job.

    Args:
        body: It, decoded.
        earlier: The state whose log this one goes on with; null where it has the whole log.

    Raises:
        ProviderFailed: it is an error object.
        ProtocolViolation: it is no state.
    """
    match body:
        case {"status": str(status)}:
            pass
        case {"error": error} | {"detail": error} if error:
            raise ProviderFailed(error_message(body))
        case _:
            raise ProtocolViolation(
                "the queue's answer is not the state of a job", hint=NOT_QUEUE_HINT
            )
    lines = _lines(body.get("logs"))
    count = len(lines)
    if earlier is not None:
        lines = [*earlier.lines, *lines]
        count += earlier.line_count
    return JobState(
        status,
        count_of(body.get("queue_position")),
        tuple(lines[-SHOWN_LINES:]),
        count,
        _failure(body) if status == COMPLETED else "",
        _took(body.get("metrics")),
    )


def progress_of(state: JobState, job: str) -> ImageProgress:
    """Tell a state as progress of a job."""
    if state.status == "IN_QUEUE":
        return ImageProgress(job, "queued", queue_position=state.queue_position)
    return ImageProgress(job, "running", note=" · ".join(state.lines))


def _failure(body: dict[str, Any]) -> str:
    error = body.get("error")
    name = body.get("error_type")
    if not error:
        return ""
    said = error_message({"error": error})
    return f"{said} ({name})" if isinstance(name, str) and name and name not in said else said


def _took(metrics: Any) -> float | None:
    return seconds(metrics.get("inference_time")) if isinstance(metrics, dict) else None


def _lines(logs: Any) -> list[str]:
    lines: list[str] = []
    for entry in logs if isinstance(logs, list) else []:
        match entry:
            case {"message": str(text)} | str(text) if text.strip():
                lines.append(one_line(text, _LINE_MAX))
    return lines


def _with_logs(query: str) -> str:
    return f"{query}&logs=1" if query else "logs=1"
