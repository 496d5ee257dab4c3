"""Transcripts with pictures in a terminal.

Usage: `python -m tests.pictures.showing_program MODE PANES FILE PREVIEWS...`. Keys: s a job begins,
p its next preview comes, f it ends, t a reply of many lines follows, u and d scroll, n nothing is
shown any more, b previews come four times a second to all panes until it is pressed again, k is
echoed, m opens a dialog and g a grid of pictures, escape closes it, a has a picture go along with
the next turn and x takes it away, q quits.
"""

import asyncio
import itertools
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Static

from chat_tui.document.pictures.picture_slots import draw_pictures
from chat_tui.events import Finished, ImagePreview, ImageProgress, ImageResult
from chat_tui.ids import MessageId
from chat_tui.message import Attachment, Message, TextPart
from chat_tui.pictures.wanted import can_draw
from chat_tui.resources import theme_files
from chat_tui.themes import ThemeShelf, ink_styles, textual_theme
from chat_tui.widgets.picture_desk import PictureDesk
from chat_tui.widgets.picture_grid import PictureGrid, Tile
from chat_tui.widgets.prompt.attachment_bar import AttachmentBar, FileChip
from chat_tui.widgets.prompt.attachment_pictures import AttachmentPictures
from chat_tui.widgets.transcript.transcript import Transcript

WHEN = datetime(2026, 3, 14, 14, 2, tzinfo=UTC)
REPLY = MessageId("reply")
LINES = 60


class Dialog(ModalScreen[None]):
    CSS = "Dialog { align: center middle; } Static { width: 30; height: 5; background: green; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        yield Static("a dialog")


class Grid(ModalScreen[None]):
    CSS = "Grid { align: center middle; } PictureGrid { width: 60; height: 30; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def __init__(self, desk: PictureDesk, path: str) -> None:
        super().__init__()
        self._desk, self._path = desk, path

    def compose(self) -> ComposeResult:
        grid = PictureGrid(self._desk)
        grid.show([Tile(self._path, f"picture {number}") for number in range(3)])
        yield grid


class Showing(App[None]):
    CSS = "#state { height: 1; dock: bottom; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "begin", priority=True),
        Binding("p", "preview", priority=True),
        Binding("f", "finish", priority=True),
        Binding("t", "talk", priority=True),
        Binding("u", "scroll(-3)", priority=True),
        Binding("d", "scroll(3)", priority=True),
        Binding("n", "nothing", priority=True),
        Binding("b", "busy", priority=True),
        Binding("k", "echo", priority=True),
        Binding("m", "dialog", priority=True),
        Binding("g", "grid", priority=True),
        Binding("a", "attach", priority=True),
        Binding("x", "take_away", priority=True),
        Binding("q", "quit", priority=True),
    ]

    def __init__(self, mode: str, panes: int, path: str, previews: list[bytes]) -> None:
        super().__init__()
        draw_pictures(can_draw(mode, os.environ, terminal=True, ascii_only=False))
        self.desk = self.picture_desk = PictureDesk(self, mode)
        self._path = path
        self._previews = itertools.cycle(previews or [b""])
        self._panes = [Transcript(measure=100) for _ in range(panes)]
        self._busy: asyncio.Task[None] | None = None
        self._keys = 0
        self._bar = AttachmentBar(
            unfold=lambda _text: None, leave=lambda: None, changed=lambda: None
        )

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield from self._panes
        thumbnails = AttachmentPictures(self._bar)
        self._bar.above = thumbnails.chips_changed
        yield thumbnails
        yield self._bar
        yield Static("ready", id="state")

    def on_mount(self) -> None:
        theme = ThemeShelf(theme_files(), []).get("dusk")
        assert theme is not None
        self.register_theme(textual_theme(theme))
        self.theme = theme.name
        for pane in self._panes:
            pane.paint_with(ink_styles(theme))
            pane.draw_pictures(self.desk)
            turn = Message(
                id=MessageId("turn"), role="user", parts=(TextPart("a boat"),), created=WHEN
            )
            pane.show([turn])
            pane.add(
                Message(id=REPLY, role="assistant", created=WHEN, provider="demo", model="demo")
            )

    async def on_unmount(self) -> None:
        if self._busy is not None:
            self._busy.cancel()
        await self.desk.aclose()

    def action_grid(self) -> None:
        self.push_screen(Grid(self.desk, self._path))

    def action_begin(self) -> None:
        self._feed(ImageProgress(job="j", state="running", fraction=0.5))
        self._say("begun")

    def action_preview(self) -> None:
        data = next(self._previews)
        self._feed(
            ImagePreview(job="j", index=0, media_type="image/png", data=bytes(bytearray(data)))
        )
        self._say("preview")

    def action_finish(self) -> None:
        self._feed(
            ImageResult(job="j", index=0, path=self._path, media_type="image/png", width_px=40,
                        height_px=30),
            Finished("stop"),
        )  # fmt: skip
        self._say("finished")

    def action_talk(self) -> None:
        text = "\n\n".join(f"line {number}" for number in range(LINES))
        for pane in self._panes:
            pane.add(
                Message(id=MessageId("talk"), role="user", parts=(TextPart(text),), created=WHEN)
            )
        self._say("talked")

    def action_scroll(self, rows: int) -> None:
        for pane in self._panes:
            pane.scroll_relative(y=rows, animate=False)
        self._say(f"at {self._panes[0].scroll_y:.0f}")

    def action_nothing(self) -> None:
        for pane in self._panes:
            pane.show([])
        self._say("nothing")

    def action_busy(self) -> None:
        if self._busy is None:
            self._busy = asyncio.create_task(self._send_previews())
        else:
            self._busy.cancel()
            self._busy = None
        self._say("busy" if self._busy else "idle")

    async def _send_previews(self) -> None:
        loop = asyncio.get_running_loop()
        for number in itertools.count():
            data = next(self._previews)
            self._feed(
                ImagePreview(job="j", index=number % 4, media_type="image/png",
                             data=bytes(bytearray(data)))
            )  # fmt: skip
            tick = loop.create_future()
            loop.call_later(1 / 16, tick.set_result, None)
            await tick

    def action_echo(self) -> None:
        self._keys += 1
        self._say(f"key {self._keys}.")

    def action_dialog(self) -> None:
        self.push_screen(Dialog())

    def action_attach(self) -> None:
        content = Path(self._path).read_bytes()
        picture = Attachment(
            path=self._path,
            name="lens.png",
            media_type="image/png",
            size_bytes=len(content),
            width_px=40,
            height_px=40,
        )
        self._bar.add(FileChip(picture, picture.name), self._bar.shown)
        self._say("attached")

    def action_take_away(self) -> None:
        self._bar.take_away(-1)
        self._say("taken away")

    def _feed(self, *events: ImageProgress | ImagePreview | ImageResult | Finished) -> None:
        for pane in self._panes:
            pane.feed(REPLY, events)

    def _say(self, text: str) -> None:
        self.screen_stack[0].query_one("#state", Static).update(f"{text} ({self.desk.protocol})")


if __name__ == "__main__":
    chosen, panes, file, *previews = sys.argv[1:]
    Showing(chosen, int(panes), file, [Path(each).read_bytes() for each in previews]).run()
