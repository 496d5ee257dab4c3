"""`chat-tui search`: the messages in which something was said."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from chat_tui.cli.options import paths_of, place_options
from chat_tui.cli.store_news import say
from chat_tui.text import clean, clean_line, json_line

if TYPE_CHECKING:
    from chat_tui.store.search import SearchHit

LIMIT: Final = 50
_TITLE_CHARS: Final = 60


@click.command(short_help="Find messages that have all the words of QUERY.")
@place_options
@click.argument("query", nargs=-1, metavar="QUERY")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=LIMIT, show_default=True, metavar="N",
    help="The newest N hits only.",
)  # fmt: skip
@click.pass_context
def search(ctx: click.Context, query: tuple[str, ...], as_json: bool, limit: int) -> int:
    """Find messages that have all the words of QUERY, the newest first.

    Capitals and accents do not count; the last word may go on. Without a query, it lists the
    conversations.
    """
    hits = asyncio.run(_find(paths_of(ctx).database, " ".join(query), limit))
    if as_json:
        import msgspec

        click.echo(
            json_line(
                msgspec.json.encode(
                    [
                        {
                            "conversation": hit.conversation,
                            "message": hit.message,
                            "title": hit.title,
                            "snippet": hit.snippet,
                        }
                        for hit in hits
                    ]
                )
            )
        )
    elif hits:
        for hit in hits:
            click.echo(_lines(hit, styled=sys.stdout is not None and sys.stdout.isatty()))
    else:
        click.echo("chat-tui: nothing found", err=True)
    return 0


async def _find(database: Path, query: str, limit: int) -> "Sequence[SearchHit]":
    from chat_tui.store.store import Store

    store = Store(database, tell=say)
    try:
        if not await store.searches_all():
            click.echo("chat-tui: indexing what was said before; this is done once", err=True)
            await store.index_all()
        return await store.search(query, limit)
    finally:
        await store.close()


def _lines(hit: "SearchHit", *, styled: bool) -> str:
    """The conversation, and below it the line with what was found."""
    title = clean_line(hit.title, _TITLE_CHARS) or "-"
    head = f"{hit.conversation}  {title}"
    if not hit.snippet:
        return head
    pieces: list[str] = []
    at = 0
    for start, end in hit.marks:
        found = clean(hit.snippet[start:end])
        pieces += [
            clean(hit.snippet[at:start]),
            click.style(found, bold=True, underline=True) if styled else found,
        ]
        at = end
    pieces.append(clean(hit.snippet[at:]))
    return f"{head}\n    {''.join(pieces)}"
