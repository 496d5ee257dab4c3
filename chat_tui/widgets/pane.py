"""A conversation pane: a session made visible, and the prompt that talks to it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
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
from chat_tui.attachments import check_taken
from chat_tui.config.key_labels import first_key_label
from chat_tui.conversation import Conversation
from chat_tui.document.choices import APPROVE, Choices, choices_of
from chat_tui.errors import ChatTuiError
from chat_tui.events import Approval, FollowUps
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.providers.base import Provider
from chat_tui.session import Reply, Session
from chat_tui.text import clean
from chat_tui.widgets.alt_digits import teach_alt_digits
from chat_tui.widgets.attention import Attention
from chat_tui.widgets.branching import Branching
from chat_tui.widgets.choice_bar import ChoiceBar
from chat_tui.widgets.comparing import Comparing
from chat_tui.widgets.conversation_view import ConversationView
from chat_tui.widgets.find_bar import FindBar
from chat_tui.widgets.follower import Follower, Told
from chat_tui.widgets.header import PaneHeader
from chat_tui.widgets.picture_actions import Origin, Wish, picture_keys
from chat_tui.widgets.prompt import MAX_ROWS, Prompt
from chat_tui.widgets.prompting import propose, why_to_wait, written
from chat_tui.widgets.status_line import StatusLine
from chat_tui.widgets.transcript import Transcript

KeysAt: TypeAlias = Literal["prompt", "transcript", "find", "choices", "attachments"]
"""Who gets the keys in a pane."""
FindProvider = Callable[[str], Provider]
MaySend: TypeAlias = Callable[["Pane", Callable[[], object]], Awaitable[bool]]
"""Says whether something may be sent; if not, it may call the function later."""


class Pane(Vertical):
    """Header, transcript, status line and prompt of one conversation."""

    DEFAULT_CSS = """
    Pane {
        height: 1fr;
        & #prompt-row { height: auto; }
        & #prompt-mark { width: 3; color: $accent; }
        &.-aside #prompt-mark { color: $text-muted; }
    }
    """
    # Priority: the prompt has the focus, and would take these keys for itself.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="reply.stop", priority=True),
        Binding("f5", "regenerate", "Again", id="reply.regenerate", priority=True),
        Binding("tab", "read", "Read", id="transcript.focus", show=False),
        Binding("shift+tab", "attachments", "Files", id="attachment.focus", show=False),
        Binding("alt+a", "attach", "Attach", id="attachment.add", priority=True, show=False),
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
    class Forked(TextualMessage):
        """A conversation of its own was made, and belongs into the pane."""

        conversation: Conversation
        pane: "Pane"

    @dataclass
    class TreeWanted(TextualMessage):
        """All branches are to be shown, with the cursor on one of the messages."""

        at: MessageId | None
        pane: "Pane"

    @dataclass
    class Opened(TextualMessage):
        """Another conversation is shown: its draft belongs into the prompt."""

        pane: "Pane"

    @dataclass
    class Touched(TextualMessage):
        """The mouse wants something here."""

        pane: "Pane"

    @dataclass
    class BranchChosen(TextualMessage):
        """Of the replies that are compared, the talk goes on with this pane's."""

        pane: "Pane"
        reply: MessageId

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
        branch: MessageId | None = None,
        measure: int = 100,
        keys: Mapping[str, str],
    ) -> None:
        """Make the pane of a session.

        Args:
            session: The conversation; the pane does not own it.
            find_provider: Finds a provider by the user's name for it.
            provider: The name of the provider that answers.
            model: Its model; empty means its own default.
            branch: The reply that it shows of several that are compared; null is the path that
                the session shows.
            measure: Columns of text; 0 is the whole width.
            keys: The keys of each action, separated by commas.
        """
        super().__init__()
        self.session = session
        self.origin = Origin()
        self.provider = provider
        self.model = model
        self._find_provider = find_provider
        self._measure = measure
        self._keys = keys
        self.branch = branch
        self.attention = Attention()
        self.may_send: MaySend | None = None
        """Asked before something is sent that may cost; null is yes."""
        self.branching = Branching(self)
        self.comparing = Comparing(self)
        self._follower: Follower | None = None
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
            picture_keys=picture_keys(self._keys),
        )
        view.rows.note_of = self.branching.mark
        yield view
        yield FindBar(view)
        yield StatusLine()
        yield ChoiceBar(_hints((choose, "chooses")))
        with Horizontal(id="prompt-row"):
            yield Static(f" {glyphs.PROMPT} ", id="prompt-mark", markup=False)
            yield Prompt(self._keys)

    def on_mount(self) -> None:
        told = Told(self._start, self._path_moved, self._reply_ended)
        self._follower = Follower(self.transcript, self.status, self.attention, told)
        self.prompt.keep_file = lambda path: self.session.attach(path)
        self.answer_with(self.provider, self.model)
        self.open(self.session, self.branch)
        self.show_attention()
        if self.attention.current:
            self.prompt.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Header and state stay in sight, and as much of the transcript as of the prompt."""
        rows = (event.size.height - 2) // 2
        self.prompt.styles.max_height = max(1, min(MAX_ROWS, rows))

    async def on_unmount(self) -> None:
        if self._asking:
            await asyncio.wait(self._asking)
        if self._follower is not None:
            await self._follower.close()

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

    @property
    def busy(self) -> bool:
        """The next turn has to wait for the reply that is shown."""
        if self.branch is None:
            return self.session.running
        reply = self.session.reply_of(self.branch)
        return reply is not None and reply.running

    def show_attention(self) -> None:
        """Look as the reader's attention is now; see `attention`."""
        look = self.attention
        if self._follower is not None:
            self.set_class(look.several and not look.current, "-aside")
            self.transcript.paint_often(look.current)
            has_keys = look.current if look.several else None
            self.query_one(PaneHeader).look(has_keys=has_keys, place=look.place)

    def open(self, session: Session, branch: MessageId | None = None) -> None:
        """Show another session, or a branch of one; the one before goes on without being seen."""
        assert self._follower is not None
        self.branching.leave()
        self.session, self.branch = session, branch
        self.comparing.forget()
        self.origin.forget()
        self.find_bar.close()
        self.prompt.remember(written(session.conversation.path(branch)))
        self.prompt.queue_for(session.conversation.id, running=self.busy)
        self._follower.follow(session, branch)
        self.post_message(self.Opened(self).set_sender(self))

    def answer_with(self, provider: str, model: str) -> None:
        """Choose who answers from now on; what was said and what is being written stay."""
        self.provider, self.model = provider, model
        self.status.answered_by(provider, model or self._default_model(provider))
        self.transcript.welcome(provider)

    def leave_branch(self) -> None:
        """Show the path that the session shows."""
        assert self._follower is not None
        self.branch = self._follower.branch = None

    @on(Prompt.SentNothing)
    async def _on_sent_nothing(self, event: Prompt.SentNothing) -> None:
        event.stop()
        await self.comparing.choose()

    @on(Prompt.Sent)
    async def _on_sent(self, event: Prompt.Sent) -> None:
        event.stop()
        prompt = self.prompt
        waits = self.busy or (prompt.queued and not prompt.queue.held)
        if waits and self.branching.editing is None:
            prompt.queue.show_for(self.session.conversation.id, running=True)
            prompt.queue.add(event.text)
        elif not await self._say(event.text):
            prompt.give_back(event.text)

    async def say(self, text: str, wish: Wish) -> bool:
        """Send a turn that is to be answered otherwise than the prompt's; see `_say`."""
        return await self._say(text, wish)

    async def _say(self, text: str, wish: Wish | None = None) -> bool:
        """Send a turn.

        Returns:
            Whether it could be; if not, the reason has been told.
        """
        from_prompt = wish is None
        if not await self._allowed(lambda: self._say_after_all(text, wish)):
            return False
        if from_prompt and self.comparing.wished:
            return await self.comparing.say(text)
        wish = wish or Wish(
            provider=self.provider,
            model=self.model,
            attachments=self.prompt.fetch_attachments(text),
            made_from=self.origin.of(text),
        )
        attachments = wish.attachments
        try:
            provider = self._find_provider(wish.provider)
            check_taken(attachments, provider)
            await self.comparing.choose()
            if from_prompt:
                self.branching.go_back()
            turn = self.session.say(text, attachments, made_from=wish.made_from)
        except ChatTuiError as error:
            if attachments:
                self.prompt.attaching.set_aside(text, attachments)
            self.post_message(self.Refused(error))
            return False
        self.origin.forget()
        self.branching.sent()
        await self._ask(turn, provider, wish.model, wish.parameters)
        return True

    async def _ask(
        self,
        turn: Message,
        provider: Provider,
        model: str,
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        asking = self._answer(self.session, turn, provider, model, parameters)
        await self._begin(asking)

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
            await self.comparing.choose()
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

    async def action_attach(self, path: str = "") -> None:
        """Attach a file; without a path, begin to type one.

        Raises:
            MediaError: it cannot be sent; the message names it.
        """
        prompt = self.prompt
        if path:
            await prompt.attaching.attach(Path(path))
            return
        row, column = prompt.cursor_location
        before = prompt.document.get_line(row)[:column]
        prompt.insert(" @" if before and not before[-1].isspace() else "@")
        prompt.focus()

    def action_attachments(self) -> None:
        """Take the keys to what goes along with the next turn."""
        if self.prompt.has_chips:
            self.prompt.attaching.bar.focus()

    @on(Prompt.Refused)
    def _on_refused_by_prompt(self, event: Prompt.Refused) -> None:
        event.stop()
        self.post_message(self.Refused(event.error))

    async def action_regenerate(self) -> None:
        """Answer the last turn again; the reply that was there stays as a branch."""
        if await self._allowed(lambda: self.call_later(self.action_regenerate)):
            await self._begin(self._regenerate(self.session))

    async def _allowed(self, go_on: Callable[[], object]) -> bool:
        return self.may_send is None or await self.may_send(self, go_on)

    def _say_after_all(self, text: str, wish: Wish | None) -> None:
        """Send what somebody was asked about, from where it waits meanwhile."""
        if wish is None and self.prompt.text.strip():
            self.prompt.action_send()
        elif wish is None and self.prompt.queued:
            self.call_later(self._send_queued)
        else:
            self.call_later(self._say, text, wish)

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
        parameters: Mapping[str, object] | None,
    ) -> None:
        await session.answer(turn, provider, model=model, parameters=parameters)

    async def answer_again(self, turn: Message) -> None:
        """Answer a turn again, wherever it stands; what answered it stays as a branch."""
        await self._begin(self._regenerate(self.session, turn))

    async def _regenerate(self, session: Session, turn: Message | None = None) -> None:
        try:
            provider = self._find_provider(self.provider)
            if turn is None:
                reply = await session.regenerate(provider, model=self.model)
            else:
                reply = await session.answer(turn, provider, model=self.model)
        except ChatTuiError as error:
            self.post_message(self.Refused(error))
            return
        if reply is not None and session is self.session and self.branch is not None:
            self.open(session, reply.id)

    def action_stop(self) -> None:
        if not self.branching.leave() and not self.comparing.forget():
            self.session.cancel(self.branch)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc goes back one step: to the prompt first, and only from there does it stop a reply."""
        in_prompt = self._keys_at(self.app.focused) == "prompt"
        if action == "stop" and (not in_prompt or self.prompt.completing):
            return "escape" not in self._keys.get("reply.stop", "")
        if action == "attachments" and not self.prompt.has_chips:
            return False
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

    @on(ConversationView.BranchWanted)
    async def _on_branch_wanted(self, event: ConversationView.BranchWanted) -> None:
        event.stop()
        try:
            await self.branching.follow(event.wish, event.message)
        except ChatTuiError as error:
            self.post_message(self.Refused(error))

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
        self.post_message(self.Touched(self))
        key = first_key_label(self._keys.get("transcript.copy", ""))
        self.status.note(f"{key} copies" if event.anything and key else "")
        if event.anything:  # one selection at a time, so that it is clear what is copied
            self.prompt.move_cursor(self.prompt.cursor_location)

    def on_mouse_down(self) -> None:
        self.post_message(self.Touched(self))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.post_message(self.KeysMoved(self._keys_at(event.widget)))

    def _keys_at(self, focused: Widget | None) -> KeysAt:
        if isinstance(focused, ConversationView):
            return "transcript"
        if isinstance(focused, ChoiceBar):
            return "choices"
        if focused is not None and focused.has_class("attachment-bar"):
            return "attachments"
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

    def _path_moved(self) -> None:
        """Bring what stands around the messages to what is shown now."""
        self.show_title()
        self._offer_choices()
        self.find_bar.look_again()

    def _reply_ended(self, reply: Reply) -> None:
        self.show_title()
        self._offer_choices()
        if self.prompt.queued:
            self.call_later(self._send_next, reply)

    async def _send_next(self, reply: Reply) -> None:
        """Send what was queued while a reply ran, unless that went wrong."""
        queue = self.prompt.queue
        if self.busy or reply is not self.session.reply_of(reply.id):
            return
        if why := why_to_wait(reply.worker.terminal):
            queue.hold(why)
        else:
            await self._send_queued()

    @on(Prompt.Released)
    async def _on_released(self, event: Prompt.Released) -> None:
        event.stop()
        await self._send_queued()

    async def _send_queued(self) -> None:
        queue = self.prompt.queue
        if self.session.running or (text := queue.next()) is None:
            return
        if not await self._say(text):
            queue.put_back(text)

    def _start(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._surface)
        return task

    def _surface(self, task: asyncio.Task[None]) -> None:
        """A mistake of ours ends the application; it must not look like a silent provider."""
        if not task.cancelled() and task.exception() is not None:
            self.call_later(task.result)

    def _default_model(self, provider: str) -> str:
        try:
            return self._find_provider(provider).model
        except ChatTuiError:
            return ""

    def show_title(self) -> None:
        """Say in the header what the conversation is called now."""
        conversation = self.session.conversation
        count = len(conversation.path(self.branch))
        note = f"{count} message{'s' if count != 1 else ''}" if count else ""
        if self.branch is not None:
            note = self.comparing.praise
        # All that are compared have the same title.
        self.status.name_who(self.branch is None)
        title = conversation.title if self.branch is None else self.status.who
        self.query_one(PaneHeader).show(title, note)


def _hints(*hints: tuple[str, str]) -> str:
    return "   ".join(f"{key} {words}" for key, words in hints if key)
