"""An input of several lines in which earlier texts can be had back."""

from collections.abc import Iterable

from chat_tui.text import clean
from chat_tui.widgets.clean_area import CleanArea


class RecallingArea(CleanArea):
    """Earlier texts are shown in place of the one that is being written, which is not lost."""

    _unread: Iterable[str] = ()
    """Earlier still; only read when somebody goes back, since there may be very many."""
    _back = 0
    """How many texts back the shown one is; 0 is the one being written."""
    _draft = ""

    _earlier: list[str]

    @property
    def own_text(self) -> str:
        """What is being written, also while an earlier prompt is shown in its place."""
        return self._draft if self._back else self.text

    def remember(self, prompts: Iterable[str]) -> None:
        """Set the earlier prompts, oldest first; what is being written stays.

        Args:
            prompts: Read when they are needed, once.
        """
        if self._back:
            self._show_earlier(0)
        self._earlier, self._unread = [], prompts

    def _prompts(self) -> list[str]:
        """All earlier prompts."""
        self._earlier[:0] = map(clean, self._unread)
        self._unread = ()
        return self._earlier

    def _show_earlier(self, back: int) -> None:
        self._back = back
        self.text = self._prompts()[-back] if back else self._draft
        self.move_cursor(self.document.end)

    def _recall_earlier(self) -> None:
        """Move up; from the first row, to the earlier text."""
        first = self.navigator.is_first_wrapped_line(self.cursor_location)
        if first and self._back < len(self._prompts()):
            if not self._back:
                self._draft = self.text
            self._show_earlier(self._back + 1)
        else:
            self.action_cursor_up()

    def _recall_later(self) -> None:
        """Move down; from the last row, to the later text."""
        at_end = self.navigator.is_last_wrapped_line(self.cursor_location)
        if at_end and self._back:
            self._show_earlier(self._back - 1)
        else:
            self.action_cursor_down()
