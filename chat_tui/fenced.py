"""A text in a code fence that holds, whatever is in it."""

import re
from typing import Final

_BACKTICKS: Final = re.compile(r"`{3,}")


def fenced(text: str) -> str:
    """Put a text into a code fence that is longer than any within."""
    longest = max((len(found) for found in _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text}\n{fence}"
