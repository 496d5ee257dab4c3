"""What could not be saved until the program ended: put aside in files, and saved at a later start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.files import write_atomically
from chat_tui.store.store import Store
from chat_tui.titles import quoted_title
from chat_tui.transcripts.json_form import from_json, to_json

log = logging.getLogger(__name__)


async def put_aside(conversation: Conversation, store: Store) -> None:
    """Write a whole conversation beside the database that did not take it, and tell the user.

    Args:
        conversation: Nothing of it streams any more.
        store: Of the database.
    """
    title = quoted_title(conversation.title)
    try:
        path = await asyncio.to_thread(_write, conversation, _folder(store))
    except OSError as error:
        log.warning("cannot put %s aside: %s", conversation.id, error)
        store.tell(f"{title} could not be saved and is lost: {error.strerror or error}")
    else:
        store.tell(
            f"{title} could not be saved; it is in {path}, and saved when chat-tui next starts"
        )


async def take_up(store: Store) -> Sequence[str]:
    """Save what was put aside in earlier runs.

    Returns:
        The titles of what was saved, in quotation marks.

    Raises:
        StoreError: the database still does not take it.
    """
    titles = []
    for path in await asyncio.to_thread(_files, _folder(store)):
        try:
            conversation = from_json(await asyncio.to_thread(path.read_bytes))
        except (OSError, TranscriptError) as error:
            log.warning("cannot read %s: %s", path, error)
            continue
        await store.keep(conversation, ())
        await asyncio.to_thread(path.unlink, missing_ok=True)
        titles.append(quoted_title(conversation.title))
    return titles


def _folder(store: Store) -> Path:
    return store.path.parent / "unsaved"


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.json"))
    except OSError:
        return []


def _write(conversation: Conversation, folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{conversation.id}.json"
    write_atomically(path, to_json(conversation), overwrite=True)
    return path
