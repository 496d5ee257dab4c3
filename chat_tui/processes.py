"""Processes that were started are waited for until they are gone, whatever is cancelled."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Coroutine
from typing import Any, Final

END_LIMIT_S: Final = 5.0
"""Who was killed ends at once; who may not be killed by us is left to itself after so long."""


async def started(
    starting: Coroutine[Any, Any, asyncio.subprocess.Process],
) -> asyncio.subprocess.Process:
    """Start a process; if that is cancelled, there is none afterwards.

    Args:
        starting: A call of `asyncio.create_subprocess_exec`.

    Raises:
        OSError: it cannot be run.
        ValueError: its arguments cannot be passed.
    """
    task = asyncio.ensure_future(starting)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            # Half a start cannot be taken back, and a whole one takes no time.
            cancelled = error
    if cancelled is None:
        return task.result()
    if not task.cancelled() and task.exception() is None:
        await end_process(task.result())
    raise cancelled


async def end_process(process: asyncio.subprocess.Process, *, group: bool = False) -> None:
    """Kill a process that still runs, and wait until it is gone.

    Args:
        process: Its pipes are closed, whoever else holds them.
        group: Kill all of its process group, which it leads.
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if group:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
    # More may wait to be read or written, or a grandchild hold a pipe; asyncio offers no public way
    # to let go of it.
    transport = getattr(process, "_transport", None)
    assert isinstance(transport, asyncio.SubprocessTransport)
    for number in (0, 1, 2):
        pipe = transport.get_pipe_transport(number)
        if pipe is None or pipe.is_closing():
            continue
        if isinstance(pipe, asyncio.WriteTransport):
            pipe.abort()
        else:
            pipe.close()
    try:
        await gone(process)
    finally:
        # Not before: it would ask for the process's end itself, beside asyncio, which then is lost.
        with contextlib.suppress(PermissionError):
            transport.close()


async def gone(process: asyncio.subprocess.Process) -> None:
    """Wait until a process that was told to end has, for `END_LIMIT_S` at most.

    A cancellation is passed on only then: while nobody has waited for a process its number is
    taken, and asyncio keeps its pipes.
    """
    cancelled: asyncio.CancelledError | None = None
    try:
        async with asyncio.timeout(END_LIMIT_S) as limit:
            while process.returncode is None:
                try:
                    await process.wait()
                except asyncio.CancelledError as error:
                    if limit.expired():
                        raise
                    cancelled = error
    except TimeoutError:
        pass
    if cancelled is not None:
        raise cancelled
