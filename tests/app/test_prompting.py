import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot

from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    notes,
    reply,
    rows,
    say,
    streaming,
    until,
    write,
)

NEW_LINE_BYTES = {
    "shift+enter, Kitty": "\x1b[13;2u",
    "shift+enter, xterm": "\x1b[27;2;13~",
    "alt+enter": "\x1b\r",
    "alt+enter, Kitty": "\x1b[13;3u",
    "alt+enter, xterm": "\x1b[27;3;13~",
    "ctrl+j": "\n",
}
"""What terminals send."""


def turns(pilot: Pilot[int]) -> list[str]:
    messages = chat(pilot).pane.transcript.messages
    return [message.text for message in messages if message.role == "user"]


async def feed(pilot: Pilot[int], data: str) -> None:
    """Give the application what a terminal sends."""
    for message in XTermParser().feed(data):
        message.set_sender(pilot.app)
        pilot.app.post_message(message)
    await pilot.pause()


async def test_enter_sends_everything_that_was_typed_just_before(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await feed(pilot, "all of this, at once\r")
        await answered(pilot)
        assert turns(pilot) == ["all of this, at once"]
        assert chat(pilot).pane.prompt.text == ""


async def test_what_is_typed_right_after_enter_is_the_next_prompt(desk: Desk) -> None:
    gate, script = held("first")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await feed(pilot, "one\rtwo")
        await streaming(pilot, "first")
        assert turns(pilot) == ["one"]
        assert chat(pilot).pane.prompt.text == "two"
        gate.open()
        await answered(pilot)


@pytest.mark.parametrize("key", NEW_LINE_BYTES)
async def test_a_new_line_key_starts_a_line_and_sends_nothing(desk: Desk, key: str) -> None:
    async with desk.app().run_test() as pilot:
        await feed(pilot, f"one{NEW_LINE_BYTES[key]}two")
        assert chat(pilot).pane.prompt.text == "one\ntwo"
        assert turns(pilot) == []


async def test_a_backslash_before_enter_becomes_a_new_line(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await feed(pilot, "one\\\rtwo")
        assert chat(pilot).pane.prompt.text == "one\ntwo"
        assert turns(pilot) == []


async def test_enter_on_an_empty_prompt_sends_nothing(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await feed(pilot, "  \r")
        await pilot.pause()
        assert turns(pilot) == []
        assert desk.simulator.calls == []


async def test_the_prompt_grows_with_its_lines_up_to_ten(desk: Desk) -> None:
    async with desk.app().run_test(size=(80, 30)) as pilot:
        await write(pilot, "\n".join(f"line {n}" for n in range(40)))
        await pilot.pause()
        assert chat(pilot).pane.prompt.size.height == 10
        assert any("line 39" in row for row in rows(pilot.app.screen))


async def test_up_shows_earlier_prompts_and_down_comes_back_to_the_draft(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app().run_test() as pilot:
        prompt = chat(pilot).pane.prompt
        await ask(pilot, "one")
        await ask(pilot, "two")
        await write(pilot, "draft")
        seen = []
        for key in ("up", "up", "up", "down", "down"):
            await pilot.press(key)
            seen.append(prompt.text)
        assert seen == ["two", "one", "one", "two", "draft"]


async def test_what_was_being_written_is_there_again_when_an_earlier_prompt_is_sent(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await write(pilot, "draft")
        await pilot.press("up", "enter")
        await until(pilot, lambda: len(chat(pilot).pane.transcript.messages) == 4)
        assert chat(pilot).pane.prompt.text == "draft"
        await answered(pilot)


async def test_up_inside_a_prompt_of_several_lines_moves_the_cursor(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"))
    async with desk.app().run_test() as pilot:
        prompt = chat(pilot).pane.prompt
        await ask(pilot, "earlier")
        await write(pilot, "one\ntwo")
        await pilot.press("up")
        assert (prompt.text, prompt.cursor_location[0]) == ("one\ntwo", 0)
        await pilot.press("up")
        assert prompt.text == "earlier"


async def test_a_refused_prompt_is_no_earlier_prompt(desk: Desk) -> None:
    desk.simulator.enqueue(reply("first"))
    desk.paths.providers_dir.mkdir(parents=True)
    (desk.paths.providers_dir / "broken.toml").write_text('kind = "nothing"\n')
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        chat(pilot).pane.answer_with("broken", "")
        await say(pilot, "two")
        await until(pilot, lambda: "no provider kind 'nothing'" in notes(pilot))
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "two")
        assert turns(pilot) == ["one"]
        await pilot.press("up")
        assert chat(pilot).pane.prompt.text == "one"
        await pilot.press("down")
        assert chat(pilot).pane.prompt.text == "two"


async def test_pasted_text_is_cleaned(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        pilot.app.post_message(events.Paste("a\x1b]52;c;eA==\x07b\u202ec\r\nd"))
        await pilot.pause()
        assert chat(pilot).pane.prompt.text == "a␛]52;c;eA==␇b<U+202E>c\nd"
        assert turns(pilot) == []


async def test_a_click_on_the_transcript_leaves_the_keys_to_the_prompt(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.click("Transcript")
        await pilot.click("PaneHeader")
        await pilot.press("x")
        assert chat(pilot).pane.prompt.text == "x"


async def test_an_earlier_prompt_that_is_stored_unclean_is_shown_clean(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"))
    async with desk.app().run_test() as pilot:
        prompt = chat(pilot).pane.prompt
        prompt.remember(["a\x1b[31mb"])
        await pilot.press("up")
        assert prompt.text == "a␛[31mb"


async def test_a_key_that_is_no_letter_writes_nothing(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        pilot.app.post_message(events.Key("f19", None))
        await pilot.pause()
        assert chat(pilot).pane.prompt.text == ""
