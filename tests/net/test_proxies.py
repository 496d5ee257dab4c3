"""Which proxy the environment asks for."""

import pytest

from chat_tui.net.proxies import masked_proxy, proxy_for

PROXY = {"HTTPS_PROXY": "http://s:1", "HTTP_PROXY": "http://p:2", "ALL_PROXY": "http://a:3"}
URL = "https://api.example.com/v1"


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        (URL, {}, None),
        (URL, PROXY, "http://s:1"),
        ("http://api.example.com", PROXY, "http://p:2"),
        (URL, {"ALL_PROXY": "http://a:3"}, "http://a:3"),
        (URL, {"all_proxy": "http://a:3"}, "http://a:3"),
        (URL, {"https_proxy": "http://low:1", "HTTPS_PROXY": "http://up:1"}, "http://low:1"),
        (URL, {"https_proxy": "", "HTTPS_PROXY": "http://up:1"}, "http://up:1"),
        (URL, {"HTTP_PROXY": "http://p:2"}, None),
        (URL, {"HTTPS_PROXY": "bare:3128"}, "http://bare:3128"),
        (URL, {"HTTPS_PROXY": "  "}, None),
        ("http://localhost:3000", PROXY, None),
        ("http://sub.localhost:3000", PROXY, None),
        ("http://127.0.0.1:3000", PROXY, None),
        ("http://[::1]:3000", PROXY, None),
        ("http://10.0.0.1:3000", PROXY, "http://p:2"),
        ("http://h:99999/", PROXY, None),
    ],
)
def test_the_scheme_chooses_the_variable(
    url: str, environ: dict[str, str], proxy: str | None
) -> None:
    assert proxy_for(url, environ) == proxy


@pytest.mark.parametrize(
    ("no_proxy", "used"),
    [
        ("*", False),
        ("example.com", False),
        (".example.com", False),
        ("*.example.com", False),
        ("API.example.com", False),
        ("other.com, example.com", False),
        ("other.com example.com", False),
        ("api.example.com:443", False),
        ("api.example.com:8443", True),
        ("ample.com", True),
        ("api.example.com.evil", True),
        ("", True),
        (",", True),
        ("10.0.0.0/8", True),
    ],
)
def test_no_proxy_names_hosts(no_proxy: str, used: bool) -> None:
    assert (proxy_for(URL, {**PROXY, "NO_PROXY": no_proxy}) is not None) == used
    assert (proxy_for(URL, {**PROXY, "no_proxy": no_proxy}) is not None) == used


@pytest.mark.parametrize(
    ("host", "no_proxy", "used"),
    [
        ("10.1.2.3", "10.0.0.0/8", False),
        ("11.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", False),
        ("[fd00::1]", "fd00::/8", False),
        ("[fd00::1]", "[fd00::1]", False),
        ("[fd00::1]", "fe80::/10", True),
    ],
)
def test_no_proxy_names_addresses(host: str, no_proxy: str, used: bool) -> None:
    proxy = proxy_for(f"http://{host}:8080/", {**PROXY, "NO_PROXY": no_proxy})
    assert (proxy is not None) == used


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://user:pa@ss@proxy:3128", "http://***@proxy:3128"),
        ("http://proxy:3128", "http://proxy:3128"),
        ("user:pass@proxy", "***@proxy"),
    ],
)
def test_a_shown_proxy_has_no_password(proxy: str, shown: str) -> None:
    assert masked_proxy(proxy) == shown
