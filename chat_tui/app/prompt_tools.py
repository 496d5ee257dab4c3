"""What the application lends to the prompts of its panes."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from chat_tui.app.memory import Memory
from chat_tui.app.themes import AppThemes
from chat_tui.roster.model_lists import ModelLists
from chat_tui.roster.roster import Roster
from chat_tui.session.drafts import Drafts
from chat_tui.store.store import Store


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What the application lends to the prompts of its panes."""

    roster: Roster
    models: ModelLists
    store: Store
    drafts: Drafts
    memory: Memory
    themes: AppThemes
    environ: Mapping[str, str]
    prompts_dir: Path
    hear_signals: Callable[[], None]
    """Sets the application's signal handlers."""
    budget_usd: Callable[[], float | None]
    """What a day may cost before somebody is asked; null is no limit."""
