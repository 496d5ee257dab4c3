"""`chat-tui ask`: one turn, answered on stdout."""

import asyncio
import sys
from pathlib import Path

import click

from chat_tui.cli.completing import provider_names
from chat_tui.cli.options import choices_before, load_config, paths_of, place_options, roster_of


@click.command()
@place_options
@click.option(
    "-p", "--provider", metavar="NAME", help="Who answers.", shell_complete=provider_names
)
@click.option("-m", "--model", metavar="MODEL", help="The provider's model.")
@click.option("--demo", is_flag=True, help="Talk to the built-in demo; needs no key.")
@click.option("-s", "--system", metavar="SYSTEM", help="What the model is told first.")
@click.option(
    "-a",
    "--attach",
    "attachments",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="A file that goes with the prompt; may be given several times.",
)
@click.option(
    "-o",
    "output",
    metavar="PATH",
    help="Where pictures go: a file, or a folder for several; files that exist stay.",
)
@click.option("--json", "as_json", is_flag=True, help="Write events, one JSON object a line.")
@click.option("--continue", "latest", is_flag=True, help="Go on with the latest conversation.")
@click.option("--no-save", is_flag=True, help="Do not save the conversation.")
@click.argument("prompt", nargs=-1)
@click.pass_context
def ask(
    ctx: click.Context,
    provider: str | None,
    model: str | None,
    demo: bool,
    system: str | None,
    attachments: tuple[Path, ...],
    output: str | None,
    as_json: bool,
    latest: bool,
    no_save: bool,
    prompt: tuple[str, ...],
) -> int:
    """Ask, and write the answer as it comes. What stdin holds is added to PROMPT."""
    for file in attachments:
        if file.is_dir():
            raise click.UsageError(f"{str(file)!r} is a folder: attach the files in it", ctx)
        if file.exists() and not file.is_file():
            raise click.UsageError(f"{str(file)!r} is not a regular file: it is not attached", ctx)
        if not file.is_file():
            raise click.UsageError(f"no file {str(file)!r} to attach", ctx)
    if output in {"", "-"}:
        raise click.UsageError("-o takes a file or a folder", ctx)
    before = choices_before(ctx)
    provider = provider or before.provider
    paths = paths_of(ctx)
    config = load_config(paths)
    roster = roster_of(config, demo=demo or before.demo)
    if provider is not None:
        roster.require(provider)
    text = _whole_prompt(prompt)
    if not text:
        raise click.UsageError("no prompt: give it as words, or on standard input", ctx)
    from chat_tui.cli.asking import Errand, run

    errand = Errand(
        text=text,
        provider=provider,
        model=model or before.model or "",
        system=system,
        attachments=attachments,
        output=output,
        as_json=as_json,
        latest=latest or before.latest,
        save=not no_save,
    )
    return asyncio.run(run(errand, config, paths, roster))


def _whole_prompt(words: tuple[str, ...]) -> str:
    said = " ".join(words).strip()
    if sys.stdin is None or sys.stdin.isatty():
        return said
    piped = sys.stdin.buffer.read().decode("utf-8-sig", "replace").strip("\r\n")
    return "\n\n".join(part for part in (said, piped) if part.strip())
