"""`chat-tui export`: conversations as documents."""

import asyncio
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from chat_tui.cli.completing import conversation_ids
from chat_tui.cli.options import paths_of, place_options
from chat_tui.cli.store_news import say
from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.exporting import Document, document, export_to, joined, write_document
from chat_tui.ids import ConversationId
from chat_tui.transcripts.forms import FORMS, Form, form_of

if TYPE_CHECKING:
    from chat_tui.store.store import Store

_STDOUT: Final = Path("-")


@click.command()
@place_options
@click.argument("which", metavar="ID|last|all", shell_complete=conversation_ids)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    help="Else as the name of PATH ends; Markdown where it does not say.",
)
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="PATH", help="A file, or a folder."
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
@click.pass_context
def export(
    ctx: click.Context, which: str, form: Form | None, output: Path | None, force: bool
) -> int:
    """Write a conversation as a document: to PATH, else to stdout.

    \b
    md     Markdown; its pictures go into assets/ beside it
    json   all branches, nothing lost
    jsonl  OpenAI messages, a conversation a line
    html   one page with its pictures in it
    txt    plain text

    The start of an id will do. With `all`, PATH is a folder for a file each; for jsonl it is one
    file, or a folder for it.
    """  # noqa: D301 - click takes the control itself for "do not wrap"
    if form is None:
        form = (form_of(output) if output is not None else None) or "md"
    conversations = asyncio.run(_read(paths_of(ctx).database, which))
    if output is None or output == _STDOUT:
        if len(conversations) > 1 and form != "jsonl":
            raise click.UsageError(f"{len(conversations)} conversations need a folder: -o DIR", ctx)
        made = joined([document(one, form, beside=False) for one in conversations])
        _write_out(made.data)
        _remark(made)
        return 0
    if form == "jsonl" and which == "all":
        target = output / "conversations.jsonl" if output.is_dir() else output
        if not force:
            _refuse_taken([target])
        made = joined([document(one, form) for one in conversations])
        asyncio.run(write_document(made, target, overwrite=force))
        click.echo(str(target))
        _remark(made)
        return 0
    if which == "all" or output.is_dir():
        names = _names(conversations, f".{form}")
        targets = [output / name for name in names]
    else:
        targets = [output]
    if not force:
        _refuse_taken(targets)
    if which == "all":
        _make_folder(output)
    asyncio.run(_save(conversations, targets, form, force=force))
    return 0


async def _read(database: Path, which: str) -> list[Conversation]:
    from chat_tui.store.store import Store

    store = Store(database, tell=say)
    try:
        return [await store.load(one) for one in await _ids(store, which)]
    finally:
        await store.close()


async def _ids(store: "Store", which: str) -> list[ConversationId]:
    if which == "all":
        return [one.id for one in await store.list()]
    return [await store.find(which)]


def _names(conversations: Sequence[Conversation], suffix: str) -> list[str]:
    """A name each; those that would share one on some file system get a part of their id."""
    from chat_tui.transcripts.write import suggested_name

    names = [suggested_name(conversation, suffix) for conversation in conversations]
    times = Counter(_folded(name) for name in names)
    return [
        name
        if times[_folded(name)] == 1
        else f"{name.removesuffix(suffix)}-{conversation.id[-8:]}{suffix}"
        for name, conversation in zip(names, conversations, strict=True)
    ]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFD", name).casefold()


def _refuse_taken(targets: Sequence[Path]) -> None:
    """Look before anything is written, so that a refusal leaves nothing half done."""
    taken = [path for path in targets if path.is_symlink() or path.exists()]
    if taken:
        more = f", and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise TranscriptError(f"{taken[0]} already exists{more}", hint="--force replaces it")


def _make_folder(folder: Path) -> None:
    from chat_tui.config.paths import private_dir

    try:
        private_dir(folder)
    except OSError as error:
        raise TranscriptError(f"cannot make the folder {folder}: it is not one") from error


async def _save(
    conversations: Sequence[Conversation], targets: Sequence[Path], form: Form, *, force: bool
) -> None:
    for conversation, path in zip(conversations, targets, strict=True):
        made = await export_to(conversation, form, path, overwrite=force)
        click.echo(str(path))
        _remark(made)


def _remark(made: Document) -> None:
    for remark in made.remarks:
        click.echo(f"chat-tui: {remark}", err=True)


def _write_out(document: bytes) -> None:
    if sys.stdout is None:
        raise TranscriptError("standard output is closed", hint="-o PATH writes a file")
    sys.stdout.buffer.write(document)
    sys.stdout.buffer.flush()
