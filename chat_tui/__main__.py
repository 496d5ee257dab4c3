"""`python -m chat_tui`."""

import sys

from chat_tui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
