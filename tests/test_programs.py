import sys

import pytest

from chat_tui.programs import clean_environ, run_program


def test_only_what_the_desktop_needs_is_passed_on() -> None:
    environ = {"HOME": "/h", "LC_CTYPE": "C", "XDG_RUNTIME_DIR": "/r", "OPENAI_API_KEY": "sk-1"}
    environ |= {"https_proxy": "http://u:p@proxy.example", "PYTHONPATH": "/x", "TERM": "xterm"}
    assert clean_environ(environ) == {"HOME": "/h", "LC_CTYPE": "C", "XDG_RUNTIME_DIR": "/r"}


async def test_a_program_that_reads_nothing_is_no_failure() -> None:
    argv = (sys.executable, "-I", "-S", "-c", "")
    assert await run_program(argv, environ={}, limit_s=30, given=b"x" * 1_000_000) == ""


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("/no/such/program",), "cannot be run: no such file or directory"),
        (("a\0b",), "cannot be run: not a command"),
        ((sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"), "exit code 3"),
    ],
)
async def test_a_failure_has_a_reason(argv: tuple[str, ...], reason: str) -> None:
    assert await run_program(argv, environ={}, limit_s=30) == reason
