"""Every row of the table of faults is proved by tests that exist."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.faults import FAULTS, Row

ROOT = Path(__file__).parents[1]
ROWS = 80


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of tests in a file that pytest would collect."""
    if not (ROOT / path).is_file() or not Path(path).name.startswith("test_"):
        return frozenset()
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not any(getattr(mark, "attr", "") == "skip" for mark in node.decorator_list)
    )


def test_every_fault_has_its_row() -> None:
    assert [row.number for row in FAULTS] == list(range(1, ROWS + 1))


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: f"{row.number}")
def test_a_fault_is_proved_by_tests_that_exist(row: Row) -> None:
    assert row.fault
    assert bool(row.tests) != bool(row.does_not_apply)
    assert len(set(row.tests)) == len(row.tests)
    for test in row.tests:
        path, _, name = test.partition("::")
        assert name in names_in(path), f"row {row.number}: there is no {test}"


def test_a_name_that_nobody_has_is_noticed() -> None:
    assert "test_every_fault_has_its_row" in names_in("tests/test_faults.py")
    assert "test_of_nothing" not in names_in("tests/test_faults.py")
    assert names_in("tests/faults.py") == frozenset()
    assert names_in("tests/test_that_is_not_there.py") == frozenset()
