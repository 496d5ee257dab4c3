import sys
from pathlib import Path

import pytest

from benchmarks.installation import environment
from benchmarks.terminal import ProgramFailed, Search, Terminal, when

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")


@pytest.mark.parametrize(
    "pieces",
    [
        [b"a QZLAST b"],
        [b"a QZ", b"LAST b"],
        [b"a QZ\x1b[1;31mLAST"],
        [b"a QZ\x1b[1;3", b"1mLAST"],
        [b"a Q\x1b]8;;http", b"://x.example\x1b", b"\\ZLAST"],
    ],
)
def test_a_text_is_found_however_it_was_written(pieces: list[bytes]) -> None:
    output = [(float(at), piece) for at, piece in enumerate(pieces)]
    assert when(output, "QZLAST") == len(pieces) - 1


def test_a_text_that_is_not_there_is_not_found() -> None:
    output = [(0.0, b"QZLAS")]
    search = Search(output, "QZLAST")
    assert not search.step()
    output.append((1.0, b"T"))
    assert search.step()
    assert search.found_s == 1.0


def terminal(program: str, folder: Path) -> Terminal:
    return Terminal([sys.executable, "-c", program], environment(folder))


def test_queries_are_answered(tmp_path: Path) -> None:
    program = (
        "import sys, tty; tty.setraw(0); "
        "sys.stdout.write('\\x1b[?2026$p\\x1b[c'); sys.stdout.flush(); "
        "print(repr(sys.stdin.read(20)), flush=True); sys.stdin.read(1)"
    )
    with terminal(program, tmp_path) as running:
        running.wait_for(repr("\x1b[?2026;2$y\x1b[?62;22c"[:20]))


def test_processor_time_is_that_of_the_program(tmp_path: Path) -> None:
    program = (
        "import time\nwhile time.process_time() < 0.3: pass\nprint('done', flush=True); input()"
    )
    with terminal(program, tmp_path) as running:
        running.wait_for("done")
        assert 0.3 <= running.cpu_s() < 1.0
        assert running.pss_mib() > 1


def test_a_program_that_ends_early_is_a_failure(tmp_path: Path) -> None:
    with (
        terminal("print('that was all')", tmp_path) as running,
        pytest.raises(ProgramFailed, match="that was all"),
    ):
        running.wait_for("more")


def test_several_texts_are_found_each_in_its_time() -> None:
    output = [
        (0.5, b"QZLAST1."),
        (1.0, b"QZL"),
        (2.0, b"AST2. \x1b[1mQZLAST1."),
        (3.0, b"QZLAST3."),
    ]
    search = Search(output, "QZLAST1.", "QZLAST2.", "QZLAST3.", since=1)
    assert search.step()
    assert search.found == {"QZLAST1.": 2.0, "QZLAST2.": 2.0, "QZLAST3.": 3.0}
    assert search.found_s == 3.0


def test_output_is_looked_up_by_its_time(tmp_path: Path) -> None:
    with terminal("print('one', flush=True); input(); print('two'); input()", tmp_path) as running:
        one_s = running.wait_for("one")
        sent_s = running.send("\r")
        two_s = running.wait_for("two", since=running.index_at(sent_s))
        assert one_s < sent_s <= two_s
        assert running.index_at(0.0) == 0
        assert running.index_at(two_s + 1) == len(running.output)
