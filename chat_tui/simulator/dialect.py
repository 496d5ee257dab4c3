"""What a dialect is to the server: routes that turn a call into an answer or a question."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from chat_tui.simulator.script import Content


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came."""

    method: str
    path: str
    """Without the query, percent signs left as they are."""
    query: str
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case; repeated ones joined with a comma. A key may be among them."""
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        """The body, parsed.

        Raises:
            ValueError: it is not JSON.
        """
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the history that a client sent."""

    role: str
    text: str
    images: int = 0


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked, whatever the dialect."""

    model: str
    turns: tuple[Turn, ...]
    """Oldest first."""
    pictures: int = 0
    """How many pictures are to be made of it; 0 asks for words."""
    decision: str = ""
    """`proceed` or `reject`, where a turn decides what a flow had asked for."""
    seed: int | None = None
    """What chance is to start from; null leaves that to the simulator."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response, known at once."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Encoder(Protocol):
    """Puts the acts of one reply into the bytes of one dialect."""

    def frame(self, act: Content) -> bytes:
        """One act in a stream; empty where the dialect or the request leaves it out."""
        ...

    def whole(self, acts: Sequence[Content]) -> Answer:
        """All acts as one document."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A call that a script answers."""

    prompt: Prompt
    encoder: Encoder
    streamed: bool
    media_type: str = "text/event-stream"
    """Of a stream in this dialect."""


Outcome: TypeAlias = Answer | Question


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one place."""

    method: str
    path: str
    """A regular expression for the whole path."""
    handle: Callable[[Call, Mapping[str, str]], Outcome]
    """Called with the path's named groups."""


def to_json(value: object) -> bytes:
    """Encode as compact UTF-8; a text with lone surrogates is escaped instead."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
