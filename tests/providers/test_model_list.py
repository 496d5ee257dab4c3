"""Lists of models, in the forms servers have."""

from typing import Any

import pytest

from chat_tui.errors import ProtocolViolation, ProviderFailed
from chat_tui.providers.base import ModelInfo
from chat_tui.providers.model_list import decode_models, near_models


@pytest.mark.parametrize(
    "body",
    [
        {"object": "list", "data": [{"id": "a", "object": "model", "created": 1}, {"id": "b"}]},
        {"data": [{"id": "a", "permissions": []}, {"id": "b", "mode": "chat"}]},
        [{"id": "a"}, {"id": "b"}],
        ["a", "b"],
        {"models": [{"name": "a"}, {"name": "b"}]},
        {"data": [{"id": "a"}, None, {}, {"id": ""}, {"id": 3}, "", 7, {"id": "b"}]},
    ],
)
def test_models_are_listed_in_the_servers_order(body: Any) -> None:
    assert [model.id for model in decode_models(body)] == ["a", "b"]


@pytest.mark.parametrize("body", [{"object": "list", "data": None}, {"models": None}, {"data": []}])
def test_a_server_without_models_may_say_so_with_null(body: Any) -> None:
    assert decode_models(body) == ()


def test_a_model_has_a_label_where_its_name_is_not_its_id() -> None:
    entry = {"id": "vendor/m", "name": "Model M", "context_length": 8192}
    assert decode_models([entry, {"id": "a", "name": "a"}, {"id": "b", "name": 3}]) == (
        ModelInfo(id="vendor/m", label="Model M", context_tokens=8192),
        ModelInfo(id="a"),
        ModelInfo(id="b"),
    )


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ({"context_window": 100}, 100),
        ({"context_length": None, "context_window": 100}, 100),
        ({"context_length": "100"}, None),
        ({"context_length": True}, None),
    ],
)
def test_the_size_of_the_context_is_read(fields: dict[str, Any], tokens: int | None) -> None:
    [by_id] = decode_models([{"id": "a", **fields}])
    [by_name] = decode_models({"models": [{"name": "a", **fields}]})
    assert by_id.context_tokens == by_name.context_tokens == tokens


def test_an_error_object_is_the_providers() -> None:
    with pytest.raises(ProviderFailed, match="not now"):
        decode_models({"error": {"message": "not now"}})


@pytest.mark.parametrize("body", [None, {}, "models", 3, {"data": None}, {"models": {}}])
def test_anything_else_names_base_url(body: Any) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        decode_models(body)
    assert "base_url" in caught.value.hint


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gpt-4-o", "it has 'gpt-4o'"),
        ("claude", ""),
        ("gpt-4o", ""),
    ],
)
def test_a_model_that_is_not_there_has_its_nearest_names(model: str, said: str) -> None:
    assert near_models([ModelInfo(id="gpt-4o"), ModelInfo(id="whisper-1")], model) == said
