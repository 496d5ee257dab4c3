"""The same keys in the real Vim: it is the witness of what the cases say."""

import shutil
from pathlib import Path

import pytest

from tests.vi.cases import CASES
from tests.vi.witness import seen_in_vim

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("vim") is None, reason="there is no vim"),
]


@pytest.mark.parametrize(("text", "at", "keys", "then", "cursor"), CASES)
def test_vim_does_what_the_cases_say(
    tmp_path: Path, text: str, at: int, keys: str, then: str, cursor: int
) -> None:
    assert seen_in_vim(text, at, keys, tmp_path) == (then, cursor)
