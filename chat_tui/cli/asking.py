"""The errand behind `chat-tui ask`: from a prompt to a saved reply and an exit code."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import aclosing, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chat_tui.attachments import attach, check_taken
from chat_tui.cli.answering import choose_answerer
from chat_tui.cli.output import Out, ReaderGone, Remarks, let_go_of_stdout
from chat_tui.cli.printing import JsonPrinter, Printer, TextPrinter, ticking
from chat_tui.cli.signals import Interruption, interruption
from chat_tui.config.model import Config
from chat_tui.config.paths import Paths
from chat_tui.config.state import load_state
from chat_tui.conversation import Conversation
from chat_tui.errors import NotFound, StoreError
from chat_tui.events import Finished, ImageResult, Terminal, ToolCall
from chat_tui.media.files import MediaFolder, PicturePlace
from chat_tui.media.named import NamedPictures
from chat_tui.media.past_runs import PastRuns
from chat_tui.message import Attachment, Message
from chat_tui.providers.base import Provider
from chat_tui.roster.roster import Roster
from chat_tui.session.holding import held, take
from chat_tui.session.reply import Reply
from chat_tui.session.session import Session
from chat_tui.store.store import Store
from chat_tui.text import clean_line

EXIT_DONE: Final = 0
EXIT_FAILED: Final = 1
EXIT_EARLY: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What the command line asks for."""

    text: str
    provider: str | None
    model: str
    """Empty: the provider's own."""
    system: str | None
    """Null: the configured one, or that of the conversation."""
    attachments: tuple[Path, ...]
    output: str | None
    """Where pictures go, as it was written; null is the media folder."""
    as_json: bool
    latest: bool
    save: bool
    parameters: Mapping[str, object] = field(default_factory=dict)
    """For the request body, beside those that the provider is configured with."""


async def run(errand: Errand, config: Config, paths: Paths, roster: Roster) -> int:
    """Ask, print, save.

    Args:
        errand: What to do.
        config: The configuration.
        paths: Where conversations and last choices are.
        roster: The providers; closed at the end.

    Returns:
        The exit code.

    Raises:
        ChatTuiError: nothing was asked, for the reason it names.
    """
    task = asyncio.current_task()
    assert task is not None
    answer = Out(sys.stdout)
    remarks = Remarks(Out(sys.stderr), answer)
    runs = PastRuns(paths.picture_runs)
    printer = JsonPrinter(answer) if errand.as_json else TextPrinter(answer, remarks, runs)
    store = Store(
        paths.database, tell=lambda line: remarks.line(clean_line(f"chat-tui: {line}", 1000))
    )
    with interruption(task.cancel) as signals:
        try:
            talk = _Talk(errand, config, paths, roster, store, remarks, runs)
            return await talk.hold(printer, signals)
        except asyncio.CancelledError:
            if signals.code is None:
                raise
            return signals.code
        finally:
            signals.wait()
            await roster.aclose()
            await store.close()


class _Talk:
    def __init__(
        self,
        errand: Errand,
        config: Config,
        paths: Paths,
        roster: Roster,
        store: Store,
        remarks: Remarks,
        runs: PastRuns,
    ) -> None:
        self._errand = errand
        self._runs = runs
        self._config = config
        self._paths = paths
        self._roster = roster
        self._store = store
        self._remarks = remarks
        self._trouble = ""

    async def hold(self, printer: Printer, signals: Interruption) -> int:
        errand = self._errand
        try:
            conversation = await self._conversation()
            provider, model = await self._answerer(conversation)
            attachments = await self._attachments(provider)
            media = self._media()
        except asyncio.CancelledError:
            with suppress(ReaderGone):
                printer.show([Finished("cancelled")])
            raise
        session = Session(
            conversation,
            self._store if errand.save else None,
            media=media,
            fetch_for=self._roster.fetch_for,
            on_trouble=self._tell_trouble,
            runs=self._runs,
            prices=self._config.prices,
        )
        signals.wait()  # from here on a signal stops the reply, and what came is saved
        reply = await session.send(
            errand.text,
            provider,
            model=model,
            parameters=errand.parameters,
            attachments=attachments,
        )
        signals.now_does(session.cancel)
        taken = errand.latest and errand.save
        try:
            async with held(self._store, conversation.id) if taken else nullcontext():
                with ticking(printer):
                    reader_left = await _print(reply, printer, session)
        finally:
            await session.aclose()
        if errand.output is not None:
            await _describe(conversation, reply)
        if reader_left:
            if signals.code is not None:  # what would have said so was not written any more
                self._remarks.line("chat-tui: stopped")
            let_go_of_stdout()
        else:
            self._tell_unused_output(conversation[reply.id])
        if signals.code is not None:
            return signals.code
        return (
            EXIT_EARLY if reader_left else _exit_code(reply.worker.terminal, conversation[reply.id])
        )

    async def _conversation(self) -> Conversation:
        errand = self._errand
        if not errand.latest:
            prompt = self._config.app.system_prompt if errand.system is None else errand.system
            return Conversation(system_prompt=prompt)
        latest = await self._store.latest()
        if latest is None:
            raise NotFound("there is no conversation to continue")
        if errand.save:
            await take(self._store, latest)
        conversation = await self._store.load(latest)
        if errand.system is not None:
            conversation.system_prompt = errand.system
            if errand.save:
                await self._store.set_system_prompt(latest, errand.system)
        return conversation

    async def _answerer(self, conversation: Conversation) -> tuple[Provider, str]:
        """The provider and the model: as asked for, as in the conversation, or as usual."""
        errand = self._errand
        state, _ = load_state(self._paths.state_file)
        name, model = await choose_answerer(
            conversation, self._roster, state, provider=errand.provider, model=errand.model
        )
        return self._roster.provider(name), model

    async def _attachments(self, provider: Provider) -> tuple[Attachment, ...]:
        """Keep copies of the files that go along; all are looked at before anything is asked."""
        folder = MediaFolder(self._paths.media_dir)
        attachments = [
            await asyncio.to_thread(attach, path, folder) for path in self._errand.attachments
        ]
        check_taken(attachments, provider)
        return tuple(attachments)

    def _media(self) -> PicturePlace:
        output = self._errand.output
        if output is None:
            return MediaFolder(self._paths.media_dir)
        named = NamedPictures(output)
        named.check()
        return named

    def _tell_unused_output(self, message: Message) -> None:
        if self._errand.output is None or not isinstance(message.outcome, Finished):
            return
        if not any(isinstance(part, ImageResult) for part in message.parts):
            self._remarks.line("chat-tui: no picture came: -o was not used")

    def _tell_trouble(self, trouble: StoreError | None) -> None:
        told = "" if trouble is None else str(trouble)
        if told and told != self._trouble:
            self._remarks.line(clean_line(f"chat-tui: not saved: {told}", 500))
        self._trouble = told


async def _describe(conversation: Conversation, reply: Reply) -> None:
    """Write into the pictures that were asked for what they were made with."""
    from chat_tui.media.copies import describe_saved
    from chat_tui.transcripts.redact import redacted

    message = conversation[reply.id]
    assert message.parent is not None
    await asyncio.to_thread(describe_saved, conversation[message.parent], redacted(message))


async def _print(reply: Reply, printer: Printer, session: Session) -> bool:
    """Print a reply to its end; true when nobody reads it any more, and it was stopped."""
    reader_left = False
    printer.asked(reply.blank.provider, reply.blank.model)
    async with aclosing(reply.worker.subscribe()) as batches:
        async for batch in batches:
            if reader_left:
                continue
            try:
                printer.show(batch)
            except ReaderGone:
                reader_left = True
                session.cancel()
    return reader_left


def _exit_code(ended: Terminal | None, message: Message) -> int:
    if not isinstance(ended, Finished):
        return EXIT_FAILED
    if ended.reason == "tool_calls":
        calls = [part for part in message.parts if isinstance(part, ToolCall)]
        settled = bool(calls) and all(call.state != "running" for call in calls)
        return EXIT_DONE if settled else EXIT_EARLY
    return EXIT_DONE if ended.reason in {"stop", "unknown"} else EXIT_EARLY
