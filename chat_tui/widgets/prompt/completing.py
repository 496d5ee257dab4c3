"""A command being typed: what completes it, and which keys the list takes before the prompt."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chat_tui.commands.completion import (
    Option,
    Wanted,
    argument_options,
    command_options,
    completed,
    wanted,
)
from chat_tui.commands.table import BY_NAME
from chat_tui.widgets.prompt.completion_list import CompletionList

if TYPE_CHECKING:
    from chat_tui.widgets.prompt.prompt import Prompt


class Completing:
    """Belongs to one prompt; made when its first slash is typed."""

    def __init__(self, prompt: "Prompt") -> None:
        self._prompt = prompt
        self.list = CompletionList()
        prompt.stand_above(self.list)
        self._request: Wanted | None = None
        self._left_alone = ""
        """The text for which the list was closed by hand."""

    @property
    def open(self) -> bool:
        return bool(self.list.options)

    def look(self) -> None:
        """See whether what is written now wants completing."""
        text = self._prompt.text
        request = wanted(text) if self._at_end() and text != self._left_alone else None
        if request == self._request:
            return
        before, self._request = self._request, request
        if request is None:
            self.list.show(())
        elif request.what is None:
            self.list.show(command_options(request.word), "/")
        else:
            if before is None or before.what != request.what:
                self.list.show(())  # until the others are there
            self._prompt.want_completion(request)

    def offer(self, request: Wanted, options: Sequence[Option]) -> None:
        """Take in what was found; it is late when something else was typed since."""
        if request == self._request:
            found = argument_options(request, options)
            if [option.word for option in found] == [request.word]:
                found = []  # it is all there
            self.list.show(found)

    def close(self) -> None:
        """Close the list until something else is written."""
        self._left_alone = self._prompt.text
        self._request = None
        self.list.show(())

    def reset(self) -> None:
        """No command is being typed any more."""
        if self._request is not None:
            self._request = None
            self.list.show(())

    def key(self, key: str) -> bool:
        """Act on a key that is the list's while it is open.

        Returns:
            Whether it was.
        """
        self.look()
        if not self.open:
            return False
        match key:
            case "down":
                self.list.move(1)
            case "up":
                self.list.move(-1)
            case "tab":
                self.take()
            case "escape":
                self.close()
            case _:
                return False
        return True

    def send(self) -> bool:
        """Take the marked option where sending means that.

        Returns:
            Whether it was enough: false when the text is to be sent as it is now.
        """
        self.look()
        option = self.list.marked
        if option is None or self._request is None:
            return False
        if self._request.what is None:
            if self._request.word.lower() in BY_NAME and not self.list.moved:
                return False
        elif not self.list.moved:
            return False
        at_once = self._request.what is None and option.ends
        self.take()
        return not at_once

    def take(self, option: Option | None = None) -> None:
        """Put an option into the prompt, the marked one when none is named."""
        option = option or self.list.marked
        if option is None or self._request is None:
            return
        text = completed(self._prompt.text, self._request, option)
        self._prompt.replace(text, (0, 0), self._prompt.document.end)
        self._prompt.move_cursor(self._prompt.document.end)
        if self._request.what is not None and option.ends:
            self.close()
        else:
            self.look()

    def _at_end(self) -> bool:
        return self._prompt.cursor_location == self._prompt.document.end
