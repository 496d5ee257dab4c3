"""When a request is sent again without asking: only before any content, and not for long."""

import random
from collections.abc import Callable

import msgspec

from chat_tui.errors import ProviderError


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Full jitter over doubling ceilings; a server's Retry-After is followed when short."""

    tries: int = 3
    """Requests in all, the first one included."""
    first_ceiling_s: float = 1.0
    ceiling_s: float = 8.0
    patience_s: float = 60.0
    """A longer Retry-After is the user's decision."""
    jitter: Callable[[float, float], float] = random.uniform

    def delay_s(self, error: ProviderError, *, tried: int) -> float | None:
        """How long to wait before the next try.

        Args:
            error: Why the last one failed.
            tried: How many tries there were, from 1.

        Returns:
            Seconds, or null when there is to be no further try.
        """
        if not error.retryable or tried >= self.tries:
            return None
        if error.retry_after_s is not None:
            return error.retry_after_s if error.retry_after_s <= self.patience_s else None
        ceiling = min(self.ceiling_s, self.first_ceiling_s * 2 ** (tried - 1))
        return self.jitter(0.0, ceiling)
