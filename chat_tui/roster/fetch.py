"""Fetching pictures whose address a provider gave: without its key, and not from inside."""

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from chat_tui.media.fetching import Fetch
from chat_tui.media.files import MAX_BYTES
from chat_tui.providers.base import Provider


def fetch_for(provider: Provider, environ: Mapping[str, str]) -> Fetch:
    """Say how pictures are fetched.

    Args:
        provider: Who gives the addresses; only where it is itself in a private network, those in
            such a network are followed.
        environ: Where proxies are looked up.
    """
    from chat_tui.net.addresses import is_private_host
    from chat_tui.net.download import Downloader
    from chat_tui.net.proxies import proxy_for

    downloader = Downloader(
        proxy=lambda url: proxy_for(url, environ),
        ca_file=environ.get("SSL_CERT_FILE") or None,
    )
    private = is_private_host(urlsplit(provider.base_url).hostname or "")
    return partial(downloader.get, max_bytes=MAX_BYTES, allow_private=private)
