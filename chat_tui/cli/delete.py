"""`chat-tui delete`: a conversation into the bin, and out of it."""

import asyncio
import sys
from pathlib import Path

import click

from chat_tui.cli.completing import conversation_ids
from chat_tui.cli.options import paths_of, place_options
from chat_tui.text import clean_line


@click.command()
@place_options
@click.argument("which", metavar="ID", shell_complete=conversation_ids)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--undo", is_flag=True, help="Have it back instead.")
@click.pass_context
def delete(ctx: click.Context, which: str, yes: bool, undo: bool) -> int:
    """Delete a conversation. The start of its id will do.

    For 30 days, --undo has it back; then it is gone.
    """
    database = paths_of(ctx).database
    if undo:
        title = asyncio.run(_restore(database, which))
        click.echo(f"restored {title}")
        return 0
    title = asyncio.run(_title(database, which))
    if not yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise click.UsageError("nobody is there to be asked: --yes deletes it", ctx)
        if not click.confirm(f"Delete {title}?", err=True):
            return 0
    asyncio.run(_delete(database, which))
    click.echo(f"deleted {title}; --undo has it back for 30 days")
    return 0


async def _title(database: Path, which: str) -> str:
    from chat_tui.store.store import Store

    store = Store(database)
    try:
        return _quoted((await store.summary(await store.find(which))).title)
    finally:
        await store.close()


async def _delete(database: Path, which: str) -> None:
    from chat_tui.store.store import Store

    store = Store(database)
    try:
        await store.put_into_bin(await store.find(which))
    finally:
        await store.close()


async def _restore(database: Path, which: str) -> str:
    from chat_tui.store.store import Store

    store = Store(database)
    try:
        conversation = await store.find(which, deleted=True)
        await store.restore(conversation)
        return _quoted((await store.summary(conversation)).title)
    finally:
        await store.close()


def _quoted(title: str) -> str:
    return repr(clean_line(title, 60)) if title else "a conversation without a title"
