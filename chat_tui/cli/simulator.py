"""`chat-tui simulator`: the simulator of every provider, for trying things out."""

import asyncio
from typing import Final

import click

from chat_tui.errors import ConfigError

_PLACES: Final = (
    ("flowapi", 'base_url = "{url}/v1"'),
    ("openai", 'base_url = "{url}/v1"'),
    ("flowise", 'base_url = "{url}"'),
    ("writer", 'base_url = "{url}/writer/v1"'),
    ("fal", 'run_url = "{url}/fal/run"\nqueue_url = "{url}/fal/queue"'),
    ("get3w", 'base_url = "{url}/api/v3"'),
    ("anthropic", 'base_url = "{url}/anthropic"\nmodel = "demo"'),
    ("gemini", 'base_url = "{url}/gemini"\nmodel = "demo"'),
    ("ollama", 'base_url = "{url}/ollama"\nmodel = "demo"'),
)
"""Where each dialect is, as a provider's table says it."""


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="0 takes a free one."
)
def simulator(port: int) -> int:
    """Answer on this machine as the servers of every kind do, until interrupted.

    What it prints can be put into a configuration.
    """
    from chat_tui.simulator.server import serve

    try:
        asyncio.run(serve(port, announce=_announce))
    except OSError as error:
        raise ConfigError(
            f"port {port} cannot be used: {(error.strerror or str(error)).lower()}",
            hint="another --port, or 0 for a free one",
        ) from error
    return 0


def configuration(url: str) -> str:
    """Write the providers' tables for a simulator.

    Args:
        url: Where it listens, without a path.
    """
    tables = (
        f'[providers.sim-{kind}]\nkind = "{kind}"\n{place.format(url=url)}\n'
        for kind, place in _PLACES
    )
    return "\n".join(tables)


def _announce(url: str) -> None:
    click.echo(f"# The simulator listens at {url} until Ctrl+C.\n\n{configuration(url)}", nl=False)
