"""Unclean text on its way to the terminal fails the test in which it got there."""

import logging
import sys
from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest

GUARD = "chat_tui.widgets.terminal.egress"


class Tripwire(logging.Handler):
    """Keeps what the guard complains of."""

    def __init__(self) -> None:
        super().__init__()
        self.complaints: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.complaints.append(record.getMessage())

    def take(self) -> list[str]:
        """Give back the complaints so far, which then fail no test."""
        taken, self.complaints = self.complaints, []
        return taken


@pytest.fixture(autouse=True)
def tripwire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tripwire]:
    if "textual.app" in sys.modules:
        _write_also_without_a_terminal(monkeypatch)
    wire = Tripwire()
    guard = logging.getLogger(GUARD)
    guard.addHandler(wire)
    yield wire
    guard.removeHandler(wire)
    assert wire.complaints == []


def _write_also_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual makes rows into bytes only where there is a terminal: here it is always done."""
    from textual._compositor import CompositorUpdate
    from textual.app import App

    display = App._display

    @wraps(display)
    def written(app: App[Any], screen: Any, renderable: Any) -> None:
        if app.is_headless and isinstance(renderable, CompositorUpdate):
            renderable.render_segments(app.console)
        display(app, screen, renderable)

    monkeypatch.setattr(App, "_display", written)
