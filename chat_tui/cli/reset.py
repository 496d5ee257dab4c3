"""What brings a terminal back that a program had to leave without tidying up."""

from typing import Final

import click

RESET: Final = (
    "\x1b[?2026l"  # an update that was never finished
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse
    "\x1b[?1004l"  # reports of the focus
    "\x1b[?2004l"  # bracketed paste
    "\x1b[?2048l"  # reports of the size
    "\x1b[<u"  # keys of the kitty protocol
    "\x1b[?1049l"  # the alternate screen
    "\x1b[<u"  # each screen has keys of its own
    "\x1b[?7h"  # long lines wrap
    "\x1b[?25h"  # the cursor
    "\x1b[0m"  # colours
)


def reset_and_end(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Do what `--reset-terminal` says."""
    if wanted:
        reset_terminal()
        ctx.exit(0)


def reset_terminal() -> None:
    """Write the sequences to the terminal, and have it handle lines and show what is typed again."""
    import contextlib
    import sys
    import termios

    if sys.stdout is None:
        return
    sys.stdout.write(RESET)
    sys.stdout.flush()
    if not sys.stdout.isatty():
        return
    with contextlib.suppress(termios.error):
        number = sys.stdout.fileno()
        mode = termios.tcgetattr(number)
        mode[0] |= termios.ICRNL | termios.IXON | termios.BRKINT
        mode[1] |= termios.OPOST | termios.ONLCR
        mode[3] |= termios.ECHO | termios.ECHOE | termios.ICANON | termios.ISIG | termios.IEXTEN
        termios.tcsetattr(number, termios.TCSADRAIN, mode)
