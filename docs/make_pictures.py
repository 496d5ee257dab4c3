"""Makes the README's pictures from the running program: `python docs/make_pictures.py [NAME]...`."""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from pictures_said import (
    AGENT_PROMPT,
    CODE_PROMPT,
    COMPARE_PROMPT,
    EDITED_PROMPT,
    OTHER_PROMPT,
    Answers,
    agent,
)
from rich.color import ColorSystem
from textual.pilot import Pilot

from chat_tui.app.chat_app import ChatApp
from chat_tui.app.opening import AppOptions
from chat_tui.config.load import load
from chat_tui.config.paths import find_paths
from chat_tui.document.pictures.picture_slots import draw_pictures
from chat_tui.events import ImageProgress
from chat_tui.providers.demo import PICTURE_MODEL
from chat_tui.registry import DEFAULT
from chat_tui.roster.probing import Place
from chat_tui.simulator.flowise import AGENTFLOW
from chat_tui.simulator.script import Gate
from chat_tui.simulator.server import Simulator

SIZE: Final = (100, 30)
SMALL: Final = (100, 24)
PICTURE_SIZE: Final = (84, 25)
PICTURE_PROMPT: Final = "hills at dusk, a low sun"
PICTURES: Final = 2
FRAME_S: Final = 1.4
LAST_S: Final = 4.0
DEMO_TOML: Final = '[app]\nimages = "halfblock"\n'
MOST_S: Final = 60.0
"""For anything that is waited for."""


async def start() -> str:
    """Draw a first start on a machine with two keys, where a server of models runs."""
    keys = {"OPENAI_API_KEY": "made-up-key", "ANTHROPIC_API_KEY": "made-up-key"}
    async with Simulator() as server:
        port = int(server.url.rpartition(":")[2])
        places = [Place("flowise", "Flowise", port, "/api/v1/ping", {"kind": "flowise"})]
        async with running(SMALL, environ=keys, places=places) as (app, pilot):
            await seen(pilot, "Flowise is running")
            return drawn(app)


async def talk() -> str:
    """Talk to the demo."""
    async with running(SIZE, demo=True) as (app, pilot):
        await ask(pilot, "what can you do")
        return drawn(app)


async def agents() -> str:
    """Draw a flow in the middle of its answer: steps, a tool, sources."""
    gate = Gate()
    async with talking(SIZE, provider="research") as (app, pilot, server):
        server.enqueue(agent(gate))
        await say(pilot, AGENT_PROMPT)
        await seen(pilot, "take the filter out")
        await pilot.pause(0.5)
        svg = drawn(app)
        gate.open()
        await app.pane.session.wait()
        return svg


async def compare() -> str:
    """Ask two providers at once."""
    async with talking((120, 26), provider="claude") as (app, pilot, _):
        await say(pilot, "/compare claude home")
        await pilot.pause(0.2)
        await say(pilot, COMPARE_PROMPT)
        await until(pilot, lambda: len(app.panes.widget.all) == 2)
        await until(
            pilot,
            lambda: all(
                pane.transcript.messages and pane.transcript.messages[-1].outcome is not None
                for pane in app.panes.widget.all
            ),
        )
        await seen(pilot, "fastest")
        forget_notes(app)
        await pilot.pause(0.5)
        return drawn(app)


async def menu() -> str:
    """Open the menu of providers and models."""
    async with talking(SMALL, provider="claude") as (app, pilot, _):
        await ask(pilot, COMPARE_PROMPT)
        await pilot.press("f2")
        await seen(pilot, "demo-slow")
        await pilot.pause(1.0)
        return drawn(app)


async def search() -> str:
    """Find what was said in all conversations."""
    async with talking(SMALL, provider="claude") as (app, pilot, _):
        for prompt in (CODE_PROMPT, "Which sort is stable?", COMPARE_PROMPT):
            await ask(pilot, prompt)
            await pilot.press("ctrl+n")
            await pilot.pause(0.2)
        await ask(pilot, "Name a tree that keeps its leaves.")
        await pilot.press("f3")
        await seen(pilot, "Name a tree")
        await pilot.press(*"sort")
        await seen(pilot, "Sort by the beginning")
        await pilot.pause(0.5)
        return drawn(app)


async def branches() -> str:
    """Show the tree of a conversation that was edited, and answered again."""
    async with talking(SMALL, provider="claude") as (app, pilot, _):
        await ask(pilot, CODE_PROMPT)
        await pilot.press("f5")
        await until(pilot, lambda: "stack" in app.pane.transcript.messages[-1].text)
        await app.pane.session.wait()
        await ask(pilot, OTHER_PROMPT)
        await pilot.press("tab", "home", "e")
        await pilot.pause(0.3)
        app.pane.prompt.text = EDITED_PROMPT
        await pilot.press("enter")
        await until(pilot, lambda: "Rust" in app.pane.transcript.messages[-1].text)
        await app.pane.session.wait()
        await pilot.pause(0.3)
        await pilot.press("tab", "t")
        await pilot.pause(0.5)
        return drawn(app)


async def light() -> str:
    """Draw code and a table in the light theme."""
    async with talking(SIZE, provider="claude", theme="dawn") as (app, pilot, _):
        await ask(pilot, CODE_PROMPT)
        await pilot.pause(1.0)  # colours of code come from a process of their own
        return drawn(app)


async def generation() -> str:
    """Have the demo make pictures, and draw the way to them as one SVG that moves."""
    draw_pictures(True)
    async with running(PICTURE_SIZE, model=PICTURE_MODEL, demo=True) as (app, pilot):
        app.console._color_system = ColorSystem.TRUECOLOR  # noqa: SLF001 - nothing else says so
        await say(pilot, f"/set num_images={PICTURES}")
        await pilot.pause()
        forget_notes(app)
        app.pane.prompt.text = PICTURE_PROMPT
        await pilot.press("enter")
        frames: list[str] = []

        async def frame(claim: Callable[[], bool]) -> None:
            async with asyncio.timeout(MOST_S):
                while not claim():
                    await pilot.pause(0.02)
            frames.append(drawn(app))

        def progress() -> ImageProgress | None:
            parts = app.pane.transcript.messages[-1].parts
            return next((part for part in parts if isinstance(part, ImageProgress)), None)

        def queued(position: int) -> bool:
            told = progress()
            return told is not None and told.queue_position == position

        def made(least: float) -> bool:
            told = progress()
            return told is not None and (told.fraction or 0.0) >= least

        def shown() -> int:
            return len({id(one) for one in app.pane.transcript.pictures_shown() if one.rows})

        await frame(lambda: queued(3))
        await frame(lambda: queued(1))
        await frame(lambda: made(0.16))
        for least in (0.33, 0.58, 0.83):
            await frame(lambda least=least: made(least) and shown() == PICTURES)  # type: ignore[misc]
        await app.pane.session.wait()
        await pilot.pause(0.5)
        await frame(lambda: shown() == PICTURES)
        return moving(frames)


@asynccontextmanager
async def talking(
    size: tuple[int, int], *, provider: str, theme: str = "dusk"
) -> AsyncIterator[tuple[ChatApp, Pilot[int], Simulator]]:
    """Run the program with providers of several kinds, all of them the simulator."""
    async with Simulator(responder=Answers()) as server:
        toml = f"""
            [app]
            theme = "{theme}"
            [providers.claude]
            kind = "anthropic"
            base_url = "{server.url}/anthropic"
            model = "demo"
            [providers.home]
            kind = "ollama"
            base_url = "{server.url}/ollama"
            model = "demo-slow"
            [providers.research]
            kind = "flowise"
            base_url = "{server.url}"
            chatflow_id = "{AGENTFLOW}"
            [providers.pictures]
            kind = "get3w"
            base_url = "{server.url}/api/v3"
            model = "get3w/flux-dev"
            [providers.openai]
            kind = "openai"
            model = "gpt-4o-mini"
        """
        async with running(size, toml=toml, provider=provider) as (app, pilot):
            yield app, pilot, server


@asynccontextmanager
async def running(
    size: tuple[int, int],
    *,
    toml: str = "",
    demo: bool = False,
    provider: str | None = None,
    model: str = "",
    environ: Mapping[str, str] | None = None,
    places: Sequence[Place] = (),
) -> AsyncIterator[tuple[ChatApp, Pilot[int]]]:
    """Run the program with a folder of its own and nothing of its user's."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "config.toml")
        file.write_text(toml or DEMO_TOML, "utf-8")  # noqa: ASYNC240 - nothing else runs
        paths = find_paths(
            config=file,
            environ={"CHAT_TUI_DATA_DIR": folder, "CHAT_TUI_STATE_DIR": folder},
        )
        options = AppOptions(
            config=load(file, registry=DEFAULT, explicit=True),
            paths=paths,
            demo=demo,
            provider=provider,
            model=model or None,
            probe_places=places,
        )
        app = ChatApp(options, environ=environ or {})
        async with app.run_test(size=size) as pilot:
            yield app, pilot


async def until(pilot: Pilot[int], claim: Callable[[], bool]) -> None:
    """Let the program go on until something is so."""
    async with asyncio.timeout(MOST_S):
        while not claim():
            await pilot.pause(0.02)


async def seen(pilot: Pilot[int], text: str) -> None:
    """Wait until a text is on the screen."""

    def rows() -> str:
        strips = pilot.app.screen._compositor.render_strips()  # noqa: SLF001 - what is painted
        return "\n".join(strip.text for strip in strips)

    await until(pilot, lambda: text in rows())


async def say(pilot: Pilot[int], text: str) -> None:
    """Write a text, and press Enter."""
    assert isinstance(pilot.app, ChatApp)
    pilot.app.pane.prompt.insert(text)
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()


async def ask(pilot: Pilot[int], text: str) -> None:
    """Say something, and wait for the whole reply."""
    assert isinstance(pilot.app, ChatApp)
    pane = pilot.app.pane
    before = len(pane.transcript.messages)
    await say(pilot, text)
    await until(pilot, lambda: len(pane.transcript.messages) == before + 2)
    await pane.session.wait()
    await until(pilot, lambda: pane.transcript.messages[-1].outcome is not None)
    await pilot.pause(0.3)


def forget_notes(app: ChatApp) -> None:
    """Take away what was told in a corner."""
    for notice in list(app._notifications):  # noqa: SLF001 - nothing else forgets them
        app._unnotify(notice)  # noqa: SLF001


def drawn(app: ChatApp) -> str:
    """Draw what is on the screen as SVG."""
    svg = app.export_screenshot(title="chat-tui", simplify=True)
    # The fonts of Textual's drawing come from a server; the reader's own will do.
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    # Some programs that draw it take away spaces at the beginning of a text otherwise.
    return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)


def moving(frames: Sequence[str]) -> str:
    """Show drawings one after the other, again and again; the last one where nothing moves."""
    whole_s = FRAME_S * (len(frames) - 1) + LAST_S
    found = re.search(r'viewBox="([^"]*)"', frames[0])
    assert found is not None
    rules = [".frame { visibility: hidden } .last { visibility: visible }"]
    rules.append("@media (prefers-reduced-motion: no-preference) {")
    for number in range(len(frames)):
        begins = FRAME_S * number / whole_s * 100
        ends = 100 if number == len(frames) - 1 else FRAME_S * (number + 1) / whole_s * 100
        before = "" if number == 0 else "0% { visibility: hidden } "
        after = "" if ends == 100 else f" {ends:.2f}% {{ visibility: hidden }}"
        rules.append(
            f"@keyframes frame-{number} "
            f"{{ {before}{begins:.2f}% {{ visibility: visible }}{after} }}"
        )
        rules.append(
            f".frame-{number} {{ animation: frame-{number} {whole_s:g}s step-end infinite }}"
        )
    rules.append("}")
    shown = [
        f'<g class="frame frame-{number}{" last" if number == len(frames) - 1 else ""}">{frame}</g>'
        for number, frame in enumerate(frames)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{found[1]}">'
        f"<style>{' '.join(rules)}</style>{''.join(shown)}</svg>"
    )


GALLERY: Final[Mapping[str, Callable[[], Awaitable[str]]]] = {
    "start": start,
    "chat-tui": talk,
    "agents": agents,
    "compare": compare,
    "menu": menu,
    "search": search,
    "branches": branches,
    "light": light,
    "picture": generation,
}
"""By the name of the file."""


async def make(names: Sequence[str]) -> None:
    """Make the pictures of these names."""
    for name in names:
        svg = await GALLERY[name]()
        Path(__file__).with_name(f"{name}.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    asyncio.run(make(sys.argv[1:] or list(GALLERY)))
