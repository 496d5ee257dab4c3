"""Tool calls, in the ways servers cut them."""

from typing import Any

import pytest

from chat_tui.events import ToolCall
from chat_tui.providers.chat.tool_fragments import ToolFragments


def part(name: str = "", arguments: Any = "", **fields: Any) -> dict[str, Any]:
    function = {"name": name} if name else {}
    return {"function": {**function, "arguments": arguments}, **fields}


def put_together(*deltas: Any) -> list[tuple[str, str, str]]:
    tools = ToolFragments()
    for delta in deltas:
        list(tools.add({"tool_calls": delta}))
    calls = list(tools.finished())
    assert all(call.state == "done" for call in calls)
    return [(call.id, call.name, call.arguments) for call in calls]


def test_fragments_are_joined_by_index() -> None:
    assert put_together(
        [part("f", '{"a"', index=0, id="x"), part("g", "", index=1, id="y")],
        [part("", ":1}", index=0)],
        [part("", "{}", index=1)],
    ) == [("x", "f", '{"a":1}'), ("y", "g", "{}")]


def test_whole_calls_without_an_index_are_calls_of_their_own() -> None:
    assert put_together([part("f", {"a": 1}), part("f", {"a": 2})], [part("g", [3], id="z")]) == [
        ("call-1", "f", '{"a":1}'),
        ("call-2", "f", '{"a":2}'),
        ("z", "g", "[3]"),
    ]


def test_calls_that_all_have_index_0_are_told_by_their_ids() -> None:
    assert put_together(
        [part("f", "1", index=0, id="x")],
        [part("g", "2", index=0, id="y")],
        [part("", "3", index=0)],
    ) == [("x", "f", "1"), ("y", "g", "23")]


def test_fragments_without_an_index_are_joined_by_id_or_go_on_with_the_last() -> None:
    assert put_together(
        [part("f", "1", id="x"), part("g", "2", id="y")],
        [part("", "3", id="x")],
        [part("", "4")],
    ) == [("x", "f", "13"), ("y", "g", "24")]


def test_an_id_and_a_name_that_are_repeated_begin_nothing() -> None:
    repeated = [[part("f", text, index=0, id="x")] for text in "abc"]
    assert put_together(*repeated) == [("x", "f", "abc")]


def test_a_fragment_of_nothing_begins_a_call_without_a_name() -> None:
    assert put_together([part("", "1")]) == [("call-1", "", "1")]


def test_the_older_function_call_is_the_first_call() -> None:
    tools = ToolFragments()
    list(tools.add({"function_call": {"name": "f", "arguments": "{"}}))
    list(tools.add({"function_call": {"arguments": "}"}}))
    assert list(tools.finished()) == [ToolCall("call-1", "f", "{}", state="done")]


@pytest.mark.parametrize("fragments", [None, "x", {}, [None, 3, "x"], []])
def test_what_is_no_fragment_is_passed_over(fragments: Any) -> None:
    assert put_together(fragments) == []


def test_odd_fields_do_no_harm() -> None:
    odd = {"index": [1], "id": {"a": 1}, "function": {"name": 7, "arguments": 8}}
    assert put_together([odd], [{"function": "f"}], [{"index": None}]) == [("call-1", "", "")]


def test_half_a_character_of_the_arguments_waits_for_the_other() -> None:
    assert put_together([part("f", "a\ud83d", index=0)], [part("", "\ude00", index=0)]) == [
        ("call-1", "f", "a😀")
    ]
    assert put_together([part("f", "a\ud83d", index=0)]) == [("call-1", "f", "a\ufffd")]


def test_a_call_is_told_when_it_begins_and_then_when_it_has_grown_much() -> None:
    tools = ToolFragments()
    told = list(tools.add({"tool_calls": [part("f", "", index=0)]}))
    assert told == [ToolCall("call-1", "f", "", state="running")]
    pieces = 5000
    for _ in range(pieces):
        told += tools.add({"tool_calls": [part("", "0123456789", index=0)]})
    assert sum(len(call.arguments) for call in told) < 10 * 10 * pieces
    assert len(told) > 20
    assert list(tools.finished())[-1].arguments == "0123456789" * pieces


def test_what_has_not_been_told_of_a_broken_reply_is_told_at_its_end() -> None:
    tools = ToolFragments()
    list(tools.add({"tool_calls": [part("f", "a", index=0), part("g", "b", index=1)]}))
    list(tools.add({"tool_calls": [part("", "c", index=1)]}))
    assert [(call.arguments, call.state) for call in tools.so_far()] == [("bc", "running")]
    assert list(tools.so_far()) == []
