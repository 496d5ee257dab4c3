"""The registers: what was taken last, what was copied last, and what was taken by name."""

from typing import Final

from chat_tui.vi.outcomes import Register

_COPIED: Final = "0"
_NOWHERE: Final = "_"
_USUAL: Final = ("", '"')


class Registers:
    """What each of them holds."""

    def __init__(self) -> None:
        self.last = Register()
        """What was taken last, by whatever name."""
        self._named: dict[str, Register] = {}

    def of(self, name: str) -> Register:
        """What is put from a register; the name is empty for the usual one."""
        return self.last if name in _USUAL else self._named.get(name.lower(), Register())

    def take(self, name: str, taken: Register, *, copied: bool) -> None:
        """Keep what was taken.

        Args:
            name: Of a register; a capital letter adds to what it holds, empty is the usual one.
            taken: A piece of the text.
            copied: It is still in the text.
        """
        if name == _NOWHERE:
            return
        if name in _USUAL:
            name = _COPIED if copied else ""
        elif name.isupper():
            name = name.lower()
            taken = _behind(self.of(name), taken)
        if name:
            self._named[name] = taken
        self.last = taken


def _behind(held: Register, taken: Register) -> Register:
    if not held.text and not held.lines:
        return taken
    lines = held.lines or taken.lines
    return Register(("\n" if lines else "").join((held.text, taken.text)), lines=lines)
