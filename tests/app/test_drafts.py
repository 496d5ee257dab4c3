from chat_tui.ids import ConversationId
from tests.app.desk import Desk, ask, chat, drafts_read, reply, until, write


async def test_a_draft_of_a_new_conversation_is_there_at_the_next_start(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await write(pilot, "half a thou")
        await pilot.press("ctrl+q")
    async with desk.app().run_test() as pilot:
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "half a thou")
        desk.simulator.enqueue(reply("ok"))
        await ask(pilot, "ght")
        assert chat(pilot).pane.transcript.messages[0].text == "half a thought"
    async with desk.app().run_test() as pilot:
        await drafts_read(pilot)
        assert chat(pilot).pane.prompt.text == ""


async def test_each_conversation_keeps_its_own_draft(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        first = chat(pilot).pane.session
        await pilot.press("ctrl+n")
        await ask(pilot, "two")
        second = chat(pilot).pane.session
        await write(pilot, "for the second")
        chat(pilot).pane.open(first)
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "")
        await write(pilot, "for the first")
        chat(pilot).pane.open(second)
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "for the second")
        chat(pilot).pane.open(first)
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "for the first")


async def test_what_is_being_written_goes_along_into_a_new_conversation(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        first = chat(pilot).pane.session
        await write(pilot, "better there")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: chat(pilot).pane.session is not first)
        await drafts_read(pilot)
        assert chat(pilot).pane.prompt.text == "better there"
        chat(pilot).pane.open(first)
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "")


async def test_a_draft_of_a_stored_conversation_comes_back_with_it(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await write(pilot, "and then")
    stored = await desk.stored()
    async with desk.app().run_test() as pilot:
        await drafts_read(pilot)
        assert chat(pilot).pane.prompt.text == ""
    async with desk.app(conversation=stored).run_test() as pilot:
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "and then")


async def test_what_was_written_and_taken_away_again_is_no_draft(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await write(pilot, "x")
        await pilot.press("backspace")
    if desk.paths.database.exists():
        async with desk.store() as store:
            assert await store.load_draft(ConversationId("new")) == ""


async def test_drafts_are_written_while_one_types(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await write(pilot, "on its way")
        await until(pilot, lambda: desk.paths.database.exists())
        async with desk.store() as store:
            drafts = chat(pilot).work.prompts._drafts
            await until(pilot, lambda: not drafts._unwritten)
            await until(pilot, lambda: drafts._writing is None or drafts._writing.done())
            assert await store.load_draft(ConversationId("new")) == "on its way"


async def test_new_conversations_side_by_side_keep_a_draft_each(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await write(pilot, "the left thought")
        await pilot.press("f6")
        await drafts_read(pilot)
        await write(pilot, "the right thought")
    async with desk.app().run_test(size=(120, 30)) as pilot:
        panes = chat(pilot).panes.widget
        await until(pilot, lambda: len(panes) == 2)
        await until(pilot, lambda: all(pane.prompt.text for pane in panes.all))
        assert [p.prompt.text for p in panes.all] == ["the left thought", "the right thought"]


async def test_the_draft_of_a_pane_that_is_not_there_any_more_waits_for_a_new_one(
    desk: Desk,
) -> None:
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await write(pilot, "the left thought")
        await pilot.press("f6")
        await drafts_read(pilot)
        await write(pilot, "the right thought")
    desk.state_file.unlink()
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: bool(chat(pilot).pane.prompt.text))
        assert chat(pilot).pane.prompt.text == "the left thought"
        await pilot.press("f6")
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "the right thought")
