"""A user's desk: folders, a server on loopback, and the real application opened on both."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen

from chat_tui.app.chat_app import ChatApp
from chat_tui.app.opening import AppOptions
from chat_tui.config.load import load
from chat_tui.config.paths import Paths, find_paths
from chat_tui.conversation import Conversation
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.simulator.script import Act, Done, Finish, Gate, Hold, Say, Script
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store

END = (Finish(), Done())


def reply(*acts: Act | str) -> Script:
    """A reply that ends well; a string is one delta of it."""
    return Script((*(Say(act) if isinstance(act, str) else act for act in acts), *END))


def held(text: str, rest: str = "") -> tuple[Gate, Script]:
    """A reply that stops after its first text until the gate is opened."""
    gate = Gate()
    return gate, reply(text, Hold(gate), *([rest] if rest else []))


@dataclass
class Desk:
    """Everything lies in one folder; one provider, `sim`, leads to the simulator."""

    folder: Path
    simulator: Simulator
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return Path.home()

    @property
    def paths(self) -> Paths:
        return find_paths(
            config=self.folder / "config.toml",
            data_dir=self.folder / "data",
            environ={"CHAT_TUI_STATE_DIR": str(self.folder / "state")},
        )

    @property
    def state_file(self) -> Path:
        return self.paths.state_file

    def write_state(self, toml: str) -> None:
        self.state_file.parent.mkdir(exist_ok=True)
        self.state_file.write_text(toml, "utf-8")

    def app(
        self,
        *,
        app: str = "",
        more: str = "",
        conversation: Conversation | None = None,
        provider: str | None = None,
        model: str | None = None,
        demo: bool = False,
        sim: str = "",
    ) -> ChatApp:
        """Configure the application and make it.

        Args:
            app: Lines of `[app]`.
            more: Tables after that of `sim`.
            conversation: What is shown first.
            provider: What `--provider` says.
            model: What `--model` says.
            demo: Whether `--demo` was given.
            sim: More lines of the provider `sim`.
        """
        self.paths.config_file.write_text(
            f'[app]\n{app}\n[providers.sim]\nkind = "openai"\nmodel = "sim-model"\n'
            f'base_url = "{self.simulator.url}/v1"\n{sim}\n{more}\n',
            "utf-8",
        )
        config = load(self.paths.config_file, registry=KINDS, explicit=True)
        return ChatApp(
            AppOptions(config=config, paths=self.paths, provider=provider, model=model, demo=demo),
            conversation,
            environ=self.environ,
        )

    @asynccontextmanager
    async def store(self) -> AsyncGenerator[Store, None]:
        store = Store(self.paths.database)
        try:
            yield store
        finally:
            await store.close()

    async def stored(self) -> Conversation:
        """The latest conversation as another start of the program would find it."""
        async with self.store() as store:
            latest = await store.latest()
            assert latest is not None
            return await store.load(latest)


def chat(pilot: Pilot[int]) -> ChatApp:
    assert isinstance(pilot.app, ChatApp)
    return pilot.app


async def until(pilot: Pilot[int], claim: Callable[[], bool]) -> None:
    """Let the application go on until something is so; the test's time limit ends the wait."""
    while not claim():
        await pilot.pause()


async def write(pilot: Pilot[int], text: str) -> None:
    """Put text into the prompt, as if it had been typed."""
    chat(pilot).pane.prompt.insert(text)
    await pilot.pause()


def burst(pilot: Pilot[int], *keys: str) -> None:
    """Press keys faster than any of them is answered."""
    for key in keys:
        pilot.app.post_message(Key(key, key if len(key) == 1 else None))


async def say(pilot: Pilot[int], text: str) -> None:
    """Write, and press Enter."""
    await write(pilot, text)
    await pilot.press("enter")


async def answered(pilot: Pilot[int]) -> None:
    """Wait until the last turn has a reply that has ended, is saved and is on the screen."""
    app = chat(pilot)
    pane = app.pane
    await until(pilot, lambda: pane.session.reply is not None)
    await pane.session.wait()
    await until(pilot, lambda: bool(pane.transcript.messages))
    await until(pilot, lambda: pane.transcript.messages[-1].outcome is not None)
    await painted(pilot)


async def ask(pilot: Pilot[int], text: str) -> None:
    """Say something, and wait for the whole reply."""
    before = len(chat(pilot).pane.transcript.messages)
    await say(pilot, text)
    await until(pilot, lambda: len(chat(pilot).pane.transcript.messages) == before + 2)
    await answered(pilot)


async def streaming(pilot: Pilot[int], text: str) -> None:
    """Wait until this much of a reply is on the screen."""
    await until(
        pilot, lambda: any(text in m.text for m in chat(pilot).pane.transcript.messages[-1:])
    )
    await painted(pilot)


LASTING = frozenset({"leases", "keep house"})
"""Work that goes on for as long as the program runs."""


async def idle(pilot: Pilot[int]) -> None:
    """Wait until everything that was begun has ended."""
    await pilot.pause()
    await until(
        pilot,
        lambda: all(w.is_finished for w in pilot.app.workers if w.group not in LASTING),
    )
    await pilot.pause()


async def drafts_read(pilot: Pilot[int]) -> None:
    """Wait until the prompts have what was kept for them."""
    await pilot.pause()
    await until(pilot, lambda: all(w.is_finished for w in pilot.app.workers if w.group == "drafts"))
    await pilot.pause()


async def painted(pilot: Pilot[int]) -> None:
    """Wait until the transcript has painted what it was fed."""
    transcript = chat(pilot).pane.transcript
    await until(pilot, lambda: not transcript._clock.waiting)
    await pilot.pause()


def rows(screen: Screen[object]) -> list[str]:
    """The screen as text, row by row."""
    return [strip.text for strip in screen._compositor.render_strips()]


def shown(pilot: Pilot[int]) -> str:
    return "\n".join(rows(pilot.app.screen))


def transcript_rows(pilot: Pilot[int]) -> list[str]:
    """All rows that the transcript's viewport shows."""
    transcript = chat(pilot).pane.transcript
    return [transcript.render_line(y).text.rstrip() for y in range(transcript.size.height)]


def notes(pilot: Pilot[int]) -> str:
    """What the notices of this run said, title and text."""
    return "\n".join(f"{note.title}\n{note.message}" for note in pilot.app._notifications)
