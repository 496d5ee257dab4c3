"""Short messages at the edge of the screen: a few at a time, and never over what is read there."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from textual.css.query import NoMatches
from textual.notifications import Notification, Notifications
from textual.screen import Screen
from textual.widgets._toast import ToastHolder, ToastRack

from chat_tui.widgets.pane.find_bar import FindBar

if TYPE_CHECKING:
    from textual.app import App

MOST: Final = 3
FEET_ROWS: Final = 3
"""Status line, prompt and footer; a number in app.tcss is the same, and a test holds them together."""
ENOUGH_ROWS: Final = 6
"""Three messages of a line each; with so much room below, they stay where they usually are."""


class FewNotifications(Notifications):
    """The newest ones; where the same words come twice, the second ones take the first one's place."""

    def add(self, notification: Notification) -> "FewNotifications":
        for other in tuple(self):
            if _words(other) == _words(notification):
                del self[other]
        super().add(notification)
        for old in tuple(self)[:-MOST]:
            del self[old]
        return self


class Toasts:
    """Puts the messages where they cover neither a line to find in nor the keys of a dialog."""

    def __init__(self, app: "App[int]") -> None:
        """Place nothing yet."""
        self._app = app
        self._watched: WeakSet[ToastRack] = WeakSet()

    def show_on(self, screen: Screen[object]) -> None:
        """Show them on one screen alone, and place them anew whenever its layout changes."""
        for other in self._app.screen_stack:
            if other is not screen and (rack := _rack(other)) is not None:
                rack.display = False
        rack = _rack(screen)
        if rack is not None and rack.is_running and rack not in self._watched:
            self._watched.add(rack)
            screen.screen_layout_refresh_signal.subscribe(rack, self._place)

    def _place(self, screen: Screen[object]) -> None:
        rack = _rack(screen)
        if rack is None or not rack.display:
            return
        for holder in rack.query(ToastHolder):
            # A new one is blank, too, until it is mounted.
            if holder.is_mounted and not holder.children:  # its message is gone
                holder.remove()
        height = screen.size.height
        rows = sorted(_read_rows(screen))
        above = rows[0][0] if rows else 0
        below = height - FEET_ROWS - (rows[-1][1] if rows else 0)
        at_top = below < min(ENOUGH_ROWS, above)
        rack.set_class(at_top, "-top")
        most = max(1, above if at_top else below)
        if rack.styles.max_height is None or rack.styles.max_height.value != most:
            rack.styles.max_height = most


def _rack(screen: Screen[object]) -> ToastRack | None:
    try:
        return screen.get_child_by_type(ToastRack)
    except NoMatches:  # it is not there yet, or not any more
        return None


def _read_rows(screen: Screen[object]) -> Iterator[tuple[int, int]]:
    """The first row, and the one after the last, of what must stay in sight."""
    bars = [bar for bar in screen.query(FindBar) if bar.is_open]
    for widget in (*bars, *screen.query(".note")):
        region = widget.region.intersection(screen.region)
        if region.area:
            yield region.y, region.bottom


def _words(notification: Notification) -> tuple[str, str, str]:
    return notification.title, notification.message, notification.severity
