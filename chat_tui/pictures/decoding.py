"""Decoding pictures without trusting them: whatever happens, there is a picture or a reason."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

import msgspec

from chat_tui.helper_process import HelperFailed, HelperLate, HelperProcess
from chat_tui.media.files import MAX_BYTES
from chat_tui.pictures.scaling import Answer, Question, Scaling

LIMIT_S: Final = 10.0
IDLE_S: Final = 20.0
"""After so long without a picture the process ends; it is started again when one comes."""
MOST_ANSWER_BYTES: Final = 64 << 20


class Decoded(msgspec.Struct, frozen=True):
    """A picture as it was wanted."""

    pieces: tuple[bytes, ...]
    """One, or for sixel one for each row of cells."""
    width_px: int
    """Of the picture as it was."""
    height_px: int


class Undecoded(msgspec.Struct, frozen=True):
    """A picture that cannot be shown."""

    reason: str
    """Lower case, without a full stop; quotes nothing from the picture."""


class PictureDecoder:
    """One process, started for the first picture, killed when it takes too long."""

    def __init__(
        self,
        *,
        program: Sequence[str] | None = None,
        limit_s: float = LIMIT_S,
        idle_s: float = IDLE_S,
    ) -> None:
        """Start nothing yet.

        Args:
            program: What is run; null for `decoding_program` by the Python that runs this.
            limit_s: For one picture.
            idle_s: How long the process waits for another picture.
        """
        self._helper = HelperProcess("chat_tui.pictures.decoding_program", program=program)
        self._limit_s = limit_s
        self._idle_s = idle_s
        self._lock = asyncio.Lock()
        self._idle: asyncio.Task[None] | None = None

    async def decode(self, picture: str | bytes, scaling: Scaling) -> Decoded | Undecoded:
        """Decode and scale a picture; those before it come first.

        Args:
            picture: The path of a file, or what is in one.
            scaling: How it is wanted.
        """
        async with self._lock:
            await self._stay_up()
            try:
                return await self._decode(picture, scaling)
            except HelperLate:
                return Undecoded(f"the picture took over {self._limit_s:g} s to decode")
            except HelperFailed:
                return Undecoded("the picture cannot be decoded")
            finally:
                if self._helper.process is not None:
                    self._idle = asyncio.create_task(self._end_when_idle(), name="idle decoder")

    async def aclose(self) -> None:
        """End the process; a picture that is being decoded must not be waited for any more."""
        await self._stay_up()
        await self._helper.end()

    async def _decode(self, picture: str | bytes, scaling: Scaling) -> Decoded | Undecoded:
        data = b"" if isinstance(picture, str) else picture
        if len(data) > MAX_BYTES:
            return Undecoded(f"the picture has more than {MAX_BYTES >> 20} MiB")
        path = picture if isinstance(picture, str) else ""
        question = msgspec.json.encode(Question(scaling, path, len(data)))
        answer, pieces = await self._helper.ask(
            (question, b"\n", data), _read_answer, limit_s=self._limit_s
        )
        if answer.reason:
            return Undecoded(answer.reason)
        return Decoded(pieces, answer.width_px, answer.height_px)

    async def _stay_up(self) -> None:
        idle, self._idle = self._idle, None
        if idle is not None:
            idle.cancel()
            await asyncio.wait([idle])

    async def _end_when_idle(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._idle_s):
                await asyncio.get_running_loop().create_future()
        await self._helper.end()


async def _read_answer(output: asyncio.StreamReader) -> tuple[Answer, tuple[bytes, ...]]:
    answer = msgspec.json.decode(await output.readuntil(b"\n"), type=Answer)
    if any(size < 0 for size in answer.sizes_bytes) or sum(answer.sizes_bytes) > MOST_ANSWER_BYTES:
        raise ValueError("an answer that nobody asked for")
    return answer, tuple([await output.readexactly(size) for size in answer.sizes_bytes])
