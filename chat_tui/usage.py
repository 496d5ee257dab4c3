"""How much was used: tokens and cost of many replies together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from chat_tui.events import Usage
from chat_tui.message import Message


class Reckoned(NamedTuple):
    """What one reply used."""

    model: str
    usage: Usage
    """Nothing in it where its provider told nothing."""


@dataclass(frozen=True, slots=True)
class Total:
    """A sum."""

    replies: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    priced: int = 0
    """Replies of which the cost is known."""
    unpriced: int = 0
    """Replies that told tokens, and of which nobody knows the cost."""
    silent: int = 0
    """Replies that told no tokens."""

    def plus(self, usage: Usage) -> "Total":
        """The sum with one more reply."""
        silent = usage.input_tokens is None and usage.output_tokens is None
        priced = usage.cost_usd is not None
        return Total(
            self.replies + 1,
            self.input_tokens + (usage.input_tokens or 0),
            self.output_tokens + (usage.output_tokens or 0),
            self.cost_usd + (usage.cost_usd or 0.0),
            self.priced + priced,
            self.unpriced + (not priced and not silent),
            self.silent + silent,
        )


def reckoned(messages: Iterable[Message]) -> list[Reckoned]:
    """What is known of the replies among some messages; of those under way, if they told something."""
    return [
        Reckoned(message.model, message.usage or Usage())
        for message in messages
        if message.usage is not None
        or (message.role == "assistant" and message.status != "streaming")
    ]


def total(replies: Iterable[Reckoned]) -> Total:
    """Add them all up."""
    result = Total()
    for reply in replies:
        result = result.plus(reply.usage)
    return result


def by_model(replies: Iterable[Reckoned]) -> dict[str, Total]:
    """Add them up for each model, the dearest first, then the one with the most tokens."""
    sums: dict[str, Total] = {}
    for reply in replies:
        sums[reply.model] = sums.get(reply.model, Total()).plus(reply.usage)
    return dict(
        sorted(
            sums.items(),
            key=lambda one: (one[1].cost_usd, one[1].input_tokens + one[1].output_tokens),
            reverse=True,
        )
    )


def dollars(amount: float) -> str:
    """Write a cost; small ones keep two digits that count."""
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.4f}".rstrip("0").rstrip(".")
