from textual.widgets import Input

from chat_tui.screens.templates import TemplateForm, TemplateMenu
from tests.app.desk import Desk, chat, notes, say, until, write

REVIEW = """---
description: Look at a change
language: Python
---
Review this {{language}}:
{{ code }}
"""


def put_templates(desk: Desk) -> None:
    folder = desk.folder / "prompts"
    folder.mkdir()
    (folder / "review.md").write_text(REVIEW, "utf-8")
    (folder / "short.md").write_text("Be brief.\n", "utf-8")
    (folder / "broken.md").write_bytes(b"\xff")


async def test_a_template_without_places_goes_into_the_prompt_at_once(desk: Desk) -> None:
    put_templates(desk)
    async with desk.app().run_test() as pilot:
        await say(pilot, "/template short")
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "Be brief.")
        assert desk.simulator.calls == []


async def test_places_are_asked_for_and_have_defaults(desk: Desk) -> None:
    put_templates(desk)
    async with desk.app().run_test() as pilot:
        await say(pilot, "/template review")
        await until(pilot, lambda: isinstance(pilot.app.screen, TemplateForm))
        await pilot.pause()
        assert [one.value for one in pilot.app.screen.query(Input)] == ["Python", ""]
        await pilot.press("enter", *"x=1", "enter")
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "Review this Python:\nx=1")
        assert chat(pilot).focused is chat(pilot).pane.prompt


async def test_leaving_the_form_changes_nothing(desk: Desk) -> None:
    put_templates(desk)
    async with desk.app().run_test() as pilot:
        await say(pilot, "/template review")
        await until(pilot, lambda: isinstance(pilot.app.screen, TemplateForm))
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert chat(pilot).pane.prompt.text == ""


async def test_without_a_name_the_templates_are_listed_and_a_broken_one_is_named(
    desk: Desk,
) -> None:
    put_templates(desk)
    async with desk.app().run_test() as pilot:
        await say(pilot, "/template")
        await until(pilot, lambda: isinstance(pilot.app.screen, TemplateMenu))
        assert "broken.md" in notes(pilot)
        await pilot.press(*"sho", "enter")
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "Be brief.")


async def test_an_unknown_template_names_the_nearest(desk: Desk) -> None:
    put_templates(desk)
    async with desk.app().run_test() as pilot:
        await say(pilot, "/template shrt")
        await until(pilot, lambda: "did you mean 'short'?" in notes(pilot))


async def test_without_templates_it_says_where_they_would_be(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/template")
        await until(pilot, lambda: "prompts/NAME.md" in notes(pilot).replace("\n", ""))


async def test_what_is_written_already_stays(desk: Desk) -> None:
    put_templates(desk)
    async with desk.app().run_test() as pilot:
        await write(pilot, "Look: ")
        await chat(pilot).work.prompts.use_template(chat(pilot).pane, "short")
        assert chat(pilot).pane.prompt.text == "Look: Be brief."
