"""Measures the CPU time from the start of `chat-tui ask` until its request reaches the network."""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT_MS = 250.0
BARE = "import httpx, sys; httpx.get(sys.argv[1])"
"""What a script does that asks for one page and nothing else."""


def measure(command: list[str], listener: socket.socket, env: dict[str, str]) -> float:
    """Start a program, wait for its connection, and end it.

    Returns:
        User and system time up to then, in milliseconds.
    """
    with subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        connection, _ = listener.accept()
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        process.kill()
    connection.close()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--runs", type=int, default=10, help="runs of each (default 10)")
    parser.add_argument(
        "--assert", dest="gate", action="store_true", help=f"fail above {LIMIT_MS:g} ms"
    )
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    with tempfile.TemporaryDirectory(prefix="chat-tui-ask-") as home, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(60)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        config = Path(home, "config.toml")
        config.write_text(f'[providers.x]\nkind = "openai"\nmodel = "m"\nbase_url = "{url}"\n')
        env = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "CHAT_TUI_CONFIG": str(config),
            "CHAT_TUI_DATA_DIR": f"{home}/data",
            "CHAT_TUI_STATE_DIR": f"{home}/state",
            "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        }
        ours = [sys.executable, "-m", "chat_tui", "ask", "-p", "x", "hello"]
        bare = [sys.executable, "-c", BARE, url]
        measure(ours, listener, env)
        measure(bare, listener, env)
        results: tuple[list[float], list[float]] = ([], [])
        for _ in range(options.runs):
            for command, result in zip((ours, bare), results, strict=True):
                result.append(measure(command, listener, env))
    ask_ms, bare_ms = (statistics.median(result) for result in results)
    print(f"chat-tui ask      {ask_ms:6.0f} ms of CPU until the connection ({options.runs} runs)")
    print(f"httpx.get alone   {bare_ms:6.0f} ms")
    print(f"ratio             {ask_ms / bare_ms:6.2f}")
    if options.gate and ask_ms > LIMIT_MS:
        print(f"that is above {LIMIT_MS:g} ms", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
