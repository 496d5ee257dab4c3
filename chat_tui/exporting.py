"""Conversations become files: in every form, with the pictures and texts that belong to them."""

import asyncio
import hashlib
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from chat_tui.conversation import Conversation
from chat_tui.errors import MediaError, TranscriptError, TranscriptExists
from chat_tui.events import ImageResult
from chat_tui.message import Attachment, Message
from chat_tui.transcripts.enclosed import ASSETS, Enclosed, Files
from chat_tui.transcripts.forms import Form
from chat_tui.transcripts.redact import keys_masked, redacted

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
    match form:
        case "json":
            from chat_tui.transcripts.json_form import to_json

            return Document(to_json(conversation), masked=keys_masked(conversation))
        case "txt":
            from chat_tui.transcripts.plain_text import to_text

            return Document(to_text(conversation).encode(), masked=keys_masked(path))
        case "md":
            from chat_tui.transcripts.markdown import to_markdown

            files, missing = _read(path) if beside else ({}, 0)
            return Document(
                to_markdown(conversation, files).encode(),
                {file.name: file.data for file in files.values()},
                keys_masked(path),
                missing,
            )
        case "jsonl":
            from chat_tui.transcripts.openai_form import to_jsonl

            files, missing = _read([message for message in path if message.role == "user"])
            line = to_jsonl(conversation, files)
            return Document(line, masked=keys_masked(path), missing=missing)
        case "html":
            from chat_tui.transcripts.html_page import to_html

            files, missing = _read(path)
            page = to_html(conversation, files).encode()
            return Document(page, masked=keys_masked(path), missing=missing)
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


def _read(path: Sequence[Message]) -> tuple[Files, int]:
    """Read the pictures and texts of messages, and count those that cannot be read."""
    files: dict[str, Enclosed] = {}
    missing: set[str] = set()
    for turn, message, part in _named(path):
        place = part.path or ""
        if place in files:
            continue
        try:
            files[place] = _enclosed(turn, message, part)
        except (MediaError, OSError, ValueError):
            missing.add(place)
    return files, len(missing)


def _named(
    path: Sequence[Message],
) -> Iterator[tuple[Message | None, Message, ImageResult | Attachment]]:
    turn: Message | None = None
    for message in path:
        for part in message.parts:
            if isinstance(part, ImageResult | Attachment) and part.path:
                yield turn, message, part
        turn = message


def _enclosed(turn: Message | None, message: Message, part: ImageResult | Attachment) -> Enclosed:
    from chat_tui.media.copies import described_copy
    from chat_tui.media.metadata import picture_bytes, recipe_in
    from chat_tui.media.sniff import sniff

    file = Path(part.path or "")
    match part:
        case ImageResult():
            data = picture_bytes(file)
            if recipe_in(data) is None:  # a copy of a copy is the same file
                data = described_copy(file, turn, redacted(message), part)
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
