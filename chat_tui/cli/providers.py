"""`chat-tui providers`: who can answer."""

import asyncio

import click

from chat_tui.cli.options import choices_before, load_config, paths_of, place_options, roster_of
from chat_tui.cli.table import table
from chat_tui.roster.listing import Listing
from chat_tui.roster.roster import Roster
from chat_tui.text import json_line


@click.command()
@place_options
@click.option("--check", is_flag=True, help="Ask each server, too.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.pass_context
def providers(ctx: click.Context, check: bool, as_json: bool) -> int:
    """List the providers, and whether they are ready."""
    config = load_config(paths_of(ctx))
    roster = roster_of(config, demo=choices_before(ctx).demo)
    listings = asyncio.run(_look(roster, check=check))
    if as_json:
        import msgspec

        click.echo(json_line(msgspec.json.encode(listings)))
    else:
        click.echo(
            table(
                ("name", "kind", "model", "state", "reason"),
                [(one.name, one.kind, one.model, one.state, one.reason) for one in listings],
            ),
            nl=False,
        )
    return 0


async def _look(roster: Roster, *, check: bool) -> tuple[Listing, ...]:
    try:
        if not check:
            return await roster.listings()
        return tuple(await asyncio.gather(*(roster.check(name) for name in roster.names())))
    finally:
        await roster.aclose()
