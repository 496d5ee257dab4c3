"""Running the application on a real terminal, and leaving it whatever became of that."""

import logging
import os
import signal

from textual.app import App

from chat_tui.widgets.terminal.driver import TerminalDriver


def run_on_terminal(app: App[int]) -> int:
    """Run an application until it is left.

    Returns:
        The exit code.
    """
    app.driver_class = TerminalDriver
    try:
        result = app.run()
    except OSError:
        if app.return_code != 128 + signal.SIGHUP:
            raise
        result = app.return_code  # nobody is there for the last words
    code = result if result is not None else (app.return_code or 0)
    driver = app._driver  # noqa: SLF001  # no public name
    if isinstance(driver, TerminalDriver) and driver.stuck:
        # Everything is saved, and Python itself would wait for the terminal now.
        logging.shutdown()
        os._exit(code)
    return code
