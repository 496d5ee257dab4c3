"""Code fences in Markdown: closing one that was left open."""

import re
from typing import Final

_FENCE: Final = re.compile(r"(?P<indent> {0,3})(?P<fence>`{3,}|~{3,})(?P<rest>[^\n]*)")


def closing_fence(text: str) -> str:
    """Return the line that closes the code fence in which a text ends; empty where none is open.

    Follows https://spec.commonmark.org/0.31.2/#fenced-code-blocks for fences that stand at most
    three spaces from the margin; others end with the list or quote that they stand in.
    """
    opened = indent = ""
    for line in text.split("\n"):
        found = _FENCE.fullmatch(line)
        if found is None:
            continue
        fence, rest = found["fence"], found["rest"]
        if not opened:
            if fence[0] == "~" or "`" not in rest:
                opened, indent = fence, found["indent"]
        elif fence[0] == opened[0] and len(fence) >= len(opened) and not rest.strip(" \t"):
            opened = ""
    return indent + opened if opened else ""
