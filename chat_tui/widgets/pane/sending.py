"""Sending in a pane: turns, decisions, replies made again, and what waited for a reply to end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, TypeAlias, assert_never

from chat_tui.attachments import check_taken
from chat_tui.document.choices import APPROVE, CONTINUE, REGENERATE, Choices, Unfinished
from chat_tui.errors import ChatTuiError
from chat_tui.events import Approval, FollowUps
from chat_tui.text import clean
from chat_tui.widgets.picture_actions import Wish
from chat_tui.widgets.prompt.prompting import propose, why_to_wait

if TYPE_CHECKING:
    from chat_tui.ids import MessageId
    from chat_tui.message import Message
    from chat_tui.providers.base import Provider
    from chat_tui.session.reply import Reply
    from chat_tui.session.session import Session
    from chat_tui.widgets.pane.pane import FindProvider, Pane

MaySend: TypeAlias = "Callable[[Pane, int, Callable[[], object]], Awaitable[bool]]"
"""Says whether so many replies may be asked for; if not, it may call the function later."""
StartTask: TypeAlias = Callable[[Coroutine[None, None, None], str], asyncio.Task[None]]
"""Starts a task whose mistakes come to light."""


class Sending:
    """What a pane sends; it belongs to the pane. Whoever made it waits for `aclose`."""

    def __init__(self, pane: Pane, find_provider: FindProvider, start: StartTask) -> None:
        self._pane = pane
        self._find_provider = find_provider
        self._start = start
        self._asking: set[asyncio.Task[None]] = set()
        self.may_send: MaySend | None = None
        """Asked before something is sent that may cost; null is yes."""

    async def aclose(self) -> None:
        """Wait until what was sent is on its way."""
        if self._asking:
            await asyncio.wait(self._asking)

    async def send(self, text: str) -> None:
        """Send what was written, or have it wait for the reply that is running."""
        pane, prompt = self._pane, self._pane.prompt
        waits = pane.busy or (prompt.queued and not prompt.queue.held)
        if waits and pane.branching.editing is None:
            prompt.queue.show_for(pane.session.conversation.id, running=True)
            prompt.queue.add(text)
        elif not await self.say(text):
            prompt.give_back(text)

    async def say(self, text: str, wish: Wish | None = None) -> bool:
        """Send a turn.

        Args:
            text: Of the turn.
            wish: How it is answered; null is as the pane is set, with what goes along with the
                prompt.

        Returns:
            Whether it could be; if not, the reason has been told.
        """
        pane, session = self._pane, self._pane.session
        from_prompt = wish is None
        replies = pane.comparing.count if from_prompt else 1
        if not await self._allowed(lambda: self._say_after_all(text, wish), replies):
            return False
        if pane.session is not session:  # another conversation was opened meanwhile
            return False
        if from_prompt and pane.comparing.wished:
            return await pane.comparing.say(text)
        wish = wish or Wish(
            provider=pane.provider,
            model=pane.model,
            attachments=pane.prompt.fetch_attachments(text),
            made_from=pane.origin.of(text),
        )
        attachments = wish.attachments
        try:
            provider = self._find_provider(wish.provider)
            check_taken(attachments, provider)
            await pane.comparing.choose()
            if from_prompt:
                pane.branching.go_back()
            turn = session.say(text, attachments, made_from=wish.made_from)
        except ChatTuiError as error:
            if attachments:
                pane.prompt.attaching.set_aside(text, attachments)
            pane.refuse(error)
            return False
        pane.origin.forget()
        pane.branching.sent()
        await self._begin(
            self._answer(session, turn, wish.provider, model=wish.model, parameters=wish.parameters)
        )
        return True

    async def choose(
        self, reply: MessageId, choices: Choices, number: int, *, at_once: bool
    ) -> None:
        """Take a choice: a decision is sent, a proposal goes into the prompt or is sent at once."""
        match choices:
            case Approval():
                await self._decide(reply, choices, approved=number == APPROVE)
            case FollowUps(prompts=prompts):
                if at_once:
                    await self.say(clean(prompts[number]))
                else:
                    propose(self._pane.prompt, number, choices)
                self._pane.prompt.focus()
            case Unfinished(words=words):
                await self._settle(reply, words[number])
                self._pane.prompt.focus()
            case _:
                assert_never(choices)

    async def _settle(self, reply: MessageId, wish: str) -> None:
        """Do what is wished with a reply that broke off."""
        pane, session = self._pane, self._pane.session
        message = session.conversation[reply]
        pane.choice_bar.offer(None)
        if wish == CONTINUE:
            await self._go_on(reply)
            return
        await session.settle(reply)
        if wish == REGENERATE and message.parent is not None:
            await self.regenerate(session.conversation[message.parent])

    async def _go_on(self, reply: MessageId) -> None:
        """Have a reply that broke off continued, by whoever began it where that can be."""
        pane, session = self._pane, self._pane.session

        def again() -> None:
            if pane.session is session:
                self._start(self._go_on(reply), "continue")

        if not await self._allowed(again):
            return
        message = session.conversation[reply]
        try:
            provider = self._find_provider(message.provider)
            model = message.model
        except ChatTuiError:  # it is not configured any more
            try:
                provider, model = self._find_provider(pane.provider), pane.model
            except ChatTuiError as error:
                pane.refuse(error)
                return
        await self._begin(self._continue(session, reply, provider, model))

    async def _continue(
        self, session: Session, reply: MessageId, provider: Provider, model: str
    ) -> None:
        try:
            await session.go_on(reply, provider, model=model)
        except ChatTuiError as error:
            self._pane.refuse(error)

    async def _decide(self, reply: MessageId, approval: Approval, *, approved: bool) -> None:
        """Answer what the last reply waits for, to the provider that it came from."""
        pane, session = self._pane, self._pane.session

        def go_on() -> None:
            if pane.session is session:
                self._start(self._decide(reply, approval, approved=approved), "decide")

        if not await self._allowed(go_on):
            return
        feedback = pane.prompt.text.strip() if approval.feedback else ""
        try:
            name = session.conversation[reply].provider or pane.provider
            self._find_provider(name)
            await pane.comparing.choose()
            turn = session.decide(reply, approval, approved=approved, feedback=feedback)
        except ChatTuiError as error:
            pane.refuse(error)
            return
        if feedback:
            pane.prompt.clear()
        pane.prompt.focus()
        model = pane.model if name == pane.provider else ""
        await self._begin(self._answer(session, turn, name, model=model))

    async def regenerate(self, turn: Message | None = None) -> None:
        """Answer a turn again, the last one when left out; the reply stays as a branch."""
        session = self._pane.session

        def go_on() -> None:
            if self._pane.session is session:
                self._start(self.regenerate(turn), "regenerate")

        if await self._allowed(go_on):
            await self._begin(self._regenerate(session, turn))

    async def send_next(self, reply: Reply) -> None:
        """Send what was queued while a reply ran, unless that went wrong."""
        pane, queue = self._pane, self._pane.prompt.queue
        if pane.busy or reply is not pane.session.reply_of(reply.id):
            return
        if why := why_to_wait(reply.worker.terminal):
            queue.hold(why)
        else:
            await self.send_queued()

    async def send_queued(self) -> None:
        """Send the first of what waits."""
        queue, session = self._pane.prompt.queue, self._pane.session
        if session.running or (text := queue.next()) is None:
            return
        if not await self.say(text):
            queue.put_back(text, session.conversation.id)

    async def _allowed(self, go_on: Callable[[], object], replies: int = 1) -> bool:
        return self.may_send is None or await self.may_send(self._pane, replies, go_on)

    def _say_after_all(self, text: str, wish: Wish | None) -> None:
        """Send what somebody was asked about, from where it waits meanwhile."""
        pane = self._pane
        if wish is None and pane.prompt.text.strip():
            pane.prompt.action_send()
        elif wish is None and pane.prompt.queued:
            pane.call_later(self.send_queued)
        else:
            pane.call_later(self.say, text, wish)

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
        provider: str,
        *,
        model: str,
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        answering = self._find_provider(provider)
        await session.answer(turn, answering, model=model, parameters=parameters)

    async def _regenerate(self, session: Session, turn: Message | None) -> None:
        pane = self._pane
        if (turn := turn or session.last_turn) is None:
            return
        try:
            provider = self._find_provider(pane.provider)
            reply = await session.answer(turn, provider, model=pane.model)
        except ChatTuiError as error:
            pane.refuse(error)
            return
        if session is pane.session and pane.branch is not None:
            pane.open(session, reply.id)
