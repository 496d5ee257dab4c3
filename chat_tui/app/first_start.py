"""The first start: what was found on this machine, and one key that makes a provider of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from chat_tui.config.key_labels import first_key_label, key_label
from chat_tui.widgets.background import run_instead

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp
    from chat_tui.app.wiring import Wiring
    from chat_tui.roster.offers import Offer
    from chat_tui.widgets.pane.pane import Pane

MOST: Final = 9
"""As many as there are keys to choose by."""


def is_first_start(wiring: "Wiring") -> bool:
    """Whether nobody has configured anything, nor says what is to be opened."""
    config = wiring.config
    return wiring.options.plain and not config.providers and not config.broken


class FirstStart:
    """What stands in the empty pane until something is chosen or said."""

    def __init__(self, app: "ChatApp", wiring: "Wiring", pane: "Pane") -> None:
        """Look at nothing yet.

        Args:
            app: Where providers are added.
            wiring: With the environment, and the places to look at.
            pane: Where it is said.
        """
        self._app = app
        self._wiring = wiring
        self._pane = pane
        self._found: Sequence[Offer] = ()

    async def greet(self) -> None:
        """Say which keys are set, at once, and then which servers answer."""
        from chat_tui.roster.offers import keys_found

        keys = keys_found(self._wiring.environ)
        if keys:
            self._show(keys)
        from chat_tui.roster.probing import PLACES, find_servers

        places = self._wiring.options.probe_places
        servers = await find_servers(PLACES if places is None else places)
        self._show([*keys, *servers])
        self._pane.pick_found = self.pick

    def pick(self, number: int) -> bool:
        """Take what was found.

        Args:
            number: From 0 on.

        Returns:
            Whether there is such a thing, and the pane still shows it.
        """
        shown = not len(self._pane.session.conversation)
        if not shown or not 0 <= number < len(self._found):
            return False
        run_instead(self._app, "take", self._app.work.adding.take, self._found[number], self._pane)
        return True

    def _show(self, found: "Sequence[Offer]") -> None:
        self._found = found[:MOST]
        bound = self._wiring.config.keys
        digits = [key_label(key.strip()) for key in bound["choice.pick"].split(",") if key.strip()]
        lines = [
            (digits[at] if at < len(digits) else "", f"{_said(one)}, and becomes {one.name}")
            for at, one in enumerate(self._found)
        ]
        more = f"{len(found) - MOST} more in the list.  " if len(found) > MOST else ""
        none = "" if found else "No key in the environment, no server of models on this machine.  "
        palette = first_key_label(bound["app.palette"])
        how = f"{palette}, then: Add a provider" if palette else "Add a provider in the palette"
        self._pane.transcript.tell_found(lines, f"{none}{more}{how}")


def _said(offer: "Offer") -> str:
    return offer.found if offer.found.endswith("is set") else f"{offer.title} {offer.found}"
