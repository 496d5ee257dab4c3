"""`chat-tui list`: the conversations that are stored."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chat_tui.cli.options import paths_of, place_options
from chat_tui.cli.store_news import say
from chat_tui.cli.table import table
from chat_tui.text import json_line

if TYPE_CHECKING:
    from chat_tui.store.listing import ConversationSummary


@click.command("list")
@place_options
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The newest N only.")
@click.pass_context
def list_conversations(ctx: click.Context, as_json: bool, limit: int | None) -> int:
    """List the conversations, newest first."""
    summaries = asyncio.run(_read(paths_of(ctx).database, limit))
    if as_json:
        import msgspec

        click.echo(json_line(msgspec.json.encode(summaries)))
    elif summaries:
        click.echo(
            table(
                ("id", "updated", "messages", "model", "title"), [_row(one) for one in summaries]
            ),
            nl=False,
        )
    else:
        click.echo("chat-tui: no conversations yet", err=True)
    return 0


async def _read(database: Path, limit: int | None) -> "list[ConversationSummary]":
    from chat_tui.store.store import Store

    store = Store(database, tell=say)
    try:
        return await store.list(limit)
    finally:
        await store.close()


def _row(one: "ConversationSummary") -> tuple[str, ...]:
    updated = f"{one.updated.astimezone():%Y-%m-%d %H:%M}"
    model = "/".join(name for name in (one.provider, one.model) if name)
    return (one.id, updated, str(one.messages), model, one.title)
