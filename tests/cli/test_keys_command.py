"""`chat-tui keys`: stored where only its owner reads it, listed by source, and never shown."""

import fcntl
import json
import os
import signal
import sys
import termios
from pathlib import Path

import pytest

from chat_tui.simulator.server import Simulator
from tests.cli.conftest import Ran, User, ended
from tests.e2e.program import Program
from tests.e2e.terminal import Terminal

CANARY = "sk-canary-4f1d0b9977"
TWO = """
[providers.cloud]
kind = "openai"
[providers.named]
kind = "openai"
api_key = { env = "CHAT_TUI_CANARY" }
[providers.said]
kind = "openai"
api_key = "sk-plain-0123456789"
[providers.asked]
kind = "openai"
api_key = { command = ["pass", "show", "x"] }
"""


def said(ran: Ran) -> str:
    assert CANARY not in ran.out + ran.err
    assert "Traceback" not in ran.err
    return ran.err.rstrip("\n").rsplit("\n", 1)[-1]


def key_file(user: User) -> Path:
    return user.config_file.parent / "keys.toml"


async def test_a_piped_key_is_stored_listed_by_its_source_and_removed(user: User) -> None:
    user.configure(TWO)
    user.environ["CHAT_TUI_CANARY"] = CANARY
    stored = await user.run("keys", "set", "cloud", stdin=f"{CANARY}\n".encode())
    assert stored.code == 0
    assert str(key_file(user)) in stored.out
    assert key_file(user).stat().st_mode & 0o777 == 0o600
    listed = await user.run("keys", "list", "--json")
    assert CANARY not in listed.out + listed.err
    assert {one["provider"]: (one["source"], one["ready"]) for one in json.loads(listed.out)} == {
        "cloud": ("file", True),
        "named": ("env", True),
        "said": ("config", True),
        "asked": ("command", True),
    }
    shown = await user.run("keys", "list", "cloud")
    assert "keys.toml" in shown.out
    head, line = shown.out.splitlines()
    assert head.split() == ["provider", "source", "state", "where"]
    assert line.split()[:3] == ["cloud", "file", "ready"]
    assert "named" not in shown.out
    assert (await user.run("keys", "unset", "cloud")).code == 0
    assert CANARY not in key_file(user).read_text()
    again = await user.run("keys", "unset", "cloud")
    assert (again.code, said(again)) == (2, "chat-tui: no key of 'cloud' is stored")


async def test_the_table_says_by_name_who_needs_a_key(user: User) -> None:
    user.configure(TWO)
    listed = await user.run("keys", "list", "named")
    head, line = listed.out.splitlines()
    at = head.index("state")
    assert line[at:].startswith("needs a key  ")


async def test_a_stored_key_is_sent(user: User) -> None:
    async with Simulator(key=CANARY) as simulator:
        user.configure(
            f'[providers.sim]\nkind = "openai"\nmodel = "m"\nbase_url = "{simulator.url}/v1"\n'
        )
        assert (await user.run("ask", "hi")).code == 1
        assert (await user.run("keys", "set", stdin=CANARY.encode())).code == 0
        assert (await user.run("ask", "hi")).code == 0
        wrong = await user.run("keys", "set", "--check", stdin=b"wrong-key")
        assert wrong.code == 1
        assert CANARY in key_file(user).read_text()
        assert (await user.run("keys", "set", "--check", stdin=CANARY.encode())).code == 0


@pytest.mark.parametrize(
    ("args", "stdin", "expected"),
    [
        (("set", "cloud"), b"two\nlines\n", "this is not a key"),
        (("set", "cloud"), b"", "this is not a key"),
        (("set", "cloud"), b"\xff\xfe", "this is not a key"),
        (("set", "clod"), b"k", "did you mean 'cloud'?"),
        (("set", "cloud", CANARY), b"k", "a key is no argument"),
        (("set",), b"k", "whose key?"),
        (("set", "named"), b"k", "says where its key is"),
        (("unset", "nobody"), b"", "no key of 'nobody' is stored"),
        (("list", "clod"), b"", "did you mean 'cloud'?"),
        ((), b"", "one of set, unset and list is missing"),
    ],
)
async def test_what_cannot_be_done_is_one_line(
    user: User, args: tuple[str, ...], stdin: bytes, expected: str
) -> None:
    user.configure(TWO + '[providers.other]\nkind = "anthropic"\n')
    ran = await user.run("keys", *args, stdin=stdin)
    assert ran.code == 2
    assert expected in said(ran)
    assert not key_file(user).exists()


async def test_a_key_file_that_others_can_read_is_refused_with_what_to_run(user: User) -> None:
    user.configure('[providers.cloud]\nkind = "openai"\n')
    await user.run("keys", "set", stdin=CANARY.encode())
    key_file(user).chmod(0o640)
    asked = await user.run("ask", "-p", "cloud", "hi")
    assert asked.code == 1
    assert f"chmod 600 {key_file(user)}" in said(asked)
    assert "chmod 600" in (await user.run("keys", "list")).out


async def test_a_key_is_not_sent_over_plain_http_to_another_machine(user: User) -> None:
    user.configure(
        '[providers.lan]\nkind = "openai"\nmodel = "m"\nbase_url = "http://llm.test/v1"\n'
        'api_key = { env = "CHAT_TUI_CANARY" }\n'
    )
    user.environ["CHAT_TUI_CANARY"] = CANARY
    ran = await user.run("ask", "-p", "lan", "hi")
    assert ran.code == 1
    assert "not sent over plain http to llm.test" in said(ran)
    assert "allow_insecure = true in providers.lan" in said(ran)
    [listing, _] = json.loads((await user.run("providers", "--json")).out)
    assert listing["state"] == "not reachable"
    assert "allow_insecure" in listing["reason"]


def test_a_typed_key_is_not_shown_and_the_terminal_stays_as_it_was(tmp_path: Path) -> None:
    program = Program(tmp_path, '[providers.cloud]\nkind = "openai"\n')
    command = program.command("keys", "set")
    with Terminal(command, env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("key of cloud (not shown):")
        terminal.send(f"{CANARY}\r")
        assert terminal.wait_exit() == 0
        assert "keys.toml" in terminal.text.replace("\n", "")
        assert CANARY not in terminal.text
    assert CANARY in (tmp_path / "keys.toml").read_text()


async def test_an_interrupted_question_stores_nothing(user: User) -> None:
    user.configure('[providers.cloud]\nkind = "openai"\n')
    reading, writing = os.pipe()
    process = await user.start("keys", "set", stdin=reading)
    os.write(writing, b"half a k")
    try:
        while _unread_bytes(reading):  # until it is in the middle of the question
            assert process.returncode is None
            await _turn()
        process.send_signal(signal.SIGINT)
        ran = await ended(process)
    finally:
        os.close(reading)
        os.close(writing)
    assert ran.code == 130
    assert "Traceback" not in ran.err
    assert not key_file(user).exists()


def _unread_bytes(pipe: int) -> int:
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


async def _turn() -> None:
    import asyncio

    await asyncio.to_thread(os.sched_yield)
