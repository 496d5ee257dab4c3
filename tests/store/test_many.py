"""A store with very much in it: how long what people wait for takes, and how large it is."""

import logging
import statistics
from pathlib import Path
from random import Random
from time import perf_counter

import pytest

from chat_tui.conversation import Conversation
from chat_tui.events import Finished, TextDelta
from chat_tui.folding import fold
from chat_tui.message import blank_reply, user_message
from chat_tui.store.store import Store

log = logging.getLogger(__name__)

MESSAGES = 100_000
A_TALK = 50
VOCABULARY = 20_000
ROUNDS = 8
A_ROUND = 25


def percentile(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(part * len(times)))]


def vocabulary() -> list[str]:
    """Words of letters, the short ones first."""
    pick = Random(1)
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        length = 2 + len(words).bit_length() // 2
        words[
            "".join(pick.choices("etaoinshrdlucmfwyp", k=pick.randint(length - 1, length + 2)))
        ] = None
    return list(words)


WORDS = vocabulary()


def words(pick: Random, count: int) -> str:
    """As often as words are in a language: few of them make up most of a text."""
    return " ".join(WORDS[int(VOCABULARY ** pick.random()) - 1] for _ in range(count))


def talk(pick: Random) -> tuple[Conversation, int]:
    conversation, size = Conversation(), 0
    while len(conversation) < A_TALK:
        turn = user_message(words(pick, 40), parent=conversation.leaf)
        conversation.add(turn)
        text = words(pick, 300)
        blank = blank_reply(parent=turn.id, provider="demo", model="m")
        conversation.add(fold([TextDelta(text), Finished("stop")], blank))
        size += len(turn.text.encode()) + len(text.encode())
    return conversation, size


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_hundred_thousand_messages_are_no_burden(path: Path) -> None:
    pick = Random(7)
    store = Store(path)
    text_bytes = 0
    some: list[tuple[Conversation, int]] = []
    for _ in range(MESSAGES // A_TALK // 20):
        some = [talk(pick) for _ in range(20)]
        text_bytes += sum(size for _, size in some)
        await store.create(*(conversation for conversation, _ in some))

    # Of several rounds the fastest counts: a busy machine makes some slow, and none too fast.
    appending, searching, listing = [], [], []
    conversation, _ = some[0]
    for _ in range(ROUNDS * A_ROUND):
        turn = user_message(words(pick, 40), parent=conversation.leaf)
        conversation.add(turn)
        start = perf_counter()
        await store.add_message(conversation.id, turn)
        appending.append(perf_counter() - start)
    append = min(
        statistics.median(appending[first : first + A_ROUND])
        for first in range(0, len(appending), A_ROUND)
    )
    for number in range(100):
        query = words(pick, 1 + number % 3)
        times = []
        for _ in range(3):
            start = perf_counter()
            await store.search(query, 50)
            times.append(perf_counter() - start)
        searching.append(min(times))
    for _ in range(20):
        start = perf_counter()
        await store.list(200, pinned_first=True)
        listing.append(perf_counter() - start)
    start = perf_counter()
    everything = await store.list()
    whole = perf_counter() - start
    await store.close()
    size = path.stat().st_size  # noqa: ASYNC240 - nothing else runs

    figures = (
        f"append p50 {append * 1e3:.2f} ms, of all {statistics.median(appending) * 1e3:.2f} ms, "
        f"search p50 {statistics.median(searching) * 1e3:.1f} p95 {percentile(searching, 0.95) * 1e3:.1f} ms, "
        f"list p95 {percentile(listing, 0.95) * 1e3:.1f} ms, all {len(everything)} {whole * 1e3:.0f} ms, "
        f"size {size / text_bytes:.2f} x the text of {text_bytes / 1e6:.0f} MB"
    )
    log.info(figures)
    assert append <= 0.001, figures
    assert percentile(searching, 0.95) <= 0.05, figures
    assert percentile(listing, 0.95) <= 0.1, figures
    assert size <= 2 * text_bytes, figures
