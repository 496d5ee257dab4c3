"""The program that colours, with one language whose lexer hangs and cannot be interrupted."""

import signal
import sys

import pytest

from chat_tui.colouring.program import main
from tests.document import hanging

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGVTALRM, signal.SIGALRM])
hanging.install(pytest.MonkeyPatch())
sys.stderr.close()
main()
