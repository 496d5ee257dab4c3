import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from chat_tui.simulator.script import Think
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
    shown,
    streaming,
    transcript_rows,
    until,
    write,
)
from tests.app.pointing import cell, click, cursor_rows, keep, keep_browser, kept_text


@asynccontextmanager
async def talked(
    desk: Desk, *said: str | Think, asked: str = "hi"
) -> AsyncGenerator[Pilot[int], None]:
    """The application after one turn and its reply."""
    desk.simulator.enqueue(reply(*said))
    async with desk.app().run_test() as pilot:
        await ask(pilot, asked)
        yield pilot


def in_transcript(pilot: Pilot[int]) -> bool:
    return pilot.app.focused is chat(pilot).pane.transcript


async def test_tab_puts_the_cursor_on_the_last_block_and_esc_goes_back(desk: Desk) -> None:
    async with talked(desk, "Answer.") as pilot:
        await write(pilot, "draft")
        await pilot.press("tab")
        assert cursor_rows(pilot) == ["Answer."]
        await pilot.press("x", "escape")
        assert cursor_rows(pilot) == []
        await pilot.press("!")
        assert chat(pilot).pane.prompt.text == "draft!"


async def test_tab_begins_where_the_reader_is(desk: Desk) -> None:
    desk.simulator.enqueue(*(reply(f"Answer {n}.") for n in range(9)))
    async with desk.app().run_test() as pilot:
        for n in range(9):
            await ask(pilot, f"question {n}")
        await pilot.press("pageup", "pageup")
        before = transcript_rows(pilot)
        await pilot.press("tab")
        (begun,) = cursor_rows(pilot)
        assert begun in "".join(before)
        assert not any(f"nswer {n}" in row for n in (8,) for row in transcript_rows(pilot))
        await pilot.press("up", "down")
        assert cursor_rows(pilot) == [begun]


async def test_tab_in_the_middle_of_a_long_block_stays_there(desk: Desk) -> None:
    async with talked(desk, "\n\n".join(f"line {n}" for n in range(90))) as pilot:
        await pilot.press("pageup", "pageup", "tab")
        assert len(cursor_rows(pilot)) > 10
        assert not chat(pilot).pane.transcript.following


async def test_tab_and_shift_tab_go_back_too(desk: Desk) -> None:
    async with talked(desk, "Answer.") as pilot:
        for back in ("tab", "shift+tab"):
            await pilot.press("tab")
            assert in_transcript(pilot)
            await pilot.press(back)
            assert pilot.app.focused is chat(pilot).pane.prompt


async def test_tab_stays_in_the_prompt_while_nothing_has_been_said(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("tab", "a")
        assert chat(pilot).pane.prompt.text == "a"


async def test_up_and_down_go_from_block_to_block(desk: Desk) -> None:
    async with talked(
        desk, Think("deep"), "One.\n\n```\ncode\n```\n\nTwo.", asked="question"
    ) as pilot:
        await pilot.press("tab")
        seen = [cursor_rows(pilot)]
        for key in ("up", "k", "up", "up", "up"):
            await pilot.press(key)
            seen.append(cursor_rows(pilot))
        assert seen == [["Two."], ["┃ code"], ["One."], ["▸ thought"], ["question"], ["question"]]
        await pilot.press("down", "j")
        assert cursor_rows(pilot) == ["One."]
        await pilot.press("home")
        assert cursor_rows(pilot) == ["question"]
        await pilot.press("end")
        assert cursor_rows(pilot) == ["Two."]


async def test_the_cursor_brings_its_block_into_sight(desk: Desk) -> None:
    desk.simulator.enqueue(*(reply(f"Answer {n}.") for n in range(9)))
    async with desk.app().run_test() as pilot:
        for n in range(9):
            await ask(pilot, f"question {n}")
        await pilot.press("tab", *["up"] * 17)
        assert cursor_rows(pilot) == ["question 0"]
        assert chat(pilot).pane.transcript.scroll_y <= 1
        await pilot.press("end")
        assert cursor_rows(pilot) == ["Answer 8."]
        assert chat(pilot).pane.transcript.following


async def test_a_block_higher_than_the_view_is_walked_through(desk: Desk) -> None:
    async with talked(desk, "\n\n".join(f"line {n}" for n in range(60))) as pilot:
        await pilot.press("tab", "home", "down")
        assert any("line 0" in row for row in transcript_rows(pilot))
        first = chat(pilot).pane.transcript.scroll_y
        await pilot.press("down")
        assert first < chat(pilot).pane.transcript.scroll_y < first + 24
        assert len(cursor_rows(pilot)) > 10


async def test_enter_and_space_open_and_close(desk: Desk) -> None:
    async with talked(desk, Think("deep thoughts"), "Answer.") as pilot:
        await pilot.press("tab", "up", "enter")
        assert cursor_rows(pilot) == ["▾ thought", "│ deep thoughts"]
        await pilot.press("space")
        assert cursor_rows(pilot) == ["▸ thought"]


async def test_the_footer_shows_the_keys_of_where_they_are(desk: Desk) -> None:
    async with talked(desk, "Answer.") as pilot:
        before = rows(pilot.app.screen)[-1]
        await pilot.press("tab")
        await until(pilot, lambda: "c copy" in rows(pilot.app.screen)[-1])
        await pilot.press("escape")
        await until(pilot, lambda: rows(pilot.app.screen)[-1] == before)


async def test_esc_goes_back_before_it_stops_a_reply(desk: Desk) -> None:
    _, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "so far")
        await pilot.press("tab", "escape")
        assert pilot.app.focused is chat(pilot).pane.prompt
        assert chat(pilot).pane.session.running
        await pilot.press("escape")
        await answered(pilot)
        assert chat(pilot).pane.transcript.messages[-1].status == "cancelled"


async def test_the_cursor_stays_on_its_block_while_it_grows(desk: Desk) -> None:
    gate, script = held("First.\n\n", "Second.")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "First")
        await pilot.press("tab")
        gate.open()
        await answered(pilot)
        await pilot.pause()
        assert cursor_rows(pilot) == ["First.", "", "Second."] or cursor_rows(pilot) == [
            "First.", "Second.",
        ]  # fmt: skip


async def test_o_opens_the_only_link_of_a_block(desk: Desk) -> None:
    kept = keep_browser(desk)
    async with talked(desk, "See [the page](https://example.org/a?b=1).") as pilot:
        await pilot.press("tab", "o")
        assert (await kept_text(pilot, kept)).strip() == "https://example.org/a?b=1"


async def test_o_asks_which_of_several_links(desk: Desk) -> None:
    kept = keep_browser(desk)
    async with talked(desk, "[one](https://one.example) and [two](https://two.example)") as pilot:
        await pilot.press("tab", "o")
        await until(pilot, lambda: "one  → one.example" in shown(pilot))
        await pilot.press("down", "enter")
        assert (await kept_text(pilot, kept)).strip() == "https://two.example/"


async def test_a_link_can_be_copied_instead(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    async with talked(
        desk, "[one](https://one.example/a?b=1) and [two](https://two.example)"
    ) as pilot:
        await pilot.press("tab", "o")
        await until(pilot, lambda: "one  → one.example" in shown(pilot))
        await pilot.press("c")
        assert await kept_text(pilot, kept) == "https://one.example/a?b=1"


async def test_a_link_that_no_browser_opens_can_be_copied(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.environ["BROWSER"] = "/none"
    async with talked(desk, "[one](https://one.example/)") as pilot:
        await pilot.press("tab", "o")
        await until(pilot, lambda: "c copy" in shown(pilot) and "open a link" in shown(pilot))
        await pilot.press("c")
        assert await kept_text(pilot, kept) == "https://one.example/"


async def test_a_label_that_names_another_host_is_asked_about(desk: Desk) -> None:
    kept = keep_browser(desk)
    async with talked(desk, "[bank.example](https://evil.example/login)") as pilot:
        await click(pilot, cell(pilot, "bank.example"))
        await until(pilot, lambda: "bank.example  leads to evil.example" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "evil.example" not in shown(pilot))
        assert not kept.exists()


@pytest.mark.parametrize(
    ("asked", "said", "at", "address"),
    [
        (
            "hi",
            "See https://one.example/two.example/x, and text",
            "two.example",
            "https://one.example/two.example/x",
        ),
        ("is it at www.one.example/a?", "yes", "one.example", "https://www.one.example/a"),
    ],
    ids=["in a reply", "in a turn that was typed"],
)
async def test_a_click_opens_a_bare_address_without_asking(
    desk: Desk, asked: str, said: str, at: str, address: str
) -> None:
    kept = keep_browser(desk)
    async with talked(desk, said, asked=asked) as pilot:
        await click(pilot, cell(pilot, at))
        assert (await kept_text(pilot, kept)).strip() == address


async def test_a_click_opens_a_link_whose_label_agrees(desk: Desk) -> None:
    kept = keep_browser(desk)
    async with talked(desk, "[example.org](https://www.example.org/) and text") as pilot:
        await click(pilot, cell(pilot, "and text"))
        await click(pilot, cell(pilot, "ample.org"))
        assert (await kept_text(pilot, kept)).strip() == "https://www.example.org/"


async def test_a_block_without_links_says_so(desk: Desk) -> None:
    async with talked(desk, "Nothing here.") as pilot:
        await pilot.press("tab", "o")
        await until(pilot, lambda: "no link" in notes(pilot))


async def test_addresses_of_plain_text_can_be_opened(desk: Desk) -> None:
    kept = keep_browser(desk)
    async with talked(desk, "ok", asked="read https://example.org/x, please") as pilot:
        await pilot.press("tab", "up", "o")
        assert re.fullmatch(r"https://example\.org/x\n", await kept_text(pilot, kept))
