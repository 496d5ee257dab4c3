"""The application at a real terminal, where each surface shows every hostile text.

Usage: `python -m tests.hostile_program FOLDER EVERY`, where EVERY is 1 for the whole corpus. What a
surface has shown is told in the file `shown`, a line each, for a reader to see that it did.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from chat_tui.conversation import Conversation
from chat_tui.events import (
    Finished,
    ImageProgress,
    ImageResult,
    Notice,
    Source,
    SourceRefs,
    Step,
    StreamError,
    ToolCall,
)
from chat_tui.ids import new_message_id
from chat_tui.message import Message, ReasoningPart, TextPart, user_message
from chat_tui.simulator.server import Simulator
from tests.app.desk import Desk, ask, chat, painted, reply, shown, until
from tests.hostile import texts
from tests.net.server import Connection, answer, serve
from tests.stillness import wait_by_stillness

WHEN = datetime(2026, 3, 14, 14, 2, tzinfo=UTC)
SURFACE_S = 60.0
NAMES = (
    "prompt", "transcript", "errors", "status", "notices", "menu", "list", "search", "sources",
    "links", "gallery", "save", "settings", "drafts", "command",
)  # fmt: skip


class Show:
    """One run: what is said, and where it was seen."""

    def __init__(self, folder: Path, every: int) -> None:
        self.texts = texts(every)
        self.seen = (folder / "shown").open("w", encoding="utf-8")

    def saw(self, surface: str, pilot: Pilot[int]) -> None:
        """Write down how many of the texts are on the screen now, each by the start of it."""
        on_screen = shown(pilot)
        count = sum(text[:5] in on_screen or text[-5:] in on_screen for text in self.texts)
        self.seen.write(f"{surface} {count}\n")
        self.seen.flush()

    async def run(self, pilot: Pilot[int]) -> None:
        surface = ""
        try:
            for surface in NAMES:
                async with asyncio.timeout(SURFACE_S):
                    await getattr(self, surface)(pilot)
        except TimeoutError:
            self.seen.write(f"{surface} hung\n")
        finally:
            chat(pilot).exit(0)

    async def prompt(self, pilot: Pilot[int]) -> None:
        prompt = chat(pilot).pane.prompt
        for text in self.texts:
            pilot.app.post_message(events.Paste(text))
            await pilot.pause()
            prompt.text = ""
            prompt.insert(text)
            await pilot.pause()
            self.saw("prompt", pilot)
            prompt.text = ""

    async def transcript(self, pilot: Pilot[int]) -> None:
        await ask(pilot, "say it")
        await self._scroll(pilot, "transcript")

    async def errors(self, pilot: Pilot[int]) -> None:
        transcript = chat(pilot).pane.transcript
        transcript.show([_everything(text) for text in self.texts])
        await self._scroll(pilot, "errors")

    async def status(self, pilot: Pilot[int]) -> None:
        pane = chat(pilot).pane
        for text in self.texts:
            pane.status.answered_by(text[:60], text)
            pane.status.warn(text)
            await pilot.pause()
            pane.status.warn("")
            pane.status.note(text)
            await pilot.pause()
        self.saw("status", pilot)
        pane.status.note("")
        pane.status.answered_by("sim", "m")

    async def notices(self, pilot: Pilot[int]) -> None:
        for text in self.texts:
            pilot.app.clear_notifications()
            pilot.app.notify(text, title=text)
            await until(pilot, lambda: len(pilot.app.screen.query("Toast")) > 0)
            await pilot.pause()
            self.saw("notices", pilot)
        pilot.app.clear_notifications()

    async def menu(self, pilot: Pilot[int]) -> None:
        await pilot.press("f2")
        await until(pilot, lambda: "the-first-model" in shown(pilot))
        await self._page(pilot, "menu")
        await self._leave(pilot)

    async def list(self, pilot: Pilot[int]) -> None:
        await pilot.press("f3")
        await until(pilot, lambda: "the last one" in shown(pilot))
        await self._page(pilot, "list")
        await self._leave(pilot)

    async def search(self, pilot: Pilot[int]) -> None:
        await pilot.press("f3", *"before")
        await until(pilot, lambda: "before" in shown(pilot))
        await self._page(pilot, "search")
        await self._leave(pilot)

    async def sources(self, pilot: Pilot[int]) -> None:
        found = [Source(text, f"https://e.example/{text}", text, 0.5) for text in self.texts]
        chat(pilot).work.links.show_sources(found)
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        for _ in found:
            self.saw("sources", pilot)
            await pilot.press("down")
        await self._leave(pilot)

    async def links(self, pilot: Pilot[int]) -> None:
        from chat_tui.document.units import Link

        chat(pilot).work.links.offer(
            [Link(text, f"https://e.example/{text}") for text in self.texts]
        )
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await self._page(pilot, "links")
        await self._leave(pilot)

    async def gallery(self, pilot: Pilot[int]) -> None:
        await pilot.press("f8")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await self._page(pilot, "gallery")
        await self._leave(pilot)

    async def save(self, pilot: Pilot[int]) -> None:
        from chat_tui.screens.save import SaveScreen

        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        for text in self.texts:
            pilot.app.post_message(events.Paste(f"/{text}"))
            await pilot.press("enter")
            await pilot.pause()
            self.saw("save", pilot)
            await pilot.press("ctrl+u")
            if not isinstance(pilot.app.screen, SaveScreen):
                await pilot.press("f4")
                await until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        await self._leave(pilot)

    async def settings(self, pilot: Pilot[int]) -> None:
        await pilot.press("alt+s")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        for text in self.texts:
            pilot.app.post_message(events.Paste(text))
            await pilot.pause()
            self.saw("settings", pilot)
            await pilot.press("ctrl+a", "delete")
        await self._leave(pilot)

    async def drafts(self, pilot: Pilot[int]) -> None:
        app = chat(pilot)
        for text in self.texts[::10]:
            app.pane.prompt.text = text
            app.action_new_conversation()
            await pilot.pause()
            self.saw("drafts", pilot)
        app.pane.prompt.text = ""

    async def command(self, pilot: Pilot[int]) -> None:
        prompt = chat(pilot).pane.prompt
        for text in self.texts[::4]:
            word = "".join(text.split())[:80]
            for line in (f"/{word}", f"/model {word}", f"/provider {word}", f"/theme {word}"):
                prompt.text = line
                await pilot.press("enter")
                await pilot.pause()
            self.saw("command", pilot)
            prompt.text = ""
            pilot.app.clear_notifications()
            while len(pilot.app.screen_stack) > 1:
                await pilot.press("escape")

    async def _scroll(self, pilot: Pilot[int], surface: str) -> None:
        transcript = chat(pilot).pane.transcript
        transcript.scroll_to(y=0, animate=False)
        await painted(pilot)
        at = -1.0
        while at != transcript.scroll_y:
            at = transcript.scroll_y
            self.saw(surface, pilot)
            transcript.scroll_relative(y=transcript.size.height - 1, animate=False)
            await painted(pilot)

    async def _page(self, pilot: Pilot[int], surface: str) -> None:
        await until(pilot, lambda: bool(shown(pilot)))
        before = ""
        while before != (now := shown(pilot)):
            before = now
            self.saw(surface, pilot)
            await pilot.press("pagedown")
            await pilot.pause()

    async def _leave(self, pilot: Pilot[int]) -> None:
        while len(pilot.app.screen_stack) > 1:
            await pilot.press("escape")
            await pilot.pause()


def _everything(text: str) -> Message:
    """A reply in which each part says it."""
    return Message(
        id=new_message_id(),
        role="assistant",
        parts=(
            ReasoningPart(text, 2.0),
            Step("1", text, "failed", text, 1.0),
            ToolCall("2", text, text, text, "done"),
            SourceRefs((Source(text, text, text, 0.5), Source(url=text))),
            ImageProgress("3", "running", 0.5, note=text),
            ImageResult("4", 0, path=text, url=text),
            Notice(text),
        ),
        created=WHEN,
        provider=text,
        model=text,
        outcome=StreamError("provider", text, text),
    )


def _conversation(text: str) -> Conversation:
    talk = Conversation(title=text, created=WHEN)
    talk.add(user_message(text, parent=None))
    drawn = Message(
        id=new_message_id(),
        role="assistant",
        parent=talk.leaf,
        parts=(TextPart(text), ImageResult("1", 0, path=f"/nowhere/{text[:40]}", url=text)),
        created=WHEN,
        provider="sim",
        model=text,
        outcome=Finished("stop"),
    )
    talk.add(drawn)
    return talk


async def main(folder: Path, every: int) -> int:
    wait_by_stillness()
    show = Show(folder, every)
    listed = json.dumps({"data": [{"id": name} for name in ("the-first-model", *show.texts)]})

    async def script(connection: Connection) -> None:
        while True:
            await connection.request()
            await connection.send(answer(listed.encode(), content_type="application/json"))

    async with Simulator() as simulator, serve(script) as models:
        desk = Desk(folder, simulator)
        simulator.enqueue(reply(*(f"{text}\n\n" for text in show.texts)))
        async with desk.store() as store:
            talks = [_conversation(text) for text in show.texts]
            await store.create(*talks, Conversation(title="the last one"))
        app = desk.app(
            app='provider = "sim"',
            more=f'[providers.menu]\nkind = "openai"\nbase_url = "{models.url}/v1"\nmodel = "m"',
        )
        await app.run_async(auto_pilot=partial(show.run))
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]))))
