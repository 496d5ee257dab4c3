"""A user with a home, a configuration and a command line."""

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest

from chat_tui.conversation import Conversation
from chat_tui.events import StreamEvent, decode_event
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store

Process: TypeAlias = asyncio.subprocess.Process

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    code: int | None
    out: str
    err: str

    @property
    def events(self) -> list[StreamEvent]:
        return [decode_event(line) for line in self.out.splitlines()]


@dataclass
class User:
    """Runs the command as a user would: a process with a home of its own."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)

    def configure(self, text: str) -> None:
        self.config_file.parent.mkdir(parents=True, exist_ok=True)
        self.config_file.write_text(text)

    @property
    def config_file(self) -> Path:
        return self.home / "config" / "chat-tui" / "config.toml"

    @property
    def data_dir(self) -> Path:
        return self.home / "data"

    async def start(self, *args: str, stdin: int = asyncio.subprocess.DEVNULL) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "chat_tui",
            *args,
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environ,
            cwd=self.home,
        )

    async def run(self, *args: str, stdin: bytes | None = None) -> Ran:
        source = asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE
        process = await self.start(*args, stdin=source)
        return await ended(process, stdin)

    async def stored(self) -> list[Conversation]:
        """The conversations, newest first."""
        store = Store(self.data_dir / "conversations.db")
        try:
            return [await store.load(one.id) for one in await store.list()]
        finally:
            await store.close()

    async def store(self, conversations: Iterable[Conversation]) -> None:
        store = Store(self.data_dir / "conversations.db")
        try:
            await store.create(*conversations)
        finally:
            await store.close()


async def ended(process: Process, stdin: bytes | None = None) -> Ran:
    out, err = await process.communicate(stdin)
    return Ran(process.returncode, out.decode(), err.decode())


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(
        tmp_path,
        {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": str(CHECKOUT),
            "PYTHONWARNINGS": "error",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "CHAT_TUI_STATE_DIR": str(tmp_path / "state"),
            "CHAT_TUI_DATA_DIR": str(tmp_path / "data"),
        },
    )


@pytest.fixture
def at_home(user: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """The user, for commands that run in this process."""
    for name, value in user.environ.items():
        if name != "PYTHONWARNINGS":
            monkeypatch.setenv(name, value)
    monkeypatch.delenv("CHAT_TUI_CONFIG", raising=False)
    monkeypatch.chdir(user.home)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    return user


@pytest.fixture
async def simulator(user: User) -> AsyncIterator[Simulator]:
    """A server that the user has configured as `sim`."""
    async with Simulator() as simulator:
        user.configure(
            f'[providers.sim]\nkind = "openai"\nmodel = "small"\nbase_url = "{simulator.url}/v1"\n'
        )
        yield simulator
