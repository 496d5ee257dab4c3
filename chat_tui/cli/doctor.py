"""`chat-tui doctor`: what works here, what does not, and what helps."""

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Final

import click

from chat_tui import glyphs
from chat_tui.cli.options import paths_of, place_options, roster_of
from chat_tui.config.paths import Paths
from chat_tui.registry import DEFAULT as KINDS

if TYPE_CHECKING:
    from chat_tui.config.model import Config
    from chat_tui.doctor.finding import Finding
    from chat_tui.pictures.protocol import Protocol

EXIT_PROBLEM: Final = 1
NAME_CELLS: Final = 14
MARKS: Final = {
    "ok": glyphs.DONE,
    "note": glyphs.NOT_YET,
    "warning": "!",
    "problem": glyphs.FAILED,
}


@click.command(short_help="Say what works here, what does not, and what helps.")
@place_options
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> int:
    """Look at terminal, configuration, keys, providers and conversations; 1 is a problem."""
    glyphs.draw_ascii(glyphs.needs_ascii(os.environ, sys.stdout.encoding))
    found, protocol = _look(paths_of(ctx, unchecked=True), asked=not as_json and _on_terminal())
    problems = sum(one.state == "problem" for one in found)
    warnings = sum(one.state == "warning" for one in found)
    if as_json:
        import msgspec

        told = {"problems": problems, "warnings": warnings, "findings": found}
        click.echo(msgspec.json.encode(told))
    else:
        _print(found, protocol)
        click.echo(f"\n{_count(problems, 'problem')}, {_count(warnings, 'warning')}")
    return EXIT_PROBLEM if problems else 0


def _look(paths: Paths, *, asked: bool) -> "tuple[list[Finding], Protocol | None]":
    """Look at everything.

    Args:
        paths: Where everything is.
        asked: The terminal may be asked.
    """
    from chat_tui.doctor.asking import ask
    from chat_tui.doctor.configuration import (
        look_at_files,
        look_at_themes,
        read_configuration,
    )
    from chat_tui.doctor.storage import look_at_store
    from chat_tui.doctor.system import look_at_system
    from chat_tui.doctor.terminal import look_at_pictures, look_at_terminal, look_at_tmux
    from chat_tui.pictures.protocol import limit_s

    environ = os.environ
    said = ask(limit_s(environ)) if asked else None
    config, read = read_configuration(paths, KINDS)
    mode = config.app.images if config is not None else "auto"
    protocol, pictures = look_at_pictures(mode, environ, said)
    found = [
        *look_at_system(paths.data_dir, sys.stdout.encoding or ""),
        *look_at_terminal(environ, said),
        *pictures,
        *look_at_tmux(environ),
        *read,
        *look_at_files(paths),
    ]
    if config is not None:
        found += look_at_themes(config.app.theme, paths, _borrowed_themes)
        found += asyncio.run(_providers(config))
    found += look_at_store(paths.database)
    return found, protocol if asked else None


def _borrowed_themes() -> tuple[str, ...]:
    from chat_tui.themes_borrowed import borrowed_names  # with Textual behind it

    return borrowed_names()


async def _providers(config: "Config") -> "list[Finding]":
    from chat_tui.doctor.answering import look_at_providers

    roster = roster_of(config)
    try:
        return await look_at_providers(config, roster, os.environ)
    finally:
        await roster.aclose()


def _print(found: "list[Finding]", protocol: "Protocol | None") -> None:
    area = ""
    for one in found:
        if one.area != area:
            if area == "terminal" and protocol is not None:
                _print_cards(protocol)
            area = one.area
            click.echo(f"{'' if one is found[0] else chr(10)}{area}")
        click.echo(f"  {MARKS[one.state]} {one.name:<{NAME_CELLS}} {one.text}")
        if one.remedy:
            click.echo(f"    {'':<{NAME_CELLS}} {glyphs.ARROW} {one.remedy}")


def _print_cards(protocol: "Protocol") -> None:
    """Show what only an eye can judge."""
    from chat_tui.doctor.card import colour_card, picture_card
    from chat_tui.passthrough import within_tmux

    if os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb":
        return
    click.echo("    smooth from blue to red, where all colours are shown:")
    click.echo(f"    {colour_card()}", nl=False)
    instead = "" if protocol == "halfblock" else '; none, or odd signs: set images = "halfblock"'
    click.echo(f"    eight bars, from white to black, by {protocol}{instead}")
    click.echo(picture_card(protocol, in_tmux=within_tmux(os.environ)), nl=False)


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def _on_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
