from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.session.reading_along import ReadingAlong
from chat_tui.session.session import Session
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store
from tests.app.desk import held, reply
from tests.builders import text_seen


@pytest.fixture
async def here(path: Path) -> AsyncGenerator[Store, None]:
    store = Store(path)
    yield store
    await store.close()


def texts(session: Session) -> list[str]:
    return [message.text for message in session.conversation.path()]


async def test_a_reply_is_read_while_another_instance_writes_it(
    simulator: Simulator, provider: ChatProvider, here: Store, elsewhere: Store
) -> None:
    gate, script = held("Hel", "lo")
    simulator.enqueue(script)
    writing = Session(Conversation(), elsewhere)
    await writing.send("hi", provider)
    await gate.reached.wait()

    session = Session(await here.load(writing.conversation.id), here)
    reading = ReadingAlong(session, here)
    assert await reading.look()
    assert session.reply is not None
    await text_seen(session.reply.worker)
    assert session.running
    gate.open()
    await writing.wait()
    await session.wait()
    assert texts(session) == texts(writing) == ["hi", "Hello"]


async def test_what_was_said_elsewhere_since_the_last_time_is_taken_over(
    simulator: Simulator, provider: ChatProvider, here: Store, elsewhere: Store
) -> None:
    simulator.enqueue(reply("Hello"), reply("Well"))
    writing = Session(Conversation(), elsewhere)
    await writing.send("hi", provider)
    await writing.wait()
    session = Session(await here.load(writing.conversation.id), here)
    changes: list[list[str]] = []
    session.listen(lambda: changes.append(texts(session)))
    reading = ReadingAlong(session, here)
    await reading.look()
    assert changes == []

    await writing.send("and you?", provider)
    await writing.wait()
    assert await reading.look()
    assert changes == [["hi", "Hello", "and you?", "Well"]]
    assert not await reading.look()
