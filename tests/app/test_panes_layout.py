import tomllib
from collections.abc import Mapping
from typing import Any

from chat_tui.store.store import Store
from chat_tui.widgets.pane.panes import Panes
from tests.app.desk import Desk, ask, chat, idle, notes, reply, until
from tests.app.test_panes import count, laid_out, panes, split


def layout(desk: Desk) -> Mapping[str, Any]:
    state = tomllib.loads(desk.state_file.read_text())
    found = state.get("layout", {})
    assert isinstance(found, dict)
    return found


async def leave_three_panes(desk: Desk) -> None:
    """Two panes below each other beside a wide one that is zoomed and has the keys."""
    desk.simulator.enqueue(*(reply(text) for text in ("one", "two", "three")))
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await ask(pilot, "first")
        await split(pilot)
        await ask(pilot, "second")
        await split(pilot, "shift+f6")
        await ask(pilot, "third")
        await pilot.press("f7", "alt+l")
        await laid_out(pilot)
        await pilot.press("alt+z")
        await laid_out(pilot)


def said(widget: Panes) -> list[str]:
    return [pane.session.conversation.title for pane in widget.all]


async def test_the_panes_of_the_last_run_are_there_again(desk: Desk) -> None:
    await leave_three_panes(desk)
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await count(pilot, 3)
        widget = panes(pilot)
        assert said(widget) == ["first", "second", "third"]
        assert chat(pilot).pane is widget.all[0]
        assert widget.zoomed
        await pilot.press("alt+z")
        await laid_out(pilot)
        one, two, three = (pane.region for pane in widget.all)
        assert (one.width, two.width, three.width) == (64, 55, 55)
        assert two.bottom < three.y
        assert [m.text for m in widget.all[2].transcript.messages] == ["third", "three"]


async def test_a_new_conversation_that_had_the_keys_keeps_its_provider(desk: Desk) -> None:
    other = f'[providers.other]\nkind = "openai"\nbase_url = "{desk.simulator.url}/v1"\n'
    desk.write_state('provider = "sim"\n')
    async with desk.app(more=other, provider="other").run_test(size=(120, 40)) as pilot:
        await pilot.press("f6")
        await count(pilot, 2)
        assert [pane.provider for pane in panes(pilot).all] == ["other", "other"]
    async with desk.app(more=other).run_test(size=(120, 40)) as pilot:
        await count(pilot, 2)
        await idle(pilot)
        assert [pane.provider for pane in panes(pilot).all] == ["other", "other"]


async def test_a_conversation_that_is_gone_is_left_out(desk: Desk) -> None:
    await leave_three_panes(desk)
    store = Store(desk.paths.database)
    for summary in await store.list():
        if summary.title == "second":
            await store.delete(summary.id)
    await store.close()
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await count(pilot, 2)
        assert said(panes(pilot)) == ["first", "third"]
    assert layout(desk)["tree"]["type"] == "split"


async def test_when_all_are_gone_a_new_conversation_is_shown(desk: Desk) -> None:
    await leave_three_panes(desk)
    desk.paths.database.unlink()
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await idle(pilot)
        assert len(panes(pilot)) == 1
        assert chat(pilot).pane.transcript.messages == ()


async def test_one_pane_alone_is_not_remembered(desk: Desk) -> None:
    await leave_three_panes(desk)
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await count(pilot, 3)
        await pilot.press("alt+w", "alt+w")
        await count(pilot, 1)
    assert layout(desk) == {}
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await idle(pilot)
        assert len(panes(pilot)) == 1
        assert chat(pilot).pane.transcript.messages == ()


async def test_a_provider_on_the_command_line_opens_one_pane(desk: Desk) -> None:
    await leave_three_panes(desk)
    async with desk.app(provider="sim").run_test(size=(120, 40)) as pilot:
        await idle(pilot)
        assert len(panes(pilot)) == 1


async def test_each_pane_has_its_provider_back_unless_it_is_gone(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 40)) as pilot:
        second = await split(pilot)
        second.answer_with("demo", "")
        third = await split(pilot)
        third.answer_with("gone", "")
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await count(pilot, 3)
        assert [pane.provider for pane in panes(pilot).all] == ["sim", "demo", "sim"]


async def test_what_is_typed_while_panes_are_restored_is_not_lost(desk: Desk) -> None:
    await leave_three_panes(desk)
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await count(pilot, 3)
        await pilot.press("h", "i")
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "hi")


async def test_a_layout_that_makes_no_sense_is_a_warning(desk: Desk) -> None:
    desk.write_state('[layout]\ncurrent = 0\n[layout.tree]\ntype = "spiral"\n')
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "the last choices are forgotten" in notes(pilot))
        assert len(panes(pilot)) == 1
