"""The prompt: several lines, earlier prompts, and Enter sends."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from textual import events
from textual.message import Message as TextualMessage
from textual.widgets import TextArea

from chat_tui.config.key_labels import first_key_label
from chat_tui.text import clean
from chat_tui.widgets.terminal_keys import NAMES, teach_keys

MAX_ROWS = 10


class Prompt(TextArea):
    """Where the user writes."""

    DEFAULT_CSS = f"""
    Prompt {{
        height: auto; max-height: {MAX_ROWS}; border: none; padding: 0;
        background: $background;
        &:focus {{ border: none; }}
        & .text-area--cursor-line {{ background: $background; }}
        & .text-area--placeholder {{ color: $text-muted; }}
    }}
    """

    @dataclass
    class Sent(TextualMessage):
        """The user sent this text."""

        text: str

    def __init__(self, keys: Mapping[str, str]) -> None:
        """Make an empty prompt.

        Args:
            keys: The keys of each action, separated by commas; those of `prompt.` are ours.
        """
        super().__init__(
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=f"Write a message. {first_key_label(keys['prompt.send'])} sends it.",
        )
        teach_keys()
        self.cursor_blink = False
        actions: dict[str, Callable[[], None]] = {
            "prompt.send": self.action_send,
            "prompt.newline": self.action_newline,
            "prompt.earlier": self.action_earlier,
            "prompt.later": self.action_later,
        }
        self._actions = {
            key.strip(): action
            for name, action in actions.items()
            for key in keys.get(name, "").split(",")
        }
        self._earlier: list[str] = []
        self._unread: Iterable[str] = ()
        """Earlier still; only read when somebody goes back, since there may be very many."""
        self._back = 0
        """How many prompts back the shown one is; 0 is the one being written."""
        self._draft = ""

    def remember(self, prompts: Iterable[str]) -> None:
        """Set the earlier prompts, oldest first; what is being written stays.

        Args:
            prompts: Read when they are needed, once.
        """
        if self._back:
            self._show_earlier(0)
        self._earlier, self._unread = [], prompts

    def action_send(self) -> None:
        """Send what is written; a backslash before the cursor makes a new line instead."""
        row, column = self.cursor_location
        if column and self.document.get_line(row)[column - 1] == "\\":
            self.replace("\n", (row, column - 1), (row, column))
            return
        text = self.text
        if text.strip():
            # At once: what is typed from now on is the next prompt.
            self._earlier.append(text)
            self._back = 0
            self.clear()
            self.post_message(self.Sent(text))

    def action_newline(self) -> None:
        self.replace("\n", *self.selection, maintain_selection_offset=False)

    def give_back(self, text: str) -> None:
        """Take back what could not be sent, before what has been written since."""
        if self._earlier[-1:] == [text]:
            self._earlier.pop()
        self._back = 0
        self.text = text + self.text
        self.move_cursor(self.document.end)

    def action_earlier(self) -> None:
        """Move up; from the first row, to the earlier prompt."""
        first = self.navigator.is_first_wrapped_line(self.cursor_location)
        if first and self._back < len(self._prompts()):
            if not self._back:
                self._draft = self.text
            self._show_earlier(self._back + 1)
        else:
            self.action_cursor_up()

    def action_later(self) -> None:
        """Move down; from the last row, to the later prompt."""
        at_end = self.navigator.is_last_wrapped_line(self.cursor_location)
        if at_end and self._back:
            self._show_earlier(self._back - 1)
        else:
            self.action_cursor_down()

    async def _on_key(self, event: events.Key) -> None:
        """Act on the prompt's own keys.

        They are no priority bindings: the application would run those at once, while letters
        typed just before still wait in this widget's queue.
        """
        if (action := self._actions.get(NAMES.get(event.key, event.key))) is None:
            await super()._on_key(event)
            return
        event.prevent_default()
        event.stop()
        action()

    async def _on_paste(self, event: events.Paste) -> None:
        """Pasted text is from outside: it is cleaned before it is shown."""
        event.prevent_default()
        event.stop()
        self.replace(clean(event.text), *self.selection, maintain_selection_offset=False)

    def _prompts(self) -> list[str]:
        """All earlier prompts."""
        self._earlier[:0] = map(clean, self._unread)
        self._unread = ()
        return self._earlier

    def _show_earlier(self, back: int) -> None:
        self._back = back
        self.text = self._prompts()[-back] if back else self._draft
        self.move_cursor(self.document.end)
