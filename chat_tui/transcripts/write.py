"""Saving a transcript: its file name, and the way to the disk."""

import asyncio
import re
import unicodedata
from pathlib import Path
from typing import Final

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError, TranscriptExists
from chat_tui.files import write_atomically
from chat_tui.text import clean

TITLE_MAX_BYTES: Final = 120
"""With the date and an ending well below the 255 bytes (143 on eCryptfs) of a file name."""

_UNSAFE: Final = re.compile(r'[\x00-\x20\x7f-\xa0/\\:*?"<>|%$`!;&#~^]+')
_RESERVED: Final = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE
)


async def save(document: bytes, path: Path, *, overwrite: bool) -> None:
    """Write a document to the disk, whole or not at all.

    Args:
        document: All of it.
        path: In a folder that exists.
        overwrite: The user said that a file in this place may go.

    Raises:
        TranscriptExists: something is there already.
        TranscriptError: the disk refused.
    """
    try:
        await asyncio.to_thread(write_atomically, path, document, overwrite=overwrite)
    except FileExistsError as error:
        raise TranscriptExists(f"{path} already exists") from error
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise TranscriptError(f"cannot write {path}: {reason}") from error


def suggested_name(conversation: Conversation, suffix: str) -> str:
    """Make a file name, `<title>-<date>` with the suffix, that every file system takes.

    Args:
        conversation: Its title and the local date of its start make the name.
        suffix: Such as `.md`.
    """
    date = conversation.created.astimezone().date().isoformat()
    return f"{_safe(conversation.title)}-{date}{suffix}"


def _safe(title: str) -> str:
    words = unicodedata.normalize("NFC", clean(title))
    words = _UNSAFE.sub("-", words).strip("-. ")
    words = _cut(re.sub(r"-{2,}", "-", words)).rstrip("-. ")
    if not words or _RESERVED.fullmatch(words):
        return f"conversation-{words}".rstrip("-")
    return words


def _cut(text: str) -> str:
    """Cut to whole characters, and not before the accents of one."""
    encoded = text.encode(errors="replace")
    if len(encoded) <= TITLE_MAX_BYTES:
        return text
    kept = encoded[:TITLE_MAX_BYTES].decode(errors="ignore")
    while kept and unicodedata.combining(text[len(kept)]):
        kept = kept[:-1]
    return kept
