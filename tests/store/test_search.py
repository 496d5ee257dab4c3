"""Finding what was said."""

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.conversation import Conversation
from chat_tui.events import (
    Approval,
    Finished,
    ImageResult,
    Notice,
    Source,
    SourceRefs,
    Step,
    TextDelta,
    ToolCall,
)
from chat_tui.folding import fold
from chat_tui.message import Part, ReasoningPart, TextPart, blank_reply, user_message
from chat_tui.store import search_index
from chat_tui.store.search import SearchHit
from chat_tui.store.store import Store
from tests.store.test_store import conversations


def talk(*turns: str, title: str = "") -> Conversation:
    conversation = Conversation(title=title)
    for text in turns:
        conversation.add(user_message(text, parent=conversation.leaf))
    return conversation


def answered(*parts: Part) -> Conversation:
    conversation = talk("and?")
    blank = blank_reply(parent=conversation.leaf, provider="demo", model="m")
    reply = fold([Finished("stop")], blank)
    conversation.add(msgspec.structs.replace(reply, parts=parts))
    return conversation


def marked(hit: SearchHit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.marks]


async def titles(store: Store, query: str) -> list[str]:
    return [hit.title for hit in await store.search(query)]


async def test_a_hit_names_conversation_message_title_and_line(store: Store) -> None:
    conversation = talk("Lighthouses", "How does a\nFresnel lens   work?")
    await store.create(conversation, talk("something else"))
    (hit,) = await store.search("fresnel")
    assert (hit.conversation, hit.message) == (conversation.id, conversation.leaf)
    assert (hit.title, hit.snippet) == ("Lighthouses", "How does a Fresnel lens work?")
    assert marked(hit) == ["Fresnel"]


@pytest.mark.parametrize(
    ("part", "query"),
    [
        (TextPart("the answer"), "answer"),
        (ReasoningPart("pondering deeply"), "pondering"),
        (Step("s", "Search documents", "done", "12 found"), "documents"),
        (Step("s", "Search documents", "done", "12 found"), "12"),
        (SourceRefs((Source(title="Optics", excerpt="bent glass"),)), "bent glass"),
        (SourceRefs((Source(url="https://lamp.example/a"),)), "lamp.example"),
        (ToolCall("t", "calculator", '{"sum":"6*7"}', "42"), "calculator"),
        (ToolCall("t", "calculator", '{"sum":"6*7"}', "42"), "42"),
        (Approval("a", "Send the parcel?"), "parcel"),
    ],
)
async def test_all_that_a_reader_sees_is_found(store: Store, part: Part, query: str) -> None:
    conversation = answered(part)
    await store.create(conversation)
    assert [hit.message for hit in await store.search(query)] == [conversation.leaf]


async def test_what_is_only_machinery_is_not_found(store: Store) -> None:
    await store.create(answered(Notice("retried"), ImageResult("job", 0, path="/x/retried.png")))
    assert await store.search("retried") == []


@pytest.mark.parametrize(
    ("text", "query", "mark"),
    [
        ("Crème brûlée", "creme", "Crème"),
        ("creme", "CRÈME", "creme"),
        ("Straße in Köln", "koln", "Köln"),
        ("a lighthouse stands", "light", "lighthouse"),
        ("foo_bar", "bar", "bar"),
        ("one two three", "three one", "one"),
        ("don't panic", "don't", "don't"),
        ("see a.b.c now", "a.b", "a.b"),
        ("灯台の光は明るい", "光", "光"),
        ("แสงไฟประภาคาร", "ไฟ", "ไฟ"),
        ("a relighting", "lighting", "lighting"),
        ("100 % sure", "%", "%"),
        ("x \\ y", "\\", "\\"),
        ("so 👍 it is", "👍", "👍"),
        ("before\0after", "after", "after"),
    ],
)
async def test_words_are_found_as_people_write_them(
    store: Store, text: str, query: str, mark: str
) -> None:
    await store.create(talk(text), talk("nothing of the sort"))
    (hit,) = await store.search(query)
    assert marked(hit)[0] == mark


async def test_all_words_must_be_there(store: Store) -> None:
    await store.create(talk("red lamp"), talk("red house"), talk("green lamp"))
    assert await titles(store, "lamp red") == ["red lamp"]
    assert await titles(store, "lamp blue") == []


async def test_only_the_last_word_may_go_on_and_not_after_a_space(store: Store) -> None:
    await store.create(talk("lighthouse keeper"), talk("light keepsake"))
    assert await titles(store, "light keep") == ["light keepsake"]
    assert await titles(store, "keep") == ["light keepsake", "lighthouse keeper"]
    assert await titles(store, "light ") == ["light keepsake"]


@pytest.mark.parametrize(
    "query",
    ['"', '""', "a AND", "NOT", "NEAR(a b)", "text:a", "a*b", "^a", "(", "-a", "{a}:b", "+", "a\0b",
     "'; DROP TABLE part; --", "\ud800", "*", '"a', "a OR b", "%", "_", "\\"],
)  # fmt: skip
async def test_signs_in_a_query_are_only_signs(store: Store, query: str) -> None:
    conversation = talk(f"it says {query} here")
    await store.create(conversation, talk("zzz"))
    assert [hit.conversation for hit in await store.search(query)] == [conversation.id]


@given(st.text(max_size=30))
@settings(max_examples=60, deadline=None)
async def test_no_query_is_an_error(query: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "c.db")
        await store.create(talk("a b c"))
        await store.search(query)
        await store.close()


@given(conversations(), st.data())
@settings(max_examples=60, deadline=None)
async def test_search_finds_what_was_said(conversation: Conversation, data: st.DataObject) -> None:
    spoken = [
        (message.id, word)
        for message in conversation
        for part in message.parts
        if isinstance(part, TextPart | ReasoningPart)
        for word in part.text.replace("\0", " ").split()
    ]
    if not spoken:
        return
    message, word = data.draw(st.sampled_from(spoken))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "c.db")
        await store.create(conversation, talk("abc def"))
        found = await store.search(word, limit=1000)
        await store.close()
    assert message in {hit.message for hit in found}


async def test_nothing_looked_for_lists_the_conversations(store: Store) -> None:
    await store.create(talk("one"))
    await store.create(talk("two"))
    hits = await store.search("  ")
    assert [(hit.title, hit.message, hit.snippet) for hit in hits] == [
        ("two", None, ""),
        ("one", None, ""),
    ]


async def test_the_newest_comes_first_and_limits_hold(store: Store) -> None:
    old, new = talk("lamp 1", "lamp 2", "lamp 3"), talk("lamp 4", "lamp 5")
    await store.create(old)
    await store.create(new)
    found = [hit.snippet for hit in await store.search("lamp")]
    assert found == ["lamp 5", "lamp 4", "lamp 3", "lamp 2", "lamp 1"]
    assert len(await store.search("lamp", 2)) == 2
    assert [hit.snippet for hit in await store.search("lamp", each=1)] == ["lamp 5", "lamp 3"]


async def test_a_message_is_found_once(store: Store) -> None:
    await store.create(answered(ReasoningPart("lamp"), TextPart("lamp")))
    assert len(await store.search("lamp")) == 1


async def test_a_long_text_is_cut_around_the_hit(store: Store) -> None:
    await store.create(talk("word " * 300 + "needle" + " word" * 300))
    (hit,) = await store.search("needle")
    assert marked(hit) == ["needle"]
    assert hit.snippet.startswith("…word ")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) < 140


async def test_a_reply_is_found_when_it_has_ended(store: Store) -> None:
    conversation = talk("why?")
    await store.create(conversation)
    blank = blank_reply(parent=conversation.leaf, provider="demo", model="m")
    await store.begin_reply(conversation.id, blank)
    await store.append(blank.id, [TextDelta("because")], seq=0)
    assert await store.search("because") == []
    await store.finish(fold([TextDelta("because"), Finished("stop")], blank))
    assert [hit.message for hit in await store.search("because")] == [blank.id]


async def test_what_is_deleted_is_not_found_and_restored_it_is(store: Store) -> None:
    conversation = talk("a secret")
    await store.create(conversation)
    await store.put_into_bin(conversation.id)
    assert await store.search("secret") == []
    await store.restore(conversation.id)
    assert len(await store.search("secret")) == 1
    await store.delete(conversation.id)
    assert await store.search("secret") == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "answer", "bin", "restore", "delete"]),
        st.integers(0, 5),
        st.text(max_size=12),
    ),
    max_size=14,
)


def index_of(path: Path) -> tuple[Sequence[object], Sequence[object]]:
    """Which words stand in which parts, and how many words of which parts there are."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        connection.execute(
            "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)"
        )
        return (
            connection.execute("SELECT term, doc, offset FROM temp.words").fetchall(),
            connection.execute("SELECT id, sz FROM search_docsize ORDER BY id").fetchall(),
        )


@given(st.lists(conversations(), min_size=1, max_size=3), STEPS)
@settings(max_examples=40, deadline=None)
async def test_the_index_is_what_a_rebuild_makes(
    start: list[Conversation], steps: list[tuple[str, int, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.db"
        store = Store(path)
        await store.create(*start)
        there = list(start)
        for what, which, text in steps:
            if not there:
                break
            conversation = there[which % len(there)]
            match what:
                case "say":
                    turn = user_message(text, parent=None)
                    await store.add_message(conversation.id, turn)
                case "answer":
                    blank = blank_reply(parent=None, provider="demo", model="m")
                    await store.begin_reply(conversation.id, blank)
                    await store.append(blank.id, [TextDelta(text)], seq=0)
                    await store.finish(fold([TextDelta(text), Finished("stop")], blank))
                    await store.finish(fold([TextDelta(text * 2), Finished("stop")], blank))
                case "bin":
                    await store.put_into_bin(conversation.id)
                case "restore":
                    await store.restore(conversation.id)
                case _:
                    await store.delete(conversation.id)
                    there.remove(conversation)
        await store.close()
        kept = index_of(path)
        with closing(sqlite3.connect(path)) as connection:
            search_index.rebuild(connection)
            connection.commit()
        assert index_of(path) == kept


@pytest.mark.slow
async def test_ten_thousand_conversations_are_searched_in_a_moment(store: Store) -> None:
    await store.create(*(talk(f"conversation {number} of many") for number in range(10_000)))
    for query in ("many", "m", "9999", "nowhere", "onversatio"):
        start = perf_counter()
        await store.search(query, 100, each=1)
        assert perf_counter() - start < 0.5, query
