"""A program of ours in a process of its own: what hangs or swells there is killed, not we."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from chat_tui.processes import end_process, started

T = TypeVar("T")

START_LIMIT_S: Final = 15.0
READY: Final = b"ready\n"
"""What such a program writes before it is asked anything."""


class HelperFailed(Exception):
    """The program could not be started, has ended, or did not answer as it should."""


class HelperLate(HelperFailed):
    """It took too long, and was killed."""


class HelperProcess:
    """Started when it is asked something, and asked one thing after the other."""

    def __init__(
        self, module: str, *, program: Sequence[str] | None = None, line_bytes: int = 1 << 16
    ) -> None:
        """Start nothing yet.

        Args:
            module: Its `main` is run by the Python that runs this.
            program: What is run instead.
            line_bytes: The longest line that an answer may have.
        """
        self._module = module
        self._program = program
        self._line_bytes = line_bytes
        self.process: asyncio.subprocess.Process | None = None
        """Null while there is none."""

    async def ask(
        self,
        question: Sequence[bytes],
        read: Callable[[asyncio.StreamReader], Awaitable[T]],
        *,
        limit_s: float,
    ) -> T:
        """Ask, and read the answer; whoever asks waits for the one before.

        Args:
            question: Written to its standard input, one after the other.
            read: Takes the answer, all of it, from its standard output; a `ValueError` says that
                it is none.
            limit_s: How long that may take; starting the program does not count.

        Raises:
            HelperFailed: there is no answer, and the process has been ended.
        """
        try:
            process = self.process or await self.start()
            async with asyncio.timeout(limit_s):
                return await _exchange(process, question, read)
        except BaseException as error:
            await self.end()
            if isinstance(error, TimeoutError):
                raise HelperLate(f"no answer within {limit_s:g} s") from error
            if isinstance(error, OSError | EOFError | asyncio.LimitOverrunError | ValueError):
                raise HelperFailed("no answer") from error
            raise

    async def start(self) -> asyncio.subprocess.Process:
        # Not from the folder that we stand in, nor with what is ours: it needs neither.
        code = f"import sys; sys.path[:] = sys.argv[1:]\nfrom {self._module} import main; main()"
        program = self._program or (sys.executable, "-I", "-c", code, *sys.path)
        self.process = process = await started(
            asyncio.create_subprocess_exec(
                *program,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
                start_new_session=True,
                limit=self._line_bytes,
            )
        )
        assert process.stdout is not None
        async with asyncio.timeout(START_LIMIT_S):
            await process.stdout.readuntil(b"\n")
        return process

    async def end(self) -> None:
        """Kill it, if there is one."""
        process, self.process = self.process, None
        if process is not None:
            await end_process(process)


async def _exchange(
    process: asyncio.subprocess.Process,
    question: Sequence[bytes],
    read: Callable[[asyncio.StreamReader], Awaitable[T]],
) -> T:
    assert process.stdin is not None
    assert process.stdout is not None
    for piece in question:
        process.stdin.write(piece)
    await process.stdin.drain()
    return await read(process.stdout)
