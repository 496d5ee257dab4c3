"""Exports in which anything may stand anywhere: they are read or refused, and nothing breaks."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.errors import TranscriptError
from chat_tui.importing.found import Found, Unusable
from chat_tui.importing.opened import OnDisk
from chat_tui.importing.reading import conversations_in
from tests.importing.exports import chatgpt, claude, claude_message, node

odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)
POINTER = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_0000000"}
EXPORTS: tuple[Any, ...] = (
    chatgpt(
        node("s", None, "system", "Be short."),
        node("u", "s", "user", POINTER, "Hi", kind="multimodal_text", metadata={"attachments": [{}]}),
        node("c", "u", "assistant", content={"content_type": "code", "text": "1"}, recipient="p"),
        node("r", "c", "tool", content={"content_type": "execution_output", "text": "1"}),
        node("a", "r", "assistant", "So.", metadata={"citations": [{"metadata": {"url": "x"}}]}),
    ),
    claude(
        claude_message("1", "human", "Hi", attachments=[{"extracted_content": "x"}]),
        claude_message("2", "assistant", "", content=[{"type": "tool_use", "id": "t", "input": {}}]),
    ),
    {"conversations": [{"from": "human", "value": "Hi"}, {"from": "tool", "value": "x"}]},
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
    {
        "format": "chat-tui", "version": 1, "id": "x", "created": "2026-01-01T00:00:00Z",
        "messages": [{"id": "m", "role": "user", "created": "2026-01-01T00:00:00Z",
                      "parts": [{"type": "image", "job": "j", "index": 0, "path": "assets/x"}]}],
    },
)  # fmt: skip


def places(value: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()  # fmt: skip
    return [at, *(one for key, below in inner for one in places(below, (*at, key)))]


def replaced(value: Any, at: tuple[Any, ...], by: object) -> Any:  # anything that JSON can be
    if not at:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(value[at[0]], at[1:], by)
    return copy


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd") / "odd.json"


@settings(max_examples=300)
@given(data=st.data())
def test_anything_anywhere_is_read_or_refused(path: Path, data: st.DataObject) -> None:
    export = data.draw(st.sampled_from(EXPORTS))
    for _ in range(data.draw(st.integers(1, 3))):
        export = replaced(export, data.draw(st.sampled_from(places(export))), data.draw(odd))
    path.write_text(json.dumps([export, EXPORTS[3]]))
    found = []
    try:
        found = list(conversations_in(OnDisk(path), "auto", lambda read: None))
    except TranscriptError:
        return
    for item in found:
        assert isinstance(item, Found | Unusable)
        if isinstance(item, Found):
            assert len(item.conversation) > 0
            assert all(one.created <= datetime.max.replace(tzinfo=UTC) for one in item.conversation)
            for fetch in item.files.values():
                fetch()
