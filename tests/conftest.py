"""What holds for every test: no connection but to this machine, no keys and no files of its user."""

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.tripwire import tripwire as tripwire

# A busy machine is no finding: examples are bounded by their number, not by a clock.
# Continuous integration tries the same examples each time; new ones are found on a desk.
hypothesis.settings.register_profile("tests", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("tests")

RESERVED = (".invalid", ".test", ".example")
"""Names that never resolve (RFC 6761), for tests of what happens then."""


def _is_local(host: object) -> bool:
    if host in (None, "", "localhost", b"", b"localhost"):
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return name.endswith(RESERVED)


def _refuse_other_hosts(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if not _is_local(host):
        raise PermissionError(f"a test may not reach {host!r}: only this machine")


sys.addaudithook(_refuse_other_hosts)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a home of its own, without the user's keys, keyring and settings."""
    home = tmp_path_factory.mktemp("home")
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


@pytest.fixture
def in_ascii() -> Iterator[None]:
    """Draw as on a terminal that knows only ASCII."""
    from chat_tui import glyphs
    from chat_tui.widgets.scrollbars import choose_scrollbars

    glyphs.draw_ascii(True)
    yield
    glyphs.draw_ascii(False)
    choose_scrollbars()
