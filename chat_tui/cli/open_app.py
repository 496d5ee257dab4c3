"""Opening the app from the command line."""

import gc
import os
import sys

import click

from chat_tui import glyphs
from chat_tui.cli.options import AppChoices, load_config, paths_of, roster_of
from chat_tui.config.chosen import with_chosen
from chat_tui.config.state import load_state
from chat_tui.document.pictures.picture_slots import draw_pictures
from chat_tui.pictures.wanted import can_draw


def open_app(ctx: click.Context, choices: AppChoices) -> int:
    """Open the app, and give its exit code when it is closed.

    Raises:
        click.UsageError: there is no terminal.
        ConfigError: the configuration cannot be followed, or there is no such provider.
    """
    paths = paths_of(ctx)
    config = load_config(paths, quiet=True)
    if choices.provider is not None:
        roster_of(config, demo=choices.demo).require(choices.provider)
    if not _on_terminal():
        raise click.UsageError("the app needs a terminal; in a script, use `chat-tui ask`", ctx)
    if os.environ.get("TERM") == "dumb":
        raise click.UsageError(
            "the app cannot draw on a terminal with TERM=dumb; there, use --plain", ctx
        )
    chosen, _ = load_state(paths.state_file)
    section = with_chosen(config, chosen.chosen).app
    wanted = section.ascii
    if wanted is None:
        wanted = glyphs.needs_ascii(os.environ, sys.stdout.encoding)
    glyphs.draw_ascii(wanted)
    draw_pictures(can_draw(section.images, os.environ, terminal=True, ascii_only=wanted))
    # Imports make many objects and hardly any garbage: looking for it costs a tenth of the start.
    gc.disable()
    from chat_tui.app.opening import AppOptions
    from chat_tui.app.running import run

    options = AppOptions(
        config=config,
        paths=paths,
        provider=choices.provider,
        model=choices.model,
        demo=choices.demo,
        resume=choices.resume,
        latest=choices.latest,
    )
    return run(options)


def _on_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
