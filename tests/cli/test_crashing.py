"""A mistake of ours on the command line: one line, and a report without secrets."""

import asyncio
import sys

from tests.cli.conftest import User, ended

KEY = "sk-canary-0123456789"

SPOILED = """
import os
from chat_tui.roster.roster import Roster

async def listings(self):
    key = os.environ["OPENAI_API_KEY"]
    raise LookupError(f"lost {key}")

Roster.listings = listings
from chat_tui.cli.main import main
raise SystemExit(main(["providers"]))
"""


async def test_a_mistake_is_one_line_and_a_report_for_the_user_alone(user: User) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SPOILED, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=user.environ | {"OPENAI_API_KEY": KEY}, cwd=user.home,
    )  # fmt: skip
    ran = await ended(process)
    [report] = (user.home / "state" / "crashes").iterdir()
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err == (
        f"chat-tui: the program made a mistake and had to stop (LookupError); details: {report}\n"
    )
    text = report.read_text("utf-8")
    assert "in listings" in text
    assert KEY not in text
    assert report.stat().st_mode & 0o777 == 0o600
