"""`chat-tui repro`: what a saved picture was made with, and the same again."""

import asyncio
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from chat_tui.cli.options import load_config, paths_of, place_options, roster_of
from chat_tui.errors import MediaError
from chat_tui.media.recipe import Recipe
from chat_tui.text import clean, clean_line
from chat_tui.transcripts.redact import MASK


@click.command(short_help="Print what made a picture, or make it again.")
@place_options
@click.option("--run", "again", is_flag=True, help="Ask again, with the same seed.")
@click.option("-p", "--provider", metavar="NAME", help="With --run: who answers, instead.")
@click.option("-o", "output", metavar="PATH", help="With --run: where the picture goes.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_context
def repro(
    ctx: click.Context, again: bool, provider: str | None, output: str | None, file: Path
) -> int:
    """Print what made the picture FILE: a command that asks for it, and the settings as TOML.

    FILE is a copy that chat-tui saved.
    """
    if not again and (output is not None or provider is not None):
        raise click.UsageError("-o and -p go with --run", ctx)
    if output in {"", "-"}:
        raise click.UsageError("-o takes a file or a folder", ctx)
    recipe = _recipe(file)
    if again:
        return _ask_again(ctx, file, recipe, provider or recipe.provider, output)
    click.echo(_command(recipe))
    click.echo()
    click.echo(_settings(recipe), nl=False)
    return 0


def _recipe(file: Path) -> Recipe:
    from chat_tui.media.metadata import recipe_of_file

    try:
        return recipe_of_file(file)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "not a name of a file"
        raise MediaError(f"{str(file)!r} cannot be read: {reason.lower()}") from error


def _command(recipe: Recipe) -> str:
    """The command line; its words are cleaned, since they are printed and come from a file."""
    words = ["chat-tui", "ask"]
    if recipe.provider:
        words += ["-p", clean_line(recipe.provider)]
    if recipe.model:
        words += ["-m", clean_line(recipe.model)]
    return shlex.join([*words, "--", clean(recipe.prompt)])


def _settings(recipe: Recipe) -> str:
    """The same as TOML, with the table that a provider in the configuration takes."""
    import tomli_w

    said = {
        "created": recipe.created,
        "provider": recipe.provider,
        "model": recipe.model,
        "prompt": recipe.prompt,
        "revised_prompt": recipe.revised_prompt,
        "size": recipe.size,
    }
    document: dict[str, object] = {name: value for name, value in said.items() if value}
    if parameters := wanted(recipe):
        document["providers"] = {recipe.provider or "NAME": {"parameters": parameters}}
    return tomli_w.dumps(_printable(document))


def wanted(recipe: Recipe) -> Mapping[str, object]:
    """The parameters of a request for the same picture."""
    parameters = {
        name: value
        for name, value in recipe.parameters.items()  # a masked key is of no use
        if MASK not in json.dumps(value, ensure_ascii=False, default=str)
    }
    if recipe.seed is not None:
        parameters["seed"] = recipe.seed
    return parameters


def _printable(value: Any) -> Any:
    """Clean what comes from a file; TOML has no null."""
    match value:
        case dict():
            return {
                clean_line(key): _printable(inner)
                for key, inner in value.items()
                if inner is not None
            }
        case list():
            return [_printable(inner) for inner in value if inner is not None]
        case str():
            return clean(value)
        case _:
            return value


def _ask_again(
    ctx: click.Context, file: Path, recipe: Recipe, provider: str, output: str | None
) -> int:
    if not recipe.prompt:
        raise MediaError(f"{str(file)!r} does not say what was asked for")
    if not provider:
        raise MediaError(f"{str(file)!r} does not name a provider", hint="-p NAME says who answers")
    paths = paths_of(ctx)
    config = load_config(paths)
    roster = roster_of(config)
    roster.require(provider)
    from chat_tui.cli.asking import Errand, run

    errand = Errand(
        text=recipe.prompt,
        provider=provider,
        model=recipe.model if provider == recipe.provider else "",
        system=None,
        attachments=(),
        output=output,
        as_json=False,
        latest=False,
        save=True,
        parameters=wanted(recipe),
    )
    return asyncio.run(run(errand, config, paths, roster))
