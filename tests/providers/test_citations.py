"""Sources, as different servers cite them."""

from typing import Any

import pytest

from chat_tui.events import Source, SourceRefs
from chat_tui.providers.chat.citations import Citations
from tests.providers.frames import STOP, decoded, delta

A, B = "https://a.test/", "https://b.test/"


def cited(*lists: Any) -> list[tuple[Source, ...]]:
    citations = Citations()
    return [refs.sources for one in lists for refs in citations.add(one)]


def test_addresses_are_sources() -> None:
    assert cited([A, B]) == [(Source(url=A), Source(url=B))]


def test_search_results_have_titles_and_excerpts() -> None:
    results = [
        {"title": "A", "url": A, "date": "2026-11-20", "snippet": "x"},
        {"title": "", "url": B, "content": "y"},
    ]
    assert cited(results) == [(Source(title="A", url=A, excerpt="x"), Source(url=B, excerpt="y"))]


def test_annotations_are_taken_out_of_their_wrapping() -> None:
    annotation = {
        "type": "url_citation",
        "url_citation": {"url": A, "title": "A", "start_index": 1},
    }
    assert cited([annotation]) == [(Source(title="A", url=A),)]


def test_a_list_that_is_repeated_is_told_once() -> None:
    assert len(cited([A, A], [A], [A, B], [A, B])) == 2


def test_a_source_that_is_named_again_keeps_its_place_and_gets_its_title() -> None:
    assert cited([A, B], [{"url": A, "title": "A"}], [A]) == [
        (Source(url=A), Source(url=B)),
        (Source(title="A", url=A), Source(url=B)),
    ]


@pytest.mark.parametrize("odd", [None, "x", {}, 3, [None, "", 3, {}, {"url": ""}, {"url": 3}, []]])
def test_what_cites_nothing_is_passed_over(odd: Any) -> None:
    assert cited(odd) == []


def test_odd_fields_of_a_source_are_left_out() -> None:
    assert cited([{"url": A, "title": 3, "snippet": {}}]) == [(Source(url=A),)]


def test_the_sources_of_all_places_in_a_reply_are_one_list() -> None:
    chunks = [
        {**delta(content="a"), "citations": [A], "search_results": [{"url": A, "title": "A"}]},
        delta(annotations=[{"type": "url_citation", "url_citation": {"url": B}}]),
        {**STOP, "citations": [A]},
    ]
    told = [event for event in decoded(*chunks) if isinstance(event, SourceRefs)]
    assert told[-1] == SourceRefs((Source(title="A", url=A), Source(url=B)))
    assert len(told) == 2
