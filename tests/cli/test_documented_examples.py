"""What the documents show is run: by a shell, with every provider on this machine."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat_tui.simulator import pictures
from chat_tui.simulator.server import Simulator
from tests.cli.conftest import User, ended
from tests.documents import ROOT, shell_lines

PAGES = ("scripting.md", "pictures.md", "transcripts.md", "data.md")
ELSEWHERE = ("simulator", "zsh", "chatgpt-export.zip", "--undo", "jq -r '.findings")
"""In lines that want what is not here."""
PARTS = ("if ", "cat ", "fi")
"""Beginnings of what is one line of several."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not all(map(shutil.which, ("bash", "jq", "git"))), reason="needs bash, jq and git"
    ),
]


@pytest.fixture
async def shell(user: User) -> AsyncIterator[User]:
    """A user with files, and with providers of the names in the documents."""
    shim = user.home / "bin" / "chat-tui"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chat_tui "$@"\n')
    shim.chmod(0o700)
    user.environ["PATH"] = f"{shim.parent}:{user.environ['PATH']}"
    (user.home / ".config/fish/completions").mkdir(parents=True)
    (user.home / "cat.png").write_bytes(pictures.landscape("a cat"))
    (user.home / "notes.md").write_text("notes")
    async with Simulator() as simulator:
        user.configure(f"""
            [app]
            provider = "openai"
            [providers.openai]
            kind = "openai"
            model = "demo"
            base_url = "{simulator.url}/v1"
            [providers.home]
            kind = "openai"
            base_url = "{simulator.url}/v1"
            [providers.fal]
            kind = "fal"
            model = "fal-ai/flux/schnell"
            run_url = "{simulator.url}/fal/run"
            queue_url = "{simulator.url}/fal/queue"
        """)
        yield user


async def run(user: User, line: str) -> None:
    ran = await ended(
        await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            f"set -eo pipefail; {line}",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=user.environ,
            cwd=user.home,
        )
    )
    assert ran.code == 0, f"{line}\n{ran.out}\n{ran.err}"
    assert "Traceback" not in ran.err


def names_in(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


async def test_the_examples_of_the_documents_run(shell: User) -> None:
    await run(shell, "git init -q")
    await run(shell, "chat-tui ask hello > talk.txt")
    await run(shell, "chat-tui export last -o talk.md")
    count = 0
    for page in PAGES:
        for path, line in shell_lines():
            if path != ROOT / "docs" / page or line.lstrip().startswith(PARTS):
                continue
            if not any(word in line for word in ELSEWHERE):
                count += 1
                await run(shell, line)
    assert count > 25
    assert {"again.png", "talk.html", "talks.jsonl"} <= names_in(shell.home)
