"""F4 and the commands: the ending of the name says in which form a transcript is written."""

import json
from pathlib import Path

import pytest

from tests.app.desk import Desk, ask, notes, reply, say, until
from tests.app.test_saving import leave, names_in, note, open_dialog
from tests.transcripts.html_reader import Page

pytestmark = pytest.mark.usefixtures("here")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.md", "Markdown, pictures in assets/"),
        ("a.json", "JSON with all branches"),
        ("a.jsonl", "JSONL, the OpenAI messages form"),
        ("a.html", "one HTML file, pictures in it"),
        ("a.txt", "plain text"),
        ("a", "Markdown, pictures in assets/"),
    ],
)
async def test_the_dialog_says_what_will_be_written(desk: Desk, name: str, words: str) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        (await open_dialog(pilot)).value = name
        await until(pilot, lambda: f"Enter save: {words}" in note(pilot))


async def test_a_name_that_ends_in_html_makes_a_page(desk: Desk, here: Path) -> None:
    desk.simulator.enqueue(reply("because *so*"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        (await open_dialog(pilot)).value = "talk.html"
        await leave(pilot, "enter")
    page = Page((here / "talk.html").read_text("utf-8"))
    assert page.texts("h1") == ["why?"]
    assert page.texts("em") == ["so"]


async def test_save_writes_the_form_of_its_path(desk: Desk, here: Path) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        await say(pilot, f"/save {here / 'talk.jsonl'}")
        await until(pilot, lambda: "saved" in notes(pilot))
    said = json.loads((here / "talk.jsonl").read_bytes())["messages"]
    assert [(one["role"], one["content"]) for one in said] == [
        ("user", "why?"),
        ("assistant", "because"),
    ]


@pytest.mark.parametrize("form", ["md", "json", "jsonl", "html", "txt"])
async def test_export_into_a_folder_names_the_file(desk: Desk, here: Path, form: str) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        await say(pilot, f"/export {form} {here}")
        await until(pilot, lambda: "saved" in notes(pilot))
    (name,) = names_in(here)
    assert name.endswith(f".{form}")
    assert "because" in (here / name).read_text("utf-8")
