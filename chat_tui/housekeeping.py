"""What keeps the data folder small: the bin is emptied, and what nobody needs is swept."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.media.sweeping import Swept, sweep
from chat_tui.store.pruning import media_named

if TYPE_CHECKING:
    from chat_tui.store.store import Store

log = logging.getLogger(__name__)


async def sweep_media(store: Store, folder: Path) -> Swept:
    """Remove pictures and texts that no conversation names, not even one in the bin.

    Nothing is removed while a database, or a conversation, that was put aside lies beside the one
    in use: somebody may still get conversations out of it, and those name files.

    Args:
        store: Of the same data folder.
        folder: Of the pictures and texts.

    Raises:
        StoreError: it cannot be said what is needed.
    """
    if await asyncio.to_thread(_put_aside, store.path):
        return Swept()
    named = await store.look(media_named)
    swept = await asyncio.to_thread(sweep, folder, named)
    if swept.files:
        log.info("swept %s files, %s bytes", swept.files, swept.size_bytes)
    return swept


def _put_aside(database: Path) -> bool:
    folder = database.parent
    return any(folder.glob(f"{database.name}.corrupt-*")) or any(folder.glob("unsaved/*.json"))
