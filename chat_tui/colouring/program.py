"""The program that colours fences, one after the other, for as long as its standard input lasts."""

import signal
import sys
from typing import Final

import msgspec

from chat_tui.document.code.highlight import WholeFence
from chat_tui.helper_process import READY

OWN_LIMIT_S: Final = 10.0
"""If whoever should end this program is gone, the system does."""


def main() -> None:
    """Read a line of JSON for each fence, and answer with a line of JSON."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    decode = msgspec.json.Decoder(WholeFence).decode
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        signal.setitimer(signal.ITIMER_REAL, OWN_LIMIT_S)
        colours = decode(line).run()
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout.buffer.write(msgspec.json.encode(colours) + b"\n")
        sys.stdout.buffer.flush()
