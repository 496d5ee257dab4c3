"""Programs of the desktop: run without our secrets, silently, and not for ever."""

import asyncio
from collections.abc import Mapping, Sequence

from chat_tui.processes import end_process, started

_PASSED_ON = frozenset(
    {
        "BROWSER",
        "DBUS_SESSION_BUS_ADDRESS",
        "DESKTOP_SESSION",
        "DISPLAY",
        "HOME",
        "KDE_FULL_SESSION",
        "KDE_SESSION_VERSION",
        "LANG",
        "LOGNAME",
        "PATH",
        "TMPDIR",
        "TMUX",
        "TMUX_PANE",
        "TMUX_TMPDIR",
        "USER",
        "WAYLAND_DISPLAY",
        "WSL_DISTRO_NAME",
        "WSL_INTEROP",
        "XAUTHORITY",
    }
)
_PASSED_ON_PREFIXES = ("LC_", "XDG_")


def clean_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a program of the desktop needs to know: no keys, tokens or proxies."""
    return {
        name: value
        for name, value in environ.items()
        if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    }


async def run_program(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    limit_s: float,
    given: bytes = b"",
    still_running_is_fine: bool = False,
) -> str:
    """Run a program, without a shell; it sees neither our terminal nor our secrets.

    What it leaves in the background, as clipboard programs do, goes on. A program that takes too
    long, or whose run is cancelled, is killed with all that it started.

    Args:
        argv: The program first, as a path.
        environ: Ours; only what a program of the desktop needs is passed on.
        limit_s: How long it may take.
        given: Its standard input.
        still_running_is_fine: After `limit_s` let go of it and call that a success, as for a
            browser that stays in the foreground; what it started goes on.

    Returns:
        Why it failed, in a few words; empty where it did not.
    """
    try:
        process = await started(
            asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=clean_environ(environ),
                start_new_session=True,  # away from the terminal we draw on, and one group to kill
            )
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a command"
        return f"cannot be run: {(reason or 'refused').lower()}"
    group = True
    try:
        async with asyncio.timeout(limit_s):
            await process.communicate(given)
    except TimeoutError:
        if still_running_is_fine:
            group = False
            return ""
        return f"took over {limit_s:g} s"
    finally:
        await end_process(process, group=group)
    return "" if process.returncode == 0 else f"exit code {process.returncode}"
