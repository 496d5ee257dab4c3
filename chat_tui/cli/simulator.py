"""`chat-tui simulator`: the simulator of every provider, for trying things out."""

import asyncio
from typing import Final

import click

from chat_tui.errors import ConfigError

_WRITER: Final = 'base_url = "{url}/writer/v1"'
_FAL: Final = (
    'run_url = "{url}/fal/run"\nqueue_url = "{url}/fal/queue"\n'
    'model = "demo/picture"                    # demo/slow-picture takes its time'
)
_PLACES: Final = (
    ("flowapi", "flowapi", 'base_url = "{url}/v1"'),
    ("openai", "openai", 'base_url = "{url}/v1"'),
    ("flowise", "flowise", 'base_url = "{url}"\nchatflow_id = "{flow}"  # F2 has others'),
    ("writer", "writer", _WRITER),
    ("application", "writer", f'{_WRITER}\nendpoint = "application"\napplication_id = "{{app}}"'),
    ("graph", "writer", f'{_WRITER}\nendpoint = "knowledge-graph"\ngraph_ids = ["{{graph}}"]'),
    ("fal", "fal", _FAL),
    ("fal-queue", "fal", f'{_FAL}\ntransport = "queue"'),
    ("get3w", "get3w", 'base_url = "{url}/api/v3"\nmodel = "demo/picture"'),
    ("anthropic", "anthropic", 'base_url = "{url}/anthropic"\nmodel = "demo"'),
    ("gemini", "gemini", 'base_url = "{url}/gemini"\nmodel = "demo"'),
    ("ollama", "ollama", 'base_url = "{url}/ollama"\nmodel = "demo"'),
)
"""A name, its kind, and where that dialect is, as a provider's table says it."""


@click.command(short_help="Answer on this machine as the servers of every kind do.")
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
    from chat_tui.simulator.flowise import WORKFLOW
    from chat_tui.simulator.writer_account import GRAPH, RESEARCH

    found = {"url": url, "flow": WORKFLOW, "app": RESEARCH, "graph": GRAPH}
    tables = (
        f'[providers.sim-{name}]\nkind = "{kind}"\n{place.format(**found)}\n'
        for name, kind, place in _PLACES
    )
    return "\n".join(tables)


def _announce(url: str) -> None:
    click.echo(f"# The simulator listens at {url} until Ctrl+C.\n\n{configuration(url)}", nl=False)
