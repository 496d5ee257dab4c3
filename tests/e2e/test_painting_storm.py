"""Whatever was done, the terminal shows what Textual's compositor would paint there."""

import sys
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.storm import Storm, Unblinking, log_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

ACTS = 72
BETWEEN_RESTS = 9
SHAKES = 4


def started(home: Path, columns: int, rows: int) -> Unblinking:
    """The program in a terminal, which does not paint once more by way of precaution."""
    program = Program(home)
    command = [sys.executable, "-m", "tests.e2e.storm_program", *program.command("--demo")[3:]]
    terminal = Unblinking(command, env=program.env, cwd=program.folder, columns=columns, rows=rows)
    terminal.wait_for("❯")
    return terminal


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "columns", "rows"), [(1, 80, 24), (2, 120, 40), (3, 40, 12)], ids=str
)
def test_a_storm_leaves_nothing_on_the_terminal_that_does_not_belong_there(
    tmp_path: Path, seed: int, columns: int, rows: int
) -> None:
    with started(tmp_path, columns, rows) as terminal:
        storm = Storm(terminal, seed)
        storm.blow(ACTS, between_rests=BETWEEN_RESTS)
        assert not storm.differences, "\n".join(map(str, storm.differences))
        assert storm.rests >= ACTS // BETWEEN_RESTS // 2
        assert not terminal.cleared
        assert "Traceback" not in log_of(tmp_path)


def test_another_size_for_a_moment_leaves_nothing_cut_off(tmp_path: Path) -> None:
    with started(tmp_path, 80, 24) as terminal:
        storm = Storm(terminal, seed=4)
        storm.look()
        for _ in range(SHAKES):
            storm.shake()
            storm.look()
        assert not storm.differences, "\n".join(map(str, storm.differences))
        assert storm.rests == SHAKES + 1
