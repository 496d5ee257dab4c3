"""An input of several lines with what goes along with it: files, and long pastes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message as TextualMessage
from textual.widget import Widget
from textual.widgets import TextArea

from chat_tui.errors import ChatTuiError
from chat_tui.widgets.prompt.recalling_area import RecallingArea

if TYPE_CHECKING:
    from chat_tui.message import Attachment
    from chat_tui.widgets.prompt.attaching import Attaching, KeepFile
    from chat_tui.widgets.prompt.attachment_bar import Chip


class AttachingArea(RecallingArea):
    """What goes along is made room for when something is attached for the first time."""

    keep_file: "KeepFile | None" = None
    """Keeps a copy of a file that is attached; null: none can be."""
    _attaching: "Attaching | None" = None
    _conversation = ""
    """The id of the one that is shown."""

    @dataclass
    class Refused(TextualMessage):
        """Something cannot be done; nothing that was written is lost."""

        error: ChatTuiError

    @property
    def attaching(self) -> "Attaching":
        """What goes along with what is written."""
        if self._attaching is None:
            from chat_tui.widgets.prompt.attaching import Attaching

            assert self.keep_file is not None
            self._attaching = Attaching(self, self.keep_file, self._conversation)
        return self._attaching

    @property
    def has_chips(self) -> bool:
        """Something goes along with what is written."""
        return self._attaching is not None and bool(self._attaching.bar.chips)

    def chips_of(self, conversation: str) -> "Sequence[Chip]":
        """What goes along with what is written in a conversation."""
        return self._attaching.bar.chips_of(conversation) if self._attaching is not None else ()

    def restore_chips(self, conversation: str, chips: "Sequence[Chip]") -> None:
        """Have these go along with what is written in a conversation."""
        for chip in chips:
            self.attaching.bar.add(chip, conversation)

    def move_chips(self, before: str, after: str) -> None:
        """Let what goes along in one conversation go along in another one."""
        if self._attaching is not None:
            self._attaching.bar.move(before, after)

    def chips_changed(self) -> None:
        """Have it known that the draft is another one, as when its text changes."""
        self.post_message(TextArea.Changed(self))

    def fetch_attachments(self, text: str) -> "tuple[Attachment, ...]":
        """Give the files that go along with a text that was sent, once."""
        return self._attaching.fetch(text) if self._attaching is not None else ()

    def _with_attachments(self, text: str) -> str:
        return self._attaching.completed(text) if self._attaching is not None else text

    def stand_above(self, widget: Widget) -> None:
        """Put a widget above the prompt's row."""
        row = self.parent
        assert isinstance(row, Widget)
        assert isinstance(row.parent, Widget)
        row.parent.mount(widget, before=row)
