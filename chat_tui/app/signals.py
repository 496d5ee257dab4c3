"""Leaving when told to: the terminal as it was, and everything saved."""

import asyncio
import signal
from functools import partial
from typing import Final, Protocol

from textual.app import App

AGAIN_S: Final = 2.0
"""How soon after the first interrupt a second one leaves."""

_LEAVING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Talking(Protocol):
    """What the first interrupt stops."""

    def stop_replies(self) -> bool:
        """Stop what is running; false where nothing is."""


def leave_on_signals(app: App[int], talking: Talking | None = None) -> None:
    """Have the application end itself on the signals that would end it otherwise.

    Args:
        app: The application.
        talking: With it, the first interrupt stops the replies that are running, and only another
            one within `AGAIN_S`, or one with nothing to stop, leaves.
    """
    loop = asyncio.get_running_loop()
    for number in _LEAVING:
        loop.add_signal_handler(number, partial(_leave, app, number))
    loop.add_signal_handler(signal.SIGINT, _Interrupts(app, talking).take)


class _Interrupts:
    def __init__(self, app: App[int], talking: Talking | None) -> None:
        self._app = app
        self._talking = talking
        self._last_s = float("-inf")

    def take(self) -> None:
        now_s = asyncio.get_running_loop().time()
        again = now_s - self._last_s <= AGAIN_S
        self._last_s = now_s
        if again or self._talking is None or not self._talking.stop_replies():
            _leave(self._app, signal.SIGINT)
        else:
            self._app.notify(f"stopped; interrupt again within {AGAIN_S:g} s to quit")


def _leave(app: App[int], number: signal.Signals) -> None:
    app.exit(128 + number, return_code=128 + number)
