import fcntl
import re
import struct
import sys
import termios
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pyte
import pytest
from rich.segment import Segment
from textual._compositor import Compositor
from textual.app import App
from textual.drivers._writer_thread import WriterThread
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.strip import Strip

from chat_tui.ids import MessageId
from chat_tui.message import Message, TextPart
from chat_tui.widgets.transcript import viewport
from chat_tui.widgets.transcript.direct_paint import DirectPainter
from chat_tui.widgets.transcript.transcript import Transcript
from tests.builders import loop_turn
from tests.e2e.program import Program
from tests.e2e.terminal import Terminal
from tests.widgets.host import Host
from tests.widgets.painting_program import PARTS, WHEN

Act = Callable[[Terminal], None]
SETTLE_S = 2.0
"""So long nothing is written any more: the screen is as it stays."""


def cells(terminal: Terminal) -> list[list[Any]]:
    """Every cell with its colours."""
    screen = terminal._screen
    return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


def words(terminal: Terminal) -> list[str]:
    return ["".join(cell.data for cell in row) for row in cells(terminal)]


def next_part(number: int) -> Act:
    def act(terminal: Terminal) -> None:
        terminal.send(" ")
        terminal.wait_until(
            lambda screen: re.search(rf"part {number}\b", screen) is not None, f"part {number}"
        )

    return act


def key(letter: str, seen: str) -> Act:
    def act(terminal: Terminal) -> None:
        terminal.send(letter)
        terminal.wait_for(seen)

    return act


def close_dialog(terminal: Terminal) -> None:
    terminal.send("\x1b")
    terminal.wait_until(lambda screen: "a dialog" not in screen, "the dialog gone")


def scroll(letter: str) -> Act:
    def act(terminal: Terminal) -> None:
        terminal.send(letter)
        terminal.wait_for("at ")

    return act


def resize(columns: int, rows: int) -> Act:
    def act(terminal: Terminal) -> None:
        terminal._screen.resize(rows, columns)
        terminal._screen.erase_in_display(2)
        fcntl.ioctl(terminal._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        terminal.wait_until(
            lambda screen: "part" in screen.splitlines()[-1] if screen else False, "the new size"
        )

    return act


def same(one: Terminal, two: Terminal) -> None:
    """Read on until both screens are the same: what is on its way may lie behind what was seen."""
    for terminal in (one, two):
        other = two if terminal is one else one
        while cells(terminal) != cells(other) and terminal._read(time.monotonic() + SETTLE_S):
            pass
    assert words(one) == words(two)
    assert cells(one) == cells(two)


def compare(tmp_path: Path, question: str, acts: Sequence[Act], *, panes: int = 1) -> None:
    """Do the same in both programs, and look at both screens after each act."""
    program = Program(tmp_path)
    here = str(Path(__file__).parents[2])
    env = {**program.env, "PYTHONPATH": here, "TZ": "UTC"}
    command = [sys.executable, "-m", "tests.widgets.painting_program"]
    with (
        Terminal([*command, "direct", question, str(panes)], env=env, cwd=tmp_path, columns=90,
                 rows=30) as one,
        Terminal([*command, "compositor", question, str(panes)], env=env, cwd=tmp_path, columns=90,
                 rows=30) as two,
    ):  # fmt: skip
        one.wait_for("ready")
        two.wait_for("ready")
        for act in acts:
            act(one)
            act(two)
            same(one, two)
        for terminal in (one, two):
            terminal.send("q")
            assert terminal.wait_exit() == 0


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("question", ["long", "code", "table"])
def test_both_ways_to_paint_show_the_same(tmp_path: Path, question: str) -> None:
    compare(tmp_path, question, [next_part(number) for number in range(1, PARTS + 2)])


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_both_ways_show_the_same_with_a_dialog_a_toast_and_other_sizes(tmp_path: Path) -> None:
    compare(
        tmp_path,
        "code",
        [
            next_part(1),
            next_part(2),
            key("m", "a dialog"),
            next_part(3),
            close_dialog,
            next_part(4),
            resize(60, 20),
            next_part(5),
            scroll("u"),
            next_part(6),
            key("t", "a toast"),
            next_part(7),
            resize(100, 40),
            next_part(8),
            next_part(9),
        ],
    )


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_both_ways_show_the_same_in_panes_beside_each_other(tmp_path: Path) -> None:
    compare(
        tmp_path,
        "code",
        [
            next_part(1),
            next_part(2),
            key("w", "wider"),
            next_part(3),
            key("z", "hidden"),
            next_part(4),
            key("z", "shown"),
            next_part(5),
            key("m", "a dialog"),
            next_part(6),
            close_dialog,
            resize(120, 20),
            next_part(7),
            next_part(8),
            next_part(9),
        ],
        panes=3,
    )


async def test_a_screen_that_cannot_be_written_to_is_painted_the_usual_way() -> None:
    widget = Transcript(measure=100)
    async with Host(widget).run_test() as pilot:
        await pilot.pause()
        painter = DirectPainter(widget)
        assert not painter.paint([])  # headless
        assert not painter.terminal_is_behind()


class Recording(HeadlessDriver):
    """A driver that remembers what is written, and says that somebody sees it."""

    text = ""
    _writer_thread: WriterThread | None = None

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.text += data
        if self._writer_thread is not None:
            self._writer_thread.write(data)


def bar(text: str) -> list[Any]:
    """The scrollbar, after so much was written."""
    screen = pyte.Screen(30, 5)
    pyte.Stream(screen).feed(text)
    return [screen.buffer[y][29] for y in range(5)]


class Missing:
    """Stands for a later Textual, in which a name of its own is gone."""

    def __set__(self, instance: object, value: object) -> None:
        pass

    def __get__(self, instance: object, owner: object) -> object:
        raise AttributeError("renamed")


def rows(widget: Transcript, text: str = "") -> list[Strip]:
    width = widget.size.width
    return [Strip([Segment(f"{text}{y}".ljust(width))]) for y in range(widget.size.height)]


@asynccontextmanager
async def painting(
    *, direct: bool = False
) -> AsyncGenerator[tuple[DirectPainter, Transcript, Recording], None]:
    widget = Transcript(measure=100, direct=direct)
    async with Host(widget).run_test(size=(30, 5)) as pilot:
        await pilot.pause()
        driver = pilot.app._driver
        recording = pilot.app._driver = Recording(pilot.app)
        try:
            yield DirectPainter(widget), widget, recording
        finally:
            pilot.app._driver = driver


async def test_all_rows_are_written_at_first_and_then_only_those_that_differ() -> None:
    async with painting() as (painter, widget, written):
        assert painter.paint(rows(widget))
        assert all(f"\x1b[{y + 1};1H{y}" in written.text for y in range(5))
        written.text = ""
        assert painter.paint(rows(widget))
        assert written.text == ""
        changed = rows(widget)
        changed[2] = rows(widget, "new")[2]
        assert painter.paint(changed)
        assert "\x1b[3;1Hnew2" in written.text
        assert written.text.count("H") == 2  # that row, and the cursor


async def test_rows_that_the_compositor_touched_are_written_again() -> None:
    async with painting() as (painter, widget, written):
        painter.paint(rows(widget))
        written.text = ""
        painter.handed_out(1, rows(widget)[1:3])
        painter.paint(rows(widget))
        assert written.text.count("H") == 3
        written.text = ""
        painter.forget()
        painter.paint(rows(widget))
        assert written.text.count("H") == 6


async def test_the_cursor_goes_to_the_edge_where_its_place_is_beyond_it() -> None:
    async with painting() as (painter, widget, written):
        widget.app.cursor_position = Offset(-3, 99)
        assert painter.paint(rows(widget))
        assert written.text.endswith("\x1b[5;1H")


async def test_the_scrollbar_goes_with_what_comes_and_stands_as_the_compositor_paints_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(viewport, "SCROLLBAR_S", 0.001)
    async with painting(direct=True) as (_painter, widget, written):
        pilot = Pilot(widget.app)
        said = TextPart("\n\n".join(f"line {line}" for line in range(40)))
        for number, by in enumerate((1, -1, 1, -1)):
            before = bar(written.text)
            if not number:
                widget.add(Message(id=MessageId("m"), role="user", parts=(said,), created=WHEN))
            widget.go_to_edge(by)
            while widget._clock.waiting or widget._scrollbar_due:
                await loop_turn()
            await pilot.pause()
            stood = bar(written.text)
            assert stood != before
            widget.screen.refresh()
            await pilot.pause()
            assert stood == bar(written.text)


async def test_frames_are_kept_together_where_the_terminal_can() -> None:
    async with painting() as (painter, widget, written):
        widget.app._sync_available = True
        painter.paint(rows(widget))
        assert written.text.startswith("\x1b[?2026h")
        assert written.text.endswith("\x1b[?2026l")


async def test_a_frame_waits_for_the_last_one_of_its_widget_and_not_for_those_of_others() -> None:
    async with painting() as (painter, widget, written):
        other = DirectPainter(widget)
        thread = written._writer_thread = WriterThread(StringIO())  # not started: it takes nothing
        other.paint(rows(widget))
        assert other.terminal_is_behind()
        assert not other.terminal_is_behind(pressing=True)
        assert not painter.terminal_is_behind()
        assert painter.paint(rows(widget))
        assert painter.terminal_is_behind()
        thread._queue.get_nowait()
        assert not other.terminal_is_behind()
        assert painter.terminal_is_behind()
        thread._queue.get_nowait()
        assert not painter.terminal_is_behind()


async def test_a_queue_that_fills_up_holds_every_frame_back() -> None:
    async with painting() as (painter, _widget, written):
        thread = written._writer_thread = WriterThread(StringIO())
        for _ in range(thread._queue.maxsize // 2 + 1):
            assert not painter.terminal_is_behind(pressing=True)
            thread.write("x")
        assert painter.terminal_is_behind()
        assert painter.terminal_is_behind(pressing=True)


async def test_what_is_covered_is_painted_the_usual_way() -> None:
    async with painting() as (painter, widget, written):
        await widget.app.push_screen(ModalScreen())
        written.text = ""
        assert not painter.paint(rows(widget))
        assert written.text == ""


async def test_what_is_hidden_is_painted_the_usual_way() -> None:
    async with painting() as (painter, widget, written):
        widget.display = False
        while widget in widget.screen._compositor.visible_widgets:
            await loop_turn()
        written.text = ""
        assert not painter.paint(rows(widget))
        assert written.text == ""


@pytest.mark.parametrize(
    ("owner", "name"),
    [(App, "_batch_count"), (Screen, "_layout_required"), (Screen, "_repaint_required"),
     (Compositor, "visible_widgets")],
)  # fmt: skip
async def test_without_what_textual_keeps_to_itself_it_is_painted_the_usual_way(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    async with painting() as (painter, widget, written):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, Missing(), raising=False)
            assert not painter.paint(rows(widget))
        assert written.text == ""
