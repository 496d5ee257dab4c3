"""`chat-tui import`."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui.cli.main import main
from tests.cli.conftest import User
from tests.cli.test_list import talk

LINE = {"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]}


def file(user: User, *lines: object) -> Path:
    path = user.home / "talk.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_counts_and_reasons_are_told(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    file(at_home, LINE, {"messages": []}, {"other": 1})
    assert main(["import", "talk.jsonl"]) == 0
    said = capsys.readouterr()
    assert said.out == "imported 1 conversation with 2 messages\n"
    assert said.err == (
        "chat-tui: skipped 1: it has no messages\n"
        "chat-tui: skipped 1: nothing in it has a form that is known\n"
    )
    assert [one.title for one in asyncio.run(at_home.stored())] == ["Why?"]


def test_twice_is_once(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    file(at_home, LINE)
    assert main(["import", "talk.jsonl", "talk.jsonl"]) == 0
    assert main(["import", "--json", "talk.jsonl"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "imported 1 conversation with 2 messages, 1 was there already"
    assert json.loads(second) == {
        "imported": 0,
        "extended": 0,
        "unchanged": 1,
        "messages": 0,
        "files": 0,
        "skipped": [],
        "left_out": [],
        "conversations": [],
    }


def test_json_names_what_came_in(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    file(at_home, LINE)
    assert main(["import", "--json", "talk.jsonl"]) == 0
    (conversation,) = asyncio.run(at_home.stored())
    assert json.loads(capsys.readouterr().out)["conversations"] == [conversation.id]


def test_an_unknown_form_is_one_line_and_2(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    (at_home.home / "x.md").write_text("# My notes\n")
    assert main(["import", "x.md"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("chat-tui: x.md cannot be imported: its form is not known (")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("form", ["md", "json"])
def test_all_that_is_exported_comes_back(
    at_home: User, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    both = talk("older", 1), talk("newer", 2)
    asyncio.run(at_home.store(both))
    assert main(["export", "all", "--format", form, "-o", "talks"]) == 0
    other = ["--data-dir", str(at_home.home / "other")]
    assert main(["import", *other, "talks"]) == 0
    assert main(["export", *other, "all", "--format", form, "-o", "back"]) == 0
    for path in (at_home.home / "talks").iterdir():
        assert (at_home.home / "back" / path.name).read_bytes() == path.read_bytes()
    capsys.readouterr()


def test_a_terminal_sees_how_far_it_is(user: User) -> None:
    many = ({"messages": [{"role": "user", "content": f"{n} " + "x" * 900}]} for n in range(3_000))
    path = file(user, *many)
    terminal, line = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "chat_tui", "import", str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=line,
        env=user.environ,
        cwd=user.home,
    )
    os.close(line)
    seen = bytearray()
    try:
        while piece := os.read(terminal, 4096):
            seen += piece
    except OSError:  # the other end was closed
        pass
    os.close(terminal)
    out, _ = process.communicate()
    assert out == b"imported 3,000 conversations with 3,000 messages\n"
    assert b"talk.jsonl: " in seen
    assert b"%, " in seen
    assert seen.endswith(b"\r\x1b[K")
