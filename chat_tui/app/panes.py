"""Panes of the application: made, dressed, closed and reopened, and remembered over a start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never

import msgspec
from textual.binding import Binding

from chat_tui.app.layout import places_of, stored_tree, tree_of
from chat_tui.config.state import LayoutState, PanePlace
from chat_tui.errors import NotFound, StoreError
from chat_tui.ids import ConversationId, MessageId
from chat_tui.widgets.pane.pane import Pane
from chat_tui.widgets.pane.pane_tree import Axis, Direction
from chat_tui.widgets.pane.panes import NO_ROOM, Panes

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer

    from chat_tui.app.themes import AppThemes
    from chat_tui.app.trouble import Trouble
    from chat_tui.app.wiring import Wiring
    from chat_tui.session.session import Session
    from chat_tui.widgets.pane.sending import MaySend

REMEMBER_S: Final = 0.5
"""How long a layout may change before it is written down."""
MOST_CLOSED: Final = 20


PaneAction: TypeAlias = Literal[
    "next", "previous", "zoom", "close", "reopen", "swap", "wider", "narrower", "taller", "shorter"
]
PANE_KEYS: Final[tuple[Binding, ...]] = (
    Binding("f6", "split", "Split", id="pane.split", priority=True),
    Binding("shift+f6,f18", "split('down')", id="pane.split_down", priority=True),
    Binding("alt+c", "compare", id="compare.open", priority=True),
    *(
        Binding(keys, f"pane('{name}')", id=f"pane.{name}", priority=True)
        for name, keys in {
            "next": "f7",
            "previous": "shift+f7,f19",
            "zoom": "alt+z",
            "close": "alt+w",
            "reopen": "alt+u",
            "swap": "alt+m",
            "wider": "alt+l",
            "narrower": "alt+h",
            "taller": "alt+j",
            "shorter": "alt+k",
        }.items()
    ),
)
"""A terminal sends F18 for Shift+F6, and F19 for Shift+F7."""


class _Closed(msgspec.Struct, frozen=True):
    """What it takes to have a pane back."""

    session: Session
    provider: str
    model: str
    draft: str
    axis: Axis
    """Where it stood to the pane that it shared its place with."""


class AppPanes:
    """What can be done with panes. Sessions are the application's: closing a pane stops nothing."""

    def __init__(
        self,
        app: App[int],
        wiring: Wiring,
        themes: AppThemes,
        trouble: Trouble,
        may_send: MaySend,
    ) -> None:
        """Make none yet.

        Args:
            app: Where is told what cannot be done.
            wiring: What panes are made of.
            themes: Dresses them.
            trouble: Says whether nothing can be saved just now.
            may_send: Says whether a pane may ask for so many replies.
        """
        self._app = app
        self._wiring = wiring
        self._themes = themes
        self._trouble = trouble
        self._may_send = may_send
        self._closed: list[_Closed] = []
        self._restoring: LayoutState | None = None
        self._timer: Timer | None = None
        self._widget: Panes | None = None

    @property
    def widget(self) -> Panes:
        """The panes on the screen."""
        assert self._widget is not None
        return self._widget

    def show_first(self, session: Session, provider: str, model: str) -> None:
        """Begin with one pane."""
        self._widget = Panes([self.make(session, provider, model)])

    def make(
        self, session: Session, provider: str, model: str, branch: MessageId | None = None
    ) -> Pane:
        """Make a pane; see there."""
        config = self._wiring.config
        pane = Pane(
            session,
            self._wiring.roster.provider,
            provider=provider,
            model=model,
            branch=branch,
            measure=config.app.measure,
            keys=config.keys,
            vi=config.app.vi_keys,
        )
        pane.sending.may_send = self._may_send  # before anything can be typed
        return pane

    async def act(self, what: PaneAction) -> None:
        """Do what a key is for."""
        match what:
            case "next" | "previous":
                self.step(1 if what == "next" else -1)
            case "zoom":
                self.zoom()
            case "close":
                await self.close()
            case "reopen":
                await self.reopen()
            case "swap":
                self.swap()
            case "wider" | "narrower":
                self.grow("right", 1 if what == "wider" else -1)
            case "taller" | "shorter":
                self.grow("down", 1 if what == "taller" else -1)
            case _:
                assert_never(what)

    async def split(self, axis: Axis = "right", *, same: bool = False) -> None:
        """Open a pane beside, or below, the current one.

        Args:
            axis: Where.
            same: It shows the same conversation, and not a new one.
        """
        pane = self.widget.current
        session = pane.session if same else self._wiring.new_session()
        await self._add(self.make(session, pane.provider, pane.model), axis)

    async def add(self, new: Sequence[Pane], axis: Axis) -> None:
        """Open panes that share the place of the current one with it; there must be room."""
        await self.widget.add(new, axis)
        for pane in new:
            self._themes.dress(pane.transcript)
            if self._trouble.lasts:
                pane.status.warn("not saving")

    async def close(self) -> None:
        """Close the current pane; what streams in it goes on, and it can be had back."""
        if len(self.widget) == 1:
            self._app.notify("the last pane stays")
            return
        await self.close_all([self.widget.current])

    async def close_all(self, gone: Sequence[Pane]) -> None:
        """Close panes; one of them stays where there is no other."""
        for pane in gone:
            axis = self.widget.axis_of(pane)
            closed = _Closed(pane.session, pane.provider, pane.model, pane.prompt.text, axis)
            self._closed = [*self._closed, closed][-MOST_CLOSED:]
        await self.widget.close(*gone)
        for session in {pane.session for pane in gone}:
            compared = self._compared(session)
            if len(compared) == 1:  # nothing is left to compare it with
                await compared[0].comparing.choose()
        self.changed()

    async def reopen(self) -> None:
        """Open the pane again that was closed last."""
        if not self._closed:
            self._app.notify("no pane was closed")
            return
        last = self._closed[-1]
        session = self._wiring.sessions.begin(last.session.conversation)
        pane = self.make(session, last.provider, last.model)
        if await self._add(pane, last.axis):
            self._closed.pop()
            if last.draft and not pane.prompt.text:
                pane.prompt.insert(last.draft)

    async def choose(self) -> None:
        """Go on with the current pane's reply, of those that are compared."""
        await self.widget.current.comparing.choose()

    async def settle_choice(self, chosen: Pane, reply: MessageId) -> None:
        """Close the other panes of a comparison, in which this one's reply was chosen."""
        siblings = chosen.session.conversation.siblings(reply)
        others = [pane for pane in self._compared(chosen.session) if pane.branch in siblings]
        if others:
            self.widget.focus_pane(chosen)
            await self.widget.close(*others)
        self.changed()

    def step(self, by: int) -> None:
        """Go to the next pane, or to the one before."""
        if len(self.widget) == 1:
            self._app.notify("there is one pane only")
        self.widget.step(by)

    def swap(self, direction: Direction | None = None) -> None:
        """Let the current pane change places with another one."""
        if not self.widget.swap(direction):
            self._app.notify("there is no pane to change places with")

    def grow(self, axis: Axis, sign: int) -> None:
        """Make the current pane larger, or smaller."""
        if not self.widget.grow(axis, sign):
            self._app.notify("there is no room to give or to take there")

    def zoom(self) -> None:
        """Give the current pane the whole screen, or its old place back."""
        if len(self.widget) == 1:
            self._app.notify("there is one pane only")
        self.widget.zoom()

    def warn(self, warning: str) -> None:
        """Show a standing warning in every pane; empty takes it away."""
        for pane in self.widget.all:
            pane.status.warn(warning)

    def changed(self) -> None:
        """Something about the panes has changed: remember it soon, and forget what nobody sees."""
        if self._restoring is None and self._app.is_running:
            self._wiring.sessions.keep(pane.session for pane in self.widget.all)
            if self._timer is None:
                self._timer = self._app.set_timer(REMEMBER_S, self.remember)

    def remember(self) -> None:
        """Write the layout down, if it is another one."""
        self._timer = None
        layout = self._layout() if self._restoring is None else self._restoring
        if layout != self._wiring.memory.state.layout:
            self._wiring.memory.keep(layout=layout)

    async def restore(self, layout: LayoutState, known: Sequence[str]) -> None:
        """Open the panes of the last run. Conversations that are gone are left out.

        Args:
            layout: Their places.
            known: The providers that there are.
        """
        self._restoring = layout
        first = self.widget.current
        found: dict[int, tuple[PanePlace, Session]] = {}
        for number, place in enumerate(places_of(layout.tree)):
            session = await self._session_of(place)
            if session is not None:
                found[number] = place, session
        if found and not len(first.session.conversation):  # nobody was faster
            with self._app.batch_update():
                await self._fill(first, layout, found, known)
        self._restoring = None
        self.changed()

    async def _fill(
        self,
        first: Pane,
        layout: LayoutState,
        found: Mapping[int, tuple[PanePlace, Session]],
        known: Sequence[str],
    ) -> None:
        """Open what was found, by its old number, in the first pane and in others."""
        current = layout.current if layout.current in found else next(iter(found))
        panes = {current: first}
        for number, (place, session) in found.items():
            branch = MessageId(place.branch) if place.branch in session.conversation else None
            provider, model = first.provider, first.model
            if place.provider in known:
                provider, model = place.provider, place.model
            if number == current:
                first.open(session, branch)
                first.answer_with(provider, model)
            else:
                panes[number] = self.make(session, provider, model, branch)
        others = [pane for pane in panes.values() if pane is not first]
        if others:
            await self.add(others, "right")
        order = [panes.get(number) for number in range(len(places_of(layout.tree)))]
        numbers = {
            number: self.widget.all.index(pane)
            for number, pane in enumerate(order)
            if pane is not None
        }
        tree = tree_of(layout.tree, numbers)
        assert tree is not None
        self.widget.replace(tree, numbers[current], zoomed=layout.zoomed)

    async def _session_of(self, place: PanePlace) -> Session | None:
        if not place.conversation:
            session = self._wiring.new_session()
            if place.draft:
                self._wiring.drafts.put(session.conversation.id, ConversationId(place.draft))
            return session
        try:
            return await self._wiring.sessions.open(ConversationId(place.conversation))
        except NotFound:
            return None
        except StoreError as error:
            self._app.notify(f"a pane is not restored: {error}", severity="warning")
            return None

    async def _add(self, pane: Pane, axis: Axis) -> bool:
        if not self.widget.has_room(axis):
            self._app.notify(NO_ROOM, severity="warning")
            return False
        await self.add([pane], axis)
        self.widget.focus_pane(pane)
        self.changed()
        return True

    def _compared(self, session: Session) -> list[Pane]:
        return [
            pane for pane in self.widget.all if pane.session is session and pane.branch is not None
        ]

    def _layout(self) -> LayoutState | None:
        panes = self.widget.all
        if len(panes) == 1:
            return None
        places = [
            PanePlace(
                conversation=pane.session.conversation.id if len(pane.session.conversation) else "",
                branch=pane.branch or "",
                provider=pane.provider,
                model=pane.model,
                draft=self._wiring.drafts.place_of(pane.session.conversation.id) or "",
            )
            for pane in panes
        ]
        return LayoutState(
            tree=stored_tree(self.widget.places_tree, places),
            current=panes.index(self.widget.current),
            zoomed=self.widget.zoomed,
        )
