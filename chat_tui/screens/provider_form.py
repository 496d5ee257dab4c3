"""The form of one provider: what it needs, its key, and a live test before it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui import glyphs
from chat_tui.errors import ChatTuiError, ConfigError
from chat_tui.keys.secrets import Secret
from chat_tui.roster.desk import Added, Draft, ProviderDesk
from chat_tui.roster.offers import Asked, Offer, filled
from chat_tui.screens.dialog import Dialog, ScrollingBox
from chat_tui.text import clean_line
from chat_tui.widgets.line_input import LineInput

REMOVED: Final = "removed"
NEW_KEYS: Final = "Enter next, at the end test and keep   Ctrl+S keep untested   Esc leave"
CHANGE_KEYS: Final = f"{NEW_KEYS}\nCtrl+D remove this provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWords:
    """What a form says and begins with."""

    name: str
    """What the provider is called, or is to be called."""
    before: str = ""
    """What it is called that is changed; empty for a new one."""
    lines: Sequence[Asked]
    key: str | None
    """What stands in the empty line of the key; null where none is asked for."""
    note: str = ""
    failed: ChatTuiError | None = None
    """Why it could not be added without the form."""


class ProviderForm(Dialog[Added | str]):
    """A line for each thing; gives what was added, `REMOVED`, or nothing."""

    DEFAULT_CSS = """
    ProviderForm {
        & > ScrollingBox { width: 84; max-height: 90%; }
        & .form-name { color: $text-muted; margin: 1 0 0 0; }
        & #form-said { margin: 1 0 0 0; height: auto; }
        & #form-said.-failed { color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False, priority=True),
        Binding("up", "app.focus_previous", show=False, priority=True),
        Binding("ctrl+s", "keep", show=False, priority=True),
        Binding("ctrl+d", "remove", show=False, priority=True),
    ]

    def __init__(self, desk: ProviderDesk, offer: Offer, words: FormWords) -> None:
        """Open the form.

        Args:
            desk: Tests and keeps what is typed.
            offer: What the provider's file begins with.
            words: What is shown.
        """
        super().__init__()
        self._desk = desk
        self._offer = offer
        self._words = words
        self._sure = False
        self._storing = False
        """What was typed is on its way to the disk: asking again would find it there."""

    def compose(self) -> ComposeResult:
        words = self._words
        table = self._offer.table
        title = f"change {words.before}" if words.before else self._offer.title
        with ScrollingBox(clean_line(title, 60), can_focus=False):
            yield Static("name", classes="form-name", markup=False)
            yield LineInput(words.name, name="")
            for line in words.lines:
                hint = f"   {line.hint}" if line.hint else ""
                yield Static(f"{line.name}{hint}", classes="form-name", markup=False)
                yield LineInput(str(table.get(line.name, line.usual)), name=line.name)
            if words.key is not None:
                yield Static("key", classes="form-name", markup=False)
                yield LineInput(password=True, id="form-key", placeholder=words.key)
            yield Static(words.note, id="form-said", markup=False)
            keys = CHANGE_KEYS if words.before else NEW_KEYS
            yield Static(keys, classes="note", markup=False)

    def on_mount(self) -> None:
        self._first().focus()
        if self._words.failed is not None:
            self._say_failed(self._words.failed)

    def _first(self) -> Input:
        """The first line that lacks something, the key's, or else the last one."""
        inputs = list(self.query(Input))
        needed = {line.name for line in self._words.lines if line.required}
        lacking = [one for one in inputs if one.name in needed and not one.value]
        keys = [one for one in inputs if one.id == "form-key"]
        return [*lacking, *keys, inputs[-1]][0]

    @on(Input.Changed)
    def _on_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._sure = False

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        inputs = list(self.query(Input))
        at = inputs.index(event.input)
        if at + 1 < len(inputs):
            inputs[at + 1].focus()
        elif not self._storing:
            self._finish(tested=True)

    def action_keep(self) -> None:
        if not self._storing:
            self._finish(tested=False)

    def action_remove(self) -> None:
        """Remove the provider that is changed, once somebody has said so twice."""
        name = self._words.before
        if not name or self._storing:
            return
        if not self._sure:
            self._sure = True
            self._say(f"Ctrl+D once more removes {clean_line(name, 64)}", failed=True)
            return
        self._remove(name)

    @work(exclusive=True, group="finish")
    async def _remove(self, name: str) -> None:
        self._storing = True
        try:
            await self._desk.remove(name)
        except ChatTuiError as error:
            self._say(_told(error), failed=True)
            return
        finally:
            self._storing = False
        self.dismiss(REMOVED)

    def _draft(self) -> Draft:
        """Read what was typed.

        Raises:
            ConfigError: something is missing.
        """
        values = {one.name: one.value for one in self.query(Input) if one.name is not None}
        name = values.pop("", "").strip()
        if not name:
            raise ConfigError("the provider needs a name")
        key = "".join(one.value for one in self.query("#form-key").results(Input)).strip()
        table = filled(self._offer.table, self._words.lines, values)
        return Draft(name, table, Secret(key) if key else None, self._words.before)

    @work(exclusive=True, group="finish")
    async def _finish(self, *, tested: bool) -> None:
        try:
            draft = self._draft()
            trial = None
            if tested:
                self._say(f"testing {glyphs.ELLIPSIS}")
                trial = await self._desk.test(draft)
            self._storing = True
            added = await self._desk.keep(draft, trial)
        except ChatTuiError as error:
            self._say_failed(error)
            return
        finally:
            self._storing = False
        self.dismiss(added)

    def _say_failed(self, error: ChatTuiError) -> None:
        self._say(f"not kept: {_told(error)}", failed=True)

    def _say(self, text: str, *, failed: bool = False) -> None:
        said = self.query_one("#form-said", Static)
        said.set_class(failed, "-failed")
        said.update(Content(text))
        self.call_after_refresh(said.scroll_visible, animate=False)


def _told(error: ChatTuiError) -> str:
    """Say what is wrong; not on which line of a file that is not written yet."""
    text = str(error)
    if isinstance(error, ConfigError) and error.key:
        text = f"{error.key}: {error.message}"
    hint = f"\n{clean_line(error.hint, 300)}" if error.hint and error.hint not in text else ""
    return f"{clean_line(text, 400)}{hint}"
