"""Addresses of requests."""

import pytest

from chat_tui.net.request import joined


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("https://h/v1", "models", "https://h/v1/models"),
        ("https://h/v1/", "/models", "https://h/v1/models"),
        ("https://h", "/models?a=1", "https://h/models?a=1"),
        ("https://h/v1?version=1", "models?a=1", "https://h/v1/models?version=1&a=1"),
        ("https://h/v1", "", "https://h/v1"),
        ("https://h", "model:generate", "https://h/model:generate"),
        ("https://h/v1", "https://other/x?y", "https://other/x?y"),
        ("https://h/v1", "//other/x", "https://h/v1/other/x"),
    ],
)
def test_a_path_is_appended_and_a_url_stays(base: str, path: str, url: str) -> None:
    assert joined(base, path) == url
