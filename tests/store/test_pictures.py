from datetime import UTC, datetime, timedelta

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.events import Finished, ImageResult, TextDelta
from chat_tui.folding import fold
from chat_tui.ids import ConversationId
from chat_tui.message import Lineage, Message, blank_reply, user_message
from chat_tui.store.pictures import _ALL, StoredPicture, pictures_of
from chat_tui.store.store import Store

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def drawn(*prompts: str, pictures: int = 1, at_minute: int = 0) -> Conversation:
    """A conversation in which each turn was answered by pictures."""
    conversation = Conversation(created=START)
    for minute, prompt in enumerate(prompts, at_minute):
        turn = user_message(prompt, parent=conversation.leaf)
        conversation.add(turn)
        blank = blank_reply(parent=turn.id, provider="painter", model="m")
        results = [
            ImageResult("j", index, path=f"/{prompt}-{index}.png") for index in range(pictures)
        ]
        reply = fold([*results, Finished("stop")], blank)
        conversation.add(with_time(reply, START + timedelta(minutes=minute)))
    return conversation


def with_time(message: Message, created: datetime) -> Message:
    return msgspec.structs.replace(message, created=created)


def told(pictures: list[StoredPicture]) -> list[tuple[str, int, str | None]]:
    return [(one.prompt, one.number, one.picture.path) for one in pictures]


async def test_the_newest_pictures_of_all_conversations_come_first(store: Store) -> None:
    await store.create(drawn("old", "late", at_minute=1), drawn("between", at_minute=1))
    await store.create(drawn("last", pictures=2, at_minute=5))
    assert [prompt for prompt, _, _ in told(list(await store.pictures()))][:3] == [
        "last",
        "last",
        "late",
    ]
    assert [one.number for one in await store.pictures()][:2] == [1, 2]
    assert len(await store.pictures()) == 5
    assert len(await store.pictures(limit=2)) == 2


async def test_a_picture_names_where_it_stands_and_who_made_it(store: Store) -> None:
    conversation = drawn("a fox")
    await store.create(conversation)
    (found,) = await store.pictures()
    assert found.conversation == conversation.id
    assert found.message == conversation.leaf
    assert (found.provider, found.model, found.created) == ("painter", "m", START)
    assert [found] == list(pictures_of(conversation))


async def test_pictures_of_a_conversation_in_the_bin_are_not_listed(store: Store) -> None:
    conversation = drawn("a fox")
    await store.create(conversation)
    await store.put_into_bin(ConversationId(conversation.id))
    assert await store.pictures() == []


async def test_replies_without_pictures_are_not_listed(store: Store) -> None:
    conversation = Conversation()
    turn = user_message("hi", parent=None)
    conversation.add(turn)
    blank = blank_reply(parent=turn.id, provider="p", model="m")
    conversation.add(fold([TextDelta("hello"), Finished("stop")], blank))
    await store.create(conversation)
    assert await store.pictures() == []
    assert pictures_of(conversation) == []


def test_pictures_of_one_conversation_come_from_all_its_branches() -> None:
    conversation = drawn("one", "two", pictures=2)
    assert told(list(pictures_of(conversation))) == [
        ("two", 1, "/two-0.png"),
        ("two", 2, "/two-1.png"),
        ("one", 1, "/one-0.png"),
        ("one", 2, "/one-1.png"),
    ]


async def test_the_index_of_pictures_is_used(store: Store) -> None:
    await store.create(drawn("a fox"))
    plan = await store._database.read(
        lambda connection: connection.execute(
            f"EXPLAIN QUERY PLAN {_ALL}", {"limit": 9, "chars": 9}
        ).fetchall()
    )
    assert any("part_picture" in row["detail"] for row in plan)


async def test_what_a_turn_was_made_from_comes_back(store: Store) -> None:
    conversation = drawn("a fox")
    assert conversation.leaf is not None
    lineage = Lineage(message=conversation.leaf, picture=1, said=START)
    conversation.add(user_message("again", parent=conversation.leaf, made_from=lineage))
    await store.create(conversation)
    loaded = await store.load(conversation.id)
    assert loaded.path()[-1].parts[-1] == lineage
