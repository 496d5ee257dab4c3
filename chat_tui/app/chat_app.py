"""The application: configuration, providers, store and screen are wired here, and only here."""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen

from chat_tui import glyphs
from chat_tui.app.allowed import allowed
from chat_tui.app.errors import told
from chat_tui.app.keys import footer_hints, help_groups
from chat_tui.app.opening import AppOptions
from chat_tui.app.panes import PANE_KEYS, AppPanes, PaneAction
from chat_tui.app.preload import load_network
from chat_tui.app.signals import leave_on_signals
from chat_tui.app.telling_app import TellingApp
from chat_tui.app.themes import AppThemes
from chat_tui.app.trouble import Trouble
from chat_tui.app.wiring import Wiring
from chat_tui.app.work import Work
from chat_tui.config.key_labels import first_key_label
from chat_tui.conversation import Conversation
from chat_tui.keys.secrets import asks_keyring
from chat_tui.widgets.background import run_in_background
from chat_tui.widgets.banner import Banner
from chat_tui.widgets.key_bar import KeyBar
from chat_tui.widgets.pane.conversation_view import ConversationView
from chat_tui.widgets.pane.pane import Pane
from chat_tui.widgets.pane.pane_keys import KeysAt
from chat_tui.widgets.pane.pane_tree import Axis
from chat_tui.widgets.pane.panes import Panes
from chat_tui.widgets.prompt.prompt import Prompt
from chat_tui.widgets.scrollbars import choose_scrollbars

if TYPE_CHECKING:
    from textual.command import Provider as PaletteProvider

    from chat_tui.app.prompts import Asked


def palette_provider() -> "type[PaletteProvider]":
    """Load what fills the palette, when it is opened."""
    from chat_tui.app.palette_keys import KeyedCommands

    return KeyedCommands


class ChatApp(TellingApp, inherit_bindings=False):  # inherited keys could not be rebound
    """Panes, and what opens over them."""

    CSS_PATH = "app.tcss"
    TITLE = "chat-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="app.help", priority=True),
        Binding("f2", "choose_provider", "Provider", id="provider.menu", priority=True),
        Binding("f4", "save_transcript", "Save", id="transcript.save", priority=True),
        Binding("f3", "search_conversations", "List", id="conversations.list", priority=True),
        *PANE_KEYS,
        Binding("f8", "show_pictures", "Pictures", id="pictures.show", priority=True),
        Binding("alt+s", "settings", id="conversation.settings", priority=True),
        Binding("alt+g", "app_settings", id="app.settings", priority=True),
        Binding("ctrl+n", "new_conversation", "New", id="conversation.new", priority=True),
        Binding("alt+o", "fork", id="conversation.fork", priority=True),
        Binding("ctrl+p", "command_palette", "Palette", id="app.palette", priority=True),
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]
    COMMANDS: ClassVar = {palette_provider}

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
        super().__init__(options.paths, environ)
        choose_scrollbars()
        self.set_class(glyphs.drawing_ascii(), "-ascii")
        self._trouble = Trouble(self, lambda warning: self.panes.warn(warning))
        self._wiring = wiring = Wiring(self, options, environ, trouble=self._trouble.tell)
        self._config = wiring.config
        self.picture_desk = wiring.picture_desk
        self.themes = AppThemes(
            self, wiring.shelf, wiring.memory, wiring.colouring.hand_out, wiring.picture_desk
        )
        self.work = Work(self, wiring)
        self.panes = AppPanes(
            self,
            wiring,
            self.themes,
            self._trouble,
            lambda pane, replies, go_on: self.work.prompts.may_send(pane, replies, go_on),
        )
        self._keys_at: KeysAt = "prompt"
        self._key_bar = KeyBar(footer_hints(self._keys_at, self._config.keys))
        self._network_loaded = False
        self._first = wiring.sessions.begin(conversation or wiring.new_conversation())

    def tell_later(self, news: Iterable[str]) -> None:
        """Tell what was found and done to the database, once somebody can read it."""
        self._wiring.news.extend(news)

    def compose(self) -> ComposeResult:
        self.themes.begin(self._config.app.theme or "")
        provider, model = self._wiring.first_choice(self._first.conversation)
        self.panes.show_first(self._first, provider, model)
        yield self.panes.widget
        yield Banner()
        yield self._key_bar

    def on_mount(self) -> None:
        self.set_keymap({name: keys for name, keys in self._config.keys.items() if keys})
        self.themes.show_first(self._config.app.theme or "")
        leave_on_signals(self, self._wiring.sessions)
        self.call_after_refresh(self._settle)
        self.crashes.stands = True

    async def on_unmount(self) -> None:
        """Nothing is lost: what still streams is stopped and saved."""
        self.panes.remember()
        await self._wiring.sessions.aclose()
        await self.work.aclose()
        await self._wiring.aclose()

    @property
    def pane(self) -> Pane:
        """The pane that has the focus."""
        return self.panes.widget.current

    def key_of(self, action: str) -> str:
        """Write the first key of an action; empty where it has none."""
        return first_key_label(self._config.keys.get(action, ""))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return allowed(action, self.screen_stack) and super().check_action(action, parameters)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """List what the palette offers."""
        del screen
        from chat_tui.app.palette import commands

        return commands(self)

    def action_help(self) -> None:
        from chat_tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(help_groups(self._config.keys)))

    def action_help_quit(self) -> None:
        """Say how to leave: many press Ctrl+C for it."""
        self.notify(f"{first_key_label(self._config.keys['app.quit'])} quits")

    async def action_quit(self) -> None:
        self.exit(0)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandPalette):
            from chat_tui.app.palette_keys import Palette

            words = f"Search for commands{glyphs.ELLIPSIS}"
            self.push_screen(Palette(placeholder=words, id="--command-palette"))

    def action_choose_provider(self) -> None:
        self.work.prompts.choose_provider(self.pane)

    async def action_add_provider(self) -> None:
        await self.work.adding.show()

    def action_settings(self) -> None:
        self.work.prompts.show_settings(self.pane)

    def action_app_settings(self) -> None:
        self.work.preferences.show()

    def action_usage(self) -> None:
        self.work.prompts.show_usage(self.pane)

    def action_new_conversation(self) -> None:
        """Start anew; a running reply of the conversation before goes on and is saved."""
        self.pane.open(self._wiring.new_session())
        self.pane.prompt.focus()
        self.panes.changed()

    def action_search_conversations(self, query: str = "") -> None:
        self.work.conversations.show(self.pane, query)

    def action_fork(self) -> None:
        self.work.leases.fork()

    def action_save_transcript(self) -> None:
        from chat_tui.app.saving import save_transcript

        save_transcript(self, self.pane.session.snapshot(), self._wiring.memory)

    def action_show_pictures(self) -> None:
        self.work.pictures.show()

    async def action_split(self, axis: Axis = "right") -> None:
        await self.panes.split(axis)

    async def action_pane(self, what: PaneAction) -> None:
        await self.panes.act(what)

    def action_compare(self, names: Sequence[str] = ()) -> None:
        """Compare providers; without names, ask which.

        Raises:
            ChatTuiError: they cannot be compared.
        """
        self.work.compare.wish(names) if names else self.work.compare.choose()

    @work
    async def _settle(self) -> None:
        """What can wait until the prompt is there."""
        from chat_tui.app.starting import settle

        await settle(self, self._wiring, self._first, self._trouble)

    @on(Panes.Changed)
    @on(Pane.Opened)
    def _on_panes_changed(self) -> None:
        self.panes.changed()
        self._show_footer()
        self.work.panes_changed()

    @on(Pane.BranchChosen)
    async def _on_branch_chosen(self, event: Pane.BranchChosen) -> None:
        await self.panes.settle_choice(event.pane, event.reply)

    @on(Pane.Forked)
    async def _on_forked(self, event: Pane.Forked) -> None:
        event.stop()
        await self.work.conversations.fork(event.pane, event.conversation)

    @on(Pane.TreeWanted)
    def _on_tree_wanted(self, event: Pane.TreeWanted) -> None:
        event.stop()
        self.work.conversations.show_tree(event.pane, event.at)

    @on(Pane.SentNothing)
    async def _on_sent_nothing(self) -> None:
        await self.work.recovery.go()

    @on(Pane.Refused)
    def _on_refused(self, event: Pane.Refused) -> None:
        self.notify(told(event.error), severity="warning")

    @on(Pane.ReplyEnded)
    def _on_reply_ended(self, event: Pane.ReplyEnded) -> None:
        self.work.alerts.reply_ended(event.reply)

    @on(ConversationView.LinksWanted)
    def _on_links_wanted(self, event: ConversationView.LinksWanted) -> None:
        event.stop()
        self.work.links.offer(event.links)

    @on(ConversationView.SourcesWanted)
    def _on_sources_wanted(self, event: ConversationView.SourcesWanted) -> None:
        event.stop()
        self.work.links.show_sources(event.sources)

    @on(ConversationView.PictureWanted)
    def _on_picture_wanted(self, event: ConversationView.PictureWanted) -> None:
        event.stop()
        self.work.pictures.act(event.action, event.spots)

    @on(Prompt.Commanded)
    @on(Prompt.CompletionWanted)
    @on(Prompt.EditWanted)
    @on(Prompt.QueueChanged)
    @on(Pane.Opened)
    async def _on_prompt_asks(self, event: "Asked") -> None:
        event.stop()
        first = not self.work.prompts_asked and not self._wiring.store.may_exist
        if not (first and isinstance(event, Pane.Opened)):  # a first start has no draft
            await self.work.prompts.answer(event)

    @on(Prompt.Changed)
    def _on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Load the network while its first user is typing: neither the start nor the reply waits."""
        if isinstance(event.text_area, Prompt):
            self.work.prompts.changed(event.text_area)
        if event.text_area.text and not self._network_loaded:  # not where it was only emptied
            self._network_loaded = True
            provider = self._config.providers.get(self.panes.widget.current.provider)
            keyring = provider is not None and asks_keyring(provider.key, self._wiring.environ)
            run_in_background(
                self, "network", asyncio.to_thread, partial(load_network, keyring=keyring)
            )

    @on(Pane.KeysMoved)
    def _on_keys_moved(self, event: Pane.KeysMoved) -> None:
        self._keys_at = event.to
        self._show_footer()

    @on(Pane.StopChanged)
    def _on_stop_changed(self, event: Pane.StopChanged) -> None:
        event.stop()
        if event.pane is self.pane:
            self._show_footer()

    def _screen_changed(self, screen: Screen[object]) -> None:
        super()._screen_changed(screen)
        self._show_footer()

    def _show_footer(self) -> None:
        """Name the keys that matter now; whatever is open over the panes has Esc for itself."""
        panes = len(self.panes.widget)
        stops = self.pane.stoppable and len(self.screen_stack) == 1
        self._key_bar.show(footer_hints(self._keys_at, self._config.keys, panes=panes, stops=stops))
