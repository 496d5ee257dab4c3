"""A conversation pane: a session made visible, and the prompt that talks to it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, assert_never

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message as TextualMessage
from textual.widget import Widget
from textual.widgets import Input, Static

from chat_tui import glyphs
from chat_tui.config.key_labels import first_key_label
from chat_tui.document.choices import APPROVE, Choices, choices_of
from chat_tui.errors import ChatTuiError
from chat_tui.events import Approval, FollowUps
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.providers.base import Provider
from chat_tui.session import Reply, Session
from chat_tui.streaming.meter import ReplyMeter
from chat_tui.text import clean
from chat_tui.widgets.alt_digits import teach_alt_digits
from chat_tui.widgets.choice_bar import ChoiceBar
from chat_tui.widgets.conversation_view import ConversationView
from chat_tui.widgets.find_bar import FindBar
from chat_tui.widgets.frame_clock import FRAME_S
from chat_tui.widgets.header import PaneHeader
from chat_tui.widgets.prompt import MAX_ROWS, Prompt
from chat_tui.widgets.prompting import propose, written
from chat_tui.widgets.status_line import StatusLine
from chat_tui.widgets.transcript import Transcript

KeysAt: TypeAlias = Literal["prompt", "transcript", "find", "choices"]
"""Who gets the keys in a pane."""
FindProvider = Callable[[str], Provider]


class Pane(Vertical):
    """Header, transcript, status line and prompt of one conversation."""

    DEFAULT_CSS = """
    Pane {
        height: 1fr;
        & #prompt-row { height: auto; }
        & #prompt-mark { width: 3; color: $accent; }
    }
    """
    # Priority: the prompt has the focus, and would take these keys for itself.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="reply.stop", priority=True),
        Binding("f5", "regenerate", "Again", id="reply.regenerate", priority=True),
        Binding("tab", "read", "Read", id="transcript.focus", show=False),
        Binding("ctrl+f", "find", "Find", id="transcript.find", priority=True, show=False),
        Binding("alt+0", "choose", "Choose", id="choice.focus", priority=True, show=False),
        Binding("ctrl+c", "copy", "Copy", id="transcript.copy", priority=True, show=False),
        Binding("pageup", "scroll('up')", "Up", id="scroll.up", priority=True, show=False),
        Binding("pagedown", "scroll('down')", "Down", id="scroll.down", priority=True, show=False),
    ]

    @dataclass
    class Refused(TextualMessage):
        """Something could not be done; nothing that was written is lost."""

        error: ChatTuiError

    @dataclass
    class KeysMoved(TextualMessage):
        """Other keys matter now."""

        to: KeysAt

    def __init__(
        self,
        session: Session,
        find_provider: FindProvider,
        *,
        provider: str,
        model: str = "",
        measure: int = 100,
        keys: Mapping[str, str],
    ) -> None:
        """Make the pane of a session.

        Args:
            session: The conversation; the pane does not own it.
            find_provider: Finds a provider by the user's name for it.
            provider: The name of the provider that answers.
            model: Its model; empty means its own default.
            measure: Columns of text; 0 is the whole width.
            keys: The keys of each action, separated by commas.
        """
        super().__init__()
        self.session = session
        self.provider = provider
        self.model = model
        self._find_provider = find_provider
        self._measure = measure
        self._keys = keys
        self._watching: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._digits = [key.strip() for key in keys.get("choice.pick", "").split(",")]
        """The key of each choice, in their order."""
        teach_alt_digits()

    def compose(self) -> ComposeResult:
        yield PaneHeader()
        again, other, everything, choose = (
            first_key_label(self._keys.get(name, ""))
            for name in ("reply.regenerate", "provider.menu", "app.help", "choice.focus")
        )
        view = ConversationView(
            measure=self._measure,
            error_hint=_hints((again, "tries again"), (other, "another provider")),
            welcome_hint=_hints((other, "another provider"), (everything, "all keys")),
        )
        yield view
        yield FindBar(view)
        yield StatusLine()
        yield ChoiceBar(_hints((choose, "chooses")))
        with Horizontal(id="prompt-row"):
            yield Static(f" {glyphs.PROMPT} ", id="prompt-mark", markup=False)
            yield Prompt(self._keys)

    def on_mount(self) -> None:
        self.open(self.session)
        self.answer_with(self.provider, self.model)
        self.prompt.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Header and state stay in sight, and as much of the transcript as of the prompt."""
        rows = (event.size.height - 2) // 2
        self.prompt.styles.max_height = max(1, min(MAX_ROWS, rows))

    async def on_unmount(self) -> None:
        if self._asking:
            await asyncio.wait(self._asking)
        await self._stop_watching()

    @property
    def transcript(self) -> ConversationView:
        return self.query_one(ConversationView)

    @property
    def find_bar(self) -> FindBar:
        return self.query_one(FindBar)

    @property
    def status(self) -> StatusLine:
        return self.query_one(StatusLine)

    @property
    def choice_bar(self) -> ChoiceBar:
        return self.query_one(ChoiceBar)

    @property
    def prompt(self) -> Prompt:
        return self.query_one(Prompt)

    def open(self, session: Session) -> None:
        """Show another session; the one before goes on without being seen."""
        if self._watching is not None:
            self._watching.cancel()
        self.session = session
        self.find_bar.close()
        path = session.conversation.path()
        self.transcript.show(path)
        self.prompt.remember(written(path))
        self.status.watch_reply(None)
        self._show_title()
        if session.reply is not None and session.running:
            self._watch(session.reply, ReplyMeter())
        self._offer_choices()

    def answer_with(self, provider: str, model: str) -> None:
        """Choose who answers from now on; what was said and what is being written stay."""
        self.provider, self.model = provider, model
        self.status.answered_by(provider, model or self._default_model(provider))
        self.transcript.welcome(provider)

    @on(Prompt.Sent)
    async def _on_sent(self, event: Prompt.Sent) -> None:
        event.stop()
        if not await self._say(event.text):
            self.prompt.give_back(event.text)

    async def _say(self, text: str) -> bool:
        """Send a turn.

        Returns:
            Whether it could be; if not, the reason has been told.
        """
        try:
            provider = self._find_provider(self.provider)
            turn = self.session.say(text)
        except ChatTuiError as error:
            self.post_message(self.Refused(error))
            return False
        await self._ask(turn, provider, self.model)
        return True

    async def _ask(self, turn: Message, provider: Provider, model: str) -> None:
        self.choice_bar.offer(None)
        self.transcript.add(turn)
        self._show_title()
        meter = ReplyMeter()
        self.status.watch_reply(meter)
        await self._begin(self._answer(self.session, turn, provider, model, meter))

    @on(ChoiceBar.Chosen)
    async def _on_chosen_in_bar(self, event: ChoiceBar.Chosen) -> None:
        event.stop()
        bar = self.choice_bar
        if bar.choices is not None and bar.reply is not None:
            await self._choose(bar.reply, bar.choices, event.number, at_once=event.at_once)

    @on(ConversationView.Chosen)
    async def _on_chosen_in_transcript(self, event: ConversationView.Chosen) -> None:
        event.stop()
        await self._choose(event.reply, event.choices, event.number, at_once=False)

    async def _choose(
        self, reply: MessageId, choices: Choices, number: int, *, at_once: bool
    ) -> None:
        """Take a choice: a decision is sent, a proposal goes into the prompt or is sent at once."""
        match choices:
            case Approval():
                await self._decide(reply, choices, approved=number == APPROVE)
            case FollowUps(prompts=prompts):
                if at_once:
                    await self._say(clean(prompts[number]))
                else:
                    propose(self.prompt, number, choices)
                self.prompt.focus()
            case _:
                assert_never(choices)

    async def _decide(self, reply: MessageId, approval: Approval, *, approved: bool) -> None:
        """Answer what the last reply waits for, to the provider that it came from."""
        session = self.session
        feedback = self.prompt.text.strip() if approval.feedback else ""
        try:
            name = session.conversation[reply].provider or self.provider
            provider = self._find_provider(name)
            turn = session.decide(reply, approval, approved=approved, feedback=feedback)
        except ChatTuiError as error:
            self.post_message(self.Refused(error))
            return
        if feedback:
            self.prompt.clear()
        self.prompt.focus()
        await self._ask(turn, provider, self.model if name == self.provider else "")

    def _offer_choices(self) -> None:
        """Offer what can be chosen after the last message that is shown."""
        rows = self.transcript.rows
        if not len(rows):
            self.choice_bar.offer(None)
            return
        last = rows.message(len(rows) - 1)
        self.choice_bar.offer(choices_of(last), last.id)

    async def on_key(self, event: events.Key) -> None:
        """Take a choice by its number; the prompt has had the key before, and left it alone."""
        if event.key in self._digits and self.choice_bar.pick(self._digits.index(event.key)):
            event.stop()
            event.prevent_default()

    @on(ConversationView.ChoosingWanted)
    def action_choose(self) -> None:
        """Take the keys to what can be chosen, or back to the prompt."""
        if self.choice_bar.has_focus or self.choice_bar.choices is None:
            self.prompt.focus()
        else:
            self.choice_bar.focus()

    async def action_regenerate(self) -> None:
        """Answer the last turn again; the reply that was there stays as a branch."""
        await self._begin(self._regenerate(self.session))

    async def _begin(self, asking: Coroutine[None, None, None]) -> None:
        """Ask in a task of its own: the store may take seconds, and keys must not wait for it."""
        task = self._start(asking, "ask")
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        await asyncio.sleep(0)  # its first step marks the session as busy

    async def _answer(
        self,
        session: Session,
        turn: Message,
        provider: Provider,
        model: str,
        meter: ReplyMeter,
    ) -> None:
        reply = await session.answer(turn, provider, model=model)
        if session is self.session:
            await self._show_reply(reply, meter)

    async def _regenerate(self, session: Session) -> None:
        try:
            reply = await session.regenerate(self._find_provider(self.provider), model=self.model)
        except ChatTuiError as error:
            self.post_message(self.Refused(error))
            return
        if reply is not None and session is self.session:
            self.choice_bar.offer(None)
            self.transcript.show(session.conversation.path(reply.blank.parent))
            self.find_bar.look_again()
            await self._show_reply(reply, ReplyMeter())

    def action_stop(self) -> None:
        self.session.cancel()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc goes back one step: to the prompt first, and only from there does it stop a reply."""
        if action == "stop" and self._keys_at(self.app.focused) != "prompt":
            return "escape" not in self._keys.get("reply.stop", "")
        return super().check_action(action, parameters)

    def action_read(self) -> None:
        """Take the keys to the transcript, or back to the prompt."""
        if self.transcript.has_focus or not self.transcript.messages:
            self.prompt.focus()
        else:
            self.transcript.enter()

    def action_copy(self) -> None:
        """Copy what the mouse selected; what was selected in a text field comes first."""
        focused = self.app.focused
        selected = self.transcript.selected_text
        if not selected or (isinstance(focused, Prompt | Input) and focused.selected_text):
            raise SkipAction
        self.app.copy_to_clipboard(selected)

    def action_find(self) -> None:
        self.find_bar.open()

    @on(ConversationView.FindStepWanted)
    def _on_find_step(self, event: ConversationView.FindStepWanted) -> None:
        event.stop()
        self.find_bar.step(event.by)

    @on(ConversationView.FindWanted)
    def _on_find_wanted(self, event: ConversationView.FindWanted) -> None:
        event.stop()
        self.action_find()

    @on(FindBar.Closed)
    @on(ConversationView.Left)
    @on(ChoiceBar.Left)
    def _on_left(self, event: FindBar.Closed | ConversationView.Left | ChoiceBar.Left) -> None:
        event.stop()
        self.find_bar.close()
        self.prompt.focus()

    @on(ConversationView.Selected)
    def _on_selected(self, event: ConversationView.Selected) -> None:
        event.stop()
        key = first_key_label(self._keys.get("transcript.copy", ""))
        self.status.note(f"{key} copies" if event.anything and key else "")
        if event.anything:  # one selection at a time, so that it is clear what is copied
            self.prompt.move_cursor(self.prompt.cursor_location)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.post_message(self.KeysMoved(self._keys_at(event.widget)))

    def _keys_at(self, focused: Widget | None) -> KeysAt:
        if isinstance(focused, ConversationView):
            return "transcript"
        if isinstance(focused, ChoiceBar):
            return "choices"
        in_bar = focused is not None and isinstance(focused.parent, FindBar)
        return "find" if in_bar else "prompt"

    def action_scroll(self, where: str) -> None:
        transcript = self.transcript
        if where == "up":
            transcript.scroll_page_up(animate=False)
        else:
            transcript.scroll_page_down(animate=False)

    @on(Transcript.FollowingChanged)
    def _on_following_changed(self, event: Transcript.FollowingChanged) -> None:
        event.stop()
        if event.following:
            self.status.new_below(False)

    async def _show_reply(self, reply: Reply, meter: ReplyMeter) -> None:
        await self._stop_watching()
        self.transcript.add(reply.blank)
        self._show_title()
        self._watch(reply, meter)

    def _watch(self, reply: Reply, meter: ReplyMeter) -> None:
        self.status.watch_reply(meter)
        self._watching = self._start(self._read(reply, meter), f"watch {reply.id}")

    async def _read(self, reply: Reply, meter: ReplyMeter) -> None:
        """Read the reply's log onto the screen, from its beginning to its end."""
        async with aclosing(reply.worker.subscribe(pace_s=FRAME_S)) as batches:
            async for batch in batches:
                meter.watch(batch)
                self.transcript.feed(reply.id, batch)
                self.status.reply_changed()
                if not self.transcript.following:
                    self.status.new_below(True)
        self._show_title()
        self._offer_choices()

    def _start(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._surface)
        return task

    def _surface(self, task: asyncio.Task[None]) -> None:
        """A mistake of ours ends the application; it must not look like a silent provider."""
        if not task.cancelled() and task.exception() is not None:
            self.call_later(task.result)

    async def _stop_watching(self) -> None:
        if self._watching is not None and not self._watching.done():
            self._watching.cancel()
            await asyncio.wait([self._watching])

    def _default_model(self, provider: str) -> str:
        try:
            return self._find_provider(provider).model
        except ChatTuiError:
            return ""

    def _show_title(self) -> None:
        conversation = self.session.conversation
        count = len(conversation.path())
        note = f"{count} message{'s' if count != 1 else ''}" if count else ""
        self.query_one(PaneHeader).show(conversation.title, note)


def _hints(*hints: tuple[str, str]) -> str:
    return "   ".join(f"{key} {words}" for key, words in hints if key)
