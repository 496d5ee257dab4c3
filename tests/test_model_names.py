"""What models are called."""

from collections.abc import Iterator

import pytest

from chat_tui.model_names import (
    NAME_CHARS,
    learn,
    model_named,
    name_key,
    name_of,
    recall,
    shown_model,
)

FLOW = "bf825435-0f6d-4bd0-a39e-123482359178"
OTHER = "52b26308-d4fd-429c-8ab5-058e1e362d8a"


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    recall({})
    yield
    recall({})


def test_a_model_without_a_name_is_shown_by_its_id() -> None:
    assert shown_model("flows", FLOW) == FLOW
    assert shown_model("flows", "") == ""
    assert name_of("flows", FLOW) == ""


def test_a_name_is_known_to_its_own_provider_alone() -> None:
    assert learn("flows", {FLOW: "Support"})
    assert shown_model("flows", FLOW) == "Support"
    assert shown_model("others", FLOW) == FLOW


def test_only_what_is_shown_otherwise_is_news() -> None:
    assert learn("flows", {FLOW: "Support"})
    assert not learn("flows", {FLOW: "Support"})
    assert learn("flows", {FLOW: "Help"})


def test_a_name_is_one_clean_line() -> None:
    learn("flows", {FLOW: "\x1b[31mred\x1b[0m\nline " + "x" * 999, OTHER: " \n "})
    shown = shown_model("flows", FLOW)
    assert ("red" in shown, len(shown), shown.isprintable()) == (True, NAME_CHARS, True)
    assert shown_model("flows", OTHER) == OTHER


def test_several_models_are_called_by_all_their_names_or_by_none() -> None:
    learn("graphs", {"a": "Products"})
    assert shown_model("graphs", "a, b") == "a, b"
    learn("graphs", {"b": "Drafts"})
    assert shown_model("graphs", "a, b") == "Products, Drafts"


def test_what_was_kept_is_known_again_and_nothing_else() -> None:
    learn("flows", {OTHER: "Research"})
    recall({name_key("flows", FLOW): "Support\n"})
    assert shown_model("flows", FLOW) == "Support"
    assert shown_model("flows", OTHER) == OTHER


def test_a_model_can_be_meant_by_its_name_where_only_one_has_it() -> None:
    learn("flows", {FLOW: "Support", OTHER: "Research"})
    assert model_named("flows", "support") == FLOW
    assert model_named("flows", FLOW) == FLOW
    assert model_named("flows", "Sales") == "Sales"
    assert model_named("others", "Support") == "Support"
    learn("flows", {OTHER: "Support"})
    assert model_named("flows", "Support") == "Support"
