"""Transcripts in a terminal whose reply comes when a key is pressed: two ways to paint it.

Usage: `python -m tests.widgets.painting_program direct|compositor ANSWER [PANES]`. Space brings the
next part of the answer, m opens a dialog, escape closes it, t shows a toast, u and d scroll, w makes
the first pane wider, z hides it and shows it again, q quits.
"""

import asyncio
import sys
from datetime import UTC, datetime
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Static

from chat_tui.events import Finished, StreamEvent, TextDelta
from chat_tui.ids import MessageId
from chat_tui.message import Message, TextPart
from chat_tui.resources import theme_files
from chat_tui.simulator.demo_answers import answer
from chat_tui.themes import ThemeShelf, ink_styles, textual_theme
from chat_tui.widgets.transcript.transcript import Transcript

WHEN = datetime(2026, 3, 14, 14, 2, tzinfo=UTC)
REPLY = MessageId("reply")
PARTS = 8
DELTA_CHARS = 23


class Dialog(ModalScreen[None]):
    CSS = "Dialog { align: center middle; } Static { width: 30; height: 5; background: blue; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        yield Static("a dialog")


class Painting(App[None]):
    CSS = """
    #state { height: 1; dock: bottom; }
    #split Transcript { width: 1fr; scrollbar-size-vertical: 0; margin-left: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "next", "Next", priority=True),
        Binding("m", "dialog", "Dialog"),
        Binding("t", "toast", "Toast"),
        Binding("u", "scroll(-7)", "Up"),
        Binding("d", "scroll(7)", "Down"),
        Binding("w", "widen", "Wider"),
        Binding("z", "hide", "Hide"),
        Binding("q", "quit", "Quit", priority=True),
    ]

    def __init__(self, text: str, *, direct: bool, panes: int = 1) -> None:
        super().__init__()
        self._transcripts = [Transcript(measure=100, direct=direct) for _ in range(panes)]
        self._transcript = self._transcripts[0]
        size = len(text) // PARTS + 1
        self._parts = [text[at : at + size] for at in range(0, len(text), size)]
        self._done = 0

    def compose(self) -> ComposeResult:
        if len(self._transcripts) == 1:
            yield self._transcript
        else:
            with Horizontal(id="split"):
                yield from self._transcripts
        yield Static("ready", id="state")

    def on_mount(self) -> None:
        theme = ThemeShelf(theme_files(), []).get("dusk")
        assert theme is not None
        self.register_theme(textual_theme(theme))
        self.theme = theme.name
        for transcript in self._transcripts:
            transcript.paint_with(ink_styles(theme))
        turn = Message(
            id=MessageId("turn"), role="user", parts=(TextPart("Tell me."),), created=WHEN
        )
        for transcript in self._transcripts:
            transcript.show([turn])
            transcript.add(
                Message(id=REPLY, role="assistant", created=WHEN, provider="demo", model="demo")
            )

    def action_next(self) -> None:
        """Feed a part in deltas, each with a turn of the loop to itself."""
        self.run_worker(self._feed(), exclusive=False)

    async def _feed(self) -> None:
        events: list[StreamEvent] = []
        if self._done < len(self._parts):
            part = self._parts[self._done]
            events += [
                TextDelta(part[at : at + DELTA_CHARS]) for at in range(0, len(part), DELTA_CHARS)
            ]
        else:
            events.append(Finished("stop"))
        self._done += 1
        for event in events:
            for transcript in self._transcripts:
                transcript.feed(REPLY, [event])
            while any(transcript._clock.waiting for transcript in self._transcripts):
                await _turn()
        self._say(f"part {self._done}")

    def action_dialog(self) -> None:
        self.push_screen(Dialog())

    def action_toast(self) -> None:
        self.notify("a toast", timeout=600)

    def action_scroll(self, rows: int) -> None:
        self._transcript.scroll_relative(y=rows, animate=False)
        self._say(f"at {self._transcript.scroll_y:.0f}")

    def action_widen(self) -> None:
        self._transcript.styles.width = "2fr"
        self._say("wider")

    def action_hide(self) -> None:
        # Textual 8.2.8 makes its map when a widget is hidden, should it have none by then, and sees
        # no difference to it when it comes to painting.
        assert self.screen._compositor.full_map
        self._transcript.display = not self._transcript.display
        self._say("shown" if self._transcript.display else "hidden")

    def _say(self, text: str) -> None:
        self.screen_stack[0].query_one("#state", Static).update(text)


async def _turn() -> None:
    loop = asyncio.get_running_loop()
    turned = loop.create_future()
    loop.call_later(0.001, turned.set_result, None)
    await turned


if __name__ == "__main__":
    way, question, *panes = sys.argv[1:]
    text = answer(question, turn_number=1, images=0).text
    Painting(text, direct=way == "direct", panes=int(panes[0]) if panes else 1).run()
