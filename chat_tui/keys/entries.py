"""Entries of the system's keyring: asked for, put in and taken out, without ever being waited for."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

KEYRING_SERVICE: Final = "chat-tui"
LOOKUP_LIMIT_S: Final = 30.0
LOAD_LIMIT_S: Final = 2.0

NO_KEYRING: Final = "there is no keyring on this system"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept under a name."""

    value: str = field(default="", repr=False)
    """Empty where there is nothing."""
    why_none: str = ""
    """What stands in the way, should the value be empty."""
    origin: Literal["keyring", "file"] = "keyring"


async def ask_keyring(name: str) -> Entry:
    """Look for an entry; it is empty, and says why, where it cannot be had."""
    return await _apart(lambda: _get(name))


def load_keyring() -> None:
    """Find out which keyring there is, and ask it for nothing; meant for a thread.

    As long as it hangs, whoever calls this is kept for `LOAD_LIMIT_S`, and nobody for longer.
    """

    def load() -> None:
        with contextlib.suppress(Exception):  # whoever asks is told what is wrong with it
            import keyring

            keyring.get_keyring()

    thread = threading.Thread(target=load, name="keyring", daemon=True)
    thread.start()
    thread.join(LOAD_LIMIT_S)


async def put_into_keyring(name: str, value: str) -> str:
    """Store an entry, and make sure that it is there.

    Returns:
        What went wrong; empty where nothing did, `NO_KEYRING` where nothing can be kept.
    """
    problem = (await _apart(lambda: Entry(why_none=_put(name, value)))).why_none
    if problem:
        return problem
    return "" if (await ask_keyring(name)).value == value else NO_KEYRING


async def drop_from_keyring(name: str) -> bool:
    """Remove an entry; false where there was none, or it cannot be removed."""
    if not (await ask_keyring(name)).value:
        return False
    return not (await _apart(lambda: Entry(why_none=_drop(name)))).why_none


async def _apart(act: Callable[[], Entry]) -> Entry:
    """Act in a daemon thread: an unlock dialog must not keep the program from ending."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Entry] = loop.create_future()

    def deliver(entry: Entry) -> None:
        if not answer.done():
            answer.set_result(entry)

    def look() -> None:
        entry = Entry(why_none="the keyring failed")
        try:
            entry = act()
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is gone, and nobody waits
                loop.call_soon_threadsafe(deliver, entry)

    threading.Thread(target=look, name="keyring", daemon=True).start()
    try:
        async with asyncio.timeout(LOOKUP_LIMIT_S):
            return await answer
    except TimeoutError:
        return Entry(why_none=f"the keyring did not answer in {LOOKUP_LIMIT_S:.0f} s")


def _get(name: str) -> Entry:
    value = ""

    def look() -> None:
        nonlocal value
        import keyring

        value = (keyring.get_password(KEYRING_SERVICE, name) or "").strip()

    problem = _problem(look)
    return Entry(value, problem or f"the keyring has no entry {KEYRING_SERVICE}/{name}")


def _put(name: str, value: str) -> str:
    def put() -> None:
        import keyring

        keyring.set_password(KEYRING_SERVICE, name, value)

    return _problem(put)


def _drop(name: str) -> str:
    def drop() -> None:
        import keyring

        keyring.delete_password(KEYRING_SERVICE, name)

    return _problem(drop)


def _problem(act: Callable[[], None]) -> str:
    """Do something with the keyring, and say what went wrong; empty where nothing did."""
    try:
        from keyring.errors import KeyringError, KeyringLocked, NoKeyringError
    except ImportError:
        return NO_KEYRING
    try:
        act()
    except (ImportError, NoKeyringError):
        return NO_KEYRING
    except KeyringLocked:
        return "the keyring is locked"
    except (KeyringError, OSError, RuntimeError, ValueError, TypeError, LookupError):
        return "the keyring failed"
    return ""
