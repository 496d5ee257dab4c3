"""What the application opens with: the command line's wishes, a conversation, who answers."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from chat_tui.config.model import Config
from chat_tui.config.paths import Paths
from chat_tui.config.state import State
from chat_tui.conversation import Conversation
from chat_tui.roster.roster import DEMO, Roster
from chat_tui.store.store import Store

if TYPE_CHECKING:
    from chat_tui.roster.probing import Place


class AppOptions(msgspec.Struct, frozen=True, kw_only=True):
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
    probe_places: "Sequence[Place] | None" = None
    """Where a first start looks for servers; null is their usual ports."""

    @property
    def plain(self) -> bool:
        """Nothing says what is to be opened."""
        return not (self.provider or self.model or self.demo or self.resume or self.latest)


async def stored_conversation(
    options: AppOptions, tell: Callable[[str], None] | None = None
) -> Conversation | None:
    """Read the conversation that the command line asks for.

    Args:
        options: What it says.
        tell: Told what was found and done to the database.

    Returns:
        Null where it asks for none, or for the latest one and there is none.

    Raises:
        ChatTuiError: it cannot be found or read.
    """
    if options.resume is None and not options.latest:
        return None
    store = Store(options.paths.database, tell=tell)
    try:
        if options.resume is not None:
            return await store.load(await store.find(options.resume))
        latest = await store.latest()
        return await store.load(latest) if latest is not None else None
    finally:
        await store.close()


def quick_choice(
    options: AppOptions,
    roster: Roster,
    state: State,
    first: Conversation,
    usual: str | None = None,
) -> tuple[str, str]:
    """Say who answers first, and with which model, as far as no keyring has to be asked.

    Args:
        options: What the command line says.
        roster: Who there is.
        state: What was chosen last.
        first: The conversation that is shown.
        usual: Who answers at a start, where somebody has set that.
    """
    if options.provider:
        return options.provider, first_model(options.provider, options, state)
    if options.demo:
        return DEMO, first_model(DEMO, options, state)
    known = roster.names()
    for message in reversed(first.path()):
        if message.role == "assistant" and message.provider in known:
            return message.provider, options.model or message.model
    # A configured provider rather than the demo: what is sent in the first instant must not
    # be answered by a simulation.
    wanted = (usual, state.provider, *options.config.providers, DEMO)
    name = next(name for name in wanted if name in known)
    return name, first_model(name, options, state)


def first_model(provider: str, options: AppOptions, state: State) -> str:
    """Say which model a provider answers with; empty means its own default."""
    return options.model or state.models.get(provider, "")
