"""The soft budget of a day: what was spent, and whether to ask before more is."""

from collections.abc import Callable, Sequence
from datetime import datetime

from textual.app import App

from chat_tui.errors import StoreError
from chat_tui.screens.budget import BudgetScreen
from chat_tui.session.session import Session
from chat_tui.store.store import Store
from chat_tui.usage import Reckoned, reckoned, total


class Budget:
    """Asks once a day, when the next reply may pass what is meant for it."""

    def __init__(self, app: App[int], store: Store) -> None:
        self._app = app
        self._store = store
        self._allowed: datetime | None = None
        """The day on which the user said yes."""

    async def allows(
        self, session: Session, replies: int, budget_usd: float, go_on: Callable[[], object]
    ) -> bool:
        """Say whether replies may be asked for now; if not, ask.

        Args:
            session: Where; its dearest reply tells what the next one may cost.
            replies: How many.
            budget_usd: What this day may cost.
            go_on: Called when the user says yes.
        """
        day = today()
        if self._allowed == day:
            return True
        spent = total(await used_since(self._store, day, session)).cost_usd
        costs = [one.usage.cost_usd or 0.0 for one in reckoned(session.conversation)]
        if spent + replies * max(costs, default=0.0) <= budget_usd and spent < budget_usd:
            return True

        def answered(yes: bool | None) -> None:
            if yes:
                self._allowed = day
                go_on()

        self._app.push_screen(BudgetScreen(spent, budget_usd), answered)
        return False


def today() -> datetime:
    """The beginning of this day, where the user is."""
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


async def used_since(
    store: Store, moment: datetime, session: Session, *, silent: bool = False
) -> Sequence[Reckoned]:
    """What all replies used since; while nothing can be saved, those of this session at least.

    Args:
        store: Where they are.
        moment: From when on.
        session: The one at hand.
        silent: Those that told nothing are listed, too.
    """
    try:
        if store.may_exist:
            return await store.used_since(moment, silent=silent)
    except StoreError:
        pass
    return reckoned(message for message in session.conversation if message.created >= moment)
