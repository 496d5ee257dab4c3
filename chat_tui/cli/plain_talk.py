"""Plain mode: a conversation as lines that follow each other, and nothing is drawn over."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import aclosing, suppress
from typing import Final

from chat_tui.cli.answering import choose_answerer
from chat_tui.cli.output import ReaderGone
from chat_tui.cli.plain_commands import PlainCommands
from chat_tui.cli.plain_printing import LINE_MAX_CHARS, PlainOut, PlainPrinter
from chat_tui.cli.printing import ticking
from chat_tui.cli.signals import interruption
from chat_tui.commands.parse import Invocation, parse
from chat_tui.commands.table import run_command
from chat_tui.config.model import Config
from chat_tui.config.paths import Paths
from chat_tui.config.prompts import Template
from chat_tui.config.state import load_state
from chat_tui.conversation import Conversation
from chat_tui.errors import ChatTuiError, StoreError
from chat_tui.events import Approval, Finished
from chat_tui.media.files import MediaFolder
from chat_tui.media.past_runs import PastRuns
from chat_tui.message import Attachment, Message
from chat_tui.model_names import model_named, shown_model
from chat_tui.roster.roster import Roster
from chat_tui.session.holding import held, take
from chat_tui.session.reply import Reply
from chat_tui.session.session import Session
from chat_tui.store.store import Store
from chat_tui.text import clean, clean_line
from chat_tui.transcripts.plain_text import turn_text

_INTERRUPTED: Final = 130


class PlainTalk:
    """One conversation at a time; what a line does, from its being typed to its last answer."""

    def __init__(self, config: Config, paths: Paths, roster: Roster, out: PlainOut) -> None:
        """Open nothing yet; `begin` comes first.

        Args:
            config: The configuration.
            paths: Where conversations and last choices are.
            roster: The providers; the caller closes them.
            out: Where everything is written.
        """
        self.paths = paths
        self.roster = roster
        self.store = Store(paths.database, tell=lambda line: self.tell(f"chat-tui: {line}"))
        self.provider = self.model = ""
        self.attached: list[Attachment] = []
        """What goes along with the next turn."""
        self.template: Template | None = None
        """To be filled in and said next."""
        self.unanswered: Message | None = None
        """A turn that is to be answered next."""
        self.leaving = False
        self.session: Session
        self._begun = False
        self._config = config
        self._out = out
        self._runs = PastRuns(paths.picture_runs)
        self._trouble = ""

    async def begin(
        self, conversation: Conversation | None, *, provider: str | None = None, model: str = ""
    ) -> None:
        """Go on with a conversation, or begin a new one with whoever answered last.

        Raises:
            ChatTuiError: there is no such provider.
        """
        fresh = conversation or Conversation(system_prompt=self._config.app.system_prompt)
        if conversation is None and self.provider:
            provider, model = self.provider, self.model
        state, _ = await asyncio.to_thread(load_state, self.paths.state_file)
        self.provider, self.model = await choose_answerer(
            fresh, self.roster, state, provider=provider, model=model
        )
        if self._begun:
            await self.session.aclose()  # with what could not be saved so far
        self.attached.clear()
        self._begun = True
        self.session = Session(
            fresh,
            self.store,
            media=MediaFolder(self.paths.media_dir),
            fetch_for=self.roster.fetch_for,
            on_trouble=self._tell_trouble,
            runs=self._runs,
            prices=self._config.prices,
        )

    def tell(self, text: str) -> None:
        """Write a line about the conversation, or several."""
        for line in clean(text).split("\n"):
            self._out.end_line()
            self._out.write(clean_line(line, LINE_MAX_CHARS) + "\n")

    def choose_provider(self, name: str) -> None:
        """Let somebody else answer from now on.

        Raises:
            ChatTuiError: there is no such provider.
        """
        self.roster.require(name)
        self.provider = name
        state, _ = load_state(self.paths.state_file)
        self.choose_model(state.models.get(name, ""))

    def choose_model(self, model: str) -> None:
        """Let another model answer from now on; empty is the provider's own."""
        self.model = model_named(self.provider, model)
        self.tell(f"{self.who} answers")

    @property
    def who(self) -> str:
        """Who answers."""
        model = shown_model(self.provider, self.model)
        return ", ".join(dict.fromkeys(part for part in (self.provider, model) if part))

    def waiting_for(self) -> tuple[Message, Approval] | None:
        """What the last reply wants to be decided."""
        path = self.session.conversation.path()
        if not path or path[-1].role != "assistant":
            return None
        asked = [part for part in path[-1].parts if isinstance(part, Approval)]
        ended = path[-1].outcome
        waits = isinstance(ended, Finished) and ended.reason == "tool_calls"
        return (path[-1], asked[-1]) if asked and waits else None

    async def take(self, line: str) -> int:
        """Do what a line says, and wait until that is done.

        Returns:
            0, or the exit code of a signal that is to end the program.
        """
        return await self._telling_errors(self._take(line))

    async def decide(
        self, reply: Message, approval: Approval, *, approved: bool, feedback: str
    ) -> int:
        """Answer what a reply waits for; see `take`."""
        return await self._telling_errors(
            self._decide(reply, approval, approved=approved, feedback=feedback)
        )

    async def answer(self, turn: Message) -> int:
        """Have a turn answered, and write the reply as it comes; see `take`."""
        printer = PlainPrinter(self._out, self._runs)
        conversation = self.session.conversation.id
        with interruption(self.session.cancel) as signals:
            reply = await self.session.answer(
                turn, self.roster.provider(self.provider), model=self.model
            )
            printer.asked(reply.blank.provider, reply.blank.model)
            async with held(self.store, conversation):
                with ticking(printer):
                    await self._print(reply, printer)
                await self.session.wait()
        return 0 if signals.code in {None, _INTERRUPTED} else signals.code

    async def _take(self, line: str) -> int:
        said = parse(line)
        if isinstance(said, Invocation):
            await run_command(PlainCommands(self), said)
            if self.unanswered is None:
                return 0
            turn, self.unanswered = self.unanswered, None
            await self._take_conversation()
            return await self.answer(turn)
        await self._take_conversation()
        attachments, self.attached = tuple(self.attached), []
        return await self.answer(self.session.say(said.text, attachments))

    async def _decide(
        self, reply: Message, approval: Approval, *, approved: bool, feedback: str
    ) -> int:
        await self._take_conversation()
        turn = self.session.decide(reply.id, approval, approved=approved, feedback=feedback)
        return await self.answer(turn)

    async def _telling_errors(self, doing: Awaitable[int]) -> int:
        """Write what could not be done; the talk goes on."""
        try:
            return await doing
        except ChatTuiError as error:
            self.tell(f"chat-tui: {error.told}")
            return 0

    async def _take_conversation(self) -> None:
        if self.session.stored:
            await take(self.store, self.session.conversation.id)

    async def _print(self, reply: Reply, printer: PlainPrinter) -> None:
        async with aclosing(reply.worker.subscribe()) as batches:
            async for batch in batches:
                try:
                    printer.show(batch)
                except ReaderGone:
                    self.leaving = True
                    self.session.cancel()

    async def aclose(self) -> None:
        """Save what is left and close the store."""
        if self._begun:
            await self.session.aclose()
        await self.store.close()

    def _tell_trouble(self, trouble: StoreError | None) -> None:
        told = "" if trouble is None else str(trouble)
        if told != self._trouble:
            with suppress(ReaderGone):
                self.tell(f"not saved: {told}" if told else "saved again")
        self._trouble = told


def spoken(conversation: Conversation, messages: int) -> Sequence[str]:
    """Give the last messages of a conversation as lines to read before it goes on."""
    return [turn_text(message) for message in conversation.path()[-messages:]]
