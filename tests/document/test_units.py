from datetime import UTC, datetime
from itertools import pairwise

import pytest

from chat_tui.document.message_view import MessageView
from chat_tui.document.spans import Span
from chat_tui.document.units import (
    Link,
    link_at,
    reply_source,
    reply_text,
    unit_at,
    unit_links,
    unit_rows,
    unit_text,
    units,
)
from chat_tui.events import Finished
from chat_tui.ids import MessageId
from chat_tui.message import Message, Part, ReasoningPart, Role, TextPart

TEXT = "One *two*.\n\n- three\n\n```c\nint x;\n```\n\n```\ny\n```\n\nEnd."


def shown(*parts: Part, by: Role = "assistant") -> MessageView:
    return MessageView(
        Message(
            id=MessageId("m"),
            parent=None,
            role=by,
            created=datetime(2025, 1, 1, tzinfo=UTC),
            parts=parts,
            outcome=Finished("stop", 1.0) if by == "assistant" else None,
        )
    )


def texts(view: MessageView) -> list[str]:
    return [unit_text(view.blocks, unit) for unit in units(view.blocks)]


def links(text: str) -> list[Link]:
    view = shown(TextPart(text))
    return unit_links(view.blocks, units(view.blocks)[0])


def test_a_fence_is_a_unit_and_so_is_the_text_between_two() -> None:
    assert texts(shown(TextPart(TEXT))) == ["One two.\n\n- three", "int x;", "y", "End."]


def test_a_folded_block_is_a_unit_with_the_text_behind_it() -> None:
    assert texts(shown(ReasoningPart("deep"), TextPart("End."))) == ["deep", "End."]


@pytest.mark.parametrize("width", [10, 40])
def test_units_have_rows_of_their_own_in_their_order(width: int) -> None:
    view = shown(ReasoningPart("deep"), TextPart(TEXT))
    found = [unit_rows(view, unit, width) for unit in units(view.blocks)]
    assert all(rows for rows in found)
    assert all(one.stop <= other.start for one, other in pairwise(found))
    assert all(view.row(rows.start, width) for rows in found)


def test_every_leaf_belongs_to_a_unit() -> None:
    view = shown(TextPart(TEXT))
    there = units(view.blocks)
    for unit in there:
        for leaf in range(unit.first, unit.last):
            assert unit_at(view.blocks, unit.block, leaf) == unit
    assert unit_at(view.blocks, there[-1].block, 99) == there[-1]
    assert unit_at(view.blocks, 99, 0) is None


def test_a_reply_is_copied_without_what_was_thought() -> None:
    blocks = shown(ReasoningPart("deep"), TextPart("*a*"), ReasoningPart("x"), TextPart("b")).blocks
    assert reply_text(blocks) == "a\n\nb"
    assert reply_source(blocks) == "*a*\n\nb"


def test_a_link_has_its_whole_label_however_it_is_wrapped() -> None:
    label = "word " * 60 + "end"
    assert links(f"[{label}](https://a.example)") == [Link(label, "https://a.example")]


def test_a_link_whose_label_has_several_inks_is_one() -> None:
    assert links("[a **b** c](https://a.example)") == [Link("a b c", "https://a.example")]


def test_links_of_a_list_and_a_table_are_found() -> None:
    text = "- [a](https://a.example)\n\n| x | y |\n|--|--|\n| [b](https://b.example) | c |\n"
    assert [link.label for link in links(text)] == ["a", "b"]


def test_addresses_that_nobody_made_links_of_are_found_too() -> None:
    text = "See https://a.example/x?y=1, [b](https://b.example) and `http://c.example:80/`."
    assert [link.url for link in links(text)] == [
        "https://a.example/x?y=1",
        "https://b.example",
        "http://c.example:80/",
    ]
    assert links("```sh\ncurl https://d.example/e\n```") == [
        Link("https://d.example/e", "https://d.example/e")
    ]


def test_a_turn_as_it_was_typed_has_the_addresses_that_it_shows_as_links() -> None:
    view = shown(
        TextPart("See www.a.example/x. Or [b](https://b.example), mailto:c@d.example!"), by="user"
    )
    assert unit_links(view.blocks, units(view.blocks)[0]) == [
        Link("www.a.example/x", "https://www.a.example/x"),
        Link("https://b.example", "https://b.example"),
        Link("mailto:c@d.example", "mailto:c@d.example"),
    ]


def test_addresses_behind_a_fold_are_links() -> None:
    view = shown(ReasoningPart("(see https://a.example/x) and mailto:a@b.example."))
    assert [link.url for link in unit_links(view.blocks, units(view.blocks)[0])] == [
        "https://a.example/x",
        "mailto:a@b.example",
    ]


def test_the_link_at_a_cell_is_the_one_that_is_painted_there() -> None:
    row = (Span("日本", "text"), Span("ab", "link", "https://a.example"))
    assert [link_at(row, column) for column in (3, 4, 5, 6)] == ["", *["https://a.example"] * 2, ""]
