"""The key goes to its own origin, and nowhere else."""

import pickle

import httpx
import pytest

from chat_tui.errors import AuthFailed
from chat_tui.net.auth import KeyAuth

KEY = "canary-0123456789"


def sent(auth: KeyAuth, url: str) -> dict[str, str]:
    return dict(auth(httpx.Request("GET", url)).headers)


@pytest.mark.parametrize(
    "url",
    ["https://api.example/v1", "https://API.example:443/x?y", "https://api.example"],
)
def test_the_key_goes_to_its_origin(url: str) -> None:
    auth = KeyAuth(KEY, origin="https://api.example/v1")
    assert sent(auth, url)["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/v1",
        "https://api.example:8443/",
        "https://example/",
        "https://api.example.evil/",
        "https://api.example@evil/",
        "https://evil/api.example",
    ],
)
def test_the_key_goes_nowhere_else(url: str) -> None:
    auth = KeyAuth(KEY, origin="https://api.example/v1", header="x-api-key", scheme="")
    assert KEY not in str(sent(auth, url))


def test_header_and_scheme_are_the_vendors() -> None:
    auth = KeyAuth(KEY, origin="https://api.example", header="x-api-key", scheme="")
    assert sent(auth, "https://api.example/")["x-api-key"] == KEY


@pytest.mark.parametrize("key", ["", "a b", "a\n", "a\r\nx: y", "clé", "a\x00", "“quoted”"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_named(key: str) -> None:
    with pytest.raises(AuthFailed) as caught:
        KeyAuth(key, origin="https://api.example")
    if key:
        assert key not in f"{caught.value!r} {caught.value.hint}"


def test_neither_repr_nor_pickle_gives_the_key_away() -> None:
    auth = KeyAuth(KEY, origin="https://api.example")
    assert KEY not in f"{auth!r} {auth}"
    with pytest.raises(TypeError):
        pickle.dumps(auth)
