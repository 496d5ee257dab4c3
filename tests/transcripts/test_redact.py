"""Keys are masked where servers repeat them."""

import pytest

from chat_tui.transcripts.redact import without_keys


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdefghijklmnop1234",
        "fk-0123456789",
        "gsk_abc123def456",
        "hf_abcDEF1234567",
        "AIzaSyA-0123456789abcdefghij",
        "01234567-89ab-cdef-0123-456789abcdef:0123456789abcdef0123456789abcdef",
    ],
)
def test_what_has_the_shape_of_a_key_is_masked(key: str) -> None:
    assert without_keys(f"refused: {key}.").startswith("refused: ••••")
    assert key[5:] not in without_keys(f"refused: {key}.")


def test_what_follows_a_scheme_is_masked() -> None:
    assert without_keys("Authorization: Bearer abc.def/123=") == "Authorization: Bearer ••••"


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: none",
        "skeletonization of pk-nothing-here",
        "basic authentication is off",
        "retry in 1.5 s",
    ],
)
def test_words_stay(text: str) -> None:
    assert without_keys(text) == text
