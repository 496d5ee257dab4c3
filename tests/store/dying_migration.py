"""A program that is killed in the middle of changing the tables of a database.

Usage: `dying_migration.py FILE`.
"""

import os
import signal
import sqlite3
import sys
from pathlib import Path

from chat_tui.store import migrations


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.create_function("die", 0, die)
    half = "CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT"
    migrations.STEPS = (*migrations.STEPS[:-1], (half, "INSERT INTO half VALUES (die())"))
    migrations.migrate(connection, Path(sys.argv[1]))
