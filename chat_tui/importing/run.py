"""An import from its file into the store, a few conversations at a time."""

import asyncio
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.importing.forms import ImportForm
from chat_tui.importing.found import Found, Item, Unusable
from chat_tui.importing.keeping import keep_files
from chat_tui.importing.opened import open_documents
from chat_tui.importing.reading import conversations_in
from chat_tui.importing.report import Report
from chat_tui.media.files import MediaFolder
from chat_tui.message import Message

if TYPE_CHECKING:
    from sqlite3 import Connection

    from chat_tui.ids import MessageId
    from chat_tui.store.store import Store
    from chat_tui.store.taking_in import Taken

_MOST_AT_ONCE: Final = 50
_MESSAGES_AT_ONCE: Final = 1_000
"""One transaction stores no more than these: whoever else writes waits no longer than that."""
_WHY_NOT: Final = {
    "in the bin": "it is in the bin: `chat-tui delete --undo ID` has it back",
    "elsewhere": "its messages are in another conversation already",
}

Progress = Callable[[float, Report], None]
"""Told how much was read, 0..1, and what came of it so far."""


async def import_from(
    path: Path,
    store: "Store",
    media: MediaFolder,
    *,
    form: ImportForm = "auto",
    report: Report | None = None,
    progress: Progress = lambda fraction, report: None,
) -> Report:
    """Import all conversations of a file, a folder or an archive.

    What is stored already stays as it is: the same file twice changes nothing, and one that has
    grown since adds what is new. What was imported before an error stays.

    Args:
        path: What the user named.
        store: Where conversations go.
        media: Where their pictures and texts go.
        form: What the file is; `auto` looks.
        report: Goes on counting; a new one when left out.
        progress: Called now and then.

    Raises:
        TranscriptError: it is not there, or of no known form.
        StoreError: it cannot be stored.
    """
    report = report if report is not None else Report()
    reading = _Reading(path, form)
    try:
        while batch := await asyncio.to_thread(reading.next_batch):
            await _take_in(batch, store, media, report)
            progress(reading.fraction, report)
    finally:
        await asyncio.to_thread(reading.close)
    return report


class _Reading:
    """The conversations of all documents, and how far the reading is."""

    def __init__(self, path: Path, form: ImportForm) -> None:
        self._path = path
        self._form = form
        self._size = 0
        self._before = 0
        """Bytes of the documents before this one."""
        self._read = 0
        self._items = self._all()
        self._failed: TranscriptError | None = None
        """Raised after the batch that was read before it."""
        self._lock = threading.Lock()
        """Whoever is cancelled does not end the thread that reads: closing waits for it."""

    @property
    def fraction(self) -> float:
        return min(self._read / self._size, 1.0) if self._size else 0.0

    def next_batch(self) -> list[Item]:
        """Read some more; nothing at the end. It blocks."""
        with self._lock:
            return self._batch()

    def close(self) -> None:
        """Close the documents. It blocks."""
        with self._lock:
            self._items.close()

    def _batch(self) -> list[Item]:
        if self._failed is not None:
            raise self._failed
        batch: list[Item] = []
        messages = 0
        try:
            for item in self._items:
                if item is None:
                    break
                batch.append(item)
                messages += len(item.conversation) if isinstance(item, Found) else 0
                if len(batch) == _MOST_AT_ONCE or messages >= _MESSAGES_AT_ONCE:
                    break
        except TranscriptError as error:
            if not batch:
                raise
            self._failed = error
        return batch

    def _all(self) -> Generator[Item | None, None, None]:
        with open_documents(self._path) as documents:
            self._size = sum(document.size_bytes for document in documents)
            for document in documents:
                yield from conversations_in(document, self._form, self._note)
                self._before += document.size_bytes
            yield None  # the last ones may still need what is in the archive

    def _note(self, read: int) -> None:
        self._read = self._before + read


async def _take_in(batch: list[Item], store: "Store", media: MediaFolder, report: Report) -> None:
    found: list[Found] = []
    for item in batch:
        if isinstance(item, Unusable):
            report.skip(item.reason)
        else:
            found.append(item)
    if not found:
        return
    from chat_tui.store.taking_in import known_messages

    ids = [message.id for one in found for message in one.conversation]
    known = await store.look(lambda connection: known_messages(connection, ids))
    ready = await asyncio.to_thread(_with_files, found, known, media, report)

    def job(connection: "Connection") -> "list[tuple[Taken, int]]":
        from chat_tui.store.taking_in import take_in
        from chat_tui.store.writers import this_writer

        writer = this_writer()
        return [take_in(connection, conversation, writer) for conversation in ready]

    for one, (taken, added) in zip(found, await store.change(job), strict=True):
        match taken:
            case "added" | "extended":
                report.imported += taken == "added"
                report.extended += taken == "extended"
                report.messages += added
                report.conversations.append(one.conversation.id)
                report.left_out += one.left_out
            case "unchanged":
                report.unchanged += 1
            case _:
                report.skip(_WHY_NOT[taken])


def _with_files(
    found: list[Found], known: "set[MessageId]", media: MediaFolder, report: Report
) -> list[Conversation]:
    """Keep the files of messages that are new; the others are not stored again."""
    ready: list[Conversation] = []
    for one in found:
        read = one.conversation
        messages: list[Message] = [message for message in read if message.id not in known]
        kept, copies = keep_files(messages, one.files, media, one.left_out)
        report.files += copies
        by_id = {message.id: message for message in kept}
        conversation = read.without_messages()
        for message in read:
            conversation.add(by_id.get(message.id, message))
        conversation.show(read.leaf)
        ready.append(conversation)
    return ready
