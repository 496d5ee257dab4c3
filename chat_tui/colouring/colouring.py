"""Colouring fences in a process of its own: a lexer that hangs is killed, and holds nobody up."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from chat_tui.document.spans import Span
from chat_tui.helper_process import HelperFailed, HelperProcess

if TYPE_CHECKING:
    from chat_tui.document.code.highlight import Colours, WholeFence

LIMIT_S: Final = 2.0
"""For one fence; much more than is ever needed, since it is time on the clock."""
IDLE_S: Final = 20.0
"""After so long without a fence the process ends; it is started again when one comes."""
MOST_FAILURES: Final = 8
"""After so many, code that has to be lexed as a whole stays plain."""
KEPT_RESULTS: Final = 64
_MOST_ANSWER_BYTES: Final = 1 << 22


class Colouring:
    """Takes fences and gives their colours back in the event loop, in order."""

    def __init__(
        self,
        *,
        program: Sequence[str] | None = None,
        limit_s: float = LIMIT_S,
        idle_s: float = IDLE_S,
    ) -> None:
        """Start nothing yet.

        Args:
            program: What is run; null for `colouring_program` by the Python that runs this.
            limit_s: For one fence.
            idle_s: How long the process waits for another fence.
        """
        self._helper = HelperProcess(
            "chat_tui.colouring.program", program=program, line_bytes=_MOST_ANSWER_BYTES
        )
        self._limit_s = limit_s
        self._idle_s = idle_s
        self._waiting: deque[tuple[WholeFence, Callable[[Colours | None], None]]] = deque()
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._closed = False
        self._results: dict[WholeFence, Colours | None] = {}
        """The latest ones; of what could not be coloured, too: it is not tried again."""

    def hand_out(self, fence: "WholeFence", done: "Callable[[Colours | None], None]") -> None:
        """Have a fence coloured; `done` is called at once where that is known.

        Args:
            fence: What to colour.
            done: Takes the colours, or null where the fence stays plain.
        """
        if fence in self._results:
            done(self._results[fence])
            return
        if self._closed or self._failures >= MOST_FAILURES:
            done(None)
            return
        self._waiting.append((fence, done))
        self._more.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work(), name="colour fences")

    async def aclose(self) -> None:
        """End the process, and call nobody any more."""
        self._closed = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        try:
            await self._work_off()
            await self._helper.end()
            while self._waiting:  # it came while the process ended
                await self._work_off()
                await self._helper.end()
        finally:
            await self._helper.end()

    async def _work_off(self) -> None:
        while await self._any_more():
            fence, done = self._waiting.popleft()
            if fence not in self._results:
                colours = await self._coloured(fence)
                if len(self._results) >= KEPT_RESULTS:
                    del self._results[next(iter(self._results))]
                self._results[fence] = colours
            done(self._results[fence])

    async def _any_more(self) -> bool:
        self._more.clear()
        if self._waiting:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._idle_s):
                await self._more.wait()
        return bool(self._waiting)

    async def _coloured(self, fence: "WholeFence") -> "Colours | None":
        """Ask the process; null where the fence has to stay plain."""
        if self._failures >= MOST_FAILURES:
            return None
        question = (msgspec.json.encode(fence), b"\n")
        try:
            return await self._helper.ask(question, _answer, limit_s=self._limit_s)
        except HelperFailed:
            self._failures += 1
            return None


async def _answer(output: asyncio.StreamReader) -> "Colours | None":
    return msgspec.json.decode(await output.readuntil(b"\n"), type=list[list[Span]] | None)
