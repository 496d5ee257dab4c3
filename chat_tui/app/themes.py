"""The theme that is shown: chosen, remembered, and put on everything that paints by itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import App

from chat_tui.app.memory import Memory
from chat_tui.config.model import DEFAULT_THEME, LIGHT_THEME
from chat_tui.config.toml_file import nearest
from chat_tui.themes import ThemeShelf, ink_styles, textual_theme
from chat_tui.widgets.picture_desk import PictureDesk
from chat_tui.widgets.transcript.ink_styles import InkStyles
from chat_tui.widgets.transcript.transcript import Transcript

if TYPE_CHECKING:
    from chat_tui.document.code.highlight import HandOut


class AppThemes:
    """Which theme the application shows."""

    def __init__(
        self,
        app: App[int],
        shelf: ThemeShelf,
        memory: Memory,
        hand_out: "HandOut",
        desk: PictureDesk,
    ) -> None:
        """Show nothing yet.

        Args:
            app: What is coloured.
            shelf: The themes that there are.
            memory: Where a choice is kept.
            hand_out: Colours the code of transcripts.
            desk: Draws their pictures.
        """
        self._app = app
        self._shelf = shelf
        self._memory = memory
        self._hand_out = hand_out
        self._desk = desk
        self._styles = InkStyles({})
        self._configured = ""

    def names(self) -> Sequence[str]:
        """Name all themes."""
        return self._shelf.names()

    def begin(self, configured: str) -> None:
        """Put on the theme that `show_first` will show, before anything has a style.

        Later all of it would be given another one, for which the start would wait.
        """
        wanted = configured or self._memory.state.theme or self._fitting()
        file = self._shelf.get(wanted)
        if file is None:
            return
        app = self._app
        app.register_theme(textual_theme(file))
        app.set_reactive(App.theme, wanted)
        app.set_class(file.dark, "-dark-mode", update=False)
        app.set_class(not file.dark, "-light-mode", update=False)
        app.add_class(f"-theme-{wanted}", update=False)
        app._refresh_truecolor_filter(app.ansi_theme)  # noqa: SLF001  # as a later theme does
        app.stylesheet.set_variables(app.get_css_variables())

    def show_first(self, configured: str) -> None:
        """Show the configured theme, else the one that was chosen last, else the one that fits."""
        self._configured = configured
        wanted = configured or self._memory.state.theme or self._fitting()
        if self._shelf.get(wanted) is None:
            hint = nearest(wanted, self._shelf.names())
            self._app.notify(f"there is no theme {wanted!r}\n{hint}", severity="warning")
            wanted = DEFAULT_THEME
        self.show(wanted)
        for warning in self._shelf.warnings:
            self._app.notify(warning, severity="warning", timeout=12)

    @property
    def follows(self) -> bool:
        """Nobody has chosen a theme: it follows the terminal's background."""
        return not (self._configured or self._memory.state.theme)

    def follow(self, *, light: bool) -> None:
        """Show the theme that fits a background, unless one has been chosen meanwhile."""
        if light != self._memory.state.light:
            self._memory.keep(light=light)
        if self.follows and self._app.theme != self._fitting():
            self.show(self._fitting())

    def let_follow(self) -> None:
        """Forget what was chosen."""
        self._memory.keep(theme="")
        self.show_first(self._configured)

    def choose(self, name: str) -> None:
        """Show a theme from now on, also after the next start."""
        self.show(name)
        self._memory.keep(theme=name)

    def pick(self) -> None:
        """Let the user choose among all themes, each shown while it is marked."""
        from chat_tui.screens.themes import ThemeScreen

        def chosen(name: str | None) -> None:
            if name is not None:
                self.choose(name)

        self._app.push_screen(ThemeScreen(self.names(), self._app.theme, self.show), chosen)

    def show(self, name: str) -> None:
        """Show a theme that there is."""
        file = self._shelf.get(name)
        assert file is not None
        # In place of one that Textual calls the same.
        self._app.register_theme(textual_theme(file))
        self._app.theme = name
        styles = ink_styles(file)
        self._styles = styles.without_colour() if self._app.no_color else styles
        for transcript in self._app.query(Transcript):
            self.dress(transcript)

    def _fitting(self) -> str:
        return LIGHT_THEME if self._memory.state.light else DEFAULT_THEME

    def dress(self, transcript: Transcript) -> None:
        """Have a transcript painted in the theme that is shown."""
        transcript.paint_with(self._styles)
        transcript.colour_by(self._hand_out)
        transcript.draw_pictures(self._desk)
