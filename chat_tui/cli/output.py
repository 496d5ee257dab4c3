"""Writing to stdout and stderr: at once, in any encoding, to readers that may go away."""

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from typing import TextIO


class ReaderGone(Exception):
    """Nobody reads stdout any more."""


_waits = False
"""A write is under way, which a reader that reads nothing may hold up for ever."""


def give_up_writing() -> None:
    """End a write that is under way; for handlers of signals.

    Raises:
        ReaderGone: from the middle of the write, if there is one.
    """
    if _waits:
        raise ReaderGone


@contextlib.contextmanager
def _waiting_for_reader() -> Iterator[None]:
    global _waits  # a signal has no other way to know
    _waits = True
    try:
        yield
    finally:
        _waits = False


class Out:
    """One of the two standard streams."""

    def __init__(self, stream: TextIO | None) -> None:
        """Take `sys.stdout` or `sys.stderr`, which is null where the parent closed it."""
        self._stream = stream
        self._on_terminal = stream is not None and stream.isatty()
        self.line_open = False
        """The last line has no end yet."""

    @property
    def is_terminal(self) -> bool:
        """Lines may be written over, and an open one stands where the other stream writes, too."""
        return self._on_terminal

    @property
    def takes_style(self) -> bool:
        """Dim text may be written: a terminal, and nobody asked for none of it."""
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
        return self.is_terminal and not plain

    def write(self, text: str) -> None:
        """Write text, which the caller has cleaned.

        Raises:
            ReaderGone: nobody reads it.
            OSError: the disk behind it refused.
        """
        if not text:
            return
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self.write_bytes(text.encode(encoding, "replace"))
        self.line_open = not text.endswith("\n")

    def write_bytes(self, data: bytes) -> None:
        """Write bytes as they are; see `write`."""
        if self._stream is None:
            raise ReaderGone
        try:
            with _waiting_for_reader():
                self._stream.flush()
                self._stream.buffer.write(data)
                self._stream.buffer.flush()
        except BrokenPipeError as error:
            raise ReaderGone from error
        except OSError as error:
            if error.errno != errno.EIO or not self._on_terminal:
                raise
            raise ReaderGone from error  # the terminal has hung up

    def end_line(self) -> None:
        """End the line that is open, if there is one."""
        if self.line_open:
            self.write("\n")


class Remarks:
    """Lines on stderr beside the answer; that nobody reads them stops nothing."""

    def __init__(self, out: Out, answer: Out) -> None:
        """Write beside the answer.

        Args:
            out: Stderr.
            answer: Stdout: on a terminal its open line is ended first.
        """
        self._out = out
        self._answer = answer
        self._passing = False

    @property
    def on_terminal(self) -> bool:
        return self._out.is_terminal

    def line(self, text: str, *, dim: bool = False) -> None:
        """Write a line, without its end, which the caller has cleaned."""
        with contextlib.suppress(ReaderGone, OSError):
            self._begin_line()
            self._out.write(self._styled(text, dim=dim) + "\n")

    def passing(self, text: str) -> None:
        """Write a line on a terminal that the next remark replaces."""
        with contextlib.suppress(ReaderGone, OSError):
            if not self._passing:
                self._begin_line()
            self._out.write(f"\r\x1b[K{self._styled(text, dim=True)}")
            self._passing = True

    def more(self, text: str) -> None:
        """Write more of a text that runs on, dim."""
        with contextlib.suppress(ReaderGone, OSError):
            if not self._out.line_open or self._passing:
                self._begin_line()
            self._out.write(self._styled(text, dim=True))
            self._out.line_open = not text.endswith("\n")

    def end_line(self) -> None:
        """Make room for the answer, where both are on one terminal."""
        with contextlib.suppress(ReaderGone, OSError):
            if self._passing:
                self._out.write("\r\x1b[K")
                self._out.line_open = self._passing = False
            self._out.end_line()

    def _begin_line(self) -> None:
        if self._answer.is_terminal and self._out.is_terminal:
            self._answer.end_line()
        self.end_line()

    def _styled(self, text: str, *, dim: bool) -> str:
        return f"\x1b[2m{text}\x1b[22m" if dim and text and self._out.takes_style else text


def let_go_of_stdout() -> None:
    """Point stdout nowhere, so that Python's own last flush does not complain of a lost reader."""
    if sys.stdout is None:
        return
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
