"""`/import`: conversations of a file come into the store while the talk goes on."""

from pathlib import Path

from textual.app import App

from chat_tui.app.errors import told
from chat_tui.errors import ChatTuiError
from chat_tui.importing.report import Report
from chat_tui.importing.run import import_from
from chat_tui.media.files import MediaFolder
from chat_tui.store.store import Store
from chat_tui.text import clean_line
from chat_tui.widgets.background import run_in_background

_STEP = 0.25
"""How often it is said how far a long import is: at each quarter."""
_MOST_REMARKS = 4


def import_in_background(app: App[int], store: Store, path: Path) -> None:
    """Import, and say what came of it.

    Args:
        app: Where it is said.
        store: Where conversations go; the media folder stands beside it.
        path: A file, a folder or an archive.
    """
    run_in_background(app, "import", _import, app, store, path)


async def _import(app: App[int], store: Store, path: Path) -> None:
    name = clean_line(path.name, 60)
    said = 0.0

    def progress(fraction: float, report: Report) -> None:
        nonlocal said
        if fraction >= said + _STEP and fraction < 1:
            said = fraction
            app.notify(f"importing {name}: {fraction:.0%}, {report.seen} conversations")

    media = MediaFolder(store.path.with_name("media"))
    report = Report()
    try:
        await import_from(path, store, media, report=report, progress=progress)
    except ChatTuiError as error:
        app.notify(told(error), severity="warning", timeout=12)
        if not report.seen:
            return
    remarks = report.remarks()
    if len(remarks) > _MOST_REMARKS:
        more = len(remarks) - _MOST_REMARKS
        remarks = [*remarks[:_MOST_REMARKS], f"and {more} more: `chat-tui import` lists them"]
    app.notify("\n".join([report.summary(), *remarks]), timeout=12)
