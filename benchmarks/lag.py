"""Measures from inside how late an event loop is."""

import asyncio

TICK_S = 0.01


class LagMeter:
    """Asks to be called every 10 ms and notes by how much it is called later."""

    def __init__(self) -> None:
        self._late_s: list[float] = []
        self._due_s = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin; an event loop must be running."""
        loop = asyncio.get_running_loop()
        self._due_s = loop.time() + TICK_S
        self._handle = loop.call_at(self._due_s, self._tick)

    def stop(self) -> None:
        """End."""
        if self._handle is not None:
            self._handle.cancel()

    def late_ms(self, share: float) -> float:
        """How late the loop was at most in this share (0..1) of all cases."""
        ordered = sorted(self._late_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3 if ordered else 0.0

    def _tick(self) -> None:
        self._late_s.append(asyncio.get_running_loop().time() - self._due_s)
        self.start()
