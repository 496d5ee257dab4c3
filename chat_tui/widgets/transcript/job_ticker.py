"""The slow clock of a transcript: rows that count seconds are painted again while nothing comes."""

from typing import TYPE_CHECKING, Final

from textual.timer import Timer

from chat_tui.document.rows import Place

if TYPE_CHECKING:
    from chat_tui.widgets.transcript.transcript import Transcript

TICK_S: Final = 0.5


class JobTicker:
    """Looks twice a second at the messages that were fed; it stands still when none counts."""

    def __init__(self, transcript: "Transcript") -> None:
        self._transcript = transcript
        self._watched: set[int] = set()
        self._timer: Timer | None = None

    def watch(self, number: int) -> None:
        """Something of a message came."""
        if number in self._watched or not self._transcript.rows.ticks(number):
            return
        self._watched.add(number)
        if self._timer is None:
            self._timer = self._transcript.set_interval(TICK_S, self.tick)
        self._timer.resume()

    def forget(self) -> None:
        """Other messages are shown, with other numbers."""
        self._watched.clear()

    def tick(self) -> None:
        """Paint the rows that count."""
        places: list[Place] = []
        for number in sorted(self._watched):
            rows = self._transcript.rows
            if rows.ticks(number):
                places += [Place(number, row) for row in rows.ticking(number)]
            else:
                self._watched.discard(number)
        if places:
            self._transcript.look_again(places)
        if not self._watched and self._timer is not None:
            self._timer.pause()
