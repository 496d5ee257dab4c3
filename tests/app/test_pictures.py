"""What is done with pictures, in the whole application against the simulator."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from chat_tui.document.pictures.picture_slots import draw_pictures
from chat_tui.document.spans import Span
from chat_tui.events import Finished, ImageResult, StreamEvent
from chat_tui.media.metadata import recipe_of_file
from chat_tui.message import Lineage, Message
from chat_tui.providers.base import Request
from chat_tui.screens.branches import BranchesScreen
from chat_tui.screens.gallery import GalleryScreen
from chat_tui.screens.picture_info import PictureInfoScreen
from chat_tui.screens.picture_menu import PictureMenu
from chat_tui.screens.save import SaveScreen
from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import Gate, Hold, Picture, Script
from chat_tui.widgets.picture_actions import Wish
from chat_tui.widgets.picture_grid import PictureGrid
from chat_tui.widgets.row_list import RowList
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    notes,
    reply,
    rows,
    say,
    shown,
    transcript_rows,
    until,
    write,
)
from tests.app.pointing import keep
from tests.app.scripted import ScriptedProvider

pytestmark = pytest.mark.usefixtures("here")

PAINTER = """
[providers.painter]
kind = "openai"
model = "brush-1"
endpoint = "images"
base_url = "{url}/v1"
"""


def drawn(*words: str) -> Script:
    return Script(tuple(Picture(landscape(word)) for word in words))


def painter(desk: Desk) -> str:
    return PAINTER.format(url=desk.simulator.url)


def messages(pilot: Pilot[int]) -> tuple[Message, ...]:
    return chat(pilot).pane.transcript.messages


def pictures(pilot: Pilot[int]) -> list[ImageResult]:
    return [
        part
        for message in messages(pilot)
        for part in message.parts
        if isinstance(part, ImageResult)
    ]


def kept(picture: ImageResult) -> Path:
    assert picture.path is not None
    return Path(picture.path)


def lineages(message: Message) -> list[Lineage]:
    return [part for part in message.parts if isinstance(part, Lineage)]


async def on_picture(pilot: Pilot[int]) -> None:
    """Take the keys to the last picture."""
    await pilot.press("tab")
    transcript = chat(pilot).pane.transcript
    await until(pilot, lambda: transcript.has_focus)
    while not transcript.pictures_here():
        await pilot.press("up")


async def open_menu(pilot: Pilot[int]) -> None:
    """Open the menu of the last picture."""
    await on_picture(pilot)
    await pilot.press("m")
    await until(pilot, lambda: isinstance(pilot.app.screen, PictureMenu))


async def another(pilot: Pilot[int]) -> Message:
    """Wait until two more messages are there, and give the turn of them."""
    await until(
        pilot, lambda: len(messages(pilot)) == 4 and messages(pilot)[-1].outcome is not None
    )
    return messages(pilot)[-2]


async def test_a_copy_says_what_it_was_made_with(desk: Desk, here: Path) -> None:
    desk.simulator.enqueue(drawn("fox"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox / at night")
        await on_picture(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        path = Path(pilot.app.screen.query_one(Input).value)
        await pilot.press("enter")
        await until(pilot, lambda: "saved" in notes(pilot))
        assert path.parent == here
        assert path.name.startswith("a-fox-at-night-")
        recipe = recipe_of_file(path)
        assert (recipe.prompt, recipe.provider, recipe.model, recipe.size) == (
            "a fox / at night", "painter", "brush-1", "256x256",
        )  # fmt: skip
        (picture,) = pictures(pilot)
        assert kept(picture).read_bytes() == landscape("fox")


async def test_a_picture_opens_outside(desk: Desk) -> None:
    opener = desk.folder / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" > {desk.folder}/opened.tmp\n'
                      f"mv {desk.folder}/opened.tmp {desk.folder}/opened\n")  # fmt: skip
    opener.chmod(0o700)
    desk.environ["PATH"] = f"{opener.parent}:{os.environ['PATH']}"
    desk.simulator.enqueue(drawn("fox"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        await on_picture(pilot)
        await pilot.press("o")
        await until(pilot, (desk.folder / "opened").exists)
        (picture,) = pictures(pilot)
        assert (desk.folder / "opened").read_text().strip() == picture.path


async def test_the_path_is_copied_and_named(desk: Desk) -> None:
    keep(desk, "wl-copy")
    desk.simulator.enqueue(drawn("fox"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        await on_picture(pilot)
        await pilot.press("y")
        (picture,) = pictures(pilot)
        await until(pilot, lambda: pilot.app._clipboard == picture.path)
        await until(pilot, lambda: "copied the path of the picture (wl-copy)" in notes(pilot))


async def test_what_it_was_made_with_is_shown(desk: Desk) -> None:
    keep(desk, "wl-copy")
    desk.simulator.enqueue(drawn("fox"))
    app = desk.app(
        more=painter(desk) + 'parameters = { quality = "high", token = "sk-canary0123456789" }',
        provider="painter",
    )
    async with app.run_test(size=(100, 40)) as pilot:
        await ask(pilot, "a [b]fox[/b]")
        await on_picture(pilot)
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, PictureInfoScreen))
        await pilot.pause()
        text = shown(pilot)
        for words in ("a [b]fox[/b]", "painter", "brush-1", "256×256", "quality", "high"):
            assert words in text
        assert "canary" not in text
        await pilot.press("y")
        await until(pilot, lambda: pilot.app._clipboard == "a [b]fox[/b]")
        await until(pilot, lambda: "copied the prompt of the picture (wl-copy)" in notes(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, PictureInfoScreen))


async def test_elsewhere_the_letters_do_what_they_did(desk: Desk) -> None:
    desk.simulator.enqueue(reply("**bold**"))
    async with desk.app(more=painter(desk)).run_test() as pilot:
        await ask(pilot, "hi")
        await pilot.press("tab", "m")
        await until(pilot, lambda: pilot.app._clipboard == "**bold**")
        await pilot.press("o")
        await until(pilot, lambda: "no link" in notes(pilot))


async def test_keys_of_pictures_can_be_changed(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("fox"))
    more = painter(desk) + '[keys]\n"picture.info" = "x"\n'
    async with desk.app(more=more, provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        await on_picture(pilot)
        await pilot.press("i")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, PictureInfoScreen))


async def test_again_makes_a_child_that_knows_its_parent(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("fox"), drawn("other fox"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        parent = messages(pilot)[-1]
        await open_menu(pilot)
        await pilot.press("n")
        turn = await another(pilot)
        assert turn.text == "a fox"
        assert lineages(turn) == [Lineage(message=parent.id, picture=1, said=parent.created)]
        clock = f"{parent.created.astimezone():%H:%M}"
        await until(pilot, lambda: f"made from picture 1 of {clock}" in "\n".join(
            span.text for span in _all_rows(pilot)))  # fmt: skip
        assert [call.json["prompt"] for call in desk.simulator.calls] == ["a fox", "a fox"]
        await chat(pilot).pane.session.wait()
    stored = await desk.stored()
    assert lineages(stored.path()[-2]) == lineages(turn)


def _all_rows(pilot: Pilot[int]) -> list[Span]:
    rows = chat(pilot).pane.transcript.rows
    view = rows.view(len(rows) - 2)
    return [span for index in range(view.height(80)) for span in view.row(index, 80)]


async def test_the_tree_of_branches_says_what_a_picture_was_made_from(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"), drawn("b"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        await open_menu(pilot)
        await pilot.press("n")
        await another(pilot)
        await pilot.press("tab", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, BranchesScreen))
        tree = pilot.app.screen.query_one(RowList)
        await until(pilot, lambda: tree.cursor == 3)
        shown = [tree.render_line(row).text for row in range(4)]
        assert "made from picture 1 of" in shown[2]
        assert "  picture" in shown[1]
        assert "  picture" in shown[3]
        await pilot.press("p")
        await until(pilot, lambda: tree.cursor == 1)


async def test_a_seed_goes_along_only_where_there_was_one(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"), drawn("b"))
    more = painter(desk) + "parameters = { seed = 7 }"
    async with desk.app(more=more, provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        await open_menu(pilot)
        await pilot.press("a")
        await another(pilot)
        assert [call.json["seed"] for call in desk.simulator.calls] == [7, 7]


async def test_without_a_seed_the_same_again_cannot_be_chosen(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        await on_picture(pilot)
        await pilot.press("m")
        await until(pilot, lambda: "its seed is not known" in shown(pilot))
        await pilot.press("a")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PictureMenu)


async def test_edited_words_know_their_parent_and_other_words_do_not(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"), drawn("b"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        await open_menu(pilot)
        await pilot.press("e")
        prompt = chat(pilot).pane.prompt
        await until(pilot, lambda: prompt.has_focus and prompt.text == "a fox")
        await write(pilot, " in snow")
        await pilot.press("enter")
        turn = await another(pilot)
        assert turn.text == "a fox in snow"
        assert len(lineages(turn)) == 1
        assert chat(pilot).pane.origin.of("a fox") is None


async def test_a_prompt_that_shares_no_word_is_not_a_child(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"), drawn("b"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "one fox")
        chat(pilot).work.pictures.act_on_last("edit")
        prompt = chat(pilot).pane.prompt
        await until(pilot, lambda: prompt.text == "one fox")
        prompt.clear()
        await write(pilot, "two cranes")
        await pilot.press("enter")
        assert lineages(await another(pilot)) == []


async def test_a_picture_goes_along_with_the_next_prompt(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"), reply("nice"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        await open_menu(pilot)
        await pilot.press("u")
        await until(pilot, lambda: chat(pilot).pane.prompt.has_chips)
        chat(pilot).pane.answer_with("sim", "")
        await write(pilot, "what is it?")
        await pilot.press("enter")
        turn = await another(pilot)
        assert len(lineages(turn)) == 1
        (attachment,) = turn.attachments
        assert attachment.path == pictures(pilot)[0].path
        assert attachment.name == "a fox.png"


async def test_a_picture_is_described_by_the_provider_that_is_chosen(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"), reply("a fox at night"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        await open_menu(pilot)
        await pilot.press("d")
        await until(pilot, lambda: _chosen_or_asked(pilot))
        if isinstance(pilot.app.screen, PictureMenu):
            await pilot.press("enter")
        await another(pilot)
        assert messages(pilot)[-1].text == "a fox at night"
        content = desk.simulator.calls[-1].json["messages"][-1]["content"]
        assert any(part["type"] == "image_url" for part in content)


def _chosen_or_asked(pilot: Pilot[int]) -> bool:
    screen = pilot.app.screen
    asked = isinstance(screen, PictureMenu) and screen._title == "describe it with"
    return asked or len(messages(pilot)) == 4


async def test_a_reply_becomes_a_picture(desk: Desk) -> None:
    desk.simulator.enqueue(reply("A fox at night."), drawn("a"))
    async with desk.app(more=painter(desk), provider="sim").run_test() as pilot:
        await ask(pilot, "describe something")
        said = messages(pilot)[-1]
        chat(pilot).work.pictures.draw_words()
        await until(pilot, lambda: isinstance(pilot.app.screen, PictureMenu))
        names = [entry.name for entry in pilot.app.screen._entries]  # type: ignore[attr-defined]
        assert "painter" in names
        assert "sim" not in names
        pilot.app.screen.query_one(OptionList).highlighted = names.index("painter")
        await pilot.press("enter")
        turn = await another(pilot)
        assert turn.text == "A fox at night."
        assert lineages(turn) == [Lineage(message=said.id, said=said.created)]
        assert len(pictures(pilot)) == 1
        assert chat(pilot).pane.provider == "sim"


async def test_of_several_pictures_one_is_asked_for(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a", "b"))
    more = painter(desk) + "parameters = { n = 2 }"
    async with desk.app(more=more, provider="painter").run_test() as pilot:
        await ask(pilot, "two foxes")
        assert len(pictures(pilot)) == 2
        await on_picture(pilot)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, PictureMenu))
        await pilot.press("2")
        path = pictures(pilot)[1].path
        await until(pilot, lambda: pilot.app._clipboard == path)


async def test_f8_shows_the_pictures_of_this_conversation_and_of_all(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"), drawn("b"))
    async with desk.app(more=painter(desk), provider="painter").run_test(size=(110, 30)) as pilot:
        await ask(pilot, "a red fox")
        first = chat(pilot).pane.session.conversation.id
        await pilot.press("ctrl+n")
        await ask(pilot, "a blue crane")
        await pilot.press("f8")
        screen = await gallery(pilot)
        assert [one.prompt for one in screen.pictures] == ["a blue crane"]
        await pilot.press("tab")
        await until(pilot, lambda: len(screen.pictures) == 2)
        await pilot.press(*"RED")
        await until(pilot, lambda: [one.prompt for one in screen.pictures] == ["a red fox"])
        assert "brush-1" in str(screen.query_one("#gallery-details", Static).visual)
        await pilot.press("enter")
        pane = chat(pilot).pane
        await until(pilot, lambda: pane.session.conversation.id == first)
        await until(
            pilot, lambda: pane.transcript.has_focus and bool(pane.transcript.pictures_here())
        )


async def test_a_picture_that_is_made_while_the_gallery_is_open_comes_into_it(desk: Desk) -> None:
    gate = Gate()
    late = Script((Hold(gate), Picture(landscape("b"))))
    desk.simulator.enqueue(drawn("a"), late)
    async with desk.app(more=painter(desk), provider="painter").run_test(size=(110, 30)) as pilot:
        await ask(pilot, "a red fox")
        await say(pilot, "a blue crane")
        await until(pilot, lambda: chat(pilot).pane.busy)
        await pilot.press("f8")
        screen = await gallery(pilot)
        assert [one.prompt for one in screen.pictures] == ["a red fox"]
        gate.open()
        await until(pilot, lambda: len(screen.pictures) == 2)
        assert [one.prompt for one in screen.pictures] == ["a blue crane", "a red fox"]
        await until(pilot, lambda: "2 of 2" in shown(pilot))
        assert screen.current is not None
        assert screen.current.prompt == "a red fox"  # the cursor stays on what it was on


class Painting(ScriptedProvider):
    """Tells all but the end, and that when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = asyncio.Event()

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    await self.may_end.wait()
                yield event


async def test_a_picture_comes_into_the_gallery_before_its_reply_has_ended(desk: Desk) -> None:
    app = desk.app(provider="sim")
    provider = Painting()
    app._wiring.roster._built[provider.name] = provider
    provider.enqueue(ImageResult("j", 0, path="/nowhere/1.png"))
    provider.enqueue(ImageResult("j", 0, path="/nowhere/2.png"), ImageResult("j", 1))
    async with app.run_test(size=(110, 30)) as pilot:
        provider.may_end.set()
        await ask(pilot, "a red fox")
        provider.may_end.clear()
        await pilot.press("f8")
        screen = await gallery(pilot)
        assert len(screen.pictures) == 1
        assert await app.pane.say("a blue crane", Wish(provider="sim"))
        await until(pilot, lambda: len(screen.pictures) == 3)
        assert app.pane.busy
        provider.may_end.set()
        await answered(pilot)


async def test_the_pictures_of_all_conversations_are_read_again_when_there_is_one_more(
    desk: Desk,
) -> None:
    gate = Gate()
    desk.simulator.enqueue(drawn("a"), Script((Hold(gate), Picture(landscape("b")))))
    async with desk.app(more=painter(desk), provider="painter").run_test(size=(110, 30)) as pilot:
        await ask(pilot, "a red fox")
        await pilot.press("ctrl+n")
        await say(pilot, "a blue crane")
        await until(pilot, lambda: chat(pilot).pane.busy)
        await pilot.press("f8")  # there are none here yet: those of all are shown
        screen = await gallery(pilot)
        await until(pilot, lambda: [one.prompt for one in screen.pictures] == ["a red fox"])
        gate.open()
        await until(pilot, lambda: len(screen.pictures) == 2)
        await pilot.press("tab")
        await until(pilot, lambda: [one.prompt for one in screen.pictures] == ["a blue crane"])


async def gallery(pilot: Pilot[int]) -> GalleryScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, GalleryScreen))
    await pilot.pause()
    assert isinstance(pilot.app.screen, GalleryScreen)
    return pilot.app.screen


async def test_a_picture_on_another_branch_is_gone_to(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"), drawn("b"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        older = messages(pilot)[-1].id
        await pilot.press("f5")
        await until(
            pilot,
            lambda: messages(pilot)[-1].id != older and messages(pilot)[-1].outcome is not None,
        )
        await chat(pilot).pane.session.wait()
        await pilot.press("f8")
        screen = await gallery(pilot)
        assert len(screen.pictures) == 2
        await pilot.press("down", "enter")
        await until(pilot, lambda: messages(pilot)[-1].id == older)


async def test_without_pictures_the_gallery_says_so(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("f8")
        await gallery(pilot)
        await until(pilot, lambda: "no pictures yet" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, GalleryScreen))


async def test_hostile_words_are_shown_as_they_are(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"))
    async with desk.app(more=painter(desk), provider="painter").run_test(size=(110, 30)) as pilot:
        await ask(pilot, "[bold]a[/x] \u202e fox \x1b[31m")
        await pilot.press("f8")
        await gallery(pilot)
        assert "[bold]a[/x] <U+202E> fox" in shown(pilot)


async def test_a_picture_that_is_gone_says_so(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a fox")
        kept(pictures(pilot)[0]).unlink()
        chat(pilot).work.pictures.act_on_last("open")
        await until(pilot, lambda: "cannot be opened: no such file" in notes(pilot))
        await on_picture(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "not saved" in shown(pilot))


async def test_where_no_picture_is_the_palette_says_so(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        chat(pilot).work.pictures.act_on_last("again_new")
        await until(pilot, lambda: "no finished picture" in notes(pilot))
        assert transcript_rows(pilot)


@pytest.fixture
def _drawing() -> Iterator[None]:
    draw_pictures(True)
    yield
    draw_pictures(False)


@pytest.mark.usefixtures("_drawing")
async def test_the_gallery_is_a_grid_in_which_the_arrows_move(desk: Desk) -> None:
    desk.simulator.enqueue(*(drawn(name) for name in "abcdef"))
    app = desk.app(app='images = "halfblock"', more=painter(desk), provider="painter")
    async with app.run_test(size=(110, 40)) as pilot:
        for animal in ("fox", "crane", "wren", "owl", "hare", "elk"):
            await ask(pilot, f"a {animal}")
        await pilot.press("f8")
        screen = await gallery(pilot)
        grid = screen.query_one(PictureGrid)
        await until(pilot, lambda: sum(bool(drawn.rows) for drawn in grid.pictures_shown()) == 6)
        row = grid.render_line(3)
        assert any(part.style is not None and part.style.bgcolor for part in row)
        assert row.cell_length == grid.size.width
        found: list[str] = []
        for key in ("home", "right", "down", "left", "up", "down", "right", "right"):
            await pilot.press(key)
            found.append(screen.current.prompt if screen.current is not None else "")
        across = (grid.size.width + 2) // 24
        assert across == 4
        newest = ["a elk", "a hare", "a owl", "a wren", "a crane", "a fox"]
        places = (0, 1, 5, 4, 0, 4, 5, 5)
        assert found == [newest[place] for place in places]
        await pilot.press(*"owl")
        await until(pilot, lambda: len(screen.pictures) == 1)
        await pilot.press("enter")
        await until(pilot, lambda: bool(chat(pilot).pane.transcript.pictures_here()))


async def test_on_a_picture_the_key_bar_names_its_keys(desk: Desk) -> None:
    desk.simulator.enqueue(drawn("a red fox"))
    async with desk.app(more=painter(desk), provider="painter").run_test() as pilot:
        await ask(pilot, "a red fox")
        await pilot.press("tab")
        bar = "Up Down move   o open   s save   y path   i info   m make another   Esc back"
        transcript = chat(pilot).pane.transcript
        await until(pilot, lambda: transcript.has_focus)
        while not transcript.pictures_here():
            await pilot.press("up")
        await until(pilot, lambda: bar in rows(pilot.app.screen)[-1])
        await pilot.press("home")
        await until(pilot, lambda: "c copy" in rows(pilot.app.screen)[-1])


async def test_the_demo_makes_a_picture_of_a_reply_of_its_text_model(desk: Desk) -> None:
    async with desk.app(provider="demo").run_test(size=(100, 40)) as pilot:
        await ask(pilot, "hello")
        (said,) = [message for message in messages(pilot) if message.role == "assistant"]
        assert said.model == "demo"
        chat(pilot).work.pictures.draw_words()
        await until(pilot, lambda: len(messages(pilot)) == 4)
        assert messages(pilot)[-1].model == "demo-picture"
        await pilot.press("escape")
        await until(pilot, lambda: messages(pilot)[-1].outcome is not None)
