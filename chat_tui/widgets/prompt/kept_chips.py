"""What goes along with a prompt, as it is kept with the draft."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

import msgspec

from chat_tui.message import Attachment
from chat_tui.text import clean

if TYPE_CHECKING:  # most drafts are words alone
    from chat_tui.widgets.prompt.attachment_bar import Chip

log = logging.getLogger(__name__)

BETWEEN: Final = "\x1e"
"""Between what is written and what goes along; no text of a prompt has it."""


class _File(msgspec.Struct, frozen=True, tag="file"):
    attachment: Attachment
    source: str


class _Paste(msgspec.Struct, frozen=True, tag="paste"):
    text: str


_Kept: TypeAlias = _File | _Paste


def written_draft(text: str, chips: "Sequence[Chip]") -> str:
    """Write a draft down, with what goes along."""
    if not chips:
        return text
    return text + BETWEEN + msgspec.json.encode([_kept(chip) for chip in chips]).decode()


def read_draft(written: str) -> "tuple[str, tuple[Chip, ...]]":
    """Read a draft; files that are gone are left out. What cannot be read does not go along."""
    text, mark, rest = written.partition(BETWEEN)
    if not mark:
        return clean(text), ()
    try:
        kept = msgspec.json.decode(rest, type=list[_Kept])
    except msgspec.MsgspecError as error:
        log.warning("cannot read what goes along with a draft: %s", error)
        return clean(text), ()
    return clean(text), tuple(chip for one in kept if (chip := _chip(one)) is not None)


def _kept(chip: "Chip") -> _Kept:
    from chat_tui.widgets.prompt.attachment_bar import FileChip, TextChip

    match chip:
        case FileChip(attachment=attachment, source=source):
            return _File(attachment, source)
        case TextChip(text=text):
            return _Paste(text)
        case _:
            assert_never(chip)


def _chip(kept: _Kept) -> "Chip | None":
    from chat_tui.widgets.prompt.attachment_bar import FileChip, TextChip

    match kept:
        case _File(attachment=attachment, source=source):
            return FileChip(attachment, source) if Path(attachment.path).is_file() else None
        case _Paste(text=text):
            return TextChip(clean(text))
        case _:
            assert_never(kept)
