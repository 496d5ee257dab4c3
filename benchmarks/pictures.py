"""Measures how soon a key is on the screen while four pictures are made, with previews of 2 MB."""

import argparse
import base64
import os
import random
import struct
import sys
import tempfile
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import installation
from benchmarks.report import number, table
from benchmarks.terminal import ProgramFailed, Terminal, need_linux

MODES: Final = ("halfblock", "kitty", "sixel")
JOBS: Final = 4
PREVIEW_S: Final = 0.25
SIZE_PX: Final = (1024, 700)
LETTERS: Final = [chr(code) for code in range(0x410, 0x450)]
"""Nothing else that is written to a terminal has them."""
BETWEEN_S: Final = 0.11
MOST_P50_MS: Final = 8.0
F6: Final = "\x1b[17~"


def noise(seed: int) -> bytes:
    """Make a PNG file that cannot be made smaller: a little more than 2 MB."""
    width, height = SIZE_PX
    grains = random.Random(seed)
    rows = b"".join(b"\0" + grains.randbytes(3 * width) for _ in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


class Painter(BaseHTTPRequestHandler):
    """An app of fal that never comes to an end."""

    events: tuple[bytes, ...] = ()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        due_s = time.monotonic()
        try:
            while True:
                for event in self.events:
                    self.wfile.write(event)
                    self.wfile.flush()
                    due_s += PREVIEW_S
                    time.sleep(max(0.0, due_s - time.monotonic()))
        except OSError:
            pass  # the reader is gone

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def paint(port: Connection) -> None:
    """Serve, in a process of its own, and say at which port."""
    Painter.events = tuple(
        b'data: {"images": [{"url": "data:image/png;base64,'
        + base64.b64encode(noise(seed))
        + b'"}]}\n\n'
        for seed in range(2)
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), Painter)
    port.send(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port.recv()  # until the other side is done


def configure(folder: Path, port: int, mode: str) -> Path:
    """Write a configuration with one provider, the painter."""
    path = folder / "config.toml"
    path.write_text(
        f'[app]\nprovider = "{installation.PROVIDER}"\nimages = "{mode}"\n'
        f'[providers.{installation.PROVIDER}]\nkind = "fal"\nmodel = "bench/noise"\n'
        f'api_key = "k"\ntransport = "stream"\nrun_url = "http://127.0.0.1:{port}"\n',
        encoding="utf-8",
    )
    return path


def echoes_ms(terminal: Terminal) -> list[float]:
    """Type letters that nothing else has, and take the time to each on the screen."""
    found: list[float] = []
    for letter in LETTERS:
        rest_s = time.monotonic() + BETWEEN_S * random.uniform(0.7, 1.3)
        terminal.watch(lambda rest_s=rest_s: time.monotonic() > rest_s, "time to pass")  # type: ignore[misc]
        since = len(terminal.output)
        typed_s = terminal.send(letter)
        wanted = letter.encode()

        def written(since: int = since, wanted: bytes = wanted) -> bool:
            return any(wanted in piece for _, piece in terminal.output[since:])

        terminal.watch(written, f"the letter {letter}")
        at_s = next(at for at, piece in terminal.output[since:] if wanted in piece)
        found.append((at_s - typed_s) * 1e3)
    return sorted(found)


def measure(port: int, mode: str) -> tuple[list[float], list[float]]:
    """Type while nothing is made, and while four pictures are.

    Raises:
        ProgramFailed: something did not come in time.
    """
    with tempfile.TemporaryDirectory(prefix="chat-tui-pictures-") as name:
        folder = Path(name)
        command = installation.command(configure(folder, port, mode))
        environ = installation.environment(folder)
        with Terminal(command, environ, columns=160, rows=45) as terminal:
            terminal.wait_for(installation.PROMPT_MARK)
            terminal.settle()
            idle = echoes_ms(terminal)
            terminal.send("\x15" * 3)  # the prompt is empty again
            for job in range(JOBS):
                if job:
                    since = len(terminal.output)
                    terminal.send(F6)
                    terminal.wait_for(installation.PROMPT_MARK, since=since)
                    terminal.settle(timeout_s=2)
                since, size_bytes = len(terminal.output), terminal.size_bytes
                terminal.send(f"picture{job}\r")
                terminal.watch(
                    lambda size_bytes=size_bytes: terminal.size_bytes > size_bytes + 8_000,  # type: ignore[misc]
                    "a preview",
                )
            busy = echoes_ms(terminal)
    return idle, busy


def row(name: str, found: list[float]) -> list[str]:
    """Make one row of the table."""
    return [name, *(number(found[int(share * (len(found) - 1))]) for share in (0.5, 0.95, 1.0))]


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assert", dest="gate", action="store_true", help="fail above 8 ms")
    options = parser.parse_args()
    need_linux()
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    painter = context.Process(target=paint, args=(theirs,), daemon=True)
    painter.start()
    rows, slow = [], False
    try:
        port = ours.recv()
        for mode in MODES:
            idle, busy = measure(port, mode)
            rows += [row(f"{mode}, idle", idle), row(f"{mode}, {JOBS} jobs", busy)]
            slow = slow or busy[len(busy) // 2] > MOST_P50_MS
    except ProgramFailed as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        painter.kill()
        painter.join()
    print(table(["key to glyph, ms", "p50", "p95", "most"], rows))
    return int(options.gate and slow)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    sys.exit(main())
