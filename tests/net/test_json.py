"""JSON from strangers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import ProtocolViolation
from chat_tui.net.json import decode_json, encode_json

values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_is_encoded_is_decoded_to_the_same(value: Any) -> None:
    assert decode_json(encode_json(value)) == value
    assert decode_json(json.dumps(value)) == value


@given(st.text() | st.binary())
def test_any_input_is_decoded_or_refused_in_one_way(text: str | bytes) -> None:
    try:
        value = decode_json(text)
    except ProtocolViolation:
        return
    encode_json(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\ud800b"', "a\ufffdb"),
        (r'{"\udc00": ["\ud83d", "\ud83d\ude00"]}', {"\ufffd": ["\ufffd", "\U0001f600"]}),
        ('"\ud800"', "\ufffd"),
        ("[NaN, Infinity, -Infinity, 1e999]", [None, None, None, None]),
        (b'"\xff"', "\ufffd"),
        (b"\xef\xbb\xbf{}", {}),
        ('"a\tb\nc"', "a\tb\nc"),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("  1  ", 1),
    ],
)
def test_what_servers_send_against_the_rules_is_repaired(text: str | bytes, value: object) -> None:
    assert decode_json(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "{", "{]", "nul", "[DONE]", "{} {}", "<html>", "'a'", b"\xff", "9" * 5000]
)
def test_what_is_not_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ProtocolViolation, match="broken JSON"):
        decode_json(text)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_sixty_four_levels_are_taken_and_one_more_is_refused(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    decode_json(opening * 64 + "1" + closing * 64)
    with pytest.raises(ProtocolViolation, match="64 levels"):
        decode_json(opening * 65 + "1" + closing * 65)
    with pytest.raises(ProtocolViolation, match="64 levels"):
        decode_json(opening * 65 + "NaN" + closing * 65)


@pytest.mark.parametrize("text", ["[" * 100_000, "[NaN," + "[" * 100_000, b"[" * 100_000])
def test_endless_nesting_is_refused(text: str | bytes) -> None:
    with pytest.raises(ProtocolViolation):
        decode_json(text)


def test_many_shallow_brackets_are_taken() -> None:
    assert decode_json("[" + ",".join(["[]"] * 1000) + "]") == [[]] * 1000


def test_encoding_is_compact_and_survives_lone_surrogates() -> None:
    assert encode_json({"a": [1, "é"]}) == '{"a":[1,"é"]}'.encode()
    assert decode_json(encode_json({"a": "x\ud800"})) == {"a": "x\ufffd"}
