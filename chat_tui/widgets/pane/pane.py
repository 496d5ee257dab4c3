"""A conversation pane: a session made visible, and the prompt that talks to it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message as TextualMessage

from chat_tui.conversation import Conversation
from chat_tui.document.choices import choices_of
from chat_tui.errors import ChatTuiError
from chat_tui.ids import MessageId
from chat_tui.providers.base import Provider
from chat_tui.session.reply import Reply
from chat_tui.session.session import Session
from chat_tui.widgets.pane.attention import Attention
from chat_tui.widgets.pane.branching import Branching
from chat_tui.widgets.pane.comparing import Comparing
from chat_tui.widgets.pane.conversation_view import ConversationView
from chat_tui.widgets.pane.follower import Follower, Told
from chat_tui.widgets.pane.pane_keys import PaneKeys
from chat_tui.widgets.pane.sending import Sending
from chat_tui.widgets.picture_actions import Origin, Wish
from chat_tui.widgets.prompt.choice_bar import ChoiceBar
from chat_tui.widgets.prompt.prompt import Prompt
from chat_tui.widgets.prompt.prompting import written
from chat_tui.widgets.terminal.alt_digits import teach_alt_digits

FindProvider = Callable[[str], Provider]


class Pane(PaneKeys):
    """Header, transcript, status line and prompt of one conversation."""

    # Priority: the prompt has the focus, and would take these keys for itself.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="reply.stop", priority=True),
        Binding("f5", "regenerate", "Again", id="reply.regenerate", priority=True),
        Binding("alt+a", "attach", "Attach", id="attachment.add", priority=True, show=False),
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
    class SentNothing(TextualMessage):
        """Enter was pressed with nothing to send."""

        pane: "Pane"

    @dataclass
    class ReplyEnded(TextualMessage):
        """A reply is on the screen to its end."""

        reply: Reply

    @dataclass
    class StopChanged(TextualMessage):
        """There may be a reply to be stopped now, or none any more."""

        pane: "Pane"

    @dataclass
    class BranchChosen(TextualMessage):
        """Of the replies that are compared, the talk goes on with this pane's."""

        pane: "Pane"
        reply: MessageId

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
        vi: bool = False,
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
            vi: The prompt is edited by the keys of vi.
        """
        super().__init__(measure=measure, keys=keys, vi=vi)
        self.session = session
        self.origin = Origin()
        self.provider = provider
        self.model = model
        self._find_provider = find_provider
        self.branch = branch
        self.attention = Attention()
        self.pick_found: Callable[[int], bool] | None = None
        """Takes what the empty pane offers, by its number; says whether there is such a thing."""
        self.branching = Branching(self)
        self.comparing = Comparing(self)
        self.sending = Sending(self, find_provider, self._start)
        self._follower: Follower | None = None
        self._watched: Sequence[Reply] = ()
        """The replies whose ends are told."""
        self._digits = [key.strip() for key in keys.get("choice.pick", "").split(",")]
        """The key of each choice, in their order."""
        teach_alt_digits()

    def on_mount(self) -> None:
        told = Told(self._start, self._path_moved, self._reply_ended)
        self._follower = Follower(self.transcript, self.status, self.attention, told)
        self.transcript.rows.note_of = self.branching.mark
        self.prompt.keep_file = lambda path: self.session.attach(path)
        self.answer_with(self.provider, self.model)
        self.open(self.session, self.branch)
        self.show_attention()
        if self.attention.current:
            self.prompt.focus()

    async def on_unmount(self) -> None:
        await self.sending.aclose()
        if self._follower is not None:
            await self._follower.close()

    @property
    def busy(self) -> bool:
        """The next turn has to wait for the reply that is shown."""
        if self.branch is None:
            return self.session.running
        reply = self.session.reply_of(self.branch)
        return reply is not None and reply.running

    @property
    def stoppable(self) -> bool:
        """The key that stops would stop a reply, and has nothing else to leave before."""
        leaves = self.branching.editing is not None or self.comparing.wished
        return self.busy and not leaves and not self.session.elsewhere

    def show_attention(self) -> None:
        """Look as the reader's attention is now; see `attention`."""
        look = self.attention
        if self._follower is not None:
            self.set_class(look.several and not look.current, "-aside")
            self.transcript.paint_often(look.current)
            has_keys = look.current if look.several else None
            self.header.look(has_keys=has_keys, place=look.place)

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

    def name_again(self) -> None:
        """Show the names of models that have just become known."""
        self.status.name_again()
        self.transcript.name_again()
        self.show_title()

    def leave_branch(self) -> None:
        """Show the path that the session shows."""
        assert self._follower is not None
        self.branch = self._follower.branch = None

    @on(Prompt.SentNothing)
    async def _on_sent_nothing(self, event: Prompt.SentNothing) -> None:
        event.stop()
        await self.comparing.choose()
        self.post_message(self.SentNothing(self))

    @on(ChoiceBar.Chosen)
    async def _on_chosen_in_bar(self, event: ChoiceBar.Chosen) -> None:
        event.stop()
        bar = self.choice_bar
        if bar.choices is not None and bar.reply is not None:
            await self.sending.choose(bar.reply, bar.choices, event.number, at_once=event.at_once)

    @on(ConversationView.Chosen)
    async def _on_chosen_in_transcript(self, event: ConversationView.Chosen) -> None:
        event.stop()
        await self.sending.choose(event.reply, event.choices, event.number, at_once=False)

    def offer_choices(self) -> None:
        """Offer what can be chosen after the last message that is shown."""
        rows = self.transcript.rows
        if not len(rows):
            self.choice_bar.offer(None)
            return
        last = rows.message(len(rows) - 1)
        if last.id in self.session.conversation:
            stored = self.session.conversation[last.id]
            last = stored if stored.outcome is not None else last
        if self.session.elsewhere:
            self.choice_bar.offer(None)
            return
        self.choice_bar.offer(choices_of(last), last.id)

    async def on_key(self, event: events.Key) -> None:
        """Take a choice by its number; the prompt has had the key before, and left it alone."""
        if event.key not in self._digits:
            return
        number = self._digits.index(event.key)
        if self.choice_bar.pick(number) or (self.pick_found and self.pick_found(number)):
            event.stop()
            event.prevent_default()

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

    @on(Prompt.Refused)
    def _on_refused_by_prompt(self, event: Prompt.Refused) -> None:
        event.stop()
        self.refuse(event.error)

    async def action_regenerate(self) -> None:
        """Answer the last turn again; the reply that was there stays as a branch."""
        await self.sending.regenerate()

    async def say(self, text: str, wish: Wish) -> bool:
        """Send a turn that is to be answered otherwise than the prompt's; see `Sending.say`."""
        return await self.sending.say(text, wish)

    def refuse(self, error: ChatTuiError) -> None:
        """Have it told that something could not be done."""
        self.post_message(self.Refused(error))

    def action_stop(self) -> None:
        """Leave what was begun, or stop the reply; with neither, clear what was told."""
        if self.branching.leave() or self.comparing.forget():
            return
        if self.busy and not self.session.elsewhere:
            self.session.cancel(self.branch)
        else:
            self.app.clear_notifications()

    @on(ConversationView.BranchWanted)
    async def _on_branch_wanted(self, event: ConversationView.BranchWanted) -> None:
        event.stop()
        try:
            await self.branching.follow(event.wish, event.message)
        except ChatTuiError as error:
            self.refuse(error)

    def _path_moved(self) -> None:
        """Bring what stands around the messages to what is shown now."""
        self.show_title()
        self.offer_choices()
        self.find_bar.look_again()
        self._watch_replies()

    def _watch_replies(self) -> None:
        """Have the end of each reply told; one of them may not be on the path that is shown."""
        if self._watched is not self.session.replies:
            self._watched = self.session.replies
            for reply in self._watched:
                if reply.running:
                    reply.worker.at_end(self.tell_stop)
        self.tell_stop()

    def tell_stop(self) -> None:
        """Have looked whether there is a reply to be stopped."""
        self.post_message(self.StopChanged(self))

    def _reply_ended(self, reply: Reply) -> None:
        self.post_message(self.ReplyEnded(reply))
        self.show_title()
        self.offer_choices()
        if self.prompt.queued:
            self.call_later(self.sending.send_next, reply)

    @on(Prompt.Sent)
    async def _on_sent(self, event: Prompt.Sent) -> None:
        event.stop()
        await self.sending.send(event.text)

    @on(Prompt.Released)
    async def _on_released(self, event: Prompt.Released) -> None:
        event.stop()
        await self.sending.send_queued()

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
        note = f"{count:,} message{'s' if count != 1 else ''}" if count else ""
        if self.branch is not None:
            note = self.comparing.praise
        # All that are compared have the same title.
        self.status.name_who(self.branch is None)
        title = conversation.title if self.branch is None else self.status.who
        self.header.show(title, note)
