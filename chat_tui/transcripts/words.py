"""Words and numbers that every form of a transcript for people says alike."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from chat_tui.events import Finished, StreamError, Terminal, Usage
from chat_tui.message import Lineage, Message
from chat_tui.text import clean_line
from chat_tui.usage import dollars

_ENDINGS: Final = {
    "length": "the reply was cut off at the length limit",
    "filtered": "the reply was filtered",
    "incomplete": "the connection was lost: the reply is incomplete",
    "cancelled": "the reply was stopped",
}


def time_words(moment: datetime) -> str:
    """To the minute, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def state_words(state: str, elapsed_s: float | None) -> str:
    """How far a step is, in brackets."""
    return f"({state})" if elapsed_s is None else f"({state}, {elapsed_s:.1f} s)"


def who(message: Message) -> tuple[str, ...]:
    """Who speaks: the role, then the provider and the model as far as they are known; clean."""
    names = (clean_line(name) for name in (message.provider, message.model) if name)
    return ("You" if message.role == "user" else "Assistant", *names)


def ending_words(outcome: Terminal | None) -> str:
    """Why a reply ended before its end; empty where it did not, or ended in an error."""
    return _ENDINGS.get(outcome.reason, "") if isinstance(outcome, Finished) else ""


def error_words(error: StreamError) -> str:
    """What went wrong and what can be done, on one clean line."""
    advice = f" ({clean_line(error.hint)})" if error.hint else ""
    return f"Error ({error.kind}): {clean_line(error.message)}{advice}"


def lineage_words(part: Lineage) -> str:
    """What a turn was made from."""
    what = "the words" if part.picture is None else f"picture {part.picture}"
    return f"Made from {what} of {time_words(part.said)}"


def usage_words(usage: Usage | None) -> str:
    """What a reply took; empty where nothing is known."""
    return " · ".join(_usage(usage)) if usage is not None else ""


def _usage(usage: Usage) -> Iterator[str]:
    if usage.input_tokens is not None:
        yield f"{usage.input_tokens} tokens in"
    if usage.output_tokens is not None:
        yield f"{usage.output_tokens} tokens out"
    if usage.cost_usd is not None:
        yield dollars(usage.cost_usd)
