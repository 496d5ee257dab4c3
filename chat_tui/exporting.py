"""Conversations become files: in every form, with the pictures and texts that belong to them."""

import asyncio
import hashlib
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from chat_tui.conversation import Conversation
from chat_tui.errors import MediaError, TranscriptError, TranscriptExists
from chat_tui.events import ImageResult
from chat_tui.ids import MessageId
from chat_tui.message import Attachment, Message
from chat_tui.transcripts.enclosed import ASSETS, Enclosed, Files
from chat_tui.transcripts.forms import Form
from chat_tui.transcripts.redact import MASK, keys_masked, redacted, without_pasted_keys

_MAX_TEXT_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Document:
    """A transcript before it is written."""

    data: bytes = field(repr=False)
    assets: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Copies for the folder beside it, by name."""
    masked: int = 0
    """Keys that were taken out."""
    missing: int = 0
    """Files that belong to it and could not be read."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What whoever gets it should know."""
        said = []
        if self.masked:
            said.append(f"{self.masked} {'key was' if self.masked == 1 else 'keys were'} masked")
        if self.missing:
            files = (
                "file is not in it, as it" if self.missing == 1 else "files are not in it, as they"
            )
            said.append(f"{self.missing} {files} could not be read")
        return tuple(said)


def document(conversation: Conversation, form: Form, *, beside: bool = True) -> Document:
    """Make a transcript. It blocks: not for the event loop.

    Args:
        conversation: Nobody changes it meanwhile.
        form: Which.
        beside: A folder can stand beside it: Markdown leads to copies there. Elsewhere its links
            lead to the kept originals.
    """
    path = conversation.path()
    masked = keys_masked(conversation, path) if form != "json" else 0
    match form:
        case "json":
            from chat_tui.transcripts.json_form import to_json

            read = _read(conversation)
            return Document(
                to_json(conversation, read.files),
                masked=keys_masked(conversation, conversation) + read.masked,
                missing=read.missing,
            )
        case "txt":
            from chat_tui.transcripts.plain_text import to_text

            return Document(to_text(conversation).encode(), masked=masked)
        case "md":
            from chat_tui.transcripts.markdown import to_markdown

            read = _read(path if beside else ())
            return Document(
                to_markdown(conversation, read.files).encode(),
                {file.name: file.data for file in read.files.values()},
                masked + read.masked,
                read.missing,
            )
        case "jsonl":
            from chat_tui.transcripts.openai_form import to_jsonl

            read = _read([message for message in path if message.role == "user"])
            line = to_jsonl(conversation, read.files)
            return Document(line, masked=masked + read.masked, missing=read.missing)
        case "html":
            from chat_tui.transcripts.html_page import to_html

            read = _read(path)
            page = to_html(conversation, read.files).encode()
            return Document(page, masked=masked + read.masked, missing=read.missing)
        case _:
            assert_never(form)


def joined(documents: Sequence[Document]) -> Document:
    """Put documents without assets, such as JSONL, behind each other."""
    return Document(
        b"".join(one.data for one in documents),
        masked=sum(one.masked for one in documents),
        missing=sum(one.missing for one in documents),
    )


async def export_to(
    conversation: Conversation, form: Form, path: Path, *, overwrite: bool
) -> Document:
    """Make a transcript and write it; see `write_document`."""
    made = await asyncio.to_thread(document, conversation, form)
    await write_document(made, path, overwrite=overwrite)
    return made


async def write_document(made: Document, path: Path, *, overwrite: bool) -> None:
    """Write a transcript and what stands beside it, each file whole or not at all.

    Args:
        made: What is written.
        path: In a folder that exists.
        overwrite: The user said that a file in this place may go.

    Raises:
        TranscriptExists: something is there already; nothing was written.
        TranscriptError: the disk refused, or something else stands in the place of the assets.
    """
    from chat_tui.transcripts.write import save

    if made.assets:
        await asyncio.to_thread(_write_assets, made.assets, path, overwrite=overwrite)
    await save(made.data, path, overwrite=overwrite)


def _write_assets(assets: Mapping[str, bytes], path: Path, *, overwrite: bool) -> None:
    """Write the copies first, so that a page never leads to one that is not there."""
    from chat_tui.files import write_atomically

    if not overwrite and (path.is_symlink() or path.exists()):
        raise TranscriptExists(f"{path} already exists")
    folder = path.parent / ASSETS
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise TranscriptError(
                f"{folder} is a link to elsewhere", hint="choose another folder, or remove it"
            )
        for name, data in assets.items():
            copy = folder / name
            if not _holds(copy, data):
                write_atomically(copy, data, overwrite=overwrite)
    except FileExistsError as error:
        raise TranscriptExists(f"{error.filename or folder} already exists") from error
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise TranscriptError(f"cannot write into {folder}: {reason}") from error


def _holds(path: Path, data: bytes) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == len(data) and path.read_bytes() == data


@dataclass(frozen=True, slots=True)
class _Read:
    files: Files = field(repr=False)
    missing: int
    masked: int


def _read(path: Iterable[Message]) -> _Read:
    """Read the pictures and texts of messages, and count those that cannot be read."""
    files: dict[str, Enclosed] = {}
    missing: set[str] = set()
    masked = 0
    # What goes along with a turn stays byte for byte what it was when it was sent, so it is read
    # first; the copy of a picture that was only made says what it was made with.
    for turn, message, part in sorted(
        _named(path), key=lambda one: isinstance(one[2], ImageResult)
    ):
        place = part.path or ""
        if place in files:
            continue
        try:
            files[place], keys = _without_keys(_enclosed(turn, message, part))
            masked += keys
        except (MediaError, OSError, ValueError):
            missing.add(place)
    return _Read(files, len(missing), masked)


def _without_keys(file: Enclosed) -> tuple[Enclosed, int]:
    """A text without the keys in it, and how many those were."""
    try:
        text = "" if file.is_picture else file.data.decode()
    except UnicodeDecodeError:
        return file, 0
    safe = without_pasted_keys(text)
    if safe == text:
        return file, 0
    return Enclosed(file.media_type, safe.encode()), safe.count(MASK) - text.count(MASK)


def _named(
    path: Iterable[Message],
) -> Iterator[tuple[Message | None, Message, ImageResult | Attachment]]:
    """What names a file, with its message and the one before; root first."""
    seen: dict[MessageId, Message] = {}
    for message in path:
        seen[message.id] = message
        for part in message.parts:
            if isinstance(part, ImageResult | Attachment) and part.path:
                yield seen.get(message.parent or MessageId("")), message, part


def _enclosed(turn: Message | None, message: Message, part: ImageResult | Attachment) -> Enclosed:
    from chat_tui.media.copies import described_copy
    from chat_tui.media.metadata import picture_bytes, recipe_in
    from chat_tui.media.sniff import sniff

    file = Path(part.path or "")
    match part:
        case ImageResult():
            data = picture_bytes(file)
            if recipe_in(data) is None:  # a copy of a copy is the same file
                asked = redacted(turn) if turn is not None else None
                data = described_copy(file, asked, redacted(message), part)
        case Attachment() if part.is_picture:
            data = picture_bytes(file)
        case _:
            return Enclosed("text/plain", _kept_text(file))
    form = sniff(data)
    if form is None:
        raise MediaError(f"{str(file)!r} is not a picture")
    return Enclosed(form.media_type, data)


def _kept_text(file: Path) -> bytes:
    """Read a text that we keep; a conversation from elsewhere could name any other file."""
    if not stat.S_ISREG(file.lstat().st_mode):
        raise MediaError(f"{str(file)!r} is not a file")
    with file.open("rb") as opened:
        data = opened.read(_MAX_TEXT_BYTES + 1)
    if hashlib.sha256(data).hexdigest() != file.stem:
        raise MediaError(f"{str(file)!r} is not a kept copy")
    return data
