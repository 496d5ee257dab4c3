"""`@` and the beginning of a path in the prompt: what completes it, and the file it attaches."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chat_tui.commands.completion import Option
from chat_tui.commands.paths import path_options
from chat_tui.errors import MediaError
from chat_tui.widgets.background import run_instead
from chat_tui.widgets.prompt.completion_list import CompletionList

if TYPE_CHECKING:
    from chat_tui.widgets.prompt.prompt import Prompt

_MENTION: Final = re.compile(r'(?:^|(?<=\s))@(?:"(?P<quoted>[^"]*)|(?P<word>\S*))$')


@dataclass(frozen=True, slots=True)
class Mention:
    """A path being typed."""

    written: str
    start: int
    """Where its `@` stands in the row."""


def mention_at(row: str) -> Mention | None:
    """Find the path being typed at the end of a row, up to the cursor.

    A path with spaces is in double quotes.
    """
    found = _MENTION.search(row)
    if found is None:
        return None
    quoted = found["quoted"]
    return Mention(found["word"] if quoted is None else quoted, found.start())


class PathCompleting:
    """Belongs to one prompt; made when its first `@` is typed."""

    def __init__(self, prompt: "Prompt") -> None:
        self._prompt = prompt
        self.list = CompletionList()
        prompt.stand_above(self.list)
        self._listed: Mention | None = None
        """What the list is about."""
        self._left_alone: Mention | None = None
        """Where the list was closed by hand."""

    @property
    def open(self) -> bool:
        return bool(self.list.options)

    def look(self) -> None:
        """See whether a path is being typed now."""
        mention = self._mention()
        if mention is None or mention == self._left_alone:
            self._show(None, ())
        elif mention != self._listed:
            run_instead(self._prompt, "paths", self._find, mention)

    async def key(self, key: str) -> bool:
        """Act on a key that is the list's while a path is being typed.

        Returns:
            Whether it was.
        """
        mention = self._mention()
        if mention is None or mention == self._left_alone:
            return False
        if mention != self._listed:
            await self._find(mention)
        if not self.open:
            return False
        match key:
            case "down":
                self.list.move(1)
            case "up":
                self.list.move(-1)
            case "tab":
                await self.take()
            case "enter" if self.list.moved or self._is_whole(mention):
                await self.take()
            case "escape":
                self._left_alone = mention
                self._show(None, ())
            case _:
                return False
        return True

    async def take(self, option: Option | None = None) -> None:
        """Take an option, the marked one when none is named: go into a folder, attach a file."""
        option = option or self.list.marked
        mention = self._mention()
        if option is None or mention is None:
            return
        prompt = self._prompt
        row, column = prompt.cursor_location
        quote = '"' if " " in option.word else ""
        text = "" if option.ends else f"@{quote}{option.word}"
        prompt.replace(text, (row, mention.start), (row, column), maintain_selection_offset=False)
        if not option.ends:
            self.look()
            return
        self._show(None, ())
        try:
            await prompt.attaching.attach(Path(option.word))
        except MediaError as error:
            prompt.insert(f"@{quote}{option.word}{quote}")
            self._left_alone = self._mention()
            prompt.post_message(prompt.Refused(error))

    def _is_whole(self, mention: Mention) -> bool:
        marked = self.list.marked
        return marked is not None and marked.ends and marked.word == mention.written

    async def _find(self, mention: Mention) -> None:
        options = await asyncio.to_thread(path_options, mention.written, Path.cwd())
        if mention == self._mention():
            self._show(mention, options)

    def _show(self, mention: Mention | None, options: Sequence[Option]) -> None:
        self._listed = mention
        if mention is not None:
            self._left_alone = None
        self.list.show(options, "@")

    def _mention(self) -> Mention | None:
        row, column = self._prompt.cursor_location
        return mention_at(self._prompt.document.get_line(row)[:column])
