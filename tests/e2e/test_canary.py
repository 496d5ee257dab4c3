"""A key in a whole session of the app: on no screen, in no file, log, crash report or export."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat_tui.simulator.script import Script
from chat_tui.simulator.server import Simulator
from tests.app.desk import reply
from tests.cli.test_keys import command_lines
from tests.e2e.program import Program
from tests.e2e.test_leaving import Watched

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

KEY = "canary-without-the-usual-shape"
"""No pattern finds it: it is masked because it is in use."""

CTRL_Q, F4 = "\x11", "\x1bOS"

# Puts a mistake into the running program that holds the key in a local variable, and quotes it.
_SPOIL = """
import os
from chat_tui.app.chat_app import ChatApp

def action_help(self):
    key = os.environ["CHAT_TUI_CANARY"]
    raise RuntimeError(f"could not do it with {key}")

ChatApp.action_help = action_help
from chat_tui.cli.main import main
raise SystemExit(main())
"""


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(key=KEY) as simulator:
        yield simulator


def holding(folder: Path, needle: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


async def test_a_key_is_nowhere_after_a_session_with_mistakes_exports_and_a_crash(
    tmp_path: Path, simulator: Simulator
) -> None:
    program = Program(
        tmp_path,
        f'[providers.sim]\nkind = "openai"\nmodel = "m"\nbase_url = "{simulator.url}/v1"\n'
        'api_key = { env = "CHAT_TUI_CANARY" }\n',
    )
    program.env["CHAT_TUI_CANARY"] = KEY
    refused = Script(status=401, body=f'{{"error": {{"message": "no {KEY}!"}}}}'.encode())
    simulator.enqueue(reply("the answer"), refused)
    spoiled = [program.command()[0], "-c", _SPOIL, *program.command()[3:]]

    def session() -> bytes:
        with Watched(spoiled, env=program.env, cwd=program.folder) as terminal:
            terminal.wait_for("❯")
            terminal.send("hello\r")
            terminal.wait_for("the answer")
            running = command_lines()
            terminal.send("again\r")
            terminal.wait_for("CHAT_TUI_CANARY")  # where the key came from
            terminal.send("\x1bOP")  # F1, which fails
            terminal.wait_for("made a mistake")
            terminal.send(F4)
            terminal.wait_for(".md")
            terminal.send("\r")
            terminal.send(CTRL_Q)
            assert terminal.wait_exit() == 0
            return terminal.received + running

    seen = await asyncio.to_thread(session)
    assert b"the answer" in seen
    assert b"chat_tui" in seen
    for form in ("md", "json", "jsonl", "html", "txt"):
        done = await asyncio.to_thread(
            program.run, "export", "last", "--format", form, "-o", f"out.{form}"
        )
        assert done.returncode == 0, done.stderr
        seen += (done.stdout + done.stderr).encode()
    listed = await asyncio.to_thread(program.run, "keys", "list", "--json")
    seen += listed.stdout.encode()
    [report] = list((tmp_path / "state" / "crashes").iterdir())
    assert "could not do it with ••••" in report.read_text("utf-8")
    assert (tmp_path / "chat-tui.log").stat().st_size > 0
    assert holding(tmp_path, b"the answer")
    assert KEY.encode() not in seen
    assert holding(tmp_path, KEY.encode()) == []
    assert any(KEY in f"{call.headers}" for call in simulator.calls)


async def test_a_key_is_in_nothing_that_a_kill_leaves_behind(
    tmp_path: Path, simulator: Simulator
) -> None:
    program = Program(
        tmp_path,
        f'[providers.sim]\nkind = "openai"\nmodel = "m"\nbase_url = "{simulator.url}/v1"\n',
    )
    set_key = await asyncio.to_thread(program.run, "keys", "set", stdin=KEY)
    assert set_key.returncode == 0
    simulator.enqueue(reply("the answer"))

    def session() -> bytes:
        with Watched(program.command(), env=program.env, cwd=program.folder) as terminal:
            terminal.wait_for("❯")
            terminal.send("hello\r")
            terminal.wait_for("the answer")
            os.kill(terminal._process.pid, signal.SIGKILL)
            terminal.wait_exit()
            return terminal.received

    assert KEY.encode() not in await asyncio.to_thread(session)
    assert holding(tmp_path, KEY.encode()) == [tmp_path / "keys.toml"]
