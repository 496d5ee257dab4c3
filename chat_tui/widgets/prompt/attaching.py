"""What goes along with a prompt: pasted and dropped files, long pastes, and their way to the turn."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from chat_tui.document.pictures.picture_slots import pictures_are_drawn
from chat_tui.errors import ChatTuiError, MediaError
from chat_tui.message import Attachment
from chat_tui.pasted import dropped_files, is_long, may_be_paths
from chat_tui.text import clean
from chat_tui.widgets.prompt.attachment_bar import AttachmentBar, FileChip, TextChip

if TYPE_CHECKING:
    from chat_tui.widgets.prompt.attaching_area import AttachingArea

KeepFile: TypeAlias = Callable[[Path], Attachment]
"""Keeps a copy of a file; it blocks, and raises a `MediaError`."""


class Attaching:
    """Belongs to one prompt; made when something is attached for the first time."""

    def __init__(self, prompt: "AttachingArea", keep_file: KeepFile, conversation: str) -> None:
        """Attach nothing yet.

        Args:
            prompt: Where the rest is written.
            keep_file: Called in a thread.
            conversation: The id of the one that is shown.
        """
        self._prompt = prompt
        self._keep_file = keep_file
        self._aside: list[tuple[str, tuple[Attachment, ...]]] = []
        """Files of texts that are on their way."""
        self.bar = AttachmentBar(
            unfold=self._unfold, leave=prompt.focus, changed=prompt.chips_changed
        )
        self.bar.show_for(conversation)
        if pictures_are_drawn():
            from chat_tui.widgets.prompt.attachment_pictures import AttachmentPictures

            pictures = AttachmentPictures(self.bar)
            self.bar.above = pictures.chips_changed
            prompt.stand_above(pictures)
        prompt.stand_above(self.bar)

    async def paste(self, text: str) -> bool:
        """Take in a paste that is more than a few words.

        The prompt's keys wait for it, so that what is typed next comes after it.

        Returns:
            Whether it became chips; if not, it is text for the prompt.
        """
        conversation = self.bar.shown
        if may_be_paths(text):
            try:
                paths = await asyncio.to_thread(dropped_files, text)
                chips = [await self._file_chip(path) for path in paths]
            except MediaError as error:
                self._prompt.post_message(self._prompt.Refused(error))
                return False
            for chip in chips:
                self.bar.add(chip, conversation)
            if chips:
                return True
        if not is_long(text):
            return False
        self.bar.add(TextChip(clean(text)), conversation)
        return True

    async def attach(self, path: Path) -> None:
        """Attach a file.

        Raises:
            MediaError: it cannot be; the message names it.
        """
        conversation = self.bar.shown
        self.bar.add(await self._file_chip(path), conversation)

    def remove_last(self) -> bool:
        """Take the last chip away, and tell whether there was one."""
        return self.bar.take_away(-1) is not None

    def completed(self, text: str) -> str:
        """Take the chips for a text that is sent now.

        Returns:
            The text with the long pastes below it; its files are set aside for it.
        """
        chips = self.bar.take()
        pieces = [text.rstrip("\n"), *(chip.text for chip in chips if isinstance(chip, TextChip))]
        whole = "\n\n".join(filter(None, pieces)) if len(pieces) > 1 else text
        self.set_aside(
            whole, tuple(chip.attachment for chip in chips if isinstance(chip, FileChip))
        )
        return whole

    def set_aside(self, text: str, attachments: tuple[Attachment, ...]) -> None:
        """Remember the files of a text that is on its way."""
        if attachments:
            self._aside.append((text, attachments))

    def fetch(self, text: str) -> tuple[Attachment, ...]:
        """Give the files that were set aside for a text, once."""
        for place, (wanted, attachments) in enumerate(self._aside):
            if wanted == text:
                del self._aside[place]
                return attachments
        return ()

    def restore(self, text: str) -> None:
        """Show the files again of a text that came back to the prompt."""
        for attachment in self.fetch(text):
            self.bar.add(FileChip(attachment, attachment.name), self.bar.shown)

    def lacks_words(self) -> ChatTuiError | None:
        """Say why files alone are not sent; null where there is nothing, or pasted text."""
        chips = self.bar.chips
        if not chips or any(isinstance(chip, TextChip) for chip in chips):
            return None
        names = clean(chips[0].attachment.name) if isinstance(chips[0], FileChip) else ""
        return ChatTuiError(f"{names!r} is not sent alone: write what is to be done with it")

    async def _file_chip(self, path: Path) -> FileChip:
        attachment = await asyncio.to_thread(self._keep_file, path)
        return FileChip(attachment, str(path))

    def _unfold(self, text: str) -> None:
        prompt = self._prompt
        prompt.replace(clean(text), *prompt.selection, maintain_selection_offset=False)
