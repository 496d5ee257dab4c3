"""Where a key is stored that a user types in: the keyring, else a file for the user alone."""

import asyncio
import contextlib
from pathlib import Path

from chat_tui.errors import AuthFailed
from chat_tui.keys.entries import (
    KEYRING_SERVICE,
    NO_KEYRING,
    drop_from_keyring,
    put_into_keyring,
)
from chat_tui.keys.file import drop_key, write_key
from chat_tui.keys.secrets import Secret, usable


def check_key(text: str) -> Secret:
    """Take what somebody typed or pasted for a key; spaces around it are not of it.

    Raises:
        AuthFailed: it is none.
    """
    value = text.strip()
    if not usable(value):
        raise AuthFailed("this is not a key", hint="a key is one line of ASCII without spaces")
    return Secret(value)


async def keep_key(name: str, secret: Secret, file: Path | None, *, in_file: bool = False) -> str:
    """Store a key; an older one in another place that would be stale is removed.

    Args:
        name: Of the entry.
        secret: The key.
        file: The key file; null where there is none to fall back on.
        in_file: Into the file, also where there is a keyring.

    Returns:
        Where it is now, in words.

    Raises:
        AuthFailed: it can be stored nowhere; what was stored before is as it was.
    """
    if not in_file or file is None:
        problem = await put_into_keyring(name, secret.reveal())
        if not problem:
            if file is not None:
                await asyncio.to_thread(_forget, file, name)
            return f"the keyring, as {KEYRING_SERVICE}/{name}"
        if file is None or problem != NO_KEYRING:
            raise AuthFailed(
                f"{problem}: the key is not stored",
                hint="unlock or repair it, set a variable instead, or use: chat-tui keys set --file",
            )
    await asyncio.to_thread(write_key, file, name, secret.reveal())
    await drop_from_keyring(name)  # it would win
    return f"the file {file}"


async def drop_kept(name: str, file: Path | None) -> list[str]:
    """Remove a key from wherever it is stored.

    Returns:
        From where it was removed, in words.

    Raises:
        AuthFailed: the file cannot be read or changed.
    """
    places = []
    if await drop_from_keyring(name):
        places.append(f"the keyring, as {KEYRING_SERVICE}/{name}")
    if file is not None and await asyncio.to_thread(drop_key, file, name):
        places.append(f"the file {file}")
    return places


def _forget(file: Path, name: str) -> None:
    with contextlib.suppress(AuthFailed):  # it is not used then, and nothing in it is stale
        drop_key(file, name)
