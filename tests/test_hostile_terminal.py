import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.message import user_message
from chat_tui.simulator.script import Fail, Say, Script, Think
from chat_tui.simulator.server import Simulator
from tests.app.desk import Desk, reply
from tests.hostile import harm_at_terminal, texts
from tests.hostile_program import NAMES
from tests.pty_capture import written_to_terminal

ROOT = Path(__file__).parents[1]
SAMPLE = 40
"""One text in so many goes through the whole program each time; all of them in the slow test."""


def environ(folder: Path) -> dict[str, str]:
    return os.environ | {"HOME": str(folder), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


def surfaces_of(folder: Path, every: int, timeout_s: float) -> tuple[int, bytes, Counter[str]]:
    code, output = written_to_terminal(
        [sys.executable, "-m", "tests.hostile_program", str(folder), str(every)],
        env=environ(folder),
        cwd=ROOT,
        timeout_s=timeout_s,
    )
    seen: Counter[str] = Counter()
    for line in (folder / "shown").read_text("utf-8").splitlines():
        surface, count = line.split(" ")
        seen[surface] += int(count)
    return code, output, seen


@pytest.mark.parametrize(
    ("every", "timeout_s"),
    [
        pytest.param(SAMPLE, 50.0, id="a sample"),
        pytest.param(1, 900.0, id="all", marks=[pytest.mark.slow, pytest.mark.timeout(1000)]),
    ],
)
def test_nothing_hostile_reaches_the_terminal_from_any_surface(
    tmp_path: Path, every: int, timeout_s: float
) -> None:
    code, output, seen = surfaces_of(tmp_path, every, timeout_s)
    assert code == 0, output[-3000:].decode("utf-8", "replace")
    assert harm_at_terminal(output) == []
    assert [name for name in NAMES if not seen[name]] == []


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncGenerator[Desk, None]:
    async with Simulator() as simulator:
        yield Desk(tmp_path, simulator)


async def run(desk: Desk, *arguments: str) -> tuple[int, bytes]:
    """Run a command at a terminal while the simulator goes on answering."""
    desk.app(app='provider = "sim"')  # writes the configuration
    folders = ["--config", str(desk.paths.config_file), "--data-dir", str(desk.folder / "data")]
    return await asyncio.to_thread(
        written_to_terminal,
        [sys.executable, "-m", "chat_tui", *folders, *arguments],
        env=environ(desk.folder),
        cwd=desk.folder,
        timeout_s=50.0,
    )


async def test_ask_at_a_terminal_writes_nothing_hostile(desk: Desk) -> None:
    desk.simulator.enqueue(
        reply(*(act for text in texts() for act in (Think(f"{text}\n"), Say(f"{text}\n"))))
    )
    code, output = await run(desk, "ask", "say it")
    assert code == 0
    assert harm_at_terminal(output) == []
    assert output.count(b"before") > 100


async def test_errors_of_ask_at_a_terminal_write_nothing_hostile(desk: Desk) -> None:
    for text in texts(SAMPLE):
        desk.simulator.enqueue(Script((Say("some"), Fail(text))))
        code, output = await run(desk, "ask", "--no-save", "say it")
        assert code == 1
        assert harm_at_terminal(output) == []


async def test_what_is_stored_is_listed_searched_and_exported_harmlessly(desk: Desk) -> None:
    talks = [Conversation(title=text) for text in texts()]
    for talk in talks:
        talk.add(user_message(f"before {talk.title}", parent=None))
    async with desk.store() as store:
        await store.create(*talks)
        await store.index_all()
    for command in (["list", "--limit", "500"], ["search", "before"], ["export", talks[3].id]):
        code, output = await run(desk, *command)
        assert code == 0
        assert harm_at_terminal(output) == []
        assert b"before" in output


@pytest.mark.parametrize("name", ["--provider", "--resume", "-p", "nonsense"])
async def test_what_is_typed_after_the_command_is_told_harmlessly(desk: Desk, name: str) -> None:
    for text in texts(SAMPLE):
        arguments = ["list", name] if name == "nonsense" else [name]
        _, output = await run(desk, *arguments, text.replace("\0", ""), "ask", "x")
        assert harm_at_terminal(output) == []


def test_a_hostile_configuration_is_told_harmlessly(tmp_path: Path) -> None:
    for number, text in enumerate(texts(SAMPLE)):
        config = tmp_path / f"{number}.toml"
        config.write_text(f"[app]\n{text!r} = 1\n", "utf-8", "replace")
        code, output = written_to_terminal(
            [sys.executable, "-m", "chat_tui", "--config", str(config), "providers"],
            env=environ(tmp_path),
            cwd=tmp_path,
            timeout_s=50.0,
        )
        assert code == 2
        assert harm_at_terminal(output) == []
        assert b"Traceback" not in output
