"""The row above the prompt with what goes along with the next turn: files, and long pastes."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeAlias

import msgspec
from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip

from chat_tui import glyphs
from chat_tui.document.message_words import size_words
from chat_tui.message import Attachment
from chat_tui.text import clean_line
from chat_tui.widgets.prompt.side_by_side import MARGIN, SideBySide, fitted

_NAME_MAX: Final = 32


class FileChip(msgspec.Struct, frozen=True):
    """A file that goes along."""

    attachment: Attachment
    source: str
    """What was pasted or typed for it."""

    @property
    def words(self) -> str:
        name = clean_line(self.attachment.name, _NAME_MAX)
        return f"{glyphs.ATTACHED} {name} {size_words(self.attachment.size_bytes)}"


class TextChip(msgspec.Struct, frozen=True):
    """A long paste that is put below what is written when it is sent."""

    text: str

    @property
    def words(self) -> str:
        return f"{glyphs.ATTACHED} pasted {len(self.text.splitlines()):,} lines"


Chip: TypeAlias = FileChip | TextChip


class AttachmentBar(SideBySide):
    """One row, hidden while nothing goes along; each conversation has chips of its own."""

    BETWEEN = 2
    DEFAULT_CSS = """
    AttachmentBar {
        & > .attachment-bar--chip { background: $panel; }
        & > .attachment-bar--current { background: $panel; text-style: bold reverse; }
        & > .attachment-bar--remove { background: $panel; color: $text-muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "attachment-bar--chip",
        "attachment-bar--current",
        "attachment-bar--remove",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "unfold"),
        Binding("backspace,delete,x", "remove"),
    ]

    def __init__(
        self,
        *,
        unfold: Callable[[str], None],
        leave: Callable[[], object],
        changed: Callable[[], object],
    ) -> None:
        """Make an empty bar.

        Args:
            unfold: Puts the text of a chip into the prompt.
            leave: Takes the keys back to the prompt.
            changed: Told when other things go along than before.
        """
        super().__init__(classes="attachment-bar")
        self._unfold = unfold
        self._leave = leave
        self._tell_changed = changed
        self._chips: dict[str, list[Chip]] = {}
        self.shown = ""
        """The conversation whose chips are shown."""
        self.above: Callable[[], object] = lambda: None
        """Told when other chips are shown, or elsewhere."""

    @property
    def chips(self) -> Sequence[Chip]:
        """What goes along with the next turn of the conversation that is shown."""
        return self._chips.get(self.shown, [])

    @property
    def line(self) -> str:
        """What the row says."""
        return self.render_line(0).text.rstrip() if self.chips else ""

    def show_for(self, conversation: str) -> None:
        """Show what goes along in a conversation.

        Args:
            conversation: Its id.
        """
        if not self.shown and "" in self._chips:  # from before anybody named one
            self._chips[conversation] = self._chips.pop("")
        self.shown = conversation
        self._changed()

    def add(self, chip: Chip, conversation: str) -> None:
        """Put a chip behind the others; a file that is there already stays once."""
        chips = self._chips.setdefault(conversation, [])
        if not isinstance(chip, FileChip) or all(
            not isinstance(one, FileChip) or one.attachment != chip.attachment for one in chips
        ):
            chips.append(chip)
        self._changed()
        self._tell_changed()

    def take_away(self, number: int) -> Chip | None:
        """Take a chip away; null where there is none of that number, counted from 0 or the end."""
        chips = self._chips.get(self.shown, [])
        if not -len(chips) <= number < len(chips):
            return None
        chip = chips.pop(number)
        self._changed()
        self._tell_changed()
        return chip

    def take(self) -> tuple[Chip, ...]:
        """Take all chips away."""
        chips = tuple(self._chips.pop(self.shown, ()))
        self._changed()
        self._tell_changed()
        return chips

    def chips_of(self, conversation: str) -> Sequence[Chip]:
        """What goes along with the next turn of a conversation.

        Args:
            conversation: Its id.
        """
        return tuple(self._chips.get(conversation, ()))

    def move(self, before: str, after: str) -> None:
        """Let what goes along in one conversation go along in another one."""
        if chips := self._chips.pop(before, None):
            self._chips[after] = [*self._chips.get(after, ()), *chips]
            self._changed()

    def action_unfold(self) -> None:
        match self.take_away(self._current):
            case FileChip(source=text) | TextChip(text=text):
                self._unfold(text)
                self._leave()

    def action_remove(self) -> None:
        self.take_away(self._current)

    def action_leave(self) -> None:
        self._leave()

    def on_click(self, event: events.Click) -> None:
        """Take a chip away by its sign for that; unfold it anywhere else."""
        event.stop()
        if (placed := self.placed_at(event.x)) is not None:
            self._current = placed.number
            if event.x >= placed.end - _remove_cells():
                self.action_remove()
            else:
                self.action_unfold()

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        chip_style = base + self.get_component_rich_style("attachment-bar--chip", partial=True)
        remove_style = base + self.get_component_rich_style("attachment-bar--remove", partial=True)
        current = base + self.get_component_rich_style("attachment-bar--current", partial=True)
        segments: list[Segment] = []
        at = 0
        for number, start, end in self.placed():
            here = self.has_focus and number == self._current
            words = fitted(f" {self.chips[number].words}", end - start - _remove_cells())
            segments += [
                Segment(self._lead(at, start), base),
                Segment(words, current if here else chip_style),
                Segment(f" {glyphs.FAILED} ", current if here else remove_style),
            ]
            at = end
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _go(self, number: int) -> None:
        super()._go(number)
        self.above()

    @property
    def sizes(self) -> Sequence[int]:
        room = max(_remove_cells() + 2, self.size.width - MARGIN)
        return [min(1 + cell_len(chip.words) + _remove_cells(), room) for chip in self.chips]

    def _changed(self) -> None:
        chips = self.chips
        self.set_class(bool(chips), "-open")
        self._limit(self._current)
        if not chips and self.has_focus:
            self._leave()
        self.refresh()
        self.above()


def _remove_cells() -> int:
    return cell_len(f" {glyphs.FAILED} ")
