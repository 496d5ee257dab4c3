"""A real browser without a window, driven over pipes: what it shows, and what it asks the network.

Protocol: https://chromedevtools.github.io/devtools-protocol/ (read November 2026).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def browser() -> str | None:
    """The first browser that is installed; null where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # a test may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--remote-debugging-pipe",
)
_AS_3_AND_4 = """\
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for number, end in enumerate(ends, 3):
    os.dup2(end, number)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Puts the ends of two pipes where the browser looks for them."""


class Tab:
    """One page."""

    def __init__(self, commands: BinaryIO, answers: BinaryIO) -> None:
        self._commands = commands
        self._answers = answers
        self._number = 0
        self._session = ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Ask for something, and wait for the answer."""
        self._number += 1
        request = {"id": self._number, "method": method, "params": params}
        if self._session:
            request["sessionId"] = self._session
        self._commands.write(json.dumps(request).encode() + b"\0")
        self._commands.flush()
        while (message := self._next()).get("id") != self._number:
            self.events.append(message)
        assert "error" not in message, message["error"]
        result: dict[str, Any] = message["result"]
        return result

    def open(self, page: Path) -> None:
        """Open a file, and wait until all that it holds is there."""
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(self._next())

    def value(self, expression: str) -> Any:
        """Evaluate JavaScript, which the policy of the page does not keep a debugger from."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"]["value"]

    @property
    def asked_for(self) -> list[str]:
        """The addresses of all requests but for the page itself and what is in it."""
        urls = [
            one["params"]["request"]["url"]
            for one in self.events
            if one.get("method") == "Network.requestWillBeSent"
        ]
        return [url for url in urls if not url.startswith(("file:", "data:"))]

    @property
    def complaints(self) -> list[str]:
        """What the browser wrote into its log, such as what a policy forbade."""
        return [
            one["params"]["entry"]["text"]
            for one in self.events
            if one.get("method") == "Log.entryAdded"
        ]

    def _next(self) -> dict[str, Any]:
        message = bytearray()
        while (byte := self._answers.read(1)) not in (b"\0", b""):
            message += byte
        assert message, "the browser has gone"
        read: dict[str, Any] = json.loads(message)
        return read


@contextmanager
def tab(program: str, profile: Path) -> Iterator[Tab]:
    """Run a browser of one's own, and open a tab in it."""
    command_end, commands = os.pipe()
    answers, answer_end = os.pipe()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _AS_3_AND_4,
            str(command_end),
            str(answer_end),
            program,
            *OPTIONS,
            f"--user-data-dir={profile}",
        ],
        pass_fds=(command_end, answer_end),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(command_end)
    os.close(answer_end)
    try:
        with os.fdopen(commands, "wb") as write, os.fdopen(answers, "rb") as read:
            yield Tab(write, read)
    finally:
        process.terminate()
        process.wait(20)
