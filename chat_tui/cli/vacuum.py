"""`chat-tui vacuum`: the data folder gives back the room of what is gone."""

import asyncio
from typing import TYPE_CHECKING

import click

from chat_tui.cli.options import paths_of, place_options
from chat_tui.cli.store_news import say
from chat_tui.config.paths import Paths

if TYPE_CHECKING:
    from chat_tui.media.sweeping import Swept


@click.command(short_help="Empty the bin, sweep media, and shrink the database.")
@place_options
@click.pass_context
def vacuum(ctx: click.Context) -> int:
    """Empty the bin of what is in it for over 30 days, sweep media, and shrink the database."""
    from chat_tui.media.sweeping import folder_bytes
    from chat_tui.store.vacuum import size_bytes

    paths = paths_of(ctx)
    if not paths.database.exists():
        click.echo("there is nothing yet")
        return 0
    before = size_bytes(paths.database), folder_bytes(paths.media_dir)
    swept = asyncio.run(_tidy(paths))
    after = size_bytes(paths.database), folder_bytes(paths.media_dir)
    click.echo(f"conversations: {before[0]:,} bytes before, {after[0]:,} after")
    click.echo(f"media: {before[1]:,} bytes before, {after[1]:,} after; {_words(swept)}")
    return 0


async def _tidy(paths: Paths) -> "Swept":
    from chat_tui.housekeeping import sweep_media
    from chat_tui.store.store import Store
    from chat_tui.store.vacuum import vacuum as shrink

    store = Store(paths.database, tell=say)
    try:
        await store.tidy()
        swept = await sweep_media(store, paths.media_dir)
        await asyncio.to_thread(shrink, paths.database)  # still open, so that nobody mends it
        return swept
    finally:
        await store.close()


def _words(swept: "Swept") -> str:
    if not swept.files:
        return "nothing to sweep"
    return f"{swept.files} {'file' if swept.files == 1 else 'files'} swept"
