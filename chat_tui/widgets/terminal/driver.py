"""The terminal, also when it goes away or stops reading: the application neither spins nor hangs.

Textual 8.2 reads an end of input again and again, and waits for a terminal that takes nothing. What
this file leans on of its driver, beside the class itself, is that it makes a `WriterThread`, starts
it, and runs `_run_input_thread`; a test pins it.
"""

import os
import select
import signal
import threading
from collections.abc import Callable
from queue import Queue
from typing import IO, Any, Final

from textual import events
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from chat_tui.widgets.terminal.input import beyond, escape_s, read_keys

MAX_WAITING_CHARS: Final = 8 << 20
"""What may wait for a slow terminal; beyond it nothing is written until all of that is."""
PATIENCE_S: Final = 1.0
"""How long the end waits for a terminal to take the last of it."""


class TerminalWriter(WriterThread):
    """Writes in a thread of its own, and never makes anybody wait."""

    def __init__(
        self, file: IO[str], *, gone: Callable[[], object], caught_up: Callable[[], object]
    ) -> None:
        """Get ready to be started.

        Args:
            file: The terminal.
            gone: Called in this thread when nothing can be written any more.
            caught_up: Called in this thread when all is written, after something was left out.
        """
        super().__init__(file)
        self._queue: Queue[str | None] = Queue()
        self._gone = gone
        self._caught_up = caught_up
        self._lock = threading.Lock()
        self._waiting_chars = 0
        self._left_out = False
        self._dead = False

    def write(self, text: str) -> None:
        with self._lock:
            if self._dead or self._waiting_chars > MAX_WAITING_CHARS:
                self._left_out = True
                return
            self._waiting_chars += len(text)
        self._queue.put(text)

    def run(self) -> None:
        try:
            while (text := self._queue.get()) is not None:
                self._file.write(text)
                if self._queue.empty():
                    self._file.flush()
                with self._lock:
                    self._waiting_chars -= len(text)
                    caught_up = self._left_out and not self._waiting_chars
                    self._left_out = self._left_out and not caught_up
                if caught_up:
                    self._caught_up()
            self._file.flush()
        except (OSError, ValueError):  # closed by somebody
            with self._lock:
                self._dead = True
            self._gone()

    def stop(self) -> None:
        """Write the rest; a terminal that does not take it is not waited for."""
        self._queue.put(None)
        self.join(PATIENCE_S)


class TerminalDriver(LinuxDriver):
    """Textual's driver, which notices that its terminal is gone."""

    def __init__(self, app: Any, **options: Any) -> None:
        self._writer: TerminalWriter | None = None
        self._watch: tuple[threading.Thread, int] | None = None
        self.stuck = False
        """The terminal did not take the last of what was written."""
        super().__init__(app, **options)

    @property  # Textual assigns one of its own, and starts what it gets
    def _writer_thread(self) -> WriterThread | None:
        return self._writer

    @_writer_thread.setter
    def _writer_thread(self, made: WriterThread | None) -> None:
        self._writer = None
        if made is not None:
            assert self._file is not None
            self._writer = TerminalWriter(
                self._file, gone=self._hung_up, caught_up=self._paint_again
            )

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual leaves it so
        if self._writer is not None and self._watch is None:
            reading, writing = os.pipe()
            watcher = threading.Thread(target=self._watch_terminal, args=(reading,), daemon=True)
            self._watch = watcher, writing
            watcher.start()

    def disable_input(self) -> None:
        self._stop_watching()
        super().disable_input()

    def close(self) -> None:
        self._stop_watching()
        super().close()
        self.stuck = self._writer is not None and self._writer.is_alive()

    def _stop_watching(self) -> None:
        if self._watch is not None:
            watcher, writing = self._watch
            self._watch = None
            os.close(writing)
            if watcher is not threading.current_thread():
                watcher.join()

    def _watch_terminal(self, until_closed: int) -> None:
        poll = select.poll()
        poll.register(self.fileno, 0)  # a hang-up is always told
        poll.register(until_closed, 0)
        try:
            found = dict(poll.poll())
        finally:
            os.close(until_closed)
        if found.get(self.fileno, 0) & select.POLLHUP:
            self._hung_up()

    def process_message(self, message: Message) -> None:
        if self._app.mouse_captured is not None or not beyond(message, self._app.size):
            super().process_message(message)

    def run_input_thread(self) -> None:
        read_keys(
            self.fileno,
            self.process_message,
            self.exit_event.is_set,
            wait_s=escape_s(),
            debug=self._debug,
        )

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except (OSError, ValueError):  # what it reads from is gone
            self._hung_up()

    def _hung_up(self) -> None:
        """End as a hang-up does; from any thread."""
        self.exit_event.set()  # or the thread that reads would read nothing again and again
        self._from_thread(lambda: self._app.exit(_HUNG_UP, return_code=_HUNG_UP))

    def _paint_again(self) -> None:
        self._from_thread(self._look_again)

    def look_at_size(self) -> None:
        """Take up the terminal's size where another one was told last.

        One signal may come while another is handled: then the older size is told after the newer.
        """
        if Size(*self._get_terminal_size()) != self._app.size:
            self._look_again()

    def _look_again(self) -> None:
        """Paint all of it, in the size that the terminal has by now."""
        size = Size(*self._get_terminal_size())
        self._app.post_message(events.Resize(size, size))
        self._app.refresh(layout=True)

    def _from_thread(self, act: Callable[[], object]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act)


_HUNG_UP: Final = 128 + signal.SIGHUP
