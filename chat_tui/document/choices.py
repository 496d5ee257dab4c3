"""What the user may choose after a reply: to approve or reject, or what to ask next."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec

from chat_tui import glyphs
from chat_tui.continuing import can_go_on, is_unfinished
from chat_tui.document.blocks import TextBlock
from chat_tui.document.spans import Ink, Span, cut
from chat_tui.document.stack import StackBlock
from chat_tui.events import Approval, FollowUps
from chat_tui.message import Decision, Message
from chat_tui.text import clean, clean_line


class Unfinished(msgspec.Struct, frozen=True):
    """A reply that broke off: what becomes of it."""

    words: tuple[str, ...]
    """Of each choice; see `CONTINUE`."""


CONTINUE, REGENERATE, KEEP = "continue", "regenerate", "keep it as it is"
Choices: TypeAlias = Approval | FollowUps | Unfinished
APPROVE, REJECT = 0, 1
"""The numbers of an approval's two choices."""
_BUTTON_CHARS: Final = 40
_BETWEEN: Final = "   "


class ChoicesBlock(StackBlock):
    """What is proposed, and the choices, each of which can be pointed at."""

    __slots__ = ("_buttons", "choices", "waiting")

    def __init__(
        self,
        choices: Choices,
        *,
        answer: Message | None,
        ended: bool,
        gap: int,
        said: str = "",
    ) -> None:
        """Make a block.

        Args:
            choices: What may be chosen.
            answer: The turn that followed; null while there is none.
            ended: Whether the reply has; before that nothing is chosen.
            gap: Empty rows above.
            said: The text above: a question that ends it does not stand here again.
        """
        self.choices = choices
        self.waiting = answer is None and ended
        """Something can still be chosen."""
        self._buttons: Buttons | None = None
        blocks: list[TextBlock]
        if isinstance(choices, Approval):
            chosen = _chosen(choices, answer)
            mark, ink = f"{glyphs.PROPOSAL} ", "accent" if answer is None else "dim"
            asked = clean(choices.prompt).strip()
            self._buttons = Buttons(choice_words(choices), answer is not None, chosen)
            blocks = [self._buttons]
            if not asked or not clean(said).rstrip().endswith(asked):
                words = asked or "This waits for you to decide."
                question = TextBlock(words, kind="choices", first=mark, rest="  ", mark_ink=ink)
                blocks.insert(0, question)
        else:
            mark_ink = "accent" if answer is None else "dim"
            blocks = [
                TextBlock(
                    words, kind="choices", ink="dim", first=f"{number} ",
                    rest=" " * len(f"{number} "), mark_ink=mark_ink,
                )
                for number, words in enumerate(choice_words(choices), 1)
            ]  # fmt: skip
        super().__init__("choices", blocks, gap=gap)

    def choice_at(self, index: int, column: int, width: int) -> int | None:
        """Find the choice at a cell of a row; null where there is none."""
        number, row = self.part_at(index, width)
        if row < 0 or not self.row(index, width):
            return None
        if self._buttons is None:
            return number
        return (
            self._buttons.at(row, column, width) if self._blocks[number] is self._buttons else None
        )


class Buttons(TextBlock):
    """Two or more words in brackets; once one was chosen, marks in place of the brackets."""

    __slots__ = ("_ranges", "_row_inks")

    def __init__(self, words: Sequence[str], answered: bool, chosen: int | None) -> None:
        """Make a line of buttons.

        Args:
            words: Of each.
            answered: Nothing can be chosen any more.
            chosen: Which was.
        """
        texts = [_button(word, answered, number == chosen) for number, word in enumerate(words)]
        self._ranges: list[tuple[int, int]] = []
        self._row_inks: list[Ink] = []
        at = 0
        for number, text in enumerate(texts):
            self._ranges.append((at, at + len(text)))
            self._row_inks.append("accent" if number == chosen or not answered else "dim")
            at += len(text) + len(_BETWEEN)
        super().__init__(_BETWEEN.join(texts), kind="choices", first="  ", rest="  ")

    def at(self, index: int, column: int, width: int) -> int | None:
        """Find the button at a cell of a row; null beside them."""
        for number, (start, end) in enumerate(self._ranges):
            columns = self.columns_of(index, start, end, width)
            if columns is not None and columns[0] <= column < columns[1]:
                return number
        return None

    def row(self, index: int, width: int) -> Sequence[Span]:
        start = self.offset_at(index, 0, width)
        spans = super().row(index, width)
        mark, texts = list(spans[:1]), spans[1:]
        shown = "".join(span.text for span in texts)
        painted: list[Span] = []
        at = start
        for (first, last), ink in zip(self._ranges, self._row_inks, strict=True):
            painted += cut(texts, at - start, first - start)
            button = shown[max(0, first - start) : max(0, last - start)]
            if button:
                painted.append(Span(button, ink))
            at = max(at, last)
        return [*mark, *painted]


def choices_of(message: Message) -> Choices | None:
    """Find what may be chosen after a reply, as long as nothing has been said since.

    Returns:
        What waits for a decision comes before proposals; null for neither.
    """
    if message.role == "user" or message.outcome is None:
        return None
    found: Choices | None = None
    for part in reversed(message.parts):
        if isinstance(part, Approval):
            return part
        if isinstance(part, FollowUps) and part.prompts:
            found = found or part
    if found is None and is_unfinished(message):
        again = (REGENERATE, KEEP)
        return Unfinished((CONTINUE, *again) if can_go_on(message) else again)
    return found


def choice_words(choices: Choices) -> tuple[str, ...]:
    """Return the words of each choice, each in one clean line."""
    if isinstance(choices, Approval):
        words = (choices.approve, choices.reject)
        return tuple(clean_line(word, _BUTTON_CHARS) or str(glyphs.ELLIPSIS) for word in words)
    if isinstance(choices, Unfinished):
        return choices.words
    return tuple(clean_line(prompt) for prompt in choices.prompts)


def _chosen(approval: Approval, answer: Message | None) -> int | None:
    for part in answer.parts if answer is not None else ():
        if isinstance(part, Decision) and part.approval == approval.id:
            return APPROVE if part.approved else REJECT
    return None


def _button(word: str, answered: bool, chosen: bool) -> str:
    """As long in each state, so that what was found in it stays found."""
    if not answered:
        return f"[ {word} ]"
    return f"{glyphs.DONE if chosen else glyphs.NOT_YET} {word}  "
