"""Thinking that a server leaves inside the text, between `<think>` and `</think>`.

Only at the start of a reply: elsewhere the tag is a word that the model writes about.
"""

from collections.abc import Iterator
from typing import Literal

from chat_tui.events import ReasoningDelta, TextDelta

OPEN, CLOSE = "<think>", "</think>"


class ThinkSplitter:
    """Parts text from thinking; however a reply is cut into deltas, the parts are the same.

    White space around the thinking, and line ends before the answer, belong to neither.
    """

    def __init__(self) -> None:
        self._held = ""
        self._at: Literal["start", "opening", "thinking", "closing", "text"] = "start"

    @property
    def passes(self) -> bool:
        """All that comes from now on is text, and none is held back."""
        return self._at == "text" and not self._held

    def feed(self, text: str) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield what is certain now; a broken tag and the white space before it are held back."""
        self._held += text
        if self._at == "start":
            begin = self._held.lstrip()
            if begin.startswith(OPEN):
                self._at, self._held = "opening", begin[len(OPEN) :]
            elif not OPEN.startswith(begin):
                self._at = "text"
        if self._at in {"opening", "thinking"}:
            yield from self._thinking()
        if self._at == "closing" and (begin := self._held.lstrip("\r\n")):
            self._at, self._held = "text", begin
        if self._at == "text" and self._held:
            yield TextDelta(self._take())

    def end(self) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield what was held back, at the end of the reply."""
        held = self._take()
        if held and self._at == "thinking":
            yield ReasoningDelta(held)
        elif held.strip() and self._at == "opening":
            yield ReasoningDelta(held.lstrip())
        elif held and self._at == "start":
            yield TextDelta(held)

    def _thinking(self) -> Iterator[ReasoningDelta]:
        if self._at == "opening":
            self._held = self._held.lstrip()
        thought, tag, rest = self._held.partition(CLOSE)
        if not tag:
            thought = thought[: len(thought) - _broken_tag_length(thought)]
        certain = thought.rstrip()
        if certain:
            self._at = "thinking"
            yield ReasoningDelta(certain)
        if tag:
            self._at, self._held = "closing", rest
        else:
            self._held = self._held[len(certain) :]

    def _take(self) -> str:
        held, self._held = self._held, ""
        return held


def _broken_tag_length(text: str) -> int:
    """How many characters at the end may be the beginning of the closing tag."""
    for length in range(min(len(CLOSE) - 1, len(text)), 0, -1):
        if text.endswith(CLOSE[:length]):
            return length
    return 0
