"""Options that stand before or after the subcommand, and what follows from them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import msgspec

from chat_tui.config.load import load
from chat_tui.config.model import Config
from chat_tui.config.paths import Paths, find_paths
from chat_tui.errors import ConfigError
from chat_tui.logs import start_logging
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.roster.roster import Roster
from chat_tui.text import clean_line

F = TypeVar("F", bound=Callable[..., Any])

_CONFIG: Final = "chat_tui.config"
_DATA_DIR: Final = "chat_tui.data_dir"
_CHOICES: Final = "chat_tui.choices"


class AppChoices(msgspec.Struct, frozen=True):
    """What the command line says about the conversation; `ask` takes it from before its name."""

    provider: str | None = None
    model: str | None = None
    demo: bool = False
    resume: str | None = None
    latest: bool = False

    def hand_to(self, ctx: click.Context) -> None:
        """Leave it to the subcommand.

        Raises:
            click.UsageError: it only makes sense for the app.
        """
        if self.resume is not None:
            raise click.UsageError("--resume opens the app: it goes with no command", ctx)
        ctx.meta[_CHOICES] = self


def choices_before(ctx: click.Context) -> AppChoices:
    """What stood before the subcommand's name."""
    choices = ctx.meta.get(_CHOICES)
    return choices if isinstance(choices, AppChoices) else AppChoices()


def place_options(command: F) -> F:
    """Add `--config` and `--data-dir`; after the subcommand they win over those before it."""
    for name, key, what in (
        ("--data-dir", _DATA_DIR, "Folder of the conversations."),
        ("--config", _CONFIG, "Configuration file."),
    ):
        command = click.option(
            name,
            type=click.Path(path_type=Path),
            metavar="PATH",
            help=what,
            expose_value=False,
            callback=_keeper(key),
        )(command)
    return command


def paths_of(ctx: click.Context, *, unchecked: bool = False) -> Paths:
    """Where everything is, as the command line and the environment say.

    Args:
        ctx: Of the command.
        unchecked: A configuration file that was named may be missing: somebody else tells.

    Raises:
        ConfigError: the configuration file that was named is not there.
    """
    paths = find_paths(
        config=ctx.meta.get(_CONFIG), data_dir=ctx.meta.get(_DATA_DIR), environ=os.environ
    )
    if paths.config_explicit and not unchecked and not os.path.lexists(paths.config_file):
        raise ConfigError("there is no such file", path=paths.config_file)
    return paths


def load_config(paths: Paths, *, quiet: bool = False) -> Config:
    """Read the configuration and start the log.

    Args:
        paths: Where it is.
        quiet: Somebody else shows the warnings; else they go to stderr, a line each.

    Raises:
        ConfigError: it cannot be followed.
    """
    start_logging(paths.log_file)
    config = load(
        paths.config_file,
        registry=KINDS,
        explicit=paths.config_explicit,
        providers_dir=paths.providers_dir,
    )
    if not quiet:
        for warning in config.warnings:
            click.echo(f"chat-tui: {clean_line(warning, 1000)}", err=True)
    return config


def roster_of(config: Config, *, demo: bool = False) -> Roster:
    """The configured providers; the caller closes them."""
    return Roster(config, environ=os.environ, registry=KINDS, demo=demo)


def _keeper(key: str) -> Callable[[click.Context, click.Parameter, Path | None], None]:
    def keep(ctx: click.Context, _option: click.Parameter, value: Path | None) -> None:
        if value is not None:
            ctx.meta[key] = value

    return keep
