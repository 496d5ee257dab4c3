"""The theme follows the terminal's background until somebody chooses one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from textual.app import App

from chat_tui.passthrough import within_screen

if TYPE_CHECKING:
    from chat_tui.app.themes import AppThemes

_SILENT: Final = frozenset({"linux", "dumb", "unknown"})
"""Values of `TERM` where nobody answers, and some write the question on the screen."""


def answers_in_order(environ: Mapping[str, str]) -> bool:
    """Whether the terminal can be asked so that nothing comes after its last answer.

    GNU screen answers some questions itself, and others later, as the terminal around it does.
    """
    return environ.get("TERM") not in _SILENT and not within_screen(environ)


async def follow_background(app: App[int], themes: "AppThemes", environ: Mapping[str, str]) -> None:
    """Ask the terminal, and show the theme that fits; nobody waits for the answer.

    Args:
        app: Runs on the terminal.
        themes: Nothing is asked where they follow a choice.
        environ: Says how far away the terminal may be.
    """
    if not themes.follows or not answers_in_order(environ):
        return
    from chat_tui.pictures.protocol import limit_s
    from chat_tui.widgets.terminal.background import QUERY, BackgroundReader
    from chat_tui.widgets.terminal.query import ask

    reader = BackgroundReader()
    if await ask(app, QUERY, reader, limit_s(environ)) and reader.light is not None:
        themes.follow(light=reader.light)
