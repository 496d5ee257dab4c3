"""The status line of a pane: who answers, what the reply is doing, what it cost."""

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message as TextualMessage
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from chat_tui import glyphs
from chat_tui.model_names import shown_model
from chat_tui.streaming.meter import ReplyMeter
from chat_tui.text import clean_line
from chat_tui.widgets.transcript.direct_paint import DirectPainter
from chat_tui.widgets.transcript.ground import Ground

TICK_S = 0.25


class StatusLine(Widget):
    """One row, drawn into the rule between the transcript and the prompt."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1; color: $text-muted;
        & > .status-line--rule { color: $border; }
        & > .status-line--warning { color: $warning; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"status-line--rule", "status-line--warning"}

    class EndWanted(TextualMessage):
        """The mouse wants to see what is new below."""

    def __init__(self) -> None:
        super().__init__()
        self._who = ""
        self._named = True
        self._warning = ""
        self._note = ""
        self._mode = ""
        self._new_below = False
        self._meter: ReplyMeter | None = None
        self._timer: Timer | None = None
        self._ticks = 0
        self._percent = ""
        self._painter = DirectPainter(self)
        self._ground: Ground | None = None
        self._looks: dict[str, Style] = {}
        self._answers = ("", "")
        self.window_of: Callable[[str, str], int | None] = lambda _provider, _model: None
        """Says how many tokens a provider's model takes in, where that is known."""

    @property
    def line(self) -> str:
        """What the line says, without its rule."""
        return "  ".join(word for word in (*self._left(), *self._right()) if word)

    @property
    def who(self) -> str:
        """Who answers next."""
        return self._who

    def name_who(self, named: bool) -> None:
        """Say who answers, or leave that to somebody else."""
        self._named = named
        self.refresh()

    def answered_by(self, provider: str, model: str) -> None:
        """Say who answers next."""
        self._answers = (provider, model)
        words = (provider, shown_model(provider, model))
        self._who = f" {glyphs.DOT} ".join(clean_line(word) for word in words if word)
        self.refresh()

    def name_again(self) -> None:
        """Names of models have become known."""
        self.answered_by(*self._answers)

    def watch_reply(self, meter: ReplyMeter | None) -> None:
        """Show how a reply goes, until another one; null shows none."""
        self._meter = meter
        self._new_below = False
        if self._timer is None:
            self._timer = self.set_interval(TICK_S, self._tick, pause=True)
        if meter is not None and meter.running:
            self._timer.resume()
        else:
            self._timer.pause()
        self.refresh()

    def reply_changed(self) -> None:
        """Something came; the clock paints what need not be seen at once."""
        if self._meter is None:
            return
        before, self._percent = self._percent, self._meter.percent
        if not self._meter.running:
            if self._timer is not None:
                self._timer.pause()
            self.refresh()
        elif self._percent != before and self.is_attached:  # the picture shows the same number
            self._paint()

    def on_click(self, event: events.Click) -> None:
        new = self._right()[-1]
        if new and event.x >= self.size.width - cell_len(new) - 2:
            self.post_message(self.EndWanted())

    def new_below(self, new: bool) -> None:
        """Say that there is more below what the reader sees."""
        if new is not self._new_below:
            self._new_below = new
            self.refresh()

    def warn(self, text: str) -> None:
        """Show a standing warning, such as that nothing is saved; empty takes it away."""
        self._warning = clean_line(text)
        self.refresh()

    def note(self, text: str) -> None:
        """Say what can be done now; empty takes it away."""
        self._note = clean_line(text)
        self.refresh()

    def show_mode(self, mode: str) -> None:
        """Say what keys mean in the prompt, as in vi; empty where they are as everywhere."""
        if mode != self._mode:
            self._mode = mode
            self.refresh()

    def render_line(self, y: int) -> Strip:
        return self._row(self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        self._painter.forget()
        return super().render_lines(crop)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ground = None
        self._looks.clear()

    def _look(self, name: str) -> Style:
        """The style of a part, or of the line itself; dear to ask for."""
        if name not in self._looks:
            style = self.get_component_rich_style(name) if name else self.rich_style
            self._looks[name] = style
        return self._looks[name]

    def _row(self, width: int) -> Strip:
        rule = self._look("status-line--rule")
        left, right = self._on_rule(self._left(), rule), self._on_rule(self._right(), rule)
        if (over := Segment.get_line_length(left) - width) > 0:  # and more than the model
            left = self._on_rule(self._left(max(1, len(self._who) - over)), rule)
        free = width - Segment.get_line_length([*left, *right])
        if free < 1:  # on a narrow screen the state matters more than the totals
            right, free = [], max(0, width - Segment.get_line_length(left))
        return Strip([*left, Segment(str(glyphs.RULE) * free, rule), *right]).adjust_cell_length(
            width, rule
        )

    def _on_rule(self, words: tuple[str, ...], rule: Style) -> list[Segment]:
        segments: list[Segment] = []
        for word in filter(None, words):
            style = self._look("")
            if word is self._warning:
                style = self._look("status-line--warning")
            segments += [Segment(f"{glyphs.RULE} ", rule), Segment(f"{word} ", style)]
        return segments

    def _left(self, who_chars: int | None = None) -> tuple[str, ...]:
        who = self._who if who_chars is None else clean_line(self._who, who_chars)
        return (self._mode.upper(), who if self._named else "", self._state())

    def _right(self) -> tuple[str, ...]:
        totals = self._meter.totals if self._meter is not None else ""
        totals = f" {glyphs.DOT} ".join(filter(None, [totals, self._window_used()]))
        return (self._warning, self._note, totals, f"{glyphs.DOWN} new" if self._new_below else "")

    def _window_used(self) -> str:
        """How much of what the model can take in is taken, where both are known."""
        used = self._meter.context_tokens if self._meter is not None else 0
        window = self.window_of(*self._answers) if used else None
        return f"{used / window:.0%} of {_tokens(window)}" if window else ""

    def _state(self) -> str:
        if self._meter is None:
            return ""
        if not self._meter.running:
            return self._meter.state
        frames = str(glyphs.SPINNER)
        turn = self._ticks if self.app.animation_level != "none" else 0
        return f"{frames[turn % len(frames)]} {self._meter.state}"

    def _tick(self) -> None:
        self._ticks += 1
        self._paint()

    def _paint(self) -> None:
        if self._ground is None:
            self._ground = Ground(self)
        strip = self._row(self.size.width)
        if not self._painter.paint([Strip(self._ground.filtered(strip), strip.cell_length)]):
            self.refresh()


def _tokens(window: int) -> str:
    """Write the size of a context window as people say it, such as `128k` or `1M`."""
    return f"{window / 1e6:.3g}M" if window >= 999_500 else f"{window / 1000:,.0f}k"
