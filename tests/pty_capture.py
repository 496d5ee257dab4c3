"""Every byte that a program writes to a terminal."""

import errno
import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# Takes the terminal as the controlling one, then becomes the program.
_LAUNCH = (
    "import fcntl, os, sys, termios; "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


def written_to_terminal(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    timeout_s: float,
    columns: int = 100,
    rows: int = 45,
) -> tuple[int, bytes]:
    """Run a program to its end at a terminal that answers nothing.

    Returns:
        The exit code, and all that it wrote.

    Raises:
        AssertionError: it took longer than `timeout_s`; the message has the end of its output.
    """
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    try:
        process = subprocess.Popen(
            [sys.executable, "-ISc", _LAUNCH, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={"TERM": "xterm-256color", "COLORTERM": "truecolor", **env},
            cwd=cwd,
            start_new_session=True,
        )
    finally:
        os.close(slave)
    output = bytearray()
    deadline = time.monotonic() + timeout_s
    try:
        while select.select([master], [], [], max(0.0, deadline - time.monotonic()))[0]:
            if not (piece := _read(master)):
                return process.wait(timeout=10), bytes(output)
            output += piece
    finally:
        process.kill()
        process.wait()
        os.close(master)
    raise AssertionError(f"still running after {timeout_s} s: {bytes(output[-2000:])!r}")


def _read(master: int) -> bytes:
    try:
        return os.read(master, 1 << 16)
    except OSError as error:
        if error.errno != errno.EIO:  # Linux says so when the last writer is gone
            raise
        return b""
