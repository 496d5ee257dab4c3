"""How runs of the command end that never get to a reply."""

import subprocess
import sys

import pytest

from chat_tui import __version__
from chat_tui.cli.main import main
from tests.cli.conftest import CHECKOUT, User


@pytest.mark.parametrize(
    "module", ["textual", "httpx", "sqlite3", "keyring", "h11", "platformdirs", "rich"]
)
def test_the_command_starts_without(module: str, modules_after_start: frozenset[str]) -> None:
    assert module not in modules_after_start


@pytest.fixture(scope="module")
def modules_after_start() -> frozenset[str]:
    script = "import sys, chat_tui.cli.main; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    return frozenset(ran.stdout.split())


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"chat-tui {__version__}\n"


def test_the_help_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == [
        "ask",
        "completion",
        "delete",
        "doctor",
        "export",
        "import",
        "keys",
        "list",
        "providers",
        "prune",
        "repro",
        "schema",
        "search",
        "simulator",
        "vacuum",
    ]


def test_the_list_of_commands_says_of_each_what_it_does_to_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--help"]) == 0
    assert "..." not in capsys.readouterr().out.partition("Commands:\n")[2]


@pytest.mark.parametrize("command", [[], ["ask"], ["keys", "set"]])
def test_h_asks_for_help_too(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    told = capsys.readouterr().out
    assert main([*command, "-h"]) == 0
    assert capsys.readouterr().out == told


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["aks", "hi"], "no command 'aks' (did you mean 'ask'?)"),
        (["zzz"], "no command 'zzz' (there are ask, completion, delete,"),
        (["list", "--limt", "3"], "'--limit'"),
        (["list", "--limit", "0"], "'--limit'"),
        (["export"], "ID|last|all"),
        (["export", "last", "--format", "docx"], "'--format'"),
        (["--resume", "abcd", "list"], "--resume opens the app"),
        (["--resume", "abcd", "--continue"], "two conversations"),
        (["ask"], "no prompt"),
        (["ask", "  "], "no prompt"),
        (["ask", "-p", "dmeo", "hi"], "no provider 'dmeo' (did you mean 'demo'?)"),
        (["--provider", "dmeo"], "no provider 'dmeo' (did you mean 'demo'?)"),
        (["ask", "-a", "gone.png", "hi"], "no file 'gone.png' to attach"),
        (["ask", "-a", ".", "hi"], "'.' is a folder: attach the files in it"),
        (["ask", "-a", "/dev/null", "hi"], "'/dev/null' is not a regular file"),
        (["ask", "--config", "gone.toml", "hi"], "gone.toml: there is no such file"),
        (["--config", "gone.toml", "providers"], "gone.toml: there is no such file"),
        (["ask", "--continue", "--demo-x", "hi"], "--demo-x"),
        (["export", "last"], "no conversation"),
        ([], "the app needs a terminal"),
    ],
)
def test_wrong_usage_is_one_line_and_2(
    at_home: User,
    capsys: pytest.CaptureFixture[str],
    args: list[str],
    told: str,
) -> None:
    assert main(args) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("chat-tui: ")
    assert told in said.err
    assert said.err.count("\n") == 1


def test_a_bad_configuration_is_one_line_and_2(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    at_home.configure("[app]\nthem = 1\n")
    assert main(["providers"]) == 2
    said = capsys.readouterr().err
    assert "config.toml:2: app.them: unknown key (did you mean 'theme'?)" in said
    assert said.count("\n") == 1


def test_a_file_that_is_not_sent_is_named_with_the_reason(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    (at_home.home / "a.png").write_bytes(b"")
    assert main(["ask", "-p", "demo", "-a", "a.png", "hi"]) == 2
    said = capsys.readouterr().err
    path = str(at_home.home / "a.png")
    assert said == f"chat-tui: {path!r} is not attached: it is empty\n"


def test_nothing_to_continue_is_told(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--continue", "hi"]) == 2
    assert capsys.readouterr().err == "chat-tui: there is no conversation to continue\n"


def test_a_data_folder_that_cannot_be_is_one_line_and_1(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    (at_home.home / "file").write_text("")
    assert main(["list", "--data-dir", "file/below"]) == 1
    said = capsys.readouterr().err
    assert "file/below" in said
    assert said.count("\n") == 1


def test_controls_in_an_argument_do_not_reach_the_terminal(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "-p", "\x1b[31m", "hi"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_a_reader_that_has_gone_is_no_error(at_home: User) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "chat_tui", "providers"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=at_home.environ,
    )
    assert command.stdout is not None
    command.stdout.close()
    with command:
        assert command.stderr is not None
        said = command.stderr.read()
    assert (command.returncode, said) == (0, b"")


def test_windows_is_told_where_it_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("chat_tui.cli.main.sys.platform", "win32")
    assert main(["--version"]) == 2
    assert capsys.readouterr().err == (
        "chat-tui: this needs Linux or macOS; on Windows it runs in WSL\n"
    )
