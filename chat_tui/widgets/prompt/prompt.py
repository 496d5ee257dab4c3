"""The prompt: several lines, earlier prompts, slash commands, and Enter sends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events, on
from textual.message import Message as TextualMessage
from textual.widgets import TextArea

from chat_tui.config.key_labels import first_key_label
from chat_tui.pasted import is_long, may_be_paths
from chat_tui.widgets.prompt.attaching_area import AttachingArea
from chat_tui.widgets.terminal.keys import NAMES, teach_keys

if TYPE_CHECKING:
    from chat_tui.commands.completion import Option, Wanted
    from chat_tui.commands.parse import Invocation
    from chat_tui.widgets.prompt.completing import Completing
    from chat_tui.widgets.prompt.path_completing import PathCompleting
    from chat_tui.widgets.prompt.queue_bar import QueueBar
    from chat_tui.widgets.prompt.vi_keys import ViKeys

MAX_ROWS = 10
_LIST_KEYS = frozenset({"up", "down", "tab", "escape"})
_PATH_KEYS = _LIST_KEYS | {"enter"}


class Prompt(AttachingArea):
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

    class SentNothing(TextualMessage):
        """The user pressed Enter, with nothing written and nothing waiting."""

    @dataclass
    class QueueChanged(TextualMessage):
        """Other messages wait to be sent."""

        conversation: str
        """The id of the one that they belong to."""
        texts: Sequence[str]

    class Released(TextualMessage):
        """What is held in the queue is to be sent after all."""

    @dataclass
    class Commanded(TextualMessage):
        """The user typed a slash command, known or not."""

        prompt: "Prompt"
        text: str
        """As it was typed."""
        invocation: "Invocation"

    @dataclass
    class CompletionWanted(TextualMessage):
        """An argument is being typed: `offer` takes what could complete it."""

        prompt: "Prompt"
        request: "Wanted"

    @dataclass
    class EditWanted(TextualMessage):
        """What is written is to be edited by another program."""

        prompt: "Prompt"

    @dataclass
    class ModeChanged(TextualMessage):
        """Keys mean something else than before, as in vi."""

        mode: str

    def __init__(self, keys: Mapping[str, str], *, vi: bool = False) -> None:
        """Make an empty prompt.

        Args:
            keys: The keys of each action, separated by commas; those of `prompt.` are ours.
            vi: It is edited by the keys of vi.
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
            "prompt.edit": self.action_edit,
        }
        self._actions = {
            key.strip(): action
            for name, action in actions.items()
            for key in keys.get(name, "").split(",")
        }
        self._queue_keys = tuple(
            first_key_label(keys[name]) for name in ("prompt.send", "prompt.earlier")
        )
        self._earlier: list[str] = []
        self._completing: Completing | None = None
        self._queue: QueueBar | None = None
        self._paths: PathCompleting | None = None
        self._vi = self._vi_keys() if vi else None

    @property
    def completing(self) -> bool:
        """A list of completions is open, and takes some keys."""
        lists = (self._completing, self._paths)
        return any(each is not None and each.open for each in lists)

    @property
    def takes_escape(self) -> bool:
        """Esc goes back one step here."""
        return self.completing or (self._vi is not None and self._vi.takes_escape)

    def _vi_keys(self) -> "ViKeys":
        from chat_tui.widgets.prompt.vi_keys import ViKeys

        return ViKeys(self)

    def edit_by_vi(self, wanted: bool) -> None:
        """Be edited by the keys of vi from now on, or as everything else."""
        self._vi = self._vi_keys() if wanted else None
        self.post_message(self.ModeChanged(self._vi.mode if self._vi is not None else ""))

    def tell_mode(self) -> None:
        """Say in which mode of vi the prompt is, if that is wanted at all."""
        if self._vi is not None:
            self.post_message(self.ModeChanged(self._vi.mode))

    def on_mount(self) -> None:
        self.tell_mode()

    @property
    def queue(self) -> "QueueBar":
        """What waits to be sent."""
        if self._queue is None:
            from chat_tui.widgets.prompt.queue_bar import QueueBar

            send, earlier = self._queue_keys
            self._queue = QueueBar(self._tell_queue, send=send, earlier=earlier)
            self.stand_above(self._queue)
        return self._queue

    def _tell_queue(self, conversation: str, texts: Sequence[str]) -> None:
        # Whoever changed it, the message comes from here: at its sender it would stop.
        self.post_message(self.QueueChanged(conversation, texts).set_sender(self))

    @property
    def queued(self) -> Sequence[str]:
        """What waits to be sent, without making room for it."""
        return self._queue.texts if self._queue is not None else ()

    def queue_for(self, conversation: str, *, running: bool) -> None:
        """Show what waits in another conversation, if anything waits anywhere."""
        if self._queue is not None:
            self._queue.show_for(conversation, running=running)
        self._conversation = conversation
        if self._attaching is not None:
            self._attaching.bar.show_for(conversation)

    def want_completion(self, request: "Wanted") -> None:
        self.post_message(self.CompletionWanted(self, request))

    def offer(self, request: "Wanted", options: "Sequence[Option]") -> None:
        """Take in what could complete an argument that was asked about."""
        if self._completing is not None:
            self._completing.offer(request, options)

    def action_send(self) -> None:
        """Send what is written; a backslash before the cursor makes a new line instead."""
        row, column = self.cursor_location
        if column and self.document.get_line(row)[column - 1] == "\\":
            self.replace("\n", (row, column - 1), (row, column))
            return
        if self._slash() and self._completing is not None and self._completing.send():
            return
        text = self.text
        lack = self.attaching.lacks_words() if self.has_chips and not text.strip() else None
        if lack is not None:
            self.post_message(self.Refused(lack))
        elif text.strip() or self.has_chips:
            # At once: what is typed from now on is the next prompt.
            draft = self._draft if self._back else ""
            self._earlier.append(text)
            self._back = 0
            self.clear()
            if draft:  # an earlier prompt went out in its place
                self.insert(draft)
            if self._vi is not None:
                self._vi.begin()
            self.post_message(self._meant(text))
        elif self._queue is not None and self._queue.held:
            self.post_message(self.Released())
        else:
            self.post_message(self.SentNothing())

    def action_edit(self) -> None:
        self.post_message(self.EditWanted(self))

    def action_newline(self) -> None:
        self.replace("\n", *self.selection, maintain_selection_offset=False)

    def give_back(self, text: str) -> None:
        """Take back what could not be sent, before what has been written since."""
        if self._earlier[-1:] == [text]:
            self._earlier.pop()
        self._back = 0
        if self._attaching is not None:
            self._attaching.restore(text)
        self.text = text + self.text
        self.move_cursor(self.document.end)

    def action_earlier(self) -> None:
        """Move up; from the first row, to the earlier prompt; what waits to be sent comes first."""
        if not self.text and self._queue is not None and (waiting := self._queue.last()):
            if self._attaching is not None:
                self._attaching.restore(waiting)
            self.text = waiting
            self.move_cursor(self.document.end)
            return
        self._recall_earlier()

    def action_later(self) -> None:
        """Move down; from the last row, to the later prompt."""
        self._recall_later()

    async def _on_key(self, event: events.Key) -> None:
        """Act on the prompt's own keys.

        They are no priority bindings: the application would run those at once, while letters
        typed just before still wait in this widget's queue.
        """
        key = NAMES.get(event.key, event.key)
        slash = self._slash()
        if await self._key_of_a_list(key, slash=slash):
            event.prevent_default()
            event.stop()
            return
        if self._vi is not None and self._vi.key(event):
            event.prevent_default()
            event.stop()
            return
        if key == "backspace" and not self.text and self._attaching is not None:
            self._attaching.remove_last()
        if (action := self._actions.get(key)) is None:
            await super()._on_key(event)
            return
        event.prevent_default()
        event.stop()
        action()

    async def _key_of_a_list(self, key: str, *, slash: bool) -> bool:
        """Act on a key that belongs to a list of completions, and tell whether it does."""
        if slash:
            completing = self._completing if key in _LIST_KEYS else None
            return completing is not None and completing.key(key)
        paths = self._mention()
        if self._actions.get(key) == self.action_send:
            key = "enter"
        return paths is not None and key in _PATH_KEYS and await paths.key(key)

    async def _on_paste(self, event: events.Paste) -> None:
        """Pasted text is from outside: it is cleaned before it is shown."""
        event.prevent_default()
        event.stop()
        attachable = self.keep_file is not None and (
            is_long(event.text) or may_be_paths(event.text)
        )
        if not attachable or not await self.attaching.paste(event.text):
            self.replace(event.text, *self.selection, maintain_selection_offset=False)

    @on(TextArea.Changed)
    def _on_changed(self) -> None:
        if not self._slash() and (paths := self._mention()) is not None:
            paths.look()

    def _slash(self) -> bool:
        """See whether a command is being typed."""
        typing = self.document.get_line(0).startswith("/") and not self._back
        if typing and self._completing is None:
            from chat_tui.widgets.prompt.completing import Completing

            self._completing = Completing(self)
        if self._completing is not None:
            if typing:
                self._completing.look()
            else:
                self._completing.reset()
        return typing

    def _meant(self, text: str) -> "Sent | Commanded":
        """Say what sending this text means."""
        if not text.startswith("/"):
            return self.Sent(self._with_attachments(text))
        from chat_tui.commands.parse import Words, parse

        match parse(text):
            case Words(text=words):
                return self.Sent(self._with_attachments(words))
            case invocation:
                return self.Commanded(self, text, invocation)

    def _mention(self) -> "PathCompleting | None":
        """See whether a path is being typed."""
        row, column = self.cursor_location
        wanted = self.keep_file is not None and "@" in self.document.get_line(row)[:column]
        if wanted and self._paths is None:
            from chat_tui.widgets.prompt.path_completing import PathCompleting

            self._paths = PathCompleting(self)
        return self._paths
