"""`chat-tui prune`: old conversations into the bin, all at once."""

import asyncio
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from chat_tui.cli.options import paths_of, place_options
from chat_tui.cli.store_news import say
from chat_tui.cli.table import table

if TYPE_CHECKING:
    from chat_tui.store.listing import ConversationSummary

_AGE: Final = re.compile(r"(?P<number>\d{1,5})\s*(?P<unit>[hdwmy]?)")
_UNITS_H: Final = {"h": 1, "": 24, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}


def _age(ctx: click.Context, _option: click.Parameter, value: str) -> timedelta:
    found = _AGE.fullmatch(value.strip().lower())
    if found is None or not int(found["number"]):
        raise click.UsageError(f"{value!r} is no age: 90d, 12w, 6m (of 30 days) or 1y", ctx)
    return timedelta(hours=int(found["number"]) * _UNITS_H[found["unit"]])


@click.command(short_help="Delete conversations in which nothing was said for long.")
@place_options
@click.option(
    "--older-than", "age", callback=_age, required=True, metavar="AGE",
    help="Those in which nothing was said for so long, such as 90d.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say which.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def prune(ctx: click.Context, age: timedelta, dry_run: bool, yes: bool) -> int:
    """Delete conversations in which nothing was said for long; pinned ones are kept.

    For 30 days, `chat-tui delete --undo ID` has each back; then they are gone, and their pictures
    with them.
    """
    database = paths_of(ctx).database
    before = datetime.now(UTC) - age
    old, pinned = asyncio.run(_find(database, before))
    kept = f"; {_many(pinned)} kept, as pinned" if pinned else ""
    if not old:
        click.echo(f"nothing is older than that{kept}")
        return 0
    if dry_run or not yes:
        rows = [(one.id, f"{one.updated.astimezone():%Y-%m-%d}", one.title) for one in old]
        click.echo(table(("id", "updated", "title"), rows), nl=False)
    if dry_run:
        click.echo(f"would delete {_many(len(old))}{kept}")
        return 0
    if not yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise click.UsageError("nobody is there to be asked: --yes deletes them", ctx)
        if not click.confirm(f"Delete {_many(len(old))}?", err=True):
            return 0
    deleted = asyncio.run(_delete(database, before))
    click.echo(f"deleted {_many(deleted)}{kept}; for 30 days, `delete --undo ID` has each back")
    return 0


async def _find(database: Path, before: datetime) -> "tuple[list[ConversationSummary], int]":
    from chat_tui.store.store import Store

    store = Store(database, tell=say)
    try:
        old = [one for one in await store.list() if one.updated < before]
    finally:
        await store.close()
    return [one for one in old if not one.pinned], sum(one.pinned for one in old)


async def _delete(database: Path, before: datetime) -> int:
    from chat_tui.store.pruning import put_old_into_bin
    from chat_tui.store.store import Store

    store = Store(database, tell=say)
    try:
        return await store.change(lambda connection: put_old_into_bin(connection, before))
    finally:
        await store.close()


def _many(number: int) -> str:
    return "1 conversation" if number == 1 else f"{number} conversations"
