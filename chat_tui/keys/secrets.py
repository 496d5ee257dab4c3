"""API keys: where they come from, and values that do not show themselves."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, NoReturn, SupportsIndex, TypeAlias, assert_never
from weakref import WeakValueDictionary

import msgspec

from chat_tui.errors import AuthFailed
from chat_tui.keys.command import key_from_command
from chat_tui.keys.entries import KEYRING_SERVICE, Entry, ask_keyring
from chat_tui.keys.file import read_key

_MASK: Final = "••••"


_MIN_MASKED_CHARS: Final = 8
"""What is shorter would be found in words that have nothing to do with it."""


class Secret:
    """A value that is only seen by who asks for it with `reveal()`."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        _ALIVE[id(self)] = self

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"Secret({_MASK})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, _spec: str) -> str:
        return _MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # loads OpenSSL, for which a start would wait

        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a secret is not pickled")


_ALIVE: Final = WeakValueDictionary[int, Secret]()


def without_secrets(text: str, mask: str = _MASK) -> str:
    """Mask the keys that are in use now, whatever they look like."""
    # The longest first: one that begins like another one would leave the rest of that.
    for value in sorted({secret.reveal() for secret in list(_ALIVE.values())}, key=len)[::-1]:
        if len(value) >= _MIN_MASKED_CHARS and value in text:
            text = text.replace(value, mask)
    return text


class EnvKey(msgspec.Struct, frozen=True):
    """An environment variable."""

    name: str


@dataclass(frozen=True, slots=True)
class KeyringKey:
    """An entry of the system's keyring, under the service `chat-tui`; else of the key file."""

    name: str
    file: Path | None = field(default=None, compare=False)
    """The key file; where it lies does not make it another source."""


@dataclass(frozen=True, slots=True)
class CommandKey:
    """The first line that a command prints; run without a shell."""

    argv: tuple[str, ...] = field(repr=False)
    """The program first; an argument may hold a token, so that none is shown."""


class PlainKey(msgspec.Struct, frozen=True):
    """Written in the configuration file."""

    secret: Secret


@dataclass(frozen=True, slots=True)
class DefaultKey:
    """Nothing was said: the kind's usual variable, then the provider's entry of keyring or file."""

    env: str | None
    provider: str
    required: bool = True
    """Without a key the service answers nothing: a kind's own default service."""
    file: Path | None = field(default=None, compare=False)
    """The key file; where it lies does not make it another source."""


class NoKey(msgspec.Struct, frozen=True):
    """There is none, and none is needed."""


KeySource: TypeAlias = EnvKey | KeyringKey | CommandKey | PlainKey | DefaultKey | NoKey

Origin: TypeAlias = Literal["env", "keyring", "file", "command", "config", "none"]


@dataclass(frozen=True, slots=True)
class KeyState:
    """Whether requests can be made, as far as it is cheap to know."""

    ready: bool
    reason: str
    """Where the key comes from, or what is missing; never the key."""
    unsafe: bool = False
    """There may be a key, in a file that others can read: it is not used."""
    origin: Origin = field(default="none", compare=False)
    """What gives the key; `none` also where it should come from somewhere, and does not."""


class KeyRing:
    """Keys that were resolved, each once, kept in memory only."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """Start empty.

        Args:
            environ: Where variables are looked up; without it the process's own, when asked.
        """
        self._environ = environ
        self._found: dict[tuple[str, KeySource], Secret | None] = {}
        self._forgotten: list[Secret | None] = []
        """Still masked wherever they turn up."""
        self._locks: dict[tuple[str, KeySource], asyncio.Lock] = {}

    async def resolve(self, source: KeySource, *, provider: str) -> Secret | None:
        """As the function `resolve`, but a source is asked only until it has answered.

        Requests that start together wait for one answer.
        """
        place = (provider, source)
        async with self._locks.setdefault(place, asyncio.Lock()):
            if place not in self._found:
                environ = os.environ if self._environ is None else self._environ
                self._found[place] = await resolve(source, environ, provider=provider)
            return self._found[place]

    def forget(self, provider: str) -> None:
        """Ask the sources of this provider again: its key was changed or refused."""
        for place in [place for place in self._found if place[0] == provider]:
            self._forgotten.append(self._found.pop(place))


async def resolve(source: KeySource, environ: Mapping[str, str], *, provider: str) -> Secret | None:
    """Fetch the key.

    Args:
        source: Where it is.
        environ: Where variables are looked up; a command gets it as its environment.
        provider: The user's name of the provider, for messages.

    Returns:
        The key, or null where none was found and none is needed.

    Raises:
        AuthFailed: a named source has no usable key, or the provider's own service needs one.
    """
    match source:
        case EnvKey(name):
            if value := environ.get(name, "").strip():
                return _checked(value, provider, f"the variable {name}")
            raise AuthFailed(
                f"{name} is not set", hint=f"it is named by api_key of provider {provider!r}"
            )
        case KeyringKey(name):
            entry = await _kept(name, source.file)
            if entry.value:
                return _checked(entry.value, provider, f"the {entry.origin} entry {name!r}")
            raise AuthFailed(
                f"{entry.why_none}, named by api_key of provider {provider!r}",
                hint=f"store it with: {_keys_set(provider)}",
            )
        case CommandKey(argv):
            return _checked(
                await key_from_command(argv, environ, provider), provider, "the command"
            )
        case PlainKey(secret):
            return secret
        case DefaultKey(env, entry_name, required):
            if env and (value := environ.get(env, "").strip()):
                return _checked(value, provider, f"the variable {env}")
            entry = await _kept(entry_name, source.file)
            if entry.value:
                return _checked(entry.value, provider, f"the {entry.origin} entry {entry_name!r}")
            if required:
                raise AuthFailed(f"no key for provider {provider!r}", hint=_how_to_add(source))
            return None
        case NoKey():
            return None
        case _:
            assert_never(source)


def describe(source: KeySource) -> str:
    """Say where the key comes from, never what it is."""
    match source:
        case EnvKey(name):
            return f"variable {name}"
        case KeyringKey(name):
            return f"keyring entry {KEYRING_SERVICE}/{name}"
        case CommandKey(argv):
            return f"command {argv[0]}"
        case PlainKey():
            return "written in the configuration"
        case DefaultKey(env, provider):
            entry = f"keyring entry {KEYRING_SERVICE}/{provider}"
            return f"variable {env}, then {entry}" if env else entry
        case NoKey():
            return "no key"
        case _:
            assert_never(source)


async def probe(source: KeySource, environ: Mapping[str, str]) -> KeyState:
    """Look whether there is a key, without running a command."""
    match source:
        case EnvKey(name):
            if environ.get(name, "").strip():
                return KeyState(ready=True, reason=describe(source), origin="env")
            return KeyState(ready=False, reason=f"{name} is not set")
        case KeyringKey(name):
            return await _probe_kept(name, source.file)
        case CommandKey():
            return KeyState(ready=True, reason=describe(source), origin="command")
        case PlainKey():
            return KeyState(ready=True, reason=describe(source), origin="config")
        case NoKey():
            return KeyState(ready=True, reason=describe(source))
        case DefaultKey(env, provider, required):
            if env and environ.get(env, "").strip():
                return KeyState(ready=True, reason=f"variable {env}", origin="env")
            kept = await _probe_kept(provider, source.file)
            if kept.ready or kept.unsafe:
                return kept
            if required:
                return KeyState(ready=False, reason=f"{env} is not set" if env else kept.reason)
            return KeyState(ready=True, reason="no key")
        case _:
            assert_never(source)


def asks_keyring(source: KeySource, environ: Mapping[str, str]) -> bool:
    """Say whether the keyring will be asked for the key."""
    match source:
        case KeyringKey():
            return True
        case DefaultKey(env=env):
            return not (env and environ.get(env, "").strip())
        case EnvKey() | CommandKey() | PlainKey() | NoKey():
            return False
        case _:
            assert_never(source)


def key_file_of(source: KeySource) -> Path | None:
    """The file that stands in for the keyring; null where neither is asked."""
    return source.file if isinstance(source, KeyringKey | DefaultKey) else None


def usable(value: str) -> bool:
    """Whether a value can stand in a header: printable ASCII without spaces."""
    return bool(value) and all("!" <= char <= "~" for char in value)


def _checked(value: str, provider: str, origin: str) -> Secret:
    if not usable(value):
        raise AuthFailed(
            f"api_key of provider {provider!r}: what {origin} holds is not a key",
            hint="a key is one line of ASCII without spaces or control characters",
        )
    return Secret(value)


def _how_to_add(source: DefaultKey) -> str:
    keys_set = _keys_set(source.provider)
    return f"set {source.env}, or: {keys_set}" if source.env else keys_set


def _keys_set(provider: str) -> str:
    return f"chat-tui keys set {provider}"


async def _kept(name: str, file: Path | None) -> Entry:
    """Look where `chat-tui keys set` stores: the keyring, then the key file.

    Raises:
        AuthFailed: the keyring has nothing, and the file is not safe to read.
    """
    entry = await ask_keyring(name)
    if entry.value or file is None:
        return entry
    value = await asyncio.to_thread(read_key, file, name)
    return Entry(value, entry.why_none, "file") if value else entry


async def _probe_kept(name: str, file: Path | None) -> KeyState:
    try:
        entry = await _kept(name, file)
    except AuthFailed as error:
        return KeyState(ready=False, reason=f"{error.message}: {error.hint}", unsafe=True)
    if not entry.value:
        return KeyState(ready=False, reason=entry.why_none)
    where = describe(KeyringKey(name)) if entry.origin == "keyring" else f"key file {file}"
    return KeyState(ready=True, reason=where, origin=entry.origin)
