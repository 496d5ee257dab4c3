"""`chat-tui keys`: API keys into the keyring, or into a file for the user alone."""

import asyncio
import os
import sys
from typing import Final, TypeAlias

import click

from chat_tui.cli.options import load_config, paths_of, place_options, roster_of
from chat_tui.cli.table import table
from chat_tui.config.model import Config
from chat_tui.config.toml_file import nearest
from chat_tui.errors import AuthFailed, ConfigError, NotFound
from chat_tui.keys.secrets import KeyState, Secret, key_file_of, probe
from chat_tui.roster.key_names import entry_name
from chat_tui.roster.roster import Roster
from chat_tui.text import clean_line

_MAX_BYTES: Final = 16 * 1024

_Row: TypeAlias = tuple[str, KeyState]


@click.group(
    invoke_without_command=True, short_help="Store API keys, and say where each one comes from."
)
@click.pass_context
def keys(ctx: click.Context) -> int:
    """Store API keys, and say where each one comes from; no key is ever shown.

    A key goes into the system's keyring, and where there is none into keys.toml beside the
    configuration, which only its owner may read.
    """
    if ctx.invoked_subcommand is None:
        raise click.UsageError("one of set, unset and list is missing", ctx)
    return 0


@keys.command("set")
@place_options
@click.option(
    "--file", "in_file", is_flag=True, help="Into the file, also where there is a keyring."
)
@click.option("--check", is_flag=True, help="Ask the server first whether it takes the key.")
@click.argument("names", metavar="[NAME]", nargs=-1)
@click.pass_context
def set_key(ctx: click.Context, in_file: bool, check: bool, names: tuple[str, ...]) -> int:
    """Store the key of a provider.

    It is typed without being shown, or read from standard input; never an argument, which every
    user of the machine could see.
    """
    if len(names) > 1:  # the others may be the key itself: they are not repeated
        raise click.UsageError("a key is no argument, others could see it: type or pipe it", ctx)
    config = load_config(paths_of(ctx))
    name = _provider(ctx, config, names)
    if check and in_file:
        raise click.UsageError("--check and --file do not go together", ctx)
    entry = config.providers[name]
    place = entry_name(entry, os.environ)
    secret = _read_key(ctx, name)
    if check:
        roster = roster_of(config)
        listing = asyncio.run(_keep_checked(roster, name, secret))
        click.echo(f"the key of {name} works and is stored: {clean_line(listing, 1000)}")
        return 0
    from chat_tui.keys.keeping import keep_key

    kept = asyncio.run(keep_key(place, secret, key_file_of(entry.key), in_file=in_file))
    click.echo(f"the key of {name} is in {clean_line(kept, 1000)}")
    return 0


@keys.command("unset")
@place_options
@click.argument("names", metavar="[NAME]", nargs=-1)
@click.pass_context
def unset_key(ctx: click.Context, names: tuple[str, ...]) -> int:
    """Remove the stored key of a provider."""
    if len(names) > 1:
        raise click.UsageError("one name at a time", ctx)
    paths = paths_of(ctx)
    config = load_config(paths)
    from chat_tui.keys.file import FILE_NAME
    from chat_tui.keys.keeping import drop_kept

    # A provider that is no longer configured may have left its key behind.
    gone = len(names) == 1 and names[0] not in config.providers
    name = names[0] if gone else _provider(ctx, config, names)
    place, file = name, paths.config_file.parent / FILE_NAME
    if not gone:
        source = config.providers[name].key
        place = getattr(source, "name", name) if key_file_of(source) else name
        file = key_file_of(source) or file
    places = asyncio.run(drop_kept(place, file))
    if not places:
        hint = nearest(name, config.providers) if gone else ""
        raise NotFound(f"no key of {name[:64]!r} is stored", hint=hint)
    for one in places:
        click.echo(f"removed from {clean_line(one, 1000)}")
    return 0


@keys.command("list")
@place_options
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.argument("names", metavar="[NAME]", nargs=-1)
@click.pass_context
def list_keys(ctx: click.Context, as_json: bool, names: tuple[str, ...]) -> int:
    """Say of each provider where its key comes from."""
    if len(names) > 1:
        raise click.UsageError("one name at a time", ctx)
    config = load_config(paths_of(ctx))
    chosen = names or tuple(config.providers)
    for name in chosen:
        _check_known(config, name)
    rows = asyncio.run(_probe_all(config, chosen))
    if as_json:
        import msgspec

        click.echo(
            msgspec.json.encode([
                {"provider": name, "source": one.origin, "ready": one.ready, "reason": one.reason}
                for name, one in rows
            ])
        )  # fmt: skip
    else:
        lines = [
            (name, one.origin, "ready" if one.ready else "needs a key", one.reason)
            for name, one in rows
        ]
        click.echo(table(("provider", "source", "state", "where"), lines), nl=False)
    return 0


async def _probe_all(config: Config, names: tuple[str, ...]) -> list[_Row]:
    states = (probe(config.providers[name].key, os.environ) for name in names)
    return list(zip(names, await asyncio.gather(*states), strict=True))


async def _keep_checked(roster: Roster, name: str, secret: Secret) -> str:
    try:
        return (await roster.keep_key(name, secret)).reason
    finally:
        await roster.aclose()


def _provider(ctx: click.Context, config: Config, names: tuple[str, ...]) -> str:
    """Whose key is meant: without a name, that of the only provider that takes one.

    Raises:
        click.UsageError: there are several, or none.
        ConfigError: there is none of that name.
    """
    if names:
        _check_known(config, names[0])
        return names[0]
    takers = [name for name, one in config.providers.items() if key_file_of(one.key)]
    if len(takers) == 1:
        return takers[0]
    among = f"one of {', '.join(takers)}" if takers else "none is configured that takes a key"
    raise click.UsageError(f"whose key? ({among})", ctx)


def _check_known(config: Config, name: str) -> None:
    for broken in config.broken:
        if broken.name == name:
            raise broken.error
    if name not in config.providers:
        raise ConfigError(f"no provider {name[:64]!r}", hint=nearest(name, config.providers))


def _read_key(ctx: click.Context, name: str) -> Secret:
    """Read a key from the terminal without showing it, or all of standard input.

    Raises:
        click.UsageError: there is no standard input, or what came is not a key.
    """
    from chat_tui.keys.keeping import check_key

    if sys.stdin is None:
        raise click.UsageError("standard input is closed: type or pipe the key", ctx)
    if sys.stdin.isatty():
        text = _ask(ctx, f"key of {clean_line(name, 64)} (not shown): ")
    else:
        text = sys.stdin.buffer.read(_MAX_BYTES).decode("utf-8", "replace")
    try:
        return check_key(text)
    except AuthFailed as error:
        raise click.UsageError(f"{error.message}: {error.hint}", ctx) from error


def _ask(ctx: click.Context, question: str) -> str:
    import getpass
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)  # it would be shown
        try:
            return getpass.getpass(question)
        except getpass.GetPassWarning as error:
            raise click.UsageError(
                "this terminal cannot hide what is typed: pipe the key instead", ctx
            ) from error
        except EOFError as error:
            raise click.Abort from error
