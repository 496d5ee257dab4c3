"""Runs a program in a pseudo-terminal that answers like one, and measures it from outside."""

import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

COLUMNS, ROWS = 120, 40
_CELL_PX: Final = (10, 20)
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_END_S: Final = 3.0
_KEPT_BYTES: Final = 32

_QUERY: Final = re.compile(
    rb"\x1b\[\?(?P<mode>\d+)\$p"
    rb"|\x1b\[(?P<position>6n)"
    rb"|\x1b\[(?P<status>5n)"
    rb"|\x1b\[(?P<device>0?c)"
    rb"|\x1b\[>(?P<version>0?[cq])"
    rb"|\x1b\[\?(?P<keyboard>u)"
    rb"|\x1b\[(?P<size>1[468])t"
    rb"|\x1b\](?P<colour>1[0-2]|4;\d+);\?(?:\x07|\x1b\\)"
)
_UNFINISHED: Final = re.compile(rb"\x1b(?:\[[0-9;<=>?$]*|\][^\x07\x1b]*\x1b?)?$")
_SEQUENCE: Final = re.compile(rb"\x1b(?:\[[0-9;:<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")

_NOT_KNOWN, _RESET = 0, 2
_SYNCHRONIZED_OUTPUT = b"2026"


class ProgramFailed(Exception):
    """The program ended, or did not do in time what was waited for."""


class Terminal:
    """One program. What it writes is time-stamped, and only looked at when somebody asks."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        columns: int = COLUMNS,
        rows: int = ROWS,
    ) -> None:
        """Start the program.

        Args:
            command: The program and its arguments.
            env: Its whole environment but for `TERM` and `COLORTERM`.
            columns: Width of the terminal.
            rows: Height of the terminal.
        """
        self.output: list[tuple[float, bytes]] = []
        """What was written, with the time (`time.monotonic`) of its arrival."""
        self.size_bytes = 0
        self._name = command[-1]
        self._columns, self._rows = columns, rows
        self._unfinished = b""
        self._ended = False
        self.began_s = time.monotonic()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            try:
                _set_size(0, columns, rows)
                terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
                os.execvpe(command[0], [*command], {**env, **terminal})
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the program: it is asked to, and killed when it takes long."""
        try:
            self._signal(signal.SIGTERM)
            deadline = time.monotonic() + _END_S
            while not self._ended and time.monotonic() < deadline:
                self._read(0.1)
        finally:
            if not self._ended:
                self._signal(signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self._master)

    def index_at(self, at_s: float) -> int:
        """Find the first piece of the output that came at that time or later.

        What is only then looked for need not be searched for in all that came before: while a
        reader searches it does not read, and a program that cannot write is late for that.
        """
        return bisect_left(self.output, at_s, key=lambda piece: piece[0])

    def send(self, keys: str) -> float:
        """Type, and return when that was."""
        os.write(self._master, keys.encode())
        return time.monotonic()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self._signal(number)

    def resize(self, columns: int) -> float:
        """Make the terminal this wide, and return when that was."""
        self._columns = columns
        _set_size(self._master, columns, self._rows)
        return time.monotonic()

    def wait_for(self, text: str, *, since: int = 0, timeout_s: float = 60) -> float:
        """Wait until the text is on the screen, and return when it came.

        Args:
            text: Written in one go: control sequences may stand in it, but nothing else.
            since: An index into `output`; earlier output is not looked at.
            timeout_s: How long that may take.

        Raises:
            ProgramFailed: it did not come.
        """
        search = Search(self.output, text, since=since)
        self.watch(lambda: search.found_s is not None or search.step(), f"{text!r}", timeout_s)
        assert search.found_s is not None
        return search.found_s

    def watch(self, done: Callable[[], bool], what: str, timeout_s: float = 60) -> None:
        """Take in output until `done` says so; it is asked at least every 20 ms.

        Raises:
            ProgramFailed: the program ended, or it took longer than that.
        """
        deadline = time.monotonic() + timeout_s
        while not done():
            if self._ended:
                raise ProgramFailed(f"{self._name} ended without {what}:\n{self._tail()}")
            if time.monotonic() > deadline:
                raise ProgramFailed(f"{timeout_s:g} s passed without {what}:\n{self._tail()}")
            self._read(0.02)

    def settle(self, *, still_s: float = 0.4, timeout_s: float = 60) -> None:
        """Wait until the program rests: it writes nothing, and computes next to nothing."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            size_bytes, cpu_s = self.size_bytes, self.cpu_s()
            end = time.monotonic() + still_s
            while time.monotonic() < end:
                self._read(end - time.monotonic())
            if self.size_bytes == size_bytes and self.cpu_s() - cpu_s < 0.02 * still_s:
                return

    def cpu_s(self) -> float:
        """User and system time of the program and its children until now."""
        return sum(map(_cpu_s, _tree(self.pid)))

    def pss_mib(self) -> float:
        """Memory of the program and its children; what is shared counts in proportion."""
        return sum(map(_pss_kib, _tree(self.pid))) / 1024

    def _read(self, timeout_s: float) -> None:
        if self._ended or not select.select([self._master], [], [], max(0.0, timeout_s))[0]:
            return
        try:
            piece = os.read(self._master, 65_536)
        except OSError as error:
            if error.errno != errno.EIO:  # Linux says so when the last writer is gone
                raise
            piece = b""
        if not piece:
            self._ended = True
            return
        self.output.append((time.monotonic(), piece))
        self.size_bytes += len(piece)
        self._answer(self._unfinished + piece)

    def _answer(self, output: bytes) -> None:
        """Answer what the program asks, as a plain modern terminal does."""
        end = 0
        for query in _QUERY.finditer(output):
            end = query.end()
            os.write(self._master, self._reply(query))
        rest = _UNFINISHED.search(output[end:][-64:])
        self._unfinished = rest[0] if rest else b""

    def _reply(self, query: re.Match[bytes]) -> bytes:
        width, height = _CELL_PX
        columns, rows = self._columns, self._rows
        asked = query[query.lastgroup or 0]
        match query.lastgroup:
            case "mode":
                known = _RESET if asked == _SYNCHRONIZED_OUTPUT else _NOT_KNOWN
                return b"\x1b[?%s;%d$y" % (asked, known)
            case "position":
                return b"\x1b[1;1R"
            case "status":
                return b"\x1b[0n"
            case "device":
                return b"\x1b[?62;22c"
            case "version":
                return b"\x1b[>1;10;0c" if asked.endswith(b"c") else b"\x1bP>|benchmark 1\x1b\\"
            case "keyboard":
                return b"\x1b[?0u"
            case "colour":
                value = b"1e1e/1e1e/2e2e" if asked == b"11" else b"cccc/cccc/cccc"
                return b"\x1b]%s;rgb:%s\x1b\\" % (asked, value)
            case _:
                sizes = {b"14": (4, rows * height, columns * width), b"16": (6, height, width)}
                return b"\x1b[%d;%d;%dt" % sizes.get(asked, (8, rows, columns))

    def _signal(self, number: int) -> None:
        os.kill(self.pid, number)  # not reaped yet, so that the number is still its own

    def _tail(self) -> str:
        return b"".join(piece for _, piece in self.output)[-2000:].decode(errors="replace")


class Search:
    """Looks for texts in output as it comes."""

    def __init__(self, output: Sequence[tuple[float, bytes]], *texts: str, since: int = 0) -> None:
        """Search from the piece with the index `since` on."""
        self.found: dict[str, float] = {}
        """When the piece that completed a text came."""
        self._output = output
        self._missing = {text: text.encode() for text in texts}
        self._at = since
        self._kept = b""

    @property
    def found_s(self) -> float | None:
        """When the last of the texts came; null while one is missing."""
        return None if self._missing else max(self.found.values())

    def step(self) -> bool:
        """Look through what is new; true when all texts are there."""
        while self._missing and self._at < len(self._output):
            at_s, piece = self._output[self._at]
            self._at += 1
            written = self._kept + piece
            cut = _UNFINISHED.search(written[-64:])
            unfinished = cut[0] if cut else b""
            plain = _SEQUENCE.sub(b"", written[: len(written) - len(unfinished)])
            for text in [text for text, raw in self._missing.items() if raw in plain]:
                self.found[text] = at_s
                del self._missing[text]
            self._kept = plain[-_KEPT_BYTES:] + unfinished
        return not self._missing


def when(output: Sequence[tuple[float, bytes]], text: str, *, since: int = 0) -> float | None:
    """Return when a text came, or null if it did not."""
    search = Search(output, text, since=since)
    search.step()
    return search.found_s


def need_linux() -> None:
    """Leave when the system does not tell what other processes use."""
    if not Path("/proc/self/smaps_rollup").exists():
        sys.exit("this benchmark reads processor time and memory from /proc, which only Linux has")


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    width, height = _CELL_PX
    size = struct.pack("HHHH", rows, columns, columns * width, rows * height)
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, size)


def _tree(pid: int) -> list[int]:
    """List a process and what it has started, and so on."""
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:  # that thread is gone
                continue
    return found


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # The kernel's name for the processor clock of another process, see clock_getcpuclockid(3).
        own_s = time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0
    reaped_children_s = (int(fields[13]) + int(fields[14])) / _TICKS_PER_S
    return own_s + reaped_children_s


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
