"""Settings of the program: what they are now, where that comes from, and how they are changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, get_args

import msgspec

from chat_tui.config.chosen import with_chosen
from chat_tui.config.model import AppSection, ImageMode, NotifyMode
from chat_tui.screens.preferences import Preference, PreferencesScreen, Value
from chat_tui.widgets.prompt.prompt import Prompt
from chat_tui.widgets.transcript.transcript import Transcript

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp
    from chat_tui.app.wiring import Wiring

LATER: Final = "from the next start"
_USUAL: Final = AppSection()
_MEASURES: Final = (0, 60, 72, 80, 100, 120, 140)
_BUDGETS_USD: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


class AppPreferences:
    """Changes what the last choices keep; the user's own file is only read."""

    def __init__(self, app: "ChatApp", wiring: "Wiring") -> None:
        self._app = app
        self._wiring = wiring

    def show(self) -> None:
        """Open the settings."""
        path = str(self._wiring.paths.config_file)
        self._app.push_screen(PreferencesScreen(self.list, self.change, path))

    def list(self) -> Sequence[Preference]:
        """List all settings as they are now."""
        app = self._wiring.config.app
        themes = [Value("", "as the terminal's background"), *map(_word, self._app.themes.names())]
        theme = app.theme or self._wiring.memory.state.theme
        providers = [Value(None, "the last one used"), *map(_word, self._wiring.roster.names())]
        return (
            self._one("theme", "colours", theme, themes),
            self._one("provider", "provider", app.provider, providers, LATER),
            self._one("measure", "text width", app.measure, _measures(app.measure), number=True),
            self._one("images", "pictures", app.images, _images(), LATER),
            self._one("notify", "tell when done", app.notify, _notify()),
            self._one("vi_keys", "keys of vi", app.vi_keys, _switch()),
            self._one("ascii", "ASCII alone", app.ascii, _ascii(), LATER),
            self._one(
                "budget_usd_per_day",
                "day's budget",
                app.budget_usd_per_day,
                _budgets(app.budget_usd_per_day),
                number=True,
            ),
        )

    def change(self, name: str, value: object) -> str:
        """Set something, remember it, and have it count at once where that can be.

        Returns:
            Why it could not be set; empty where it was.
        """
        if name in self._wiring.options.config.set_in_file:
            return "your configuration file sets it"
        if name == "theme":
            self._change_theme(str(value))
            return ""
        memory = self._wiring.memory
        if value == getattr(_USUAL, name):
            value = None
        table = msgspec.to_builtins(memory.state.chosen)
        table.pop(name, None)
        try:
            changed = table if value is None else {**table, name: value}
            chosen = msgspec.convert(changed, type(memory.state.chosen))
        except msgspec.ValidationError as error:
            return str(error).split(" - ", maxsplit=1)[0].lower()
        memory.keep(chosen=chosen)
        self._wiring.config = with_chosen(self._wiring.options.config, chosen)
        self._apply(name)
        return ""

    def _change_theme(self, name: str) -> None:
        if name:
            self._app.themes.choose(name)
        else:
            self._app.themes.let_follow()

    def _apply(self, name: str) -> None:
        app = self._wiring.config.app
        match name:
            case "measure":
                for transcript in self._app.query(Transcript):
                    transcript.change_measure(app.measure)
            case "vi_keys":
                for prompt in self._app.query(Prompt):
                    prompt.edit_by_vi(app.vi_keys)
            case "notify" | "budget_usd_per_day":
                self._app.work.heed(app)

    def _one(
        self,
        name: str,
        words: str,
        value: object,
        values: Sequence[Value],
        when: str = "",
        *,
        number: bool = False,
    ) -> Preference:
        fixed = name in self._wiring.options.config.set_in_file
        return Preference(name, words, value, values, when, fixed=fixed, number=number)


def _word(name: str) -> Value:
    return Value(name, name)


def _images() -> Sequence[Value]:
    words = {"auto": "as the terminal can"}
    return [Value(name, words.get(name, name)) for name in get_args(ImageMode)]


def _notify() -> Sequence[Value]:
    words = {"unfocused": "while the terminal is not looked at"}
    return [Value(name, words.get(name, name)) for name in get_args(NotifyMode)]


def _switch() -> Sequence[Value]:
    return [Value(value=False, words="no"), Value(value=True, words="yes")]


def _ascii() -> Sequence[Value]:
    return [Value(None, "where the terminal needs it"), *_switch()]


def _measures(now: int) -> Sequence[Value]:
    return [
        Value(columns, f"{columns} columns" if columns else "the whole width")
        for columns in sorted({*_MEASURES, now})
    ]


def _budgets(now: float | None) -> Sequence[Value]:
    amounts = sorted({*_BUDGETS_USD, *([now] if now is not None else [])})
    return [Value(None, "no limit"), *(Value(usd, f"${usd:.2f}") for usd in amounts)]
