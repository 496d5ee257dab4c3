"""The configured providers, each built when it is first needed."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from chat_tui.config.model import Config, ProviderEntry
from chat_tui.config.toml_file import nearest
from chat_tui.errors import (
    AuthFailed,
    ConfigError,
    ProviderError,
    ProviderFailed,
    WrongId,
)
from chat_tui.keys.keeping import keep_key
from chat_tui.keys.secrets import (
    CommandKey,
    KeyRing,
    NoKey,
    PlainKey,
    Secret,
    key_file_of,
    probe,
    usable,
)
from chat_tui.log_place import see_log
from chat_tui.media.fetching import Fetch
from chat_tui.net.open_road import hold_a_key, is_open_road, not_sent
from chat_tui.providers.base import Provider
from chat_tui.providers.kinds import Services
from chat_tui.registry import LOAD_FAULTS, Registry
from chat_tui.roster.fetch import fetch_for
from chat_tui.roster.key_names import entry_name
from chat_tui.roster.listing import WRONG_ID, Listing, Readiness
from chat_tui.roster.trial import Trial, tried

if TYPE_CHECKING:
    from chat_tui.providers.parameters import Parameter

log = logging.getLogger(__name__)

DEMO: Final = "demo"
"""The name, and the kind, of the provider that is always there."""

CHECK_TIMEOUT_S: Final = 10.0


class Roster:
    """Providers by the user's names. Whoever made it closes it."""

    def __init__(
        self,
        config: Config,
        *,
        environ: Mapping[str, str],
        registry: Registry,
        demo: bool = False,
    ) -> None:
        """List the providers; none is built yet.

        Args:
            config: What the user configured.
            environ: Where variables with keys and proxies are looked up.
            registry: The kinds of providers; the demo's comes from here.
            demo: The user asked for the demo, whatever is configured.
        """
        self._config = config
        self._environ = environ
        self._registry = registry
        self._demo = demo
        self._broken = {one.name: one.error for one in config.broken}
        self._keys = KeyRing(environ)
        self._built: dict[str, Provider] = {}
        self._retired: list[Provider] = []
        """No longer configured, and perhaps still answering."""

    def names(self) -> tuple[str, ...]:
        """Every provider, in the order of the configuration; the demo last."""
        return tuple(dict.fromkeys([*self._config.providers, *self._broken, DEMO]))

    def require(self, name: str) -> None:
        """Make sure that a provider can be built.

        Raises:
            ConfigError: there is none of that name, or its file cannot be followed.
        """
        self.entry(name)

    def provider(self, name: str) -> Provider:
        """Give the provider of a name, the same one each time.

        Raises:
            ConfigError: there is none of that name, or its file cannot be followed.
            ProviderError: its configuration leads nowhere, such as a proxy that cannot be used.
        """
        if name not in self._built:
            self._built[name] = self._build(self.entry(name))
        return self._built[name]

    def entry(self, name: str) -> ProviderEntry:
        """What is configured of a provider.

        Raises:
            ConfigError: there is none of that name, or its file cannot be followed.
        """
        entry = self._config.providers.get(name)
        if name == DEMO and (self._demo or (entry is None and name not in self._broken)):
            return self._demo_entry()
        if name in self._broken:
            raise self._broken[name]
        if entry is None:
            raise ConfigError(f"no provider {name[:64]!r}", hint=nearest(name, self.names()))
        return entry

    def put(self, entry: ProviderEntry) -> None:
        """Add a provider while the program runs, or change one; what it is saying goes on."""
        self.drop(entry.name)
        self._config = msgspec.structs.replace(
            self._config, providers={**self._config.providers, entry.name: entry}
        )

    def drop(self, name: str) -> None:
        """Forget a provider; what it is saying goes on."""
        others = {key: one for key, one in self._config.providers.items() if key != name}
        self._config = msgspec.structs.replace(self._config, providers=others)
        self._broken.pop(name, None)
        self._keys.forget(name)
        if name in self._built:
            self._retired.append(self._built.pop(name))

    async def try_out(
        self, entry: ProviderEntry, secret: Secret | None, timeout_s: float = CHECK_TIMEOUT_S
    ) -> Trial:
        """Ask a server as a provider would that need not be configured yet.

        Args:
            entry: What it would be configured as.
            secret: Its key; null where it comes from what the entry says.
            timeout_s: For the check, and for the list of models.

        Raises:
            ProviderError: the server will not have it, or nobody can say; `WrongId` where only
                the model, flow or application is not there.
        """
        if secret is not None and not usable(secret.reveal()):
            raise AuthFailed("this is not a key", hint="a key is one line of ASCII without spaces")
        services = replace(self._services(entry), keys=KeyRing(self._environ))
        if secret is not None:
            services = replace(services, key=PlainKey(secret))
        return await tried(self._build(entry, services), timeout_s, pasted=secret is not None)

    async def listings(self) -> tuple[Listing, ...]:
        """Say of each whether there is a key for it, without asking its server."""
        return tuple(await asyncio.gather(*(self._listing(name) for name in self.names())))

    async def check(self, name: str, timeout_s: float = CHECK_TIMEOUT_S) -> Listing:
        """Ask a provider's server whether it would answer, and say what came of it."""
        listing = await self._listing(name)
        if listing.state != "ready":
            return listing
        state: Readiness = "ready"
        try:
            async with asyncio.timeout(timeout_s):
                reason = await self.provider(name).check()
        except TimeoutError:
            state, reason = "not reachable", f"no answer in {timeout_s:g} s"
        except AuthFailed as error:
            state, reason = "needs a key", error.told
        except WrongId as error:
            state, reason = "not reachable", f"{WRONG_ID}: {error.told}"
        except ProviderError as error:
            state, reason = "not reachable", error.told
        return msgspec.structs.replace(listing, state=state, reason=reason)

    def parameters_of(self, name: str) -> "tuple[Parameter, ...]":
        """What a provider is known to take, beside what it may take.

        Raises:
            ConfigError: there is none of that name, or its file cannot be followed.
        """
        from chat_tui.providers.parameters import declared

        entry = self.entry(name)
        return declared(entry.options, entry.kind.parameters)

    def asks_nobody(self, name: str) -> bool:
        """Whether a request to this provider runs no key command, which may ask the user."""
        entry = self._config.providers.get(name)
        return entry is None or not isinstance(entry.key, CommandKey)

    async def keep_key(
        self, name: str, secret: Secret, timeout_s: float = CHECK_TIMEOUT_S
    ) -> Listing:
        """Test a key at the provider's server, and store it if it is right: see `keep_key`.

        Returns:
            The provider as it is now: ready, or with an id that is wrong.

        Raises:
            ConfigError: the provider's key comes from elsewhere.
            ProviderError: the server will not have it, or nobody can say; nothing was stored.
        """
        entry = self.entry(name)
        place = entry_name(entry, self._environ)
        wrong_id = ""
        try:
            await self.try_out(entry, secret, timeout_s)
        except WrongId as error:  # the key is right
            wrong_id = f"{WRONG_ID}: {error.told}"
        await keep_key(place, secret, key_file_of(entry.key))
        self._keys.forget(name)
        listing = await self._listing(name)
        if wrong_id:
            return msgspec.structs.replace(listing, state="not reachable", reason=wrong_id)
        return listing

    async def look(self, name: str) -> Listing:
        """Check a provider that nobody asked about.

        No key command is run for it, which may ask the user for a password, and the demo is known
        to answer.
        """
        entry = self._config.providers.get(name)
        if entry is None or isinstance(entry.key, CommandKey):
            return await self._listing(name)
        return await self.check(name)

    async def default(self, last: str | None) -> str:
        """Choose who answers when nobody was named.

        Args:
            last: The provider that was used last; ignored when it is gone.

        Returns:
            The configured one, else the last one, else the first that is ready, else the demo.
        """
        if self._demo:
            return DEMO
        if self._config.app.provider is not None:
            return self._config.app.provider
        if last and last in self.names() and last not in self._broken:
            return last
        for name in self._config.providers:
            if (await self._listing(name)).state == "ready":
                return name
        return DEMO

    def fetch_for(self, provider: Provider) -> Fetch:
        """Say how pictures are fetched whose address a provider gives.

        Neither its key nor its headers go along. Addresses in a private network are followed only
        for a provider that is there itself, by an address or as `localhost`.
        """
        return fetch_for(provider, self._environ)

    async def aclose(self) -> None:
        """Close every provider that was built. Idempotent."""
        async with AsyncExitStack() as stack:
            for provider in (*self._built.values(), *self._retired):
                stack.push_async_callback(provider.aclose)
            self._built, self._retired = {}, []

    def _build(self, entry: ProviderEntry, services: Services | None = None) -> Provider:
        """Build a provider; a mistake in an installed package is an error of that provider."""
        services = services or self._services(entry)
        if self._registry.is_ours(entry.kind.name):
            return entry.kind.build(entry.name, entry.options, services)
        try:
            return entry.kind.build(entry.name, entry.options, services)
        except LOAD_FAULTS as error:
            log.warning("kind %r cannot build a provider", entry.kind.name, exc_info=True)
            raise ProviderFailed(
                f"provider kind {entry.kind.name!r} failed: {type(error).__name__}",
                hint=f"update or remove its package; {see_log()}",
            ) from error

    def _demo_entry(self) -> ProviderEntry:
        kind = self._registry.get(DEMO)
        return ProviderEntry(DEMO, kind, kind.options(kind=DEMO), NoKey(), Path())

    def _services(self, entry: ProviderEntry) -> Services:
        from chat_tui.net.proxies import proxy_for

        return Services(
            key=entry.key,
            idle_timeout_s=self._config.app.idle_timeout_s,
            max_event_bytes=self._config.app.max_event_bytes,
            proxy=lambda url: proxy_for(url, self._environ),
            ca_file=self._environ.get("SSL_CERT_FILE") or None,
            keys=self._keys,
        )

    async def _listing(self, name: str) -> Listing:
        try:
            entry = self.entry(name)
        except ConfigError as error:
            return Listing(name=name, kind="", model="", state="not reachable", reason=str(error))
        key = await probe(entry.key, self._environ)
        state: Readiness = "ready" if key.ready else "needs a key"
        reason = key.reason
        keeps = key.origin != "none" or hold_a_key(entry.options.headers)
        if keeps and (road := _open_road(entry)):
            state, reason = "not reachable", not_sent(road, name).told
        return Listing(
            name=name, kind=entry.kind.name, model=entry.model, state=state, reason=reason
        )


def _open_road(entry: ProviderEntry) -> str:
    """The address that the provider's key is not sent to; empty where there is none."""
    if entry.options.allow_insecure:
        return ""
    values = msgspec.structs.asdict(entry.options)
    urls = [url for name, url in values.items() if name.endswith("_url") and isinstance(url, str)]
    return next(filter(is_open_road, urls), "")
