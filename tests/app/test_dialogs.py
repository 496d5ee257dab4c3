import asyncio

from textual import work
from textual.app import App, ComposeResult
from textual.widgets import Static

from chat_tui.screens.dialog import Box, Dialog


class Waiting(Dialog[str]):
    """Waits for something that comes when it has been left."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.notes_at_the_end: list[int] = []

    def compose(self) -> ComposeResult:
        with Box("waiting"):
            yield Static("", classes="note")

    @work
    async def wait(self) -> None:
        try:
            said = await self.answer
        finally:
            self.notes_at_the_end.append(len(self.query(".note")))
        self.dismiss(said)


async def test_what_a_dialog_waits_for_ends_before_its_widgets_do() -> None:
    async with App[None]().run_test() as pilot:
        dialog = Waiting()
        left = pilot.app.push_screen(dialog)
        await left
        dialog.wait()
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert dialog.notes_at_the_end == [1]
        assert not dialog.is_attached


async def test_what_a_dialog_waited_for_can_be_its_result() -> None:
    async with App[None]().run_test() as pilot:
        dialog = Waiting()
        given: list[str | None] = []
        await pilot.app.push_screen(dialog, given.append)
        dialog.wait()
        dialog.answer.set_result("yes")
        await pilot.pause()
        assert given == ["yes"]
