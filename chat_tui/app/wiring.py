"""What the application is wired of: opened with it, closed with it, and handed to its helpers."""

import os
from collections.abc import Callable, Mapping
from functools import partial

from textual.app import App

from chat_tui.app.memory import Memory
from chat_tui.app.opening import AppOptions, first_model, quick_choice
from chat_tui.app.sessions import Sessions
from chat_tui.colouring.colouring import Colouring
from chat_tui.config.chosen import with_chosen
from chat_tui.config.theme import user_theme_files
from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.media.files import MediaFolder
from chat_tui.media.past_runs import PastRuns
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.resources import theme_files
from chat_tui.roster.roster import Roster
from chat_tui.session.drafts import Drafts
from chat_tui.session.session import Session
from chat_tui.store.store import Store
from chat_tui.themes import ThemeShelf
from chat_tui.widgets.picture_desk import PictureDesk


class Wiring:
    """Configuration, providers, store and what hangs on them. Nothing is opened before it is used."""

    def __init__(
        self,
        app: App[int],
        options: AppOptions,
        environ: Mapping[str, str] = os.environ,
        *,
        trouble: Callable[[StoreError | None], None],
    ) -> None:
        """Wire everything together.

        Args:
            app: Draws pictures, and tells what happens to what is kept.
            options: What the command line says.
            environ: Where variables with keys are looked up.
            trouble: Told when saving fails, and null when it works again.
        """
        paths = options.paths
        self.memory = Memory(paths.state_file, partial(app.notify, severity="warning"))
        config = with_chosen(options.config, self.memory.state.chosen)
        self.options = options
        self.config = config
        self.paths = paths
        self.environ = environ
        self.roster = Roster(config, environ=environ, registry=KINDS, demo=options.demo)
        self.news: list[str] = []
        """What was found and done to the database before anybody could be told."""
        self.store = Store(paths.database, tell=partial(app.notify, severity="warning", timeout=30))
        self.sessions = Sessions(
            self.store,
            MediaFolder(paths.media_dir),
            trouble,
            fetch_for=self.roster.fetch_for,
            runs=PastRuns(paths.picture_runs),
            prices=config.prices,
        )
        self.drafts = Drafts(self.store)
        self.colouring = Colouring()
        self.shelf = ThemeShelf(theme_files(), user_theme_files(paths.themes_dir))
        self.picture_desk = PictureDesk(app, config.app.images, environ)

    def new_conversation(self) -> Conversation:
        """Make a conversation in which nothing has been said."""
        return Conversation(system_prompt=self.config.app.system_prompt)

    def new_session(self) -> Session:
        """Begin a new conversation."""
        return self.sessions.begin(self.new_conversation())

    def first_choice(self, first: Conversation) -> tuple[str, str]:
        """Say who answers in the conversation that is shown first, and with which model."""
        usual = self.config.app.provider
        return quick_choice(self.options, self.roster, self.memory.state, first, usual)

    def model_of(self, provider: str) -> str:
        """Say which model a provider answers with at first; empty means its own default."""
        return first_model(provider, self.options, self.memory.state)

    async def aclose(self) -> None:
        """Close what was opened; the sessions first, by whoever stops what runs in them."""
        await self.memory.aclose()
        await self.store.close()
        await self.roster.aclose()
        await self.colouring.aclose()
        await self.picture_desk.aclose()
