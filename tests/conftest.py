"""What holds for every test: no connection but to this machine, no keys and no files of its user."""

import gc
import ipaddress
import itertools
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.leaving import leave_in_order
from tests.parsed_styles import share_parsed_styles
from tests.stillness import wait_by_stillness
from tests.tripwire import tripwire as tripwire

# A busy machine is no finding: examples are bounded by their number, not by a clock.
# Continuous integration tries the same examples each time; new ones are found on a desk, and many
# with --hypothesis-profile thorough.
hypothesis.settings.register_profile(
    "tests", deadline=None, derandomize="CI" in os.environ, max_examples=50
)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile("tests")

wait_by_stillness()
leave_in_order()
share_parsed_styles()

THAW_EACH = 250
"""Tests; each application that is started sets the objects of those before it aside for good."""

RESERVED = (".invalid", ".test", ".example")
"""Names that never resolve (RFC 6761), for tests of what happens then."""


def _named(host: object) -> str:
    return host.decode() if isinstance(host, bytes) else str(host or "")


def _is_local(name: str) -> bool:
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return name.endswith(RESERVED)


def _refuse_other_hosts(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = args[1]
        name = _named(address[0]) if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        name = _named(args[0])
        if name.endswith(RESERVED):  # without a name server, the system would say something else
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    else:
        return
    if not _is_local(name):
        raise PermissionError(f"a test may not reach {name!r}: only this machine")


sys.addaudithook(_refuse_other_hosts)


def _heard_again() -> None:
    """Have no signal ignored by whatever a test starts.

    What a shell runs in the background, or nohup, is started with some of them ignored, and hands
    that on; a handler is not handed on.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda _number, _frame: None)


_heard_again()


@pytest.fixture(autouse=True, scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make homes, all in one folder: those of pytest are looked for a free name, one by one."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_home(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a home of its own, without the user's keys, keyring and settings."""
    home = next(_homes)
    home.mkdir()
    for name in os.environ:
        if name.startswith(("CHAT_TUI_", "XDG_")) or name.endswith(
            ("_API_KEY", "_PROXY", "_proxy")
        ):
            monkeypatch.delenv(name)
    for name in ("FAL_KEY", "NO_COLOR", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return home


@pytest.fixture(autouse=True, scope="session")
def _count() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture(autouse=True)
def _thawed(_count: Iterator[int]) -> Iterator[None]:
    """Let go of the applications of tests before, now and then."""
    yield
    if next(_count) % THAW_EACH == 0:
        gc.unfreeze()
        gc.collect()


@pytest.fixture
def in_ascii() -> Iterator[None]:
    """Draw as on a terminal that knows only ASCII."""
    from chat_tui import glyphs
    from chat_tui.widgets.scrollbars import choose_scrollbars

    glyphs.draw_ascii(True)
    yield
    glyphs.draw_ascii(False)
    choose_scrollbars()
