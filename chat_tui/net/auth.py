"""The key in a request: one header, for one origin only."""

from typing import TYPE_CHECKING

from chat_tui.errors import AuthFailed

if TYPE_CHECKING:
    import httpx


class KeyAuth:
    """Adds a key to requests to its own origin (scheme, host and port), and to no other.

    httpx calls it for each request. A redirect or a link to elsewhere goes without the key.
    """

    __slots__ = ("_header", "_origin", "_value", "key")

    def __init__(
        self,
        key: str,
        *,
        origin: str,
        header: str = "authorization",
        scheme: str = "Bearer",
    ) -> None:
        """Bind a key.

        Args:
            key: The bare key.
            origin: Any URL of the server that the key is for.
            header: The header that carries it.
            scheme: The word before it; empty for none.

        Raises:
            AuthFailed: the key has characters that no header can carry.
        """
        if not key or not all("!" <= char <= "~" for char in key):
            raise AuthFailed(
                "the key is empty" if not key else "the key has a character that no key can have",
                hint="a key is ASCII without spaces or line ends: look for a stray newline or quote",
            )
        self.key = key
        """For `redact`; never to be shown."""
        self._origin = origin
        self._header = header
        self._value = f"{scheme} {key}" if scheme else key

    def __call__(self, request: "httpx.Request") -> "httpx.Request":
        if same_origin(request.url, self._origin):
            request.headers[self._header] = self._value
        return request

    def __repr__(self) -> str:
        return f"KeyAuth('***', header={self._header!r})"

    def __reduce__(self) -> str:
        raise TypeError("a key is not to be pickled")


def same_origin(url: "httpx.URL", other: "httpx.URL | str") -> bool:
    """Tell whether two URLs have the same scheme, host and port."""
    import httpx

    other = httpx.URL(other)
    # httpx has already lowered the case and dropped default ports.
    return (url.scheme, url.raw_host, url.port) == (other.scheme, other.raw_host, other.port)
