"""`chat-tui simulator`."""

import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from chat_tui.cli.main import main
from chat_tui.cli.simulator import configuration
from chat_tui.config.load import load
from chat_tui.registry import DEFAULT


def test_what_it_prints_is_a_configuration_with_every_kind(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(configuration("http://127.0.0.1:8080"), "utf-8")
    config = load(path, registry=DEFAULT, explicit=True)
    kinds = {entry.kind.name for entry in config.providers.values()}
    assert kinds == set(DEFAULT.names()) - {"demo"}
    assert not config.warnings
    assert not config.broken


def test_it_answers_until_it_is_interrupted(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "chat_tui", "simulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdout is not None
        lines: list[str] = []
        while "sim-get3w" not in "".join(lines) or lines[-1].strip():
            line = server.stdout.readline().decode()
            lines.append(line)
            if line.startswith("base_url") and "api/v3" in line:
                break
        path = tmp_path / "config.toml"
        path.write_text("".join(lines), "utf-8")
        name = "sim-openai"
        assert name in tomllib.loads("".join(lines))["providers"]
        asked = [sys.executable, "-m", "chat_tui", "ask", "--config", str(path), "-p", name]
        place = ["--data-dir", str(tmp_path / "data"), "-m", "demo", "hello"]
        done = subprocess.run([*asked, *place], capture_output=True, text=True, check=False)
        assert (done.returncode, bool(done.stdout.strip())) == (0, True), done.stderr
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 130


def test_a_port_that_is_taken_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["simulator", "--port", str(port)]) == 2
    assert f"port {port} cannot be used" in capsys.readouterr().err
