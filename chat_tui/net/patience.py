"""How long an answer's head and its first content may take."""

import asyncio
from types import TracebackType
from typing import Any


class HeadPatience:
    """A timeout that runs only while it is the server's turn.

    Connecting and sending have their own timeouts, and a large request may well take longer to
    send than anybody would wait for an answer.
    """

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._scope = asyncio.timeout(None)
        self._open = False

    @property
    def expired(self) -> bool:
        return self._scope.expired()

    async def __aenter__(self) -> "HeadPatience":
        await self._scope.__aenter__()
        self._open = True
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = False
        await self._scope.__aexit__(exc_type, exc, traceback)

    def start(self) -> None:
        """Wait for at most `idle_s` from now on."""
        self._reschedule(asyncio.get_running_loop().time() + self._idle_s)

    def stop(self) -> None:
        self._reschedule(None)

    async def trace(self, name: str, _info: Any) -> None:
        """Follow a request on its way; httpcore calls it as its `trace` extension."""
        if name.endswith("receive_response_headers.started"):
            self.start()
        elif name.endswith("receive_response_headers.complete"):
            self.stop()

    def _reschedule(self, when: float | None) -> None:
        # httpcore also traces what it does after the timeout, and long after the head.
        if self._open and not self._scope.expired():
            self._scope.reschedule(when)
