"""API keys: where they come from, and values that do not show themselves."""

import asyncio
import contextlib
import hmac
import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn, SupportsIndex, TypeAlias, assert_never

from chat_tui.errors import AuthFailed

KEYRING_SERVICE: Final = "chat-tui"
LOOKUP_LIMIT_S: Final = 30.0
_MASK: Final = "••••"
_MAX_LINE_BYTES: Final = 16 * 1024


class Secret:
    """A value that is only seen by who asks for it with `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

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
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, slots=True)
class EnvKey:
    """An environment variable."""

    name: str


@dataclass(frozen=True, slots=True)
class KeyringKey:
    """An entry of the system's keyring, under the service `chat-tui`."""

    name: str


@dataclass(frozen=True, slots=True)
class CommandKey:
    """The first line that a command prints; run without a shell."""

    argv: tuple[str, ...] = field(repr=False)
    """The program first; an argument may hold a token, so that none is shown."""


@dataclass(frozen=True, slots=True)
class PlainKey:
    """Written in the configuration file."""

    secret: Secret


@dataclass(frozen=True, slots=True)
class DefaultKey:
    """Nothing was said: the kind's usual variable, then the keyring entry of the provider."""

    env: str | None
    provider: str
    required: bool = True
    """Without a key the service answers nothing: a kind's own default service."""


@dataclass(frozen=True, slots=True)
class NoKey:
    """There is none, and none is needed."""


KeySource: TypeAlias = EnvKey | KeyringKey | CommandKey | PlainKey | DefaultKey | NoKey


@dataclass(frozen=True, slots=True)
class KeyState:
    """Whether requests can be made, as far as it is cheap to know."""

    ready: bool
    reason: str
    """Where the key comes from, or what is missing; never the key."""


class KeyRing:
    """Keys that were resolved, each once, kept in memory only."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """Start empty.

        Args:
            environ: Where variables are looked up; without it the process's own, when asked.
        """
        self._environ = environ
        self._found: dict[tuple[str, KeySource], Secret | None] = {}
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
            del self._found[place]


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
            entry = await _ask_keyring(name)
            if entry.value:
                return _checked(entry.value, provider, f"the keyring entry {name!r}")
            raise AuthFailed(
                f"{entry.why_none}, named by api_key of provider {provider!r}",
                hint=f"store it with: keyring set chat-tui {name}",
            )
        case CommandKey(argv):
            return _checked(await _run(argv, environ, provider), provider, "the command")
        case PlainKey(secret):
            return secret
        case DefaultKey(env, entry_name, required):
            if env and (value := environ.get(env, "").strip()):
                return _checked(value, provider, f"the variable {env}")
            entry = await _ask_keyring(entry_name)
            if entry.value:
                return _checked(entry.value, provider, f"the keyring entry {entry_name!r}")
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
                return KeyState(ready=True, reason=describe(source))
            return KeyState(ready=False, reason=f"{name} is not set")
        case KeyringKey(name):
            entry = await _ask_keyring(name)
            if entry.value:
                return KeyState(ready=True, reason=describe(source))
            return KeyState(ready=False, reason=entry.why_none)
        case CommandKey() | PlainKey() | NoKey():
            return KeyState(ready=True, reason=describe(source))
        case DefaultKey(env, provider, required):
            if env and environ.get(env, "").strip():
                return KeyState(ready=True, reason=f"variable {env}")
            entry = await _ask_keyring(provider)
            if entry.value:
                return KeyState(ready=True, reason=describe(KeyringKey(provider)))
            if required:
                reason = f"{env} is not set" if env else entry.why_none
                return KeyState(ready=False, reason=reason)
            return KeyState(ready=True, reason="no key")
        case _:
            assert_never(source)


def usable(value: str) -> bool:
    """Whether a value can stand in a header: printable ASCII without spaces."""
    return bool(value) and all("!" <= char <= "~" for char in value)


@dataclass(frozen=True, slots=True)
class _Entry:
    value: str = field(default="", repr=False)
    why_none: str = ""


def _checked(value: str, provider: str, origin: str) -> Secret:
    if not usable(value):
        raise AuthFailed(
            f"api_key of provider {provider!r}: what {origin} holds is not a key",
            hint="a key is one line of ASCII without spaces or control characters",
        )
    return Secret(value)


def _how_to_add(source: DefaultKey) -> str:
    keys_set = f"keyring set chat-tui {source.provider}"
    return f"set {source.env}, or: {keys_set}" if source.env else keys_set


async def _run(argv: tuple[str, ...], environ: Mapping[str, str], provider: str) -> str:
    """Return the first line of stdout, stripped; errors never say what was printed."""
    what = f"the command in api_key of provider {provider!r}"
    hint = "run it in a shell to see what it says"
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,  # away from the terminal we draw on, and one group to kill
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a command"
        raise AuthFailed(f"{what} cannot be run: {(reason or 'refused').lower()}") from error
    try:
        async with asyncio.timeout(LOOKUP_LIMIT_S):
            line = await _first_line(process)
            code = await process.wait()
    except TimeoutError as error:
        raise AuthFailed(f"{what} took over {LOOKUP_LIMIT_S:.0f} s", hint=hint) from error
    finally:
        await _end(process)
    if code != 0:
        raise AuthFailed(f"{what} failed with exit code {code}", hint=hint)
    if not line:
        raise AuthFailed(f"{what} printed no key", hint=hint)
    return line


async def _first_line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    kept = bytearray()
    while part := await process.stdout.read(_MAX_LINE_BYTES):
        if len(kept) <= _MAX_LINE_BYTES:
            kept += part
    return kept[:_MAX_LINE_BYTES].split(b"\n", 1)[0].decode(errors="replace").strip()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    # A grandchild that left the group may hold the pipe; asyncio offers no public way to let go.
    transport = getattr(process, "_transport", None)
    if isinstance(transport, asyncio.BaseTransport):
        transport.close()
    await process.wait()


async def _ask_keyring(name: str) -> _Entry:
    """Look in the keyring from a daemon thread: an unlock dialog must not keep us from ending."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_Entry] = loop.create_future()

    def deliver(entry: _Entry) -> None:
        if not answer.done():
            answer.set_result(entry)

    def look() -> None:
        entry = _Entry(why_none="the keyring failed")
        try:
            entry = _keyring_entry(name)
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is gone, and nobody waits
                loop.call_soon_threadsafe(deliver, entry)

    threading.Thread(target=look, name="keyring", daemon=True).start()
    try:
        async with asyncio.timeout(LOOKUP_LIMIT_S):
            return await answer
    except TimeoutError:
        return _Entry(why_none=f"the keyring did not answer in {LOOKUP_LIMIT_S:.0f} s")


async def keep_in_keyring(name: str, secret: Secret) -> None:
    """Store a key under the service `chat-tui`, and make sure that it is there.

    Raises:
        AuthFailed: there is no keyring, or it keeps nothing.
    """
    problem = await asyncio.to_thread(_put_into_keyring, name, secret)
    if not problem:
        entry = await _ask_keyring(name)
        if entry.value == secret.reveal():
            return
        problem = "the keyring of this system keeps nothing"
    raise AuthFailed(f"{problem}: the key is not stored", hint="set its variable instead")


def _put_into_keyring(name: str, secret: Secret) -> str:
    """Return what went wrong; empty where nothing did."""
    try:
        import keyring
        from keyring.errors import KeyringError, KeyringLocked, NoKeyringError
    except ImportError:
        return "there is no keyring on this system"
    try:
        keyring.set_password(KEYRING_SERVICE, name, secret.reveal())
    except NoKeyringError:
        return "there is no keyring on this system"
    except KeyringLocked:
        return "the keyring is locked"
    except (KeyringError, OSError, RuntimeError, ValueError, TypeError, LookupError):
        return "the keyring failed"
    return ""


def _keyring_entry(name: str) -> _Entry:
    try:
        import keyring
        from keyring.errors import KeyringError, KeyringLocked, NoKeyringError
    except ImportError:
        return _Entry(why_none="there is no keyring on this system")
    try:
        value = (keyring.get_password(KEYRING_SERVICE, name) or "").strip()
    except NoKeyringError:
        return _Entry(why_none="there is no keyring on this system")
    except KeyringLocked:
        return _Entry(why_none="the keyring is locked")
    except (KeyringError, OSError, RuntimeError, ValueError, TypeError, LookupError):
        return _Entry(why_none="the keyring failed")
    return _Entry(value, f"the keyring has no entry {KEYRING_SERVICE}/{name}")
