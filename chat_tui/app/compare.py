"""Comparing: one prompt to several providers side by side, and the talk goes on with one reply.

It is one conversation: the replies are siblings, and each has a pane while they are compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from chat_tui.app.errors import told
from chat_tui.errors import ChatTuiError
from chat_tui.events import Finished
from chat_tui.session.refusals import ReplyRunning
from chat_tui.session.reply import Contender
from chat_tui.widgets.background import run_in_background

if TYPE_CHECKING:
    from textual.app import App

    from chat_tui.app.panes import AppPanes
    from chat_tui.roster.listing import Listing
    from chat_tui.roster.roster import Roster
    from chat_tui.session.reply import Reply
    from chat_tui.widgets.pane.pane import Pane
    from chat_tui.widgets.pane.pane_tree import Axis

MOST: Final = 8
"""Providers at the same time."""


class CannotCompare(ChatTuiError):
    """There are too few providers, or too little room."""


@dataclass(frozen=True, slots=True)
class CompareTools:
    """What comparing needs."""

    roster: Roster
    panes: AppPanes
    model_of: Callable[[str], str]
    """The model that was last used with a provider; empty means its own default."""


class AppCompare:
    """What the application does to compare."""

    def __init__(self, app: App[int], tools: CompareTools) -> None:
        """Compare nothing yet."""
        self._app = app
        self._tools = tools

    def wish(self, names: Sequence[str]) -> None:
        """Have the next message of the current pane, or what is written there, answered by several.

        Args:
            names: Of providers, each with `:` and a model behind it where it is not the usual one.

        Raises:
            ChatTuiError: one of them is not there, there are too few, or there is no room.
        """
        contenders = [self._contender(name) for name in dict.fromkeys(names)]
        if not 2 <= len(contenders) <= MOST:
            raise CannotCompare(
                f"two to {MOST} providers can be compared", hint="/compare NAME NAME..."
            )
        self._axis(len(contenders))
        pane = self._tools.panes.widget.current
        if pane.busy:
            raise ReplyRunning("a reply is still running", hint="Esc stops it")
        pane.comparing.wish(
            lambda text: self._ask(pane, text, contenders), len(contenders), _note(contenders)
        )
        if pane.prompt.text.strip():
            pane.prompt.action_send()
        else:
            self._app.notify(f"{_note(contenders)}; Esc forgets it", timeout=3)

    def choose(self) -> None:
        """Let the user choose who is compared."""
        from chat_tui.screens.compare import CompareScreen

        def chosen(names: Sequence[str] | None) -> None:
            if names is None:
                return
            try:
                self.wish(names)
            except ChatTuiError as error:
                self._app.notify(told(error), severity="warning")

        self._app.push_screen(CompareScreen(self._listings, MOST), chosen)

    async def _listings(self) -> Sequence[Listing]:
        """List the providers, each with the model that would answer."""
        listings = await self._tools.roster.listings()
        return [
            msgspec.structs.replace(one, model=self._tools.model_of(one.name) or one.model)
            for one in listings
        ]

    async def _ask(self, pane: Pane, text: str, contenders: Sequence[Contender]) -> None:
        """Send a turn of the pane to all, and open a pane for each reply.

        Raises:
            ChatTuiError: the turn cannot be sent, to one of them at least.
        """
        await pane.comparing.choose()
        axis = self._axis(len(contenders))
        session = pane.session
        attachments = pane.comparing.fetch_attachments(text, [one.provider for one in contenders])
        replies = session.compare(session.say(text, attachments), contenders)
        pane.open(session, replies[0].id)
        others = [
            self._tools.panes.make(session, one.provider.name, one.model, reply.id)
            for one, reply in zip(contenders[1:], replies[1:], strict=True)
        ]
        pane.answer_with(contenders[0].provider.name, contenders[0].model)
        await self._tools.panes.add(others, axis)
        self._tools.panes.changed()
        self._app.notify("Enter in an empty prompt goes on with the reply of that pane")
        run_in_background(self._app, "compare", self._judge, [pane, *others], replies)

    async def _judge(self, panes: Sequence[Pane], replies: Sequence[Reply]) -> None:
        """Mark the fastest and the cheapest when all have ended."""
        for reply in replies:
            if reply.recording is not None:
                await _ended(reply)
        times = {reply.id: _took_s(reply) for reply in replies}
        costs = {reply.id: _cost_usd(reply) for reply in replies}
        for pane, reply in zip(panes, replies, strict=True):
            words = []
            if pane.branch != reply.id or not pane.is_attached:
                continue
            if times[reply.id] is not None and times[reply.id] == _least(times.values()):
                words.append("fastest")
            if costs[reply.id] is not None and costs[reply.id] == _least(costs.values()):
                words.append("cheapest")
            pane.comparing.show_praise(" and ".join(words))

    def _contender(self, name: str) -> Contender:
        known = self._tools.roster.names()
        provider, model = name, ""
        if name not in known and name.partition(":")[0] in known:
            provider, _, model = name.partition(":")
        self._tools.roster.require(provider)
        model = model or self._tools.model_of(provider)
        return Contender(self._tools.roster.provider(provider), model)

    def _axis(self, count: int) -> Axis:
        widget = self._tools.panes.widget
        axes: tuple[Axis, ...] = ("right", "down")
        for axis in axes:
            if widget.has_room(axis, count):
                return axis
        from chat_tui.widgets.pane.panes import NO_ROOM

        raise CannotCompare(NO_ROOM, hint="a larger terminal, or fewer providers")


def _note(contenders: Sequence[Contender]) -> str:
    names = ", ".join(one.provider.name for one in contenders)
    return f"the next message goes to {names}"


async def _ended(reply: Reply) -> None:
    """Wait until a reply has been recorded; who waits does not stop it."""
    assert reply.recording is not None
    await asyncio.wait({reply.recording})


def _took_s(reply: Reply) -> float | None:
    """How long a reply took that ended well."""
    ending = reply.worker.terminal
    good = isinstance(ending, Finished) and ending.reason in ("stop", "unknown")
    return ending.elapsed_s if good and isinstance(ending, Finished) else None


def _cost_usd(reply: Reply) -> float | None:
    usage = reply.folder.message().usage
    return usage.cost_usd if usage is not None and _took_s(reply) is not None else None


def _least(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return min(known) if len(known) > 1 else None
