"""The application: configuration, providers, store and screen are wired here, and only here."""

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

import msgspec
from rich.text import Text
from textual import on, work
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.notifications import SeverityLevel
from textual.screen import ModalScreen, Screen

from chat_tui import glyphs
from chat_tui.colouring import Colouring
from chat_tui.config.actions import ACTIONS
from chat_tui.config.key_labels import first_key_label, keys_label
from chat_tui.config.model import DEFAULT_THEME, Config
from chat_tui.config.paths import Paths
from chat_tui.config.state import load_state, save_state
from chat_tui.config.theme import user_theme_files
from chat_tui.conversation import Conversation
from chat_tui.document.units import Link
from chat_tui.errors import ChatTuiError, StoreError
from chat_tui.media.files import MediaFolder
from chat_tui.providers.base import ModelInfo
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.resources import theme_files
from chat_tui.roster import DEMO, Roster
from chat_tui.session import Session
from chat_tui.store.store import Store
from chat_tui.text import clean, clean_line
from chat_tui.themes import ThemeShelf, ink_styles, textual_theme
from chat_tui.widgets.choice_bar import CHOICE_KEYS
from chat_tui.widgets.conversation_view import ConversationView
from chat_tui.widgets.key_bar import (
    FIND_KEYS,
    TRANSCRIPT_HELP,
    TRANSCRIPT_KEYS,
    KeyBar,
    KeyHint,
)
from chat_tui.widgets.pane import KeysAt, Pane
from chat_tui.widgets.prompt import Prompt
from chat_tui.widgets.scrollbars import choose_scrollbars
from chat_tui.widgets.transcript import Transcript

log = logging.getLogger(__name__)

_OPENING: Final = frozenset({
    "help", "choose_provider", "save_transcript", "new_conversation", "command_palette",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOptions:
    """What the command line says."""

    config: Config
    paths: Paths
    provider: str | None = None
    model: str | None = None
    demo: bool = False
    resume: str | None = None
    """A conversation's id, or the beginning of one."""
    latest: bool = False
    """Continue the latest conversation."""


class ChatApp(App[int], inherit_bindings=False):  # inherited keys could not be rebound
    """One pane for now, and what opens over it."""

    CSS_PATH = "app.tcss"
    TITLE = "chat-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="app.help", priority=True),
        Binding("f2", "choose_provider", "Provider", id="provider.menu", priority=True),
        Binding("f4", "save_transcript", "Save", id="transcript.save", priority=True),
        Binding("ctrl+n", "new_conversation", "New", id="conversation.new", priority=True),
        Binding("ctrl+p", "command_palette", "Palette", id="app.palette", priority=True),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]

    def __init__(
        self,
        options: AppOptions,
        conversation: Conversation | None = None,
        *,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Wire the program together; nothing is opened before it runs.

        Args:
            options: What the command line says.
            conversation: What is shown first; a new one when left out.
            environ: Where variables with keys are looked up.
        """
        super().__init__()
        choose_scrollbars()
        self.set_class(glyphs.drawing_ascii(), "-ascii")
        self._colouring = Colouring()
        self._config = options.config
        self._options = options
        self._paths = options.paths
        self._environ = environ
        self._key_bar = KeyBar(self._key_hints())
        self._roster = Roster(options.config, environ=environ, registry=KINDS, demo=options.demo)
        self._store = Store(options.paths.database)
        self._state, self._state_warning = load_state(options.paths.state_file)
        self._sessions: list[Session] = []
        self._trouble_told = ""
        self._network_loaded = False
        self._themes = ThemeShelf(theme_files(), user_theme_files(options.paths.themes_dir))
        self._first = self._session(conversation or self._new_conversation())

    def compose(self) -> ComposeResult:
        provider, model = self._quick_choice()
        yield Pane(
            self._first,
            self._roster.provider,
            provider=provider,
            model=model,
            measure=self._config.app.measure,
            keys=self._config.keys,
        )
        yield self._key_bar

    def on_mount(self) -> None:
        self.set_keymap({name: keys for name, keys in self._config.keys.items() if keys})
        self._show_first_theme()
        self._catch_signals()
        self.call_after_refresh(self._settle)

    async def on_unmount(self) -> None:
        """Nothing is lost: what still streams is stopped and saved."""
        for session in self._sessions:
            await session.aclose()
        await self._store.close()
        await self._roster.aclose()
        await self._colouring.aclose()

    @property
    def pane(self) -> Pane:
        """The pane that has the focus."""
        return self.screen_stack[0].query_one(Pane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something is open over the conversation, the keys are for that alone."""
        if action in _OPENING and self._covered:
            return False
        return super().check_action(action, parameters)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a short message; never as markup, since it may quote anything."""
        del markup
        super().notify(
            clean(message),
            title=clean_line(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def copy_to_clipboard(self, text: str) -> None:
        """Copy by every route there is, and say which; text fields copy by this, too."""
        self._clipboard = text
        self._copy(text)

    @work(group="copy")
    async def _copy(self, text: str) -> None:
        from chat_tui.clipboard import copy, describe

        report = await copy(text, environ=self._environ, write=self._write_to_terminal)
        self.notify(
            describe(report),
            severity="information" if report.used or not text else "warning",
        )

    def _write_to_terminal(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)
            self._driver.flush()

    @on(ConversationView.LinksWanted)
    def _on_links_wanted(self, event: ConversationView.LinksWanted) -> None:
        event.stop()
        self._offer_links(event.links)

    def _offer_links(self, links: Sequence[Link]) -> None:
        """Open a link; where there are several, or a label names another host, ask first."""
        from chat_tui.links import link_note

        notes = [link_note(link.label, link.url) for link in links]
        if not notes:
            self.notify("there is no link in this block")
        elif len({note.url for note in notes}) == 1 and not any(note.confirm for note in notes):
            self._open_link(links[0].url)
        else:
            from chat_tui.screens.links import LinkScreen

            def chosen(url: str | None) -> None:
                if url is not None:
                    self._open_link(url)

            self.push_screen(LinkScreen(links), chosen)

    @on(ConversationView.SourcesWanted)
    def _on_sources_wanted(self, event: ConversationView.SourcesWanted) -> None:
        event.stop()
        from chat_tui.screens.sources import SourcesScreen

        self.push_screen(SourcesScreen(event.sources, self._offer_links))

    @work(group="links")
    async def _open_link(self, url: str) -> None:
        from chat_tui.links import open_link

        try:
            await open_link(url, environ=self._environ)
        except ChatTuiError as error:
            self.notify(_told(error), severity="warning")

    def action_help(self) -> None:
        from chat_tui.screens.help import HelpScreen

        lines = [
            (_short_keys_label(self._config.keys.get(action.name, "")), action.help)
            for action in ACTIONS
            if action.built
        ]
        send = first_key_label(self._config.keys["prompt.send"])
        lines.insert(2, (f"\\ {send}", "Start a new line, in any terminal"))
        self.push_screen(HelpScreen([*lines, *TRANSCRIPT_HELP]))

    def action_help_quit(self) -> None:
        """Say how to leave: many press Ctrl+C for it."""
        self.notify(f"{first_key_label(self._config.keys['app.quit'])} quits")

    def action_choose_provider(self) -> None:
        from chat_tui.screens.provider_menu import Choice, ProviderMenu

        pane = self.pane

        def answer_with(choice: Choice | None) -> None:
            if choice is not None:
                pane.answer_with(choice.provider, choice.model)
                models = {**self._state.models, choice.provider: choice.model}
                self._remember(provider=choice.provider, models=models)

        current = Choice(pane.provider, pane.model)
        self.push_screen(ProviderMenu(self._roster.listings, self._models, current), answer_with)

    def action_save_transcript(self) -> None:
        from chat_tui.screens.save import SaveScreen
        from chat_tui.transcripts.write import suggested_name

        snapshot = self.pane.session.snapshot()
        if not len(snapshot):
            self.notify("there is nothing to save yet")
            return
        folder = Path(self._state.save_dir) if self._state.save_dir else Path.cwd()
        suggested = folder / suggested_name(snapshot, ".md")

        async def save_to(path: Path, overwrite: bool) -> None:
            from chat_tui.transcripts.markdown import to_markdown
            from chat_tui.transcripts.write import save

            await save(to_markdown(snapshot).encode(), path, overwrite=overwrite)

        def saved(path: Path | None) -> None:
            if path is not None:
                self.notify(f"saved {path}")
                self._remember(save_dir=str(path.parent))

        self.push_screen(SaveScreen(suggested, save_to), saved)

    def action_new_conversation(self) -> None:
        """Start anew; a running reply of the conversation before goes on and is saved."""
        self._sessions = [session for session in self._sessions if session.reply is not None]
        self.pane.open(self._session(self._new_conversation()))
        self.pane.prompt.focus()

    async def action_quit(self) -> None:
        self.exit(0)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandPalette):
            words = f"Search for commands{glyphs.ELLIPSIS}"
            self.push_screen(CommandPalette(placeholder=words, id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """List what the palette offers: every action of the application and every theme."""
        del screen
        pane = self.pane
        yield SystemCommand("New conversation", "", self.action_new_conversation)
        yield SystemCommand("Provider and model", "", self.action_choose_provider)
        yield SystemCommand("Save transcript", "", self.action_save_transcript)
        yield SystemCommand("Find in this conversation", "", pane.action_find)
        yield SystemCommand("Walk through the transcript", "", pane.action_read)
        yield SystemCommand("Choose what to do next", "", pane.action_choose)
        yield SystemCommand("Sources of the last reply", "", pane.transcript.show_sources)
        copy = pane.transcript.copy_last_reply
        yield SystemCommand("Copy the last reply", "", partial(copy, markdown=False))
        yield SystemCommand("Copy the last reply as Markdown", "", partial(copy, markdown=True))
        yield SystemCommand("Answer again", "as a new branch", pane.action_regenerate)
        yield SystemCommand("Stop the reply", "", pane.action_stop)
        for name in self._themes.names():
            yield SystemCommand(f"Theme: {name}", "", partial(self._choose_theme, name))
        yield SystemCommand("Help: keys", "", self.action_help)
        yield SystemCommand("Quit", "", self.action_quit)

    @work(exit_on_error=True)
    async def _settle(self) -> None:
        """What can wait until the prompt is there."""
        gc.freeze()  # what was made so far stays: no need to look through it for garbage
        gc.enable()
        for warning in (*self._config.warnings, *filter(None, [self._state_warning])):
            self.notify(warning, severity="warning", timeout=12)
        if not self._options.provider and not len(self._first.conversation):
            provider = await self._roster.default(self._state.provider or None)
            pane = self.pane
            if provider != pane.provider and not len(pane.session.conversation):
                pane.answer_with(provider, self._first_model(provider))
        if not self._paths.database.exists():  # a first start has nothing to recover
            return
        try:
            recovered = await self._store.recover()
        except StoreError as error:
            self._trouble(error)
            return
        if recovered:
            plural = "s" if len(recovered) != 1 else ""
            self.notify(f"recovered {len(recovered)} unfinished answer{plural}")

    async def _models(self, provider: str) -> Sequence[ModelInfo]:
        return await self._roster.provider(provider).models()

    def _new_conversation(self) -> Conversation:
        return Conversation(system_prompt=self._config.app.system_prompt)

    def _session(self, conversation: Conversation) -> Session:
        session = Session(
            conversation,
            self._store,
            media=MediaFolder(self._paths.media_dir),
            on_trouble=self._trouble,
        )
        self._sessions.append(session)
        return session

    @on(Pane.Refused)
    def _on_refused(self, event: Pane.Refused) -> None:
        self.notify(_told(event.error), severity="warning")

    def _trouble(self, error: StoreError | None) -> None:
        """Say for as long as it lasts that nothing is being saved."""
        if not self.is_running:
            return
        self.pane.status.warn("not saving" if error is not None else "")
        told, self._trouble_told = self._trouble_told, "" if error is None else _told(error)
        if self._trouble_told not in ("", told):
            self.notify(self._trouble_told, title="not saving", severity="error", timeout=15)

    def _quick_choice(self) -> tuple[str, str]:
        """Who answers first, and with which model, as far as no keyring has to be asked."""
        if self._options.provider:
            return self._options.provider, self._first_model(self._options.provider)
        if self._options.demo:
            return DEMO, self._first_model(DEMO)
        known = self._roster.names()
        for message in reversed(self._first.conversation.path()):
            if message.role == "assistant" and message.provider in known:
                return message.provider, self._options.model or message.model
        # A configured provider rather than the demo: what is sent in the first instant must not
        # be answered by a simulation.
        wanted = (self._config.app.provider, self._state.provider, *self._config.providers, DEMO)
        name = next(name for name in wanted if name in known)
        return name, self._first_model(name)

    def _first_model(self, provider: str) -> str:
        return self._options.model or self._state.models.get(provider, "")

    def _remember(self, **changes: object) -> None:
        self._state = msgspec.structs.replace(self._state, **changes)
        try:
            save_state(self._paths.state_file, self._state)
        except OSError as error:
            self.notify(f"the choice is not remembered: {error}", severity="warning")

    def _fatal_error(self) -> None:
        """Say that we failed. Textual's own report prints local variables: a key may be in one."""
        log.error("the application failed", exc_info=self._exception)
        words = (
            f"chat-tui made a mistake and had to stop. The details are in {self._paths.log_file}"
        )
        self.panic(Text(clean(words)))

    @on(Pane.KeysMoved)
    def _on_keys_moved(self, event: Pane.KeysMoved) -> None:
        hints: dict[KeysAt, Sequence[KeyHint]] = {
            "prompt": self._key_hints(),
            "transcript": TRANSCRIPT_KEYS,
            "find": FIND_KEYS,
            "choices": CHOICE_KEYS,
        }
        self._key_bar.show(hints[event.to])

    @on(Prompt.Changed)
    def _on_prompt_changed(self) -> None:
        """Load the network while its first user is typing: neither the start nor the reply waits."""
        if not self._network_loaded:
            self._network_loaded = True
            self.run_worker(asyncio.to_thread(_import_network), name="load the network")

    def _show_first_theme(self) -> None:
        wanted = self._config.app.theme or self._state.theme or DEFAULT_THEME
        if self._themes.get(wanted) is None:
            self.notify(f"there is no theme {wanted!r}", severity="warning")
            wanted = DEFAULT_THEME
        self._show_theme(wanted)
        for warning in self._themes.warnings:
            self.notify(warning, severity="warning", timeout=12)

    def _choose_theme(self, name: str) -> None:
        self._show_theme(name)
        self._remember(theme=name)

    def _show_theme(self, name: str) -> None:
        file = self._themes.get(name)
        assert file is not None
        self.register_theme(textual_theme(file))  # in place of one that Textual calls the same
        self.theme = name
        styles = ink_styles(file)
        if self.no_color:
            styles = styles.without_colour()
        for transcript in self.query(Transcript):
            transcript.paint_with(styles)
            transcript.colour_by(self._colouring.hand_out)

    def _key_hints(self) -> list[tuple[str, str]]:
        words = {
            "prompt.send": "send",
            "prompt.newline": "line",
            "reply.stop": "stop",
            "provider.menu": "provider",
            "app.help": "help",
            "transcript.save": "save",
            "conversation.new": "new",
            "app.quit": "quit",
        }
        keys = self._config.keys
        return [
            (label, word)
            for name, word in words.items()
            if (label := first_key_label(keys.get(name, "")))
        ]

    @property
    def _covered(self) -> bool:
        return any(isinstance(screen, ModalScreen) for screen in self.screen_stack)

    def _catch_signals(self) -> None:
        """Leave the terminal as it was, and everything saved, also when told to go."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(
                number, partial(self.exit, 128 + number, return_code=128 + number)
            )


def run(options: AppOptions) -> int:
    """Run the application until it is left.

    Returns:
        The exit code.

    Raises:
        ChatTuiError: the conversation to resume cannot be found or read.
    """
    conversation = None
    if options.resume is not None or options.latest:
        conversation = asyncio.run(_stored_conversation(options))
    app = ChatApp(options, conversation)
    result = app.run()
    return result if result is not None else (app.return_code or 0)


async def _stored_conversation(options: AppOptions) -> Conversation | None:
    store = Store(options.paths.database)
    try:
        if options.resume is not None:
            return await store.load(await store.find(options.resume))
        latest = await store.latest()
        return await store.load(latest) if latest is not None else None
    finally:
        await store.close()


def _told(error: ChatTuiError) -> str:
    text = str(error)
    return text if error.hint in text else f"{text}\n{error.hint}"


def _short_keys_label(keys: str) -> str:
    """Write the keys of an action; of many, the first and the last."""
    all_keys = keys_label(keys).split(", ")
    return keys_label(keys) if len(all_keys) < 5 else f"{all_keys[0]} to {all_keys[-1]}"


def _import_network() -> None:
    """Load what the first request and its reply need, so that they do not wait for it."""
    import chat_tui.document.highlight
    import chat_tui.net.client
    import chat_tui.net.transport  # noqa: F401
    from chat_tui.document.inline import inline_spans
    from chat_tui.document.lexers import line_lexer

    inline_spans("*", {})
    line_lexer("python")
