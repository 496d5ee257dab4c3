"""A provider's way to its server: one HTTP client, and the key fetched when it is needed."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Final

from chat_tui.errors import AuthFailed, ProviderError
from chat_tui.keys.secrets import describe
from chat_tui.net.auth import KeyAuth
from chat_tui.net.client import HttpClient
from chat_tui.net.error_text import redact
from chat_tui.net.frames import Frame
from chat_tui.net.limits import DEFAULT_LIMITS, Limits
from chat_tui.net.open_road import is_open_road, not_sent, secrets_in
from chat_tui.net.reply import Reply
from chat_tui.net.translate import BASE_URL_HINT
from chat_tui.providers.kinds import ProviderOptions, Services

NO_LIMIT_S: Final = 10_000_000.0
"""As good as no limit, for what wants a number."""


class Connection:
    """Requests to one configured provider."""

    def __init__(
        self,
        name: str,
        base_url: str,
        options: ProviderOptions,
        services: Services,
        *,
        header: str = "authorization",
        scheme: str = "Bearer",
        url_key: str = "base_url",
        url_hint: str = "",
    ) -> None:
        """Describe the way; nothing is opened and no key is fetched yet.

        Args:
            name: The user's name for the provider.
            base_url: What paths are appended to; the key goes to its origin only.
            options: What the user configured.
            services: Key, patience and proxy.
            header: The header that carries the key.
            scheme: The word before the key; empty for none.
            url_key: The name of the user's key for `base_url`, for hints.
            url_hint: What to say where `base_url` seems to lead to another server.
        """
        self._name = name
        self._services = services
        self._header = header
        self._scheme = scheme
        self._url_key = url_key
        self._url_hint = url_hint
        self._keeps_key_back = is_open_road(base_url) and not options.allow_insecure
        self._secrets = secrets_in(options.headers)
        self._client = HttpClient(
            base_url,
            headers=options.headers,
            limits=Limits(
                connect_s=options.timeout_s or DEFAULT_LIMITS.connect_s,
                idle_s=services.idle_timeout_s or NO_LIMIT_S,
                max_event_bytes=services.max_event_bytes,
                max_body_bytes=max(DEFAULT_LIMITS.max_body_bytes, services.max_event_bytes),
                max_reply_bytes=max(DEFAULT_LIMITS.max_reply_bytes, services.max_event_bytes),
            ),
            proxy=services.proxy(base_url),
            ca_file=_path(options.ca_file) or services.ca_file,
            secrets=self._secrets,
        )

    @asynccontextmanager
    async def open(self, method: str, path: str, *, json: object = None) -> AsyncIterator[Reply]:
        """Send a request; see `HttpClient.open`.

        An error that is raised inside the block loses the key, and what else is secret in the
        headers, should the server have repeated it.

        Raises:
            ProviderError: there is no usable key, or the way to the server or its answer failed.
        """
        secret = await self._services.secret(self._name)
        if self._keeps_key_back and (secret is not None or self._secrets):
            raise not_sent(self._client.base_url, self._name)
        key = secret.reveal() if secret is not None else ""
        try:
            auth = self._auth(key) if secret is not None else None
            hint = (
                f"the key came from {describe(self._services.key)}"
                if auth
                else "no key was sent: set api_key for this provider"
            )
            async with self._client.open(method, path, json=json, auth=auth, hint=hint) as reply:
                yield reply
        except ProviderError as error:
            if isinstance(error, AuthFailed):
                self._services.keys.forget(self._name)  # the next try asks for a new one
            error.message = redact(error.message, filter(None, [key, *self._secrets]))
            error.args = (error.message,)
            error.hint = self._hint(error.hint)
            raise

    async def get_json(self, path: str) -> object:
        """Get one JSON document.

        Raises:
            ProviderError: as for `open`.
        """
        async with self.open("GET", path) as reply:
            return await reply.json()

    async def aclose(self) -> None:
        await self._client.aclose()

    def _hint(self, general: str) -> str:
        """Say a general hint about the address in the words of this kind."""
        if self._url_hint and general == BASE_URL_HINT:
            return self._url_hint
        return general.replace("base_url", self._url_key)

    def _auth(self, key: str) -> KeyAuth:
        return KeyAuth(key, origin=self._client.base_url, header=self._header, scheme=self._scheme)


def _path(text: str) -> str | None:
    return str(Path(text).expanduser()) if text else None


def frames_of(reply: Reply, *, lines: bool = False) -> AsyncGenerator[Frame, None]:
    """Yield frames, also where the server leaves out the framing and sends lines of JSON.

    Args:
        reply: What came.
        lines: What looks like one document is lines, too.

    Raises:
        ProviderError: as for `Reply.frames` and `Reply.lines`.
    """
    if reply.kind == "ndjson" or (lines and reply.kind == "json"):
        return _framed(reply)
    return reply.frames()


async def _framed(reply: Reply) -> AsyncGenerator[Frame, None]:
    async with aclosing(reply.lines()) as each:
        async for line in each:
            yield Frame("message", line)
