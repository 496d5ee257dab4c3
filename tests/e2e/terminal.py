"""A program in a pseudo-terminal, and the screen that a person would see."""

import errno
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

ALTERNATE_SCREEN = 1049
MOUSE_MODES = (1000, 1002, 1003, 1006, 1015)
BRACKETED_PASTE = 2004

# Takes the terminal on descriptor 0 as the controlling one, then becomes the program. A separate
# small program does it because forking a process that has threads is refused from Python 3.12 on.
_LAUNCH = (
    "import fcntl, os, sys, termios; "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)

# What pyte 0.8.2 would print instead of leaving out: private sequences with `<` or `=`, and
# strings to the terminal (OSC is known to it, DCS, APC, PM and SOS are not).
_UNKNOWN = re.compile(rb"\x1b\[[<=][0-9;:]*[ -/]*[@-~]|\x1b[P_^X][^\x1b]*\x1b\\")
_UNFINISHED = re.compile(rb"\x1b(?:\[[<=]?[0-9;:]*[ -/]*|[P_^X][^\x1b]*\x1b?)?$")


class Terminal:
    """Runs one program; nothing that it asks of the terminal is answered."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        columns: int = 120,
        rows: int = 40,
        term: str = "xterm-256color",
    ) -> None:
        """Start the program.

        Args:
            command: The program and its arguments.
            env: The whole environment but for `TERM` and what belongs to it.
            cwd: The folder it starts in.
            columns: Width of the terminal.
            rows: Height of the terminal.
            term: What it calls itself.
        """
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._unfinished = b""
        self._open = True
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.settings = termios.tcgetattr(slave)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-ISc", _LAUNCH, *command],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env={**env, "TERM": term, "COLORTERM": "truecolor"},
                cwd=cwd,
                start_new_session=True,
            )
        except BaseException:
            os.close(self._master)
            raise
        finally:
            os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        """The screen, line by line, without the blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def mode(self, number: int) -> bool:
        """Whether a private mode such as `ALTERNATE_SCREEN` is set."""
        return number << 5 in self._screen.mode

    @property
    def cursor_hidden(self) -> bool:
        return bool(self._screen.cursor.hidden)

    def send(self, keys: str) -> None:
        """Type what a terminal would send."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal so large; the kernel tells the program with SIGWINCH."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait_for(self, text: str, *, timeout_s: float = 30) -> None:
        """Read until the text is on the screen.

        Raises:
            AssertionError: it did not come; the message shows the screen.
        """
        self.wait_until(lambda screen: text in screen, repr(text), timeout_s=timeout_s)

    def wait_until(self, claim: Callable[[str], bool], what: str, *, timeout_s: float = 30) -> None:
        """Read until the screen fulfils the claim.

        Args:
            claim: Told the screen after each piece of output.
            what: Names the claim where it fails.
            timeout_s: How long that may take in all.

        Raises:
            AssertionError: it did not; the message shows the screen.
        """
        deadline = time.monotonic() + timeout_s
        while not claim(self.text):
            if not self._read(deadline):
                end = "the program ended" if not self._open else f"{timeout_s} s passed"
                raise AssertionError(f"{end} without {what}; the screen:\n{self.text}")

    def wait_exit(self, *, timeout_s: float = 30) -> int:
        """Read to the end of the output, and return the exit code; negative for a signal.

        Raises:
            AssertionError: the program goes on; the message shows the screen.
        """
        deadline = time.monotonic() + timeout_s
        while self._read(deadline):
            pass
        if self._open:
            raise AssertionError(f"still running after {timeout_s} s; the screen:\n{self.text}")
        return self._process.wait(timeout=timeout_s)

    def _read(self, deadline: float) -> bool:
        """Take in what comes next; false at the deadline or the end of the output."""
        left_s = deadline - time.monotonic()
        if not self._open or left_s <= 0 or not select.select([self._master], [], [], left_s)[0]:
            return False
        try:
            output = os.read(self._master, 65_536)
        except OSError as error:
            if error.errno != errno.EIO:  # Linux says so when the last writer is gone
                raise
            output = b""
        if not output:
            self._open = False
            return False
        self._feed(output)
        return True

    def _feed(self, output: bytes) -> None:
        output = self._unfinished + output
        unfinished = _UNFINISHED.search(output)
        cut = unfinished.start() if unfinished else len(output)
        self._unfinished = output[cut:]
        self._stream.feed(_UNKNOWN.sub(b"", output[:cut]))
