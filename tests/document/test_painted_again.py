"""What a reply that grows has painted again: never too little, and not all of what is open."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat_tui.document.markdown.markdown import MarkdownDocument
from chat_tui.document.rows import Place, Rows
from chat_tui.document.spans import Span
from chat_tui.events import TextDelta, ToolCall
from chat_tui.ids import MessageId
from chat_tui.message import Message
from tests.document.corpus import CORPUS
from tests.document.test_settling import sources

WIDTHS = (20, 60)
TEXTS = tuple(text[:3000] for text in CORPUS.values())
LEXED_WHOLE = "```html\n<p class='a'>\n<script>\nlet x = 1;\n</script>\n</p>\n```\nand on\n"
LATE_LINK = "one [two] three four five six seven\n\nmore [two] here\n\n[two]: http://a.test\n\n"


class Screen:
    """Keeps what was painted, as a transcript does, and looks at a few rows now and then."""

    def __init__(self, width: int) -> None:
        self.rows = Rows()
        self.rows.set_width(width)
        self.number = self.rows.add(
            Message(
                id=MessageId("m"),
                role="assistant",
                created=datetime(2026, 1, 1, tzinfo=UTC),
                provider="flow",
            )
        )
        self.rows.measure(self.number)
        self.painted: dict[int, Sequence[Span]] = {}
        self.stale: set[int] = set()
        self.again = 0
        """How many rows were painted in vain."""

    def take(self, text: str) -> None:
        rows, number = self.rows, self.number
        rows.feed(number, [TextDelta(text)])
        pending = True
        while pending:
            height = rows.height(number)
            changed, pending = rows.commit(number)
            if changed is not None:
                self.stale |= set(range(changed, max(height, rows.height(number))))

    def look(self, first: int, count: int) -> None:
        """Paint what is not painted, or stale, and see whether all is as it should be."""
        for row in range(max(0, first), min(first + count, self.rows.height(self.number))):
            now = tuple(self.rows.spans(Place(self.number, row)))
            if row in self.painted and row in self.stale:
                self.again += now == self.painted[row]
            if row not in self.painted or row in self.stale:
                self.painted[row] = now
                self.stale.discard(row)
            assert self.painted[row] == now, row


@given(
    st.sampled_from(TEXTS) | sources,
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
    st.lists(st.integers(0, 12), min_size=1, max_size=8),
    st.sampled_from(WIDTHS),
)
@example(LEXED_WHOLE, [3], [9], 60)
@example(LATE_LINK, [4], [9], 20)
@settings(max_examples=120)
def test_a_row_that_is_not_painted_again_is_as_it_was(
    text: str, sizes: list[int], looks: list[int], width: int
) -> None:
    screen = Screen(width)
    at = 0
    for size, count in zip(cycle(sizes), cycle(looks), strict=False):
        screen.take(text[at : at + size])
        at += size
        screen.look(screen.rows.height(screen.number) - count, count)
        if at >= len(text):
            break
    screen.look(0, screen.rows.height(screen.number))


def test_a_text_that_ends_while_more_of_it_comes_has_that_painted() -> None:
    document = MarkdownDocument()
    document.feed("one two")
    document.commit()
    painted = [document.row(row, 20) for row in range(document.height(20))]
    document.feed(" three four five six seven eight nine")
    changed = document.finish()
    assert changed is not None
    first = document.changed_row(changed, 20)
    assert [document.row(row, 20) for row in range(first)] == painted[:first]


def test_blocks_that_were_looked_at_before_they_were_committed_are_painted() -> None:
    screen = Screen(60)
    screen.take("one two three")
    rows, number = screen.rows, screen.number
    rows.feed(number, [ToolCall(id="c", name="look", arguments="{}")])
    rows.spans(Place(number, 0))  # as when colours change
    assert rows.commit(number) == (0, False)
    assert rows.height(number) == rows.view(number).height(60) + 1


@pytest.mark.parametrize(
    "text",
    [
        "plain words that go on and on in one paragraph " * 20,
        "words with **marks** and `code` that go on and on " * 20,
        "```python\n" + "def moor(boat, berth):\n    return boat.pull(berth, 1.5)\n\n" * 12,
        "```\n" + "no language, and so no colours at all\n" * 30,
        "- one item of a list that is longer than a row of the screen, and goes on " * 20,
    ],
    ids=("prose", "marks", "code", "plain code", "list"),
)
def test_a_reply_that_grows_has_only_its_last_rows_painted_again(text: str) -> None:
    screen = Screen(60)
    looks = 0
    for at in range(0, len(text), 20):
        screen.take(text[at : at + 20])
        screen.look(0, 100)
        looks += 1
    # The row at the end and the empty one below it; a paragraph's is sometimes settled anew.
    assert screen.again <= 2 * looks
