"""What the application tells the user and the terminal; also that it made a mistake and goes on."""

from collections.abc import Mapping

from rich.text import Text
from textual import on
from textual.notifications import SeverityLevel

from chat_tui.app.copying import copy_and_tell
from chat_tui.app.crashes import Crashes
from chat_tui.app.fitting import FittingApp
from chat_tui.app.toasts import FewNotifications, Toasts
from chat_tui.config.paths import Paths
from chat_tui.text import clean, clean_line
from chat_tui.widgets.background import run_in_background
from chat_tui.widgets.copying import CopyWanted
from chat_tui.widgets.terminal.egress import guard_terminal


class TellingApp(FittingApp):
    """Nothing that it tells is markup, and no mistake of ours ends it if it can go on."""

    def __init__(self, paths: Paths, environ: Mapping[str, str]) -> None:
        """Tell nothing yet.

        Args:
            paths: Where reports of mistakes go.
            environ: Says by which routes can be copied.
        """
        super().__init__()
        guard_terminal()
        self._notifications = FewNotifications()
        self._toasts = Toasts(self)
        self.crashes = Crashes(self, paths.state_dir / "crashes")
        self._log_file = paths.log_file
        self._environ = environ

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a short message; never as markup, since it may quote anything."""
        del markup
        super().notify(
            clean(message),
            title=clean_line(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def _refresh_notifications(self) -> None:
        super()._refresh_notifications()
        if self.screen_stack:
            self._toasts.show_on(self.screen_stack[-1])

    def copy_to_clipboard(self, text: str) -> None:
        """Copy by every route there is, and say which; text fields copy by this, too."""
        self._copy(text, "")

    @on(CopyWanted)
    def _on_copy_wanted(self, event: CopyWanted) -> None:
        event.stop()
        self._copy(event.text, event.what)

    def _copy(self, text: str, what: str) -> None:
        self._clipboard = text
        write = self.write_to_terminal
        run_in_background(
            self, "copy", copy_and_tell, self, text, what=what, environ=self._environ, write=write
        )

    def write_to_terminal(self, sequence: str) -> None:
        """Write a sequence of ours, past what is painted."""
        if self._driver is not None:
            self._driver.write(sequence)
            self._driver.flush()

    def _handle_exception(self, error: Exception) -> None:
        """Go on, if possible: Textual would end here."""
        if not self.crashes.contain(error, "chat-tui"):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Say that we failed. Textual's own report prints local variables: a key may be in one."""
        error = self._exception or RuntimeError("nothing is known")
        path = self.crashes.write(error, "chat-tui") or self._log_file
        self.panic(Text(clean(f"chat-tui made a mistake and had to stop; details: {path}")))
