"""Something is to be copied, and the user is told what it was."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class CopyWanted(Message):
    """A text for the clipboard; whoever runs the application copies it."""

    text: str
    what: str
    """What it is, as in `copied the address`."""
