"""Makes the README's pictures from the running program: `python docs/make_pictures.py`."""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from rich.color import ColorSystem
from textual.pilot import Pilot

from chat_tui.app.chat_app import AppOptions, ChatApp
from chat_tui.config.model import AppSection, Config
from chat_tui.config.paths import find_paths
from chat_tui.document.picture_slots import draw_pictures
from chat_tui.events import ImageProgress
from chat_tui.providers.demo import PICTURE_MODEL

PROMPT = "what can you do"
SIZE = (100, 34)

PICTURE_PROMPT = "hills at dusk, a low sun"
PICTURE_SIZE = (84, 25)
PICTURES = 2
FRAME_S = 1.4
LAST_S = 4.0
MOST_S = 60.0
"""For one picture to be made."""


async def picture() -> str:
    """Talk to the demo in a terminal of 100x34 cells, and draw what is on the screen as SVG."""
    async with running(SIZE) as (app, pilot):
        app.pane.prompt.text = PROMPT
        await pilot.press("enter")
        await pilot.pause()
        await app.pane.session.wait()
        await pilot.pause()
        return drawn(app)


async def generation() -> str:
    """Have the demo make pictures, and draw the way to them as one SVG that moves."""
    draw_pictures(True)
    async with running(PICTURE_SIZE, model=PICTURE_MODEL) as (app, pilot):
        app.console._color_system = ColorSystem.TRUECOLOR  # noqa: SLF001 - nothing else says so
        app.pane.prompt.text = f"/set num_images={PICTURES}"
        await pilot.press("enter")
        await pilot.pause()
        for notice in list(app._notifications):  # noqa: SLF001 - nothing else forgets them
            app._unnotify(notice)  # noqa: SLF001
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
async def running(
    size: tuple[int, int], *, model: str = ""
) -> AsyncIterator[tuple[ChatApp, Pilot[int]]]:
    """Run the program with the demo and nothing of its user's."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"CHAT_TUI_DATA_DIR": folder, "CHAT_TUI_STATE_DIR": folder}
        paths = find_paths(config=Path(folder, "config.toml"), environ=environ)
        config = Config(app=AppSection(images="halfblock"))
        options = AppOptions(config=config, paths=paths, demo=True, model=model or None)
        app = ChatApp(options, environ={})
        async with app.run_test(size=size) as pilot:
            yield app, pilot


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


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    here = Path(__file__)
    here.with_name("chat-tui.svg").write_text(asyncio.run(picture()), "utf-8")
    here.with_name("picture.svg").write_text(asyncio.run(generation()), "utf-8")
