"""A real llama-cpp-python server with the tiny model, as a process of its own."""

import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.e2e import tiny_gguf

INTERPRETER_VARIABLE = "CHAT_TUI_E2E_PYTHON"
START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 10.0

_RUNNING = re.compile(r"Uvicorn running on (http://127\.0\.0\.1:\d+)")


def server_interpreter() -> str:
    """The interpreter that has llama-cpp-python: the variable's, else the one running now."""
    return os.environ.get(INTERPRETER_VARIABLE) or sys.executable


def what_is_missing(interpreter: str) -> str:
    """Say why the server cannot run there, in one line; empty when it can."""
    try:
        attempt = subprocess.run(
            [interpreter, "-c", "import gguf, llama_cpp.server.app, numpy"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=START_TIMEOUT_S,
            check=False,
        )
    except OSError as error:
        return f"{interpreter} cannot be run: {error.strerror}"
    if attempt.returncode == 0:
        return ""
    return f"{interpreter}: {(attempt.stderr.strip().splitlines() or ['it failed'])[-1]}"


@contextmanager
def running_server(interpreter: str, folder: Path) -> Iterator[str]:
    """Make the model, start the server on a free port, and stop it in the end.

    Args:
        interpreter: One that `what_is_missing` has nothing against.
        folder: Where the model is written.

    Yields:
        The base URL of its API.

    Raises:
        AssertionError: the server did not start; the message has what it printed.
    """
    model = folder / "tiny.gguf"
    subprocess.run([interpreter, tiny_gguf.__file__, str(model)], check=True, timeout=60)
    options = ["--model", str(model), "--n_ctx", str(tiny_gguf.CONTEXT_TOKENS)]
    process = subprocess.Popen(
        [
            *(interpreter, "-m", "llama_cpp.server", *options),
            *("--host", "127.0.0.1", "--port", "0", "--verbose", "false"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stderr is not None
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    reader = threading.Thread(target=_read_lines, args=(process.stderr, lines), daemon=True)
    reader.start()
    try:
        yield f"{_wait_until_it_runs(lines)}/v1"
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        process.stderr.close()


def _read_lines(stderr: IO[str], lines: "queue.SimpleQueue[str]") -> None:
    """Keep the pipe empty to the end, or the server would stop at a full one."""
    for line in stderr:
        lines.put(line)
    lines.put("")


def _wait_until_it_runs(lines: "queue.SimpleQueue[str]") -> str:
    printed = ""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            line = ""
        if running := _RUNNING.search(line):
            return running[1]
        assert line, f"the server did not start; it printed:\n{printed}"
        printed += line
