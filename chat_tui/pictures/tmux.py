"""Pictures within tmux: kitty's, where what we send may pass through, else half blocks.

tmux itself draws sixel since 3.4, but keeps only a few images at a time, and each row of cells
would be one. What it says about the terminal around it is asked of its own command, which knows
the name that the terminal gave (`client_termtype`).
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from chat_tui.pictures.protocol import Protocol, has_placeholders
from chat_tui.processes import end_process, started
from chat_tui.programs import clean_environ

LIMIT_S: Final = 1.0
_ASKED: Final = "#{allow-passthrough} #{client_termname} #{client_termtype}"


async def by_tmux(environ: Mapping[str, str]) -> Protocol:
    """Choose by what tmux says about itself, and about the terminal around it."""
    said = await _said(environ)
    passes, _, names = said.partition(" ")
    if passes not in {"1", "on", "all"}:
        return "halfblock"
    term, _, name = names.partition(" ")  # the name that it gave itself has its version
    known = has_placeholders(name or term.removeprefix("xterm-"))
    return "kitty" if known else "halfblock"


async def _said(environ: Mapping[str, str]) -> str:
    pane = environ.get("TMUX_PANE", "")
    target = ("-t", pane) if pane else ()
    try:
        process = await started(
            asyncio.create_subprocess_exec(
                *("tmux", "display-message", "-p", *target, _ASKED),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=clean_environ(environ),
                start_new_session=True,
            )
        )
    except (OSError, ValueError):
        return ""
    said = b""
    try:
        async with asyncio.timeout(LIMIT_S):
            said, _ = await process.communicate()
    except TimeoutError:
        pass
    finally:
        await end_process(process)
    return said.decode("utf-8", "replace").strip()
