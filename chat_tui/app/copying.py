"""What is copied goes by every route that there is, and the user is told which."""

from collections.abc import Callable, Mapping

from textual.app import App


async def copy_and_tell(
    app: App[int],
    text: str,
    *,
    what: str = "",
    environ: Mapping[str, str],
    write: Callable[[str], None],
) -> None:
    """Copy a text.

    Args:
        app: Where is told.
        text: What is copied.
        what: What it is, in words; its length is told when left out.
        environ: Says which routes there are.
        write: Writes a control sequence to the terminal.
    """
    from chat_tui.clipboard import copy, describe

    report = await copy(text, environ=environ, write=write)
    app.notify(
        describe(report, what),
        severity="information" if report.used or not text else "warning",
    )
