"""What is done at the start, once the prompt is there: nobody waits for it."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import TYPE_CHECKING, Final

from chat_tui.app.background import follow_background
from chat_tui.app.first_start import is_first_start
from chat_tui.errors import NewerStore, StoreError
from chat_tui.widgets.background import run_in_background

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp
    from chat_tui.app.trouble import Trouble
    from chat_tui.app.wiring import Wiring
    from chat_tui.session.session import Session

CHECK_AFTER_S: Final = 1.0
"""How long after the start the database is looked through."""
AGAIN_S: Final = 10.0
"""How long after a failure it is tried again."""
BACK_UP_S: Final = 3600.0
"""How often it is looked whether the copy of the day is due."""

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
    run_in_background(app, "background", follow_background, app, app.themes, wiring.environ)
    state = wiring.memory.state
    for warning in (*wiring.config.warnings, *filter(None, [wiring.memory.warning])):
        app.notify(warning, severity="warning", timeout=12)
    if state.layout is not None and wiring.options.plain and not len(first.conversation):
        await app.panes.restore(state.layout, wiring.roster.names())
    restored = len(app.panes.widget) > 1  # with who answers in each
    if not wiring.options.provider and not len(first.conversation) and not restored:
        provider = await wiring.roster.default(state.provider or None)
        pane = app.pane
        if provider != pane.provider and not len(pane.session.conversation):
            pane.answer_with(provider, wiring.model_of(provider))
    if is_first_start(wiring) and not len(first.conversation):
        run_in_background(app, "look around", app.work.first_start.greet)
    for line in wiring.news:
        app.notify(line, severity="warning", timeout=30)
    wiring.news.clear()
    recovered = True
    if wiring.store.may_exist:  # else a first start has nothing to recover
        try:
            await _recover(app, wiring)
        except StoreError as error:
            recovered = False
            trouble.tell(error)
    run_in_background(app, "leases", app.work.leases.run)
    run_in_background(app, "keep house", _keep_house, app, wiring, trouble, recovered)


async def _keep_house(app: ChatApp, wiring: Wiring, trouble: Trouble, recovered: bool) -> None:
    """Do what nobody waits for: check the database, copy it once a day, tidy up."""
    pause_s = CHECK_AFTER_S  # whoever starts a program wants something else first
    told = not recovered
    while True:
        await asyncio.sleep(pause_s)
        pause_s = BACK_UP_S
        if not wiring.store.may_exist:
            continue
        try:
            if not recovered:
                await _recover(app, wiring)
                recovered = True
            await _set_in_order(wiring)
        except StoreError as error:
            log.warning("cannot keep the store in order: %s", error)
            told = True
            trouble.tell(error)
            if not isinstance(error, NewerStore):
                pause_s = AGAIN_S
        else:
            if told:
                trouble.tell(None)
            told = False


async def _recover(app: ChatApp, wiring: Wiring) -> None:
    from chat_tui.session.unsaved import take_up

    for title in await take_up(wiring.store):
        app.notify(f"{title} could not be saved last time; it is saved now", timeout=30)
    if recovered := await wiring.store.recover():
        app.work.recovery.tell(recovered)


async def _set_in_order(wiring: Wiring) -> None:
    from chat_tui.housekeeping import sweep_media

    await wiring.store.check()
    await wiring.store.back_up()
    await wiring.store.tidy()
    await sweep_media(wiring.store, wiring.paths.media_dir)
