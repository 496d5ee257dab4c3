"""Pictures that are ready to be painted; those that are not are made while nobody waits."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol

from chat_tui.document.pictures.picture_slots import PictureSlot
from chat_tui.pictures.decoding import PictureDecoder, Undecoded
from chat_tui.pictures.drawn import Drawn, Pencil

LIMIT_BYTES: Final = 96 << 20
PREVIEW_S: Final = 0.25
"""Previews in one place follow each other no faster."""
LINGER_S: Final = 0.5
"""A picture goes only when the one that replaces it has surely been painted."""
MOST_PLACES: Final = 256


class Viewer(Protocol):
    """Somebody who paints pictures."""

    def pictures_changed(self) -> None:
        """There may be others in what is painted."""
        ...

    def pictures_shown(self) -> Iterable[Drawn]:
        """Name those that can be seen now."""
        ...


_Key = tuple[str | int, int, int]


@dataclass(slots=True)
class _Entry:
    slot: PictureSlot
    """Keeps a preview's bytes, whose identity is in the key."""
    drawn: Drawn

    @property
    def cost_bytes(self) -> int:
        return self.drawn.cost_bytes + len(self.slot.preview or b"")


class PictureShelf:
    """Keeps what was drawn, as long as there is room for it."""

    def __init__(
        self,
        pencil: Callable[[], Awaitable[Pencil]],
        decoder: PictureDecoder,
        *,
        limit_bytes: int = LIMIT_BYTES,
        preview_s: float = PREVIEW_S,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Keep nothing yet.

        Args:
            pencil: Chooses the way to draw, when the first picture is wanted.
            decoder: Decodes them; closed with the shelf.
            limit_bytes: What is looked at always stays.
            preview_s: The least time between two previews in one place.
            clock: Seconds.
        """
        self._choose = pencil
        self._pencil: Pencil | None = None
        self._decoder = decoder
        self._limit_bytes = limit_bytes
        self._preview_s = preview_s
        self._clock = clock
        self._entries: OrderedDict[_Key, _Entry] = OrderedDict()
        self._places: OrderedDict[Hashable, _Key] = OrderedDict()
        """What was shown last in each place."""
        self._wanted: dict[Hashable, PictureSlot] = {}
        self._drawn_at: dict[Hashable, float] = {}
        """When the last preview of a place was begun."""
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._leaving: dict[int, tuple[asyncio.TimerHandle, Drawn]] = {}
        self._drops: set[asyncio.Task[None]] = set()
        self._viewers: list[Viewer] = []
        self._closed = False
        self._times_forgotten = 0

    def watch(self, viewer: Viewer) -> None:
        """Tell somebody when pictures are ready."""
        self._viewers.append(viewer)

    def unwatch(self, viewer: Viewer) -> None:
        self._viewers.remove(viewer)

    def rows(self, slot: PictureSlot, place: Hashable) -> Drawn | None:
        """Return a picture; if it is not ready, have it made, and return what it replaces.

        Args:
            slot: The picture, and its cells.
            place: Where it stands: a preview replaces the one before in the same place.

        Returns:
            Null while there is nothing to show.
        """
        if self._closed or not (slot.picture or slot.preview):
            return None
        key = _key(slot)
        known = self._entries.get(key)
        before = self._places.get(place)
        last = None if before is None else self._entries.get(before)
        if known is None or not (slot.picture or known.slot.preview is slot.preview):
            self._want(place, slot)
        elif slot.picture or not known.drawn.reason or last is None:
            self._entries.move_to_end(key)
            self._arrive(place, key)
            return known.drawn
        if last is None or (last.drawn.columns, last.drawn.lines) != (slot.columns, slot.lines):
            return None
        return last.drawn

    def forget(self) -> None:
        """Drop everything: it has to be drawn anew, for another background or other cells."""
        self._times_forgotten += 1
        for entry in self._entries.values():
            self._leave(entry.drawn)
        self._entries.clear()
        self._places.clear()
        self._drawn_at.clear()
        self._tell()

    async def aclose(self) -> None:
        """Stop, and drop everything, in the terminal, too."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._drops:
            await asyncio.wait(self._drops)
        rest = [entry.drawn for entry in self._entries.values()]
        for timer, drawn in self._leaving.values():
            timer.cancel()
            rest.append(drawn)
        self._leaving.clear()
        self._entries.clear()
        if self._pencil is not None:
            for drawn in rest:
                await self._pencil.drop(drawn)
        await self._decoder.aclose()

    def _want(self, place: Hashable, slot: PictureSlot) -> None:
        self._wanted[place] = slot
        self._more.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work(), name="draw pictures")

    async def _work(self) -> None:
        if self._pencil is None:
            self._pencil = await self._choose()
        while self._wanted:
            self._more.clear()
            place = self._next()
            if place is not None:
                await self._make(place, self._wanted.pop(place), self._pencil)
                continue
            now = self._clock()
            pause_s = min(self._due_s(waiting) for waiting in self._wanted) - now
            try:
                async with asyncio.timeout(max(0.0, pause_s)):
                    await self._more.wait()
            except TimeoutError:
                pass

    def _next(self) -> Hashable | None:
        """Choose a place whose turn it is; those that waited longest come first."""
        now = self._clock()
        for place, slot in self._wanted.items():
            if slot.picture or self._due_s(place) <= now:
                return place
        return None

    def _due_s(self, place: Hashable) -> float:
        return self._drawn_at.get(place, -self._preview_s) + self._preview_s

    async def _make(self, place: Hashable, slot: PictureSlot, pencil: Pencil) -> None:
        key = _key(slot)
        known = self._entries.get(key)
        if known is not None and known.slot.preview is slot.preview:
            return
        if not slot.picture:
            self._drawn_at[place] = self._clock()
            while len(self._drawn_at) > MOST_PLACES:
                del self._drawn_at[next(iter(self._drawn_at))]
        picture = slot.picture or slot.preview or b""
        times_forgotten = self._times_forgotten
        decoded = await self._decoder.decode(picture, pencil.scaling(slot.columns, slot.lines))
        if isinstance(decoded, Undecoded):
            drawn = Drawn(slot.columns, slot.lines, reason=decoded.reason)
        else:
            drawn = await pencil.draw(decoded, slot.columns, slot.lines)
        if times_forgotten != self._times_forgotten:
            self._leave(drawn)
            self._tell()  # whoever still wants it asks again
            return
        self._entries[key] = _Entry(slot, drawn)
        if slot.picture or not drawn.reason or place not in self._places:
            self._arrive(place, key)
        self._make_room()
        self._tell()

    def _arrive(self, place: Hashable, key: _Key) -> None:
        """A picture is in its place; the preview that was there goes."""
        before = self._places.get(place)
        if before == key:
            return
        self._places[place] = key
        self._places.move_to_end(place)
        if len(self._places) > MOST_PLACES:
            self._places.popitem(last=False)
        if before is not None and isinstance(before[0], int) and before in self._entries:
            self._leave(self._entries.pop(before).drawn)

    def _make_room(self) -> None:
        total = sum(entry.cost_bytes for entry in self._entries.values())
        if total <= self._limit_bytes:
            return
        seen = {id(drawn) for viewer in self._viewers for drawn in viewer.pictures_shown()}
        newest = next(reversed(self._entries))
        for key, entry in list(self._entries.items()):
            if id(entry.drawn) in seen or key == newest:
                continue
            del self._entries[key]
            self._leave(entry.drawn)
            total -= entry.cost_bytes
            if total <= self._limit_bytes:
                return

    def _leave(self, drawn: Drawn) -> None:
        if not drawn.image_id:
            return
        loop = asyncio.get_running_loop()
        timer = loop.call_later(LINGER_S, self._drop, drawn)
        self._leaving[drawn.image_id] = (timer, drawn)

    def _drop(self, drawn: Drawn) -> None:
        self._leaving.pop(drawn.image_id, None)
        if self._pencil is not None:
            task = asyncio.get_running_loop().create_task(self._pencil.drop(drawn))
            self._drops.add(task)
            task.add_done_callback(self._drops.discard)

    def _tell(self) -> None:
        for viewer in tuple(self._viewers):
            viewer.pictures_changed()


def _key(slot: PictureSlot) -> _Key:
    return slot.picture or id(slot.preview), slot.columns, slot.lines
