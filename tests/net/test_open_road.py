"""Plain http to another machine, as opposed to what nobody can listen to."""

import pytest

from chat_tui.net.open_road import is_open_road, not_sent, secrets_in


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("http://example.test/v1", True),
        ("HTTP://EXAMPLE.test", True),
        ("http://10.0.0.9:8080", True),
        ("http://127.0.0.1.example.test", True),
        ("http://localhost.example.test", True),
        ("http://0.0.0.0", True),
        ("http://[2001:db8::1]/", True),
        ("https://example.test", False),
        ("http://localhost:11434", False),
        ("http://LOCALHOST", False),
        ("http://app.localhost", False),
        ("http://127.9.8.7", False),
        ("http://[::1]:80/", False),
    ],
)
def test_only_plain_http_to_elsewhere_is_an_open_road(url: str, is_open: bool) -> None:
    assert is_open_road(url) is is_open


def test_a_key_that_is_kept_back_names_the_host_and_the_remedy() -> None:
    error = not_sent("http://example.test/v1", "lan")
    assert "example.test" in error.message
    assert error.hint == "use https, or set allow_insecure = true in providers.lan"


def test_what_is_secret_in_headers_is_known_with_and_without_its_scheme() -> None:
    headers = {
        "X-Proxy-Authorization": "Basic dXNlcjpwdw==",
        "X-Max-Tokens": "4096",
        "X-Team": "lighthouse-keepers",
    }
    assert set(secrets_in(headers)) == {"Basic dXNlcjpwdw==", "dXNlcjpwdw=="}
