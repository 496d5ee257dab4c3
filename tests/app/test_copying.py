from tests.app.desk import Desk, ask, chat, notes, reply, shown, until, write
from tests.app.pointing import keep, kept_text, select, selected

TEXT = "Rings of *glass*:\n\n```python\ndef f():\n\treturn 1\n```\n\nbend light."


async def test_ctrl_c_copies_the_selection_and_says_by_which_way(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.simulator.enqueue(reply("Rings of glass."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await select(pilot, "of glass")
        await pilot.press("ctrl+c")
        assert await kept_text(pilot, kept) == "of glass"
        await until(pilot, lambda: "copied 8 characters (wl-copy)" in notes(pilot))
        assert selected(pilot) == "of glass"
        assert "quits" not in notes(pilot)


async def test_a_copy_that_nothing_takes_says_so(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Rings of glass."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await select(pilot, "of glass")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "not copied" in notes(pilot))


async def test_the_terminal_is_one_of_the_ways(desk: Desk) -> None:
    desk.environ["TERM"] = "xterm-256color"
    desk.simulator.enqueue(reply("Rings of glass."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await select(pilot, "of glass")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "copied 8 characters (terminal)" in notes(pilot))


async def test_what_is_selected_in_the_prompt_is_copied_first(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.simulator.enqueue(reply("Rings of glass."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await select(pilot, "of glass")
        await write(pilot, "draft")
        chat(pilot).pane.prompt.select_all()
        await pilot.press("ctrl+c")
        assert await kept_text(pilot, kept) == "draft"


async def test_a_selection_takes_the_one_in_the_prompt_away(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.simulator.enqueue(reply("Rings of glass."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await write(pilot, "draft")
        chat(pilot).pane.prompt.select_all()
        await select(pilot, "of glass")
        await pilot.press("ctrl+c")
        assert await kept_text(pilot, kept) == "of glass"
        assert chat(pilot).pane.prompt.text == "draft"


async def test_another_key_can_copy(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.simulator.enqueue(reply("Rings of glass."))
    async with desk.app(more='[keys]\n"transcript.copy" = "f9"\n').run_test() as pilot:
        await ask(pilot, "hi")
        await select(pilot, "of glass")
        assert "F9 copies" in chat(pilot).pane.status.line
        await pilot.press("f9")
        assert await kept_text(pilot, kept) == "of glass"


async def test_c_copies_a_fence_without_what_is_around_it(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.simulator.enqueue(reply(TEXT))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await pilot.press("tab", "up", "c")
        assert await kept_text(pilot, kept) == "def f():\n\treturn 1"


async def test_c_copies_text_as_it_is_read(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.simulator.enqueue(reply(TEXT))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await pilot.press("tab", "up", "up", "c")
        assert await kept_text(pilot, kept) == "Rings of glass:"


async def test_capital_c_copies_the_reply_as_text(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.simulator.enqueue(reply(TEXT))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await pilot.press("tab", "C")
        expected = "Rings of glass:\n\ndef f():\n\treturn 1\n\nbend light."
        assert await kept_text(pilot, kept) == expected


async def test_m_copies_the_reply_as_markdown(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.simulator.enqueue(reply(TEXT))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await pilot.press("tab", "m")
        assert await kept_text(pilot, kept) == TEXT


async def test_the_palette_copies_the_last_reply_as_markdown(desk: Desk) -> None:
    kept = keep(desk, "wl-copy")
    desk.simulator.enqueue(reply("first"), reply(TEXT))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await ask(pilot, "again")
        await pilot.press("ctrl+p", *"reply as Mark")
        await until(pilot, lambda: "Copy the last reply as Markdown" in shown(pilot))
        await pilot.press("enter")
        assert await kept_text(pilot, kept) == TEXT
