"""`chat-tui delete`: a conversation into the bin, and out of it."""

import asyncio
import sys
from pathlib import Path

import click

from chat_tui.cli.completing import conversation_ids
from chat_tui.cli.options import paths_of, place_options
from chat_tui.cli.store_news import say
from chat_tui.ids import ConversationId
from chat_tui.titles import quoted_title


@click.command()
@place_options
@click.argument("which", metavar="ID|last", shell_complete=conversation_ids)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--undo", is_flag=True, help="Have it back instead.")
@click.pass_context
def delete(ctx: click.Context, which: str, yes: bool, undo: bool) -> int:
    """Delete a conversation. The start of its id will do.

    For 30 days, --undo has it back; then it is gone. With --undo, `last` is the one that was
    deleted last.
    """
    database = paths_of(ctx).database
    if undo:
        title = asyncio.run(_restore(database, which))
        click.echo(f"restored {title}")
        return 0
    conversation, title = asyncio.run(_found(database, which))
    if not yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise click.UsageError("nobody is there to be asked: --yes deletes it", ctx)
        if not click.confirm(f"Delete {title}?", err=True):
            return 0
    asyncio.run(_delete(database, conversation))
    click.echo(
        f"deleted {title}; for 30 days it can be had back: chat-tui delete --undo {conversation}"
    )
    return 0


async def _found(database: Path, which: str) -> tuple[ConversationId, str]:
    from chat_tui.store.store import Store

    store = Store(database, tell=say)
    try:
        conversation = await store.find(which)
        return conversation, quoted_title((await store.summary(conversation)).title)
    finally:
        await store.close()


async def _delete(database: Path, conversation: ConversationId) -> None:
    from chat_tui.store.store import Store

    store = Store(database, tell=say)
    try:
        await store.put_into_bin(conversation)
    finally:
        await store.close()


async def _restore(database: Path, which: str) -> str:
    from chat_tui.store.store import Store

    store = Store(database, tell=say)
    try:
        conversation = await store.find(which, deleted=True)
        await store.restore(conversation)
        return quoted_title((await store.summary(conversation)).title)
    finally:
        await store.close()
