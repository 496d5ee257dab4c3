"""What was found and done to the database, as the command line says it: a line on stderr."""

import click

from chat_tui.text import clean_line


def say(line: str) -> None:
    """Write a line on stderr."""
    click.echo(f"chat-tui: {clean_line(line, 1000)}", err=True)
