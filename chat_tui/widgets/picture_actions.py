"""What can be done with a picture, and how a turn that goes on from one is asked."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from chat_tui.document.message_view import MessageView
from chat_tui.events import ImageProgress, ImageResult
from chat_tui.message import Attachment, Lineage, Message
from chat_tui.text import clean
from chat_tui.widgets.prompt.prompt import Prompt

PictureKey: TypeAlias = Literal["open", "save", "copy_path", "info", "menu"]
"""What a key does on a picture."""
PictureStep: TypeAlias = Literal["again_new", "again_same", "edit", "use", "describe"]
"""How the talk goes on from a picture."""
PictureAction: TypeAlias = PictureKey | PictureStep
SEED: Final = "seed"
"""What every provider that takes one calls it."""
_SEEDS: Final = 2**31


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a turn is to be answered."""

    provider: str
    model: str = ""
    """Empty: the provider's own."""
    parameters: Mapping[str, object] = msgspec.field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    made_from: Lineage | None = None


class PictureSpot(msgspec.Struct, frozen=True):
    """A picture, and what there is to know around it."""

    turn: Message | None
    """What the reply answers."""
    reply: Message
    picture: ImageResult
    number: int
    """Among the pictures of the reply, from 1."""

    @property
    def prompt(self) -> str:
        """The words that it was made from; empty where nobody knows them."""
        return self.turn.text if self.turn is not None else ""

    @property
    def lineage(self) -> Lineage:
        """What is recorded of a turn that goes on from here."""
        return Lineage(message=self.reply.id, picture=self.number, said=self.reply.created)

    @property
    def seed(self) -> int | None:
        """As the provider told it, or as it was asked for."""
        asked = self.reply.parameters.get(SEED)
        return self.picture.seed if self.picture.seed is not None else _whole(asked)

    def again(self, *, same_seed: bool) -> Wish:
        """Ask the same provider for the same.

        A new seed is only sent where there was one before: not every provider takes it, and
        without one most choose another by themselves.
        """
        import secrets

        parameters = {name: value for name, value in self.reply.parameters.items() if name != SEED}
        if self.seed is not None:
            parameters[SEED] = self.seed if same_seed else secrets.randbelow(_SEEDS)
        return Wish(
            provider=self.reply.provider,
            model=self.reply.model,
            parameters=parameters,
            attachments=self.turn.attachments if self.turn is not None else (),
            made_from=self.lineage,
        )


class Origin:
    """What the words in a prompt were made from, until they are sent."""

    def __init__(self) -> None:
        self._lineage: Lineage | None = None
        self._words: frozenset[str] | None = None

    def set(self, lineage: Lineage, words: str | None = None) -> None:
        """Remember where the next turn comes from.

        Args:
            lineage: What is recorded of it.
            words: Put into the prompt: a turn that shares none of them is another one.
        """
        self._lineage = lineage
        self._words = None if words is None else _words(words)

    def of(self, text: str) -> Lineage | None:
        """Say where a turn comes from; null where it was written by itself."""
        if self._words is not None and not self._words & _words(text):
            return None
        return self._lineage

    def forget(self) -> None:
        self._lineage = None


def spots_at(view: MessageView, block: int, turn: Message | None) -> list[PictureSpot]:
    """List the finished pictures of a block; empty for other blocks."""
    part_number = view.part_of(block)
    if view.blocks[block].kind != "picture" or part_number < 0:
        return []
    reply = view.message
    shown = reply.parts[part_number]
    if not isinstance(shown, ImageResult | ImageProgress):
        return []
    return [spot for spot in spots_of(reply, turn) if spot.picture.job == shown.job]


def spots_of(reply: Message, turn: Message | None) -> list[PictureSpot]:
    """List the finished pictures of a reply."""
    pictures = [part for part in reply.parts if isinstance(part, ImageResult)]
    return [PictureSpot(turn, reply, picture, number) for number, picture in enumerate(pictures, 1)]


def picture_keys(keys: Mapping[str, str]) -> Mapping[str, PictureKey]:
    """Say what each key does on a picture.

    Args:
        keys: The keys of each action, separated by commas.
    """
    return {
        key.strip(): action
        for action in get_args(PictureKey)
        for key in keys.get(f"picture.{action}", "").split(",")
        if key.strip()
    }


def put_words(prompt: Prompt, words: str) -> None:
    """Put words into the prompt, as one change that can be undone, below what is written there."""
    words = clean(words)
    if prompt.text.strip():
        prompt.insert(f"\n{words}", prompt.document.end)
    else:
        prompt.replace(words, (0, 0), prompt.document.end)
    prompt.move_cursor(prompt.document.end)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.lower().split())


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
