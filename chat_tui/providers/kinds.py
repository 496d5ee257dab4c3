"""What a kind of provider is: its options, its usual key, and how one is built."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from chat_tui.keys.secrets import KeyRing, KeySource, Secret
from chat_tui.providers.base import Provider

if TYPE_CHECKING:
    from chat_tui.providers.parameters import Parameter


class ProviderOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of a provider's table that every kind has; a kind adds its own.

    `api_key` is not among them: it becomes a `KeySource` before a kind sees anything. A field
    whose name ends in `_url` is checked to be an http or https address.
    """

    kind: str
    """Which of the kinds below."""
    parameters: dict[str, object] = msgspec.field(default_factory=dict)
    """Passed through to the request body as they are; checked to have a JSON form."""
    timeout_s: float | None = None
    """How long to wait for a connection; null is the client's default."""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    """Further headers of every request."""
    ca_file: str = ""
    """A PEM file with the authorities to trust, instead of the bundled ones."""
    allow_insecure: bool = False
    """Send the key over plain http to another machine, too."""

    def __repr__(self) -> str:
        shown = (
            f"{name}={'{...}' if name in _VEILED and value else repr(value)}"
            for name in self.__struct_fields__
            for value in (getattr(self, name),)
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [
            (name, {} if name in _VEILED else getattr(self, name))
            for name in self.__struct_fields__
        ]


_VEILED = frozenset({"headers", "parameters"})
"""A user may well put a token into these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the program gives a provider to work with."""

    key: KeySource
    idle_timeout_s: float
    """No event for this long: the reply has stalled. 0 is no limit."""
    max_event_bytes: int
    proxy: Callable[[str], str | None]
    """The proxy for a URL, or null to go there directly."""
    ca_file: str | None = None
    """Authorities to trust instead of the bundled ones."""
    keys: KeyRing = field(default_factory=KeyRing, repr=False)
    """Shared by all providers of a process, so that a key command runs once."""

    async def secret(self, provider: str) -> Secret | None:
        """Fetch the key of a provider by its name; null means no authorization header.

        Raises:
            AuthFailed: the source has no usable key.
        """
        return await self.keys.resolve(self.key, provider=provider)


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One sort of provider."""

    name: str
    options: type[ProviderOptions]
    key_env: str | None
    """The variable that usually holds the key; null where the service takes none."""
    default_base_url: str
    """Empty where there is no service to reach."""
    build: Callable[..., Provider]
    """`build(name: str, options: ProviderOptions, services: Services) -> Provider`, where the
    options are of this kind's own type."""
    key_required: bool = True
    """The service at the default address answers nothing without a key."""
    parameters: "tuple[Parameter, ...]" = ()
    """What a form asks for; without them, what the kind of that name is known to take."""
