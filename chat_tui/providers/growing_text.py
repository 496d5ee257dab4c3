"""Texts that a server sends whole each time, longer and longer, told as what is new in them."""

from collections.abc import Iterator

from chat_tui.events import Notice

_HALF = "\ufffd"


class GrowingText:
    """One text. What is told of it can never be taken back."""

    def __init__(self, name: str) -> None:
        """Start an empty text.

        Args:
            name: What the text is to a reader, such as "answer".
        """
        self._name = name
        self._told = ""
        self._latest = ""

    @property
    def told(self) -> str:
        """What a reader has of the latest text."""
        return self._told

    def take(self, text: str) -> Iterator[str | Notice]:
        """Yield what is new in a later text, and a notice where the earlier one is void.

        The last sign of a text may be a character that the server cut in two: it waits for the
        next text, or for `end`.
        """
        self._latest = text
        yield from self._tell(text.rstrip(_HALF))

    def end(self) -> Iterator[str | Notice]:
        """Yield what waits, as no more comes."""
        yield from self._tell(self._latest)

    def _tell(self, text: str) -> Iterator[str | Notice]:
        if text.startswith(self._told):
            if delta := text[len(self._told) :]:
                self._told = text
                yield delta
        elif not self._told.startswith(text):
            self._told = text
            yield Notice(f"the server replaced its {self._name}; the new one follows the old")
            yield f"\n\n{text}"
