"""What the application lends to the prompts of its panes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chat_tui.app.memory import Memory
from chat_tui.app.themes import AppThemes
from chat_tui.roster.model_lists import ModelLists
from chat_tui.roster.roster import Roster
from chat_tui.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the application lends to the prompts of its panes."""

    roster: Roster
    models: ModelLists
    store: Store
    memory: Memory
    themes: AppThemes
    environ: Mapping[str, str]
    prompts_dir: Path
    hear_signals: Callable[[], None]
    """Sets the application's signal handlers."""
    budget_usd: float | None
    """What a day may cost before somebody is asked; null is no limit."""
