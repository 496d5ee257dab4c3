import asyncio

import pytest

from chat_tui.conversation import Conversation
from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.session.refusals import ReplyRunning
from chat_tui.session.reply import Contender
from chat_tui.session.session import Session
from chat_tui.simulator.script import Fail, Script
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store
from tests.app.desk import held, reply
from tests.builders import NO_RETRY, text_seen


def three(provider: ChatProvider) -> list[Contender]:
    return [Contender(provider, model) for model in ("a", "b", "c")]


async def test_all_replies_stream_at_the_same_time_and_are_siblings(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    gates = [held("one"), held("two"), held("three")]
    simulator.enqueue(*(script for _, script in gates))
    session = Session(Conversation(), store)
    turn = session.say("Who is best?")
    replies = session.compare(turn, three(provider))
    for each, (gate, _) in zip(replies, gates, strict=True):
        await gate.reached.wait()
        assert each.running
    assert session.conversation.children(turn.id) == tuple(each.id for each in replies)
    assert session.conversation.leaf == replies[0].id
    for gate, _ in gates:
        gate.open()
    await session.wait()
    texts = {session.conversation[each.id].text for each in replies}
    assert texts == {"one", "two", "three"}
    assert [session.conversation[each.id].model for each in replies] == ["a", "b", "c"]


async def test_the_store_has_every_reply_and_shows_the_first(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(reply("one"), reply("two"), reply("three"))
    session = Session(Conversation(), store)
    replies = session.compare(session.say("hi"), three(provider))
    await session.wait()
    stored = await store.load(session.conversation.id)
    assert {each.text for each in stored if each.role == "assistant"} == {"one", "two", "three"}
    assert stored.leaf == replies[0].id


async def test_the_chosen_reply_is_on_the_shown_path_and_the_talk_goes_on_from_it(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(reply("one"), reply("two"), reply("three"), reply("more"))
    session = Session(Conversation(), store)
    replies = session.compare(session.say("hi"), three(provider))
    await session.wait()
    await session.choose(replies[1].id)
    assert (await store.load(session.conversation.id)).leaf == replies[1].id
    await session.send("go on", provider)
    await session.wait()
    path = session.conversation.path()
    assert path[1].id == replies[1].id
    assert [each.role for each in path] == ["user", "assistant"] * 2
    assert len((await store.load(session.conversation.id)).siblings(replies[1].id)) == 3


async def test_what_was_not_chosen_goes_on_streaming_and_holds_nobody_up(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    gate, slow = held("slow", " and complete")
    simulator.enqueue(reply("quick"), slow, reply("more"))
    session = Session(Conversation(), store)
    replies = session.compare(session.say("hi"), three(provider)[:2])
    await gate.reached.wait()
    recordings = {each.recording: each for each in replies if each.recording is not None}
    done, _ = await asyncio.wait(recordings, return_when=asyncio.FIRST_COMPLETED)
    quick = recordings[done.pop()]
    await session.choose(quick.id)
    assert not session.running
    await session.send("go on", provider)
    await session.wait()
    left = next(each for each in replies if each is not quick)
    assert not session.at_rest
    gate.open()
    assert left.recording is not None
    await left.recording
    await session.aclose()
    assert (await store.load(session.conversation.id))[left.id].text == "slow and complete"


async def test_one_reply_is_stopped_and_the_others_go_on(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    gates = [held("one"), held("two")]
    simulator.enqueue(*(script for _, script in gates))
    session = Session(Conversation(), store)
    replies = session.compare(session.say("hi"), three(provider)[:2])
    for gate, _ in gates:
        await gate.reached.wait()
    session.cancel(replies[0].id)
    await replies[0].worker.wait()
    assert replies[1].running
    gates[0][0].open()
    gates[1][0].open()
    await session.wait()
    statuses = [session.conversation[each.id].status for each in replies]
    assert statuses == ["cancelled", "complete"]


async def test_one_that_fails_takes_nobody_along(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(Script((Fail("broken"),)), reply("two"))
    session = Session(Conversation(), store, retry=NO_RETRY)
    replies = session.compare(session.say("hi"), three(provider)[:2])
    await session.wait()
    statuses = {session.conversation[each.id].status for each in replies}
    assert statuses == {"error", "complete"}


async def test_the_next_turn_waits_while_any_of_them_runs(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    gate, slow = held("slow")
    simulator.enqueue(reply("quick"), slow)
    session = Session(Conversation(), store)
    session.compare(session.say("hi"), three(provider)[:2])
    await gate.reached.wait()
    with pytest.raises(ReplyRunning):
        session.say("again")
    gate.open()
    await session.wait()
    session.say("again")


async def test_closing_saves_what_came_of_all(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    gates = [held("one"), held("two")]
    simulator.enqueue(*(script for _, script in gates))
    session = Session(Conversation(), store)
    replies = session.compare(session.say("hi"), three(provider)[:2])
    for each, (gate, _) in zip(replies, gates, strict=True):
        await gate.reached.wait()
        await text_seen(each.worker)
    await session.aclose()
    stored = await store.load(session.conversation.id)
    assert {stored[each.id].text for each in replies} == {"one", "two"}
    assert {stored[each.id].status for each in replies} == {"cancelled"}


async def test_without_a_store_all_of_them_are_kept_in_memory(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(reply("one"), reply("two"))
    session = Session(Conversation(), None)
    replies = session.compare(session.say("hi"), three(provider)[:2])
    await session.wait()
    assert {session.conversation[each.id].text for each in replies} == {"one", "two"}


async def test_who_listens_hears_of_turns_replies_and_choices(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(reply("one"), reply("two"))
    session = Session(Conversation(), store)
    heard: list[int] = []

    def listener() -> None:
        heard.append(len(session.conversation))

    session.listen(listener)
    replies = session.compare(session.say("hi"), three(provider)[:2])
    assert heard == [1, 3]
    await session.wait()
    await session.choose(replies[1].id)
    assert heard == [1, 3, 3]
    session.unlisten(listener)
    session.say("more")
    assert heard == [1, 3, 3]
