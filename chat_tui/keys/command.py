"""A key that a command prints: run without a shell, not for ever, and never quoted."""

import asyncio
from collections.abc import Mapping
from typing import Final

from chat_tui.errors import AuthFailed
from chat_tui.processes import end_process, started

LOOKUP_LIMIT_S: Final = 30.0
_MAX_LINE_BYTES: Final = 16 * 1024
_MAX_KEY_CHARS: Final = _MAX_LINE_BYTES - 1
"""More are not read, and part of a key is not sent."""


async def key_from_command(argv: tuple[str, ...], environ: Mapping[str, str], provider: str) -> str:
    """Return the first line of stdout, stripped.

    Raises:
        AuthFailed: it failed, took too long, or printed nothing or too much; never with what it printed.
    """
    what = f"the command in api_key of provider {provider!r}"
    hint = "run it in a shell to see what it says"
    try:
        process = await started(
            asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=dict(environ),
                start_new_session=True,  # away from the terminal we draw on, and one group to kill
            )
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a command"
        raise AuthFailed(f"{what} cannot be run: {(reason or 'refused').lower()}") from error
    try:
        async with asyncio.timeout(LOOKUP_LIMIT_S):
            line = await _first_line(process)
            code = await process.wait()
    except TimeoutError as error:
        raise AuthFailed(f"{what} took over {LOOKUP_LIMIT_S:.0f} s", hint=hint) from error
    finally:
        await end_process(process, group=True)
    if code != 0:
        raise AuthFailed(f"{what} failed with exit code {code}", hint=hint)
    if len(line) > _MAX_KEY_CHARS:
        raise AuthFailed(f"{what} printed something too long for a key", hint=hint)
    if not line:
        raise AuthFailed(f"{what} printed no key", hint=hint)
    return line


async def _first_line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    kept = bytearray()
    while part := await process.stdout.read(_MAX_LINE_BYTES):
        if len(kept) <= _MAX_LINE_BYTES:
            kept += part
    return kept[:_MAX_LINE_BYTES].split(b"\n", 1)[0].decode(errors="replace").strip()
