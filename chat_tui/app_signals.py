"""Leaving when told to: the terminal as it was, and everything saved."""

import asyncio
import signal
from functools import partial

from textual.app import App


def leave_on_signals(app: App[int]) -> None:
    """Have the application end itself on the signals that would end it otherwise."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, partial(app.exit, 128 + number, return_code=128 + number))
