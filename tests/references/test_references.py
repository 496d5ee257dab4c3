"""The documents that are made from the code are those that the code makes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.references import configuration, events, manual

HOW = "run: python -m tests.references"


@pytest.mark.parametrize("make", [configuration.made, events.made, manual.made])
def test_a_document_is_what_the_code_says(make: Callable[[], tuple[Path, str]]) -> None:
    path, text = make()
    assert path.read_text("utf-8") == text, HOW


def test_every_key_of_the_configuration_has_its_words() -> None:
    _, text = configuration.made()
    without = [
        line for line in text.splitlines() if line.startswith("| `") and line.endswith("|  |")
    ]
    assert not without, "write a docstring below these"
