"""A mouse over the transcript, and clipboard and browser programs that keep what they get."""

from pathlib import Path

from textual.pilot import Pilot

from tests.app.desk import Desk, chat, transcript_rows, until

Cell = tuple[int, int]


def cell(pilot: Pilot[int], text: str) -> Cell:
    """Column and row, in the viewport, of where a text begins that is shown once."""
    ((y, row),) = [(y, row) for y, row in enumerate(transcript_rows(pilot)) if text in row]
    return row.index(text), y


def last_cell(pilot: Pilot[int], text: str) -> Cell:
    x, y = cell(pilot, text)
    return x + len(text) - 1, y


async def drag(pilot: Pilot[int], start: Cell, *way: Cell) -> None:
    transcript = chat(pilot).pane.transcript
    await pilot.mouse_down(transcript, offset=start)
    for to in way:
        await pilot.hover(transcript, offset=to)
    await pilot.mouse_up(transcript, offset=way[-1] if way else start)
    await pilot.pause()


async def select(pilot: Pilot[int], text: str) -> None:
    """Draw over a text that is shown once."""
    await drag(pilot, cell(pilot, text), last_cell(pilot, text))


async def click(pilot: Pilot[int], at: Cell, times: int = 1) -> None:
    await pilot.click(chat(pilot).pane.transcript, offset=at, times=times)
    await pilot.pause()


def selected(pilot: Pilot[int]) -> str:
    return chat(pilot).pane.transcript.selected_text


def cursor_rows(pilot: Pilot[int]) -> list[str]:
    """What stands beside the bar of the cursor, in sight."""
    return [row[3:] for row in transcript_rows(pilot) if row[1:2] == "┃"]


def keep(desk: Desk, program: str, *, given: str = "/bin/cat") -> Path:
    """Put a program on the desk that keeps its input; the file with it is returned."""
    kept = desk.folder / f"{program}.kept"
    path = desk.folder / program
    path.write_text(f"#!/bin/sh\n{given} > {kept}.new && /bin/mv {kept}.new {kept}\n", "utf-8")
    path.chmod(0o755)
    desk.environ |= {"PATH": str(desk.folder), "WAYLAND_DISPLAY": "wayland-0"}
    return kept


def keep_browser(desk: Desk) -> Path:
    """Put a browser on the desk that keeps the address it is to open."""
    desk.environ["BROWSER"] = f"{desk.folder}/browse %s"
    return keep(desk, "browse", given='echo "$1"')


async def kept_text(pilot: Pilot[int], kept: Path) -> str:
    await until(pilot, lambda: bool(_read(kept)))
    return _read(kept)


def _read(kept: Path) -> str:
    return kept.read_text("utf-8") if kept.exists() else ""
