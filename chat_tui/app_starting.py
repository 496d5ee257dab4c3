"""What is done at the start, once the prompt is there: nobody waits for it."""

from __future__ import annotations

import gc
import logging
from typing import TYPE_CHECKING

from chat_tui.errors import StoreError

if TYPE_CHECKING:
    from chat_tui.app import ChatApp
    from chat_tui.app_trouble import Trouble
    from chat_tui.app_wiring import Wiring
    from chat_tui.session import Session

log = logging.getLogger(__name__)


async def settle(app: ChatApp, wiring: Wiring, first: Session, trouble: Trouble) -> None:
    """Tell warnings, restore panes, choose who answers, and recover what was cut off.

    Args:
        app: With its first pane.
        wiring: What it is made of.
        first: What the first pane shows.
        trouble: Told when the store cannot be used.
    """
    gc.freeze()  # what was made so far stays: no need to look through it for garbage
    gc.enable()
    state = wiring.memory.state
    for warning in (*wiring.config.warnings, *filter(None, [wiring.memory.warning])):
        app.notify(warning, severity="warning", timeout=12)
    if state.layout is not None and wiring.options.plain and not len(first.conversation):
        await app.panes.restore(state.layout, wiring.roster.names())
    if not wiring.options.provider and not len(first.conversation):
        provider = await wiring.roster.default(state.provider or None)
        pane = app.pane
        if provider != pane.provider and not len(pane.session.conversation):
            pane.answer_with(provider, wiring.model_of(provider))
    if not wiring.paths.database.exists():  # a first start has nothing to recover
        return
    try:
        recovered = await wiring.store.recover()
    except StoreError as error:
        trouble.tell(error)
        return
    app.run_worker(_tidy(wiring), name="tidy the store")
    if recovered:
        plural = "s" if len(recovered) != 1 else ""
        app.notify(f"recovered {len(recovered)} unfinished answer{plural}")


async def _tidy(wiring: Wiring) -> None:
    try:
        await wiring.store.tidy()
    except StoreError as error:
        log.warning("cannot tidy the store: %s", error)
