"""What a document is, and the conversations in it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from chat_tui.errors import TranscriptError
from chat_tui.importing.chatgpt import from_chatgpt, is_chatgpt
from chat_tui.importing.claude import from_claude, is_claude
from chat_tui.importing.elements import elements
from chat_tui.importing.forms import ImportForm
from chat_tui.importing.found import Item, Unusable
from chat_tui.importing.openai_messages import from_messages, is_message, key_of_log, messages_in
from chat_tui.importing.opened import Document
from chat_tui.importing.own import from_own_json, from_own_markdown, is_own_json
from chat_tui.importing.sharegpt import from_sharegpt, is_sharegpt
from chat_tui.importing.values import table, words
from chat_tui.transcripts.read_markdown import is_ours

UNKNOWN: Final = "nothing in it has a form that is known"
_SQLITE: Final = b"SQLite format 3\0"
_HEAD_BYTES: Final = 64 << 10
_WHAT_IS_READ: Final = (
    "what is read: our Markdown and JSON, OpenAI messages as JSONL, ShareGPT, the exports of ChatGPT"
    " and Claude, and the database of llm"
)


def conversations_in(
    document: Document, form: ImportForm, read: Callable[[int], None]
) -> Iterator[Item]:
    """Read the conversations of a document, one at a time. It blocks.

    Args:
        document: Whatever the user named.
        form: What it is; `auto` looks.
        read: Told how many bytes of it were read so far.

    Raises:
        TranscriptError: it is of no known form, or not of that one, or cannot be read.
    """
    with document.open() as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(_SQLITE):
        if form not in ("auto", "llm"):
            raise TranscriptError(f"{document.name} is a database: its format is `llm`")
        yield from _of_database(document)
    elif is_ours(head.decode("utf-8-sig", "replace")):
        if form not in ("auto", "md", "chat-tui"):
            raise TranscriptError(f"{document.name} is a Markdown transcript: its format is `md`")
        yield from_own_markdown(document)
    elif form in ("md", "llm"):
        what = "a chat-tui Markdown transcript" if form == "md" else "a database of `llm`"
        raise TranscriptError(f"{document.name} is not {what}")
    else:
        yield from _of_json(document, form, read)


def _of_database(document: Document) -> Iterator[Item]:
    from chat_tui.importing.llm_logs import from_llm

    if document.path is None:
        raise TranscriptError(
            f"{document.name} is a database in an archive", hint="unpack it, and import that"
        )
    yield from from_llm(document.path)


def _of_json(document: Document, form: ImportForm, read: Callable[[int], None]) -> Iterator[Item]:
    messages: list[Mapping[str, Any]] = []
    known = 0
    try:
        with document.open() as file:
            for value in elements(file):
                read(file.tell())
                item = (
                    value
                    if isinstance(value, Unusable)
                    else _item(value, document, form, document.changed)
                )
                if item is None:
                    messages.append(table(value))
                    known += 1
                    continue
                known += not isinstance(item, Unusable) or item.reason != UNKNOWN
                yield item
    except TranscriptError as error:
        if known:
            raise
        raise TranscriptError(
            f"{document.name} cannot be imported: {error.message}", hint=_WHAT_IS_READ
        ) from error
    if messages:
        yield from_messages(messages, document.changed, key=key_of_log(messages[0]))
    elif not known:
        what = "nothing in it has that format" if form != "auto" else UNKNOWN
        raise TranscriptError(f"{document.name} cannot be imported: {what}", hint=_WHAT_IS_READ)


def _item(value: object, document: Document, form: ImportForm, changed: datetime) -> Item | None:
    """Read one value; null for a message of its own, which belongs to those around it."""
    fields = table(value)

    def may_be(one: ImportForm) -> bool:
        return form in ("auto", one)

    if may_be("chat-tui") and is_own_json(fields):
        return from_own_json(fields)
    if may_be("chatgpt") and is_chatgpt(fields):
        return from_chatgpt(fields, document)
    if may_be("claude") and is_claude(fields):
        return from_claude(fields)
    if may_be("sharegpt") and is_sharegpt(fields):
        return from_sharegpt(fields, changed)
    if may_be("openai-jsonl"):
        messages = messages_in(fields)
        if messages is not None:
            return from_messages(messages, changed, title=words(fields.get("title")))
        if is_message(fields):
            return None
    return Unusable(UNKNOWN)
