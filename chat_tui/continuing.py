"""Going on with a reply that broke off: what is sent for it, and what its text is added to."""

from collections.abc import Sequence
from typing import Final

import msgspec

from chat_tui.events import Finished, Notice
from chat_tui.message import Message, TextPart, user_message

GO_ON: Final = (
    "Your reply above was cut off. Go on exactly where it stops, in the middle of a word if need"
    " be. Repeat nothing, and say nothing about this."
)
_SAID: Final = "interrupted: "
"""How the note begins that the store makes of a reply whose program died."""


def can_go_on(message: Message) -> bool:
    """Whether there is text to go on from, and a reason to."""
    return is_unfinished(message) and any(
        isinstance(part, TextPart) and part.text.strip() for part in message.parts
    )


def is_unfinished(message: Message) -> bool:
    """Whether a reply broke off by itself, and nobody has said yet what becomes of it."""
    match message.outcome:
        case Finished(reason="incomplete" | "length") as outcome:
            return outcome.settled is msgspec.UNSET
        case _:
            return False


def settled(message: Message) -> Message:
    """The same reply, after somebody has said what becomes of it."""
    assert isinstance(message.outcome, Finished)
    return msgspec.structs.replace(
        message, outcome=msgspec.structs.replace(message.outcome, settled=True)
    )


def begun(blank: Message, unfinished: Message) -> Message:
    """A reply that begins with all that came of another one."""
    kept = tuple(
        part
        for part in unfinished.parts
        if not (isinstance(part, Notice) and part.text.startswith(_SAID))
    )
    return msgspec.structs.replace(
        blank, parts=(*kept, Notice("continued after it was cut off")), usage=unfinished.usage
    )


def asked_to_go_on(messages: Sequence[Message], blank: Message) -> tuple[Message, ...]:
    """The turns of a request that asks for more of a reply.

    Args:
        messages: The path that the reply answers.
        blank: What it begins with.
    """
    so_far = msgspec.structs.replace(blank, outcome=Finished("incomplete"))
    return (*messages, so_far, user_message(GO_ON, parent=blank.id))
