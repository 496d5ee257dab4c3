"""Comparing in a pane: it may show one of several replies, and it may have several asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from chat_tui.attachments import check_taken
from chat_tui.errors import ChatTuiError

if TYPE_CHECKING:
    from chat_tui.message import Attachment
    from chat_tui.providers.base import Provider
    from chat_tui.widgets.pane.pane import Pane

AskSeveral: TypeAlias = "Callable[[str], Awaitable[None]]"
"""Sends a turn to several; may raise a `ChatTuiError`."""


class Comparing:
    """What a pane does to compare; it belongs to the pane."""

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self._ask: AskSeveral | None = None
        """Sends the next message, if it is not for the provider of this pane alone."""
        self.count = 1
        """How many replies the next message asks for."""
        self.praise = ""
        """In what the reply that is shown was the best."""

    @property
    def wished(self) -> bool:
        """The next message goes to several."""
        return self._ask is not None

    def wish(self, ask: AskSeveral, count: int, note: str) -> None:
        """Have the next message answered by several.

        Args:
            ask: Sends it.
            count: How many they are.
            note: Says so until then.
        """
        self._ask, self.count = ask, count
        self._pane.status.note(note)
        self._pane.tell_stop()

    def forget(self) -> bool:
        """Have messages answered as usual.

        Returns:
            Whether the next one would have been answered otherwise.
        """
        self.praise = ""
        if self._ask is None:
            return False
        self._ask, self.count = None, 1
        self._pane.status.note("")
        self._pane.tell_stop()
        return True

    async def say(self, text: str) -> bool:
        """Send a turn to those who are wished.

        Returns:
            Whether it could be; if not, the reason has been told.
        """
        ask = self._ask
        assert ask is not None
        self.forget()
        try:
            await ask(text)
        except ChatTuiError as error:
            self._pane.refuse(error)
            return False
        return True

    async def choose(self) -> None:
        """Of several replies that are compared, go on with the one that is shown."""
        pane = self._pane
        if (reply := pane.branch) is not None:
            pane.leave_branch()
            await pane.session.choose(reply)
            self.praise = ""
            pane.show_title()
            pane.post_message(pane.BranchChosen(pane, reply))

    def show_praise(self, words: str) -> None:
        """Say in what the reply that is shown was the best of those that are compared."""
        self.praise = words
        self._pane.show_title()

    def fetch_attachments(self, text: str, providers: Iterable[Provider]) -> Sequence[Attachment]:
        """Take what goes along with a turn out of the prompt.

        Raises:
            ChatTuiError: one of the providers does not take it; then it stays.
        """
        attachments = self._pane.prompt.fetch_attachments(text)
        try:
            for provider in providers:
                check_taken(attachments, provider)
        except ChatTuiError:
            self._pane.prompt.attaching.set_aside(text, attachments)
            raise
        return attachments
