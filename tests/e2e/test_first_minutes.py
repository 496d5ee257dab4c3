"""The first five minutes: from a clean home to a saved talk with a real provider, by keyboard."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

CTRL_N, CTRL_Q, CTRL_U, F2, F4, UP, DOWN = (
    "\x0e",
    "\x11",
    "\x15",
    "\x1bOQ",
    "\x1bOS",
    "\x1b[A",
    "\x1b[B",
)
EMPTY_PROMPT = "❯ Write a message"


class Steps:
    """How long each step took."""

    def __init__(self) -> None:
        self.took_s: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.took_s[name] = time.monotonic() - began

    def __str__(self) -> str:
        return "\n".join(f"{took:6.2f} s  {name}" for name, took in self.took_s.items())


def test_from_a_clean_home_to_a_saved_talk_with_a_provider(tmp_path: Path) -> None:
    program = Program(tmp_path)
    (tmp_path / "config.toml").unlink()  # a clean home: nothing is configured
    env = program.env | {"CHAT_TUI_DATA_DIR": str(tmp_path / "data")}
    command = [*program.command()[:3]]
    server = program.start("simulator", "--port", "0")
    assert server.stdout is not None
    steps = Steps()
    try:
        url = re.findall(r"http://127\.0\.0\.1:\d+", server.stdout.readline())[0]
        with Terminal(command, env=env, cwd=program.folder) as terminal:
            with steps.step("start to the prompt"):
                terminal.wait_for(EMPTY_PROMPT)
            with steps.step("what was found"):
                terminal.wait_for("Add a provider")
            with steps.step("first reply of the demo"):
                terminal.send("hello\r")
                terminal.wait_for(" done ")
            with steps.step("provider added and tested"):
                terminal.send(F2)
                terminal.wait_for("provider and model")
                terminal.send(CTRL_N)
                terminal.wait_for("type to find a service")
                terminal.send("vllm\r")
                terminal.wait_for("paste a key")
                terminal.send(UP)
                terminal.send(UP)
                terminal.send(CTRL_U)
                terminal.wait_until(lambda screen: ":8000" not in screen, "an empty line")
                terminal.send(f"{url}/v1")
                terminal.wait_for(f"{url}/v1")
                terminal.send(f"{DOWN}{DOWN}\r")
                terminal.wait_for("demo-slow")
                terminal.send("\r")
                terminal.wait_until(lambda screen: "demo-slow" not in screen, "the menu is gone")
            with steps.step("first reply of the provider"):
                terminal.send("how are you\r")
                terminal.wait_until(
                    lambda screen: "▌ vllm · demo" in screen and "─ vllm · demo ─ done" in screen,
                    "a reply of the provider",
                )
            with steps.step("transcript saved"):
                terminal.send(F4)
                terminal.wait_for(".md")
                terminal.send("\r")
                terminal.wait_until(
                    lambda _: bool(list(program.folder.glob("*.md"))), "the transcript is saved"
                )
            with steps.step("left"):
                terminal.send(CTRL_Q)
                assert terminal.wait_exit() == 0
    finally:
        server.terminate()
        server.communicate()
    sys.stdout.write(f"\n{steps}\n")
    (saved,) = program.folder.glob("*.md")
    assert "how are you" in saved.read_text("utf-8")
    assert steps.took_s["start to the prompt"] < 10  # a busy machine; the figure is printed
