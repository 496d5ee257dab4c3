"""Code fences that were left open, and fences that hold."""

import pytest

from chat_tui.fenced import fenced
from chat_tui.transcripts.fences import closing_fence


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("", ""),
        ("text", ""),
        ("```\na\n```", ""),
        ("```\na", "```"),
        ("```py\na\n~~~", "```"),
        ("````\n```", "````"),
        ("~~~ a`b\n", "~~~"),
        ("``` a`b\n", ""),
        ("  ```\na", "  ```"),
        ("    ```\na", ""),
        ("```\na\n```\n```", "```"),
        ("```\n``` not the end", "```"),
        ("```\n`````  ", ""),
    ],
)
def test_an_open_fence_is_closed_by_its_like(text: str, closing: str) -> None:
    assert closing_fence(text) == closing


def test_a_fence_is_longer_than_any_within() -> None:
    assert fenced("a\n````\nb") == "`````\na\n````\nb\n`````"
