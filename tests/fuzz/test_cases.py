"""What fuzzing found once is tried each time, and each target sees what it is meant to see."""

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CASES = sorted(path for path in (Path(__file__).parent / "cases").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_stays_right(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


def test_there_is_a_case_of_each_target() -> None:
    assert {path.parent.name for path in CASES} == set(TARGETS)
