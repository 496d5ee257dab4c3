"""`chat-tui import`: conversations of other programs, and our own documents read back."""

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import click

from chat_tui.cli.options import paths_of, place_options
from chat_tui.cli.store_news import say
from chat_tui.config.paths import Paths
from chat_tui.importing.forms import ImportForm
from chat_tui.text import clean_line

if TYPE_CHECKING:
    from chat_tui.importing.report import Report

_EVERY_S: Final = 0.1
_CLEAR: Final = "\r\x1b[K"


@click.command("import", short_help="Import conversations of a file, a folder or an archive.")
@place_options
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(get_args(ImportForm)),
    default="auto",
    show_default=True,
    help="What FILE is.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.pass_context
def import_conversations(
    ctx: click.Context, files: tuple[Path, ...], form: ImportForm, as_json: bool
) -> int:
    """Import the conversations of a file, a folder of files, or a zip archive.

    \b
    chat-tui      our JSON, with all branches
    md            our Markdown, with the assets/ beside it
    chatgpt       the data export of ChatGPT: the .zip, or its conversations.json
    claude        the data export of Claude, in the same way
    openai-jsonl  OpenAI messages: a conversation a line, or a message a line
    sharegpt      {"conversations": [{"from": ..., "value": ...}]}
    llm           the logs.db of llm

    Importing the same again changes nothing; of a conversation that has grown, what is new is
    added. What is stored is never changed.
    """  # noqa: D301 - click takes the control itself for "do not wrap"
    report = asyncio.run(_import(paths_of(ctx), files, form))
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(report.as_json()))
        return 0
    click.echo(report.summary())
    for line in report.remarks():
        click.echo(f"chat-tui: {line}", err=True)
    return 0


async def _import(paths: Paths, files: tuple[Path, ...], form: ImportForm) -> "Report":
    from chat_tui.importing.report import Report
    from chat_tui.importing.run import import_from
    from chat_tui.media.files import MediaFolder
    from chat_tui.store.store import Store

    store, media = Store(paths.database, tell=say), MediaFolder(paths.media_dir)
    report, line = Report(), _ProgressLine()
    try:
        for path in files:
            line.begin(path)
            await import_from(path, store, media, form=form, report=report, progress=line.show)
    finally:
        line.end()
        await store.close()
    return report


class _ProgressLine:
    """One line on a terminal that says how far it is; nothing elsewhere."""

    def __init__(self) -> None:
        self._drawn = False
        self._name = ""
        self._at_s = time.monotonic()

    def begin(self, path: Path) -> None:
        self._name = clean_line(path.name, 40)

    def show(self, fraction: float, report: "Report") -> None:
        now_s = time.monotonic()
        if sys.stderr is None or not sys.stderr.isatty() or now_s - self._at_s < _EVERY_S:
            return
        self._at_s, self._drawn = now_s, True
        far = f"{fraction:.0%}, " if fraction else ""
        click.echo(f"{_CLEAR}{self._name}: {far}{report.seen} conversations", nl=False, err=True)

    def end(self) -> None:
        if self._drawn:
            click.echo(_CLEAR, nl=False, err=True)
