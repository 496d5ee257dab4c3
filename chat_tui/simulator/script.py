"""Scripts: what the simulator does in one reply, act by act, whatever the dialect."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


class Gate:
    """A place in a script that the server does not pass until a test opens it."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        """Set when a reply has got here; everything before it is on its way to the client."""
        self._opened = asyncio.Event()

    @property
    def is_open(self) -> bool:
        return self._opened.is_set()

    def open(self) -> None:
        """Let through what waits here and what comes later. Idempotent."""
        self._opened.set()

    async def pass_through(self) -> None:
        """Say that the gate is reached, and wait until it is open; the server's side."""
        self.reached.set()
        await self._opened.wait()


@dataclass(frozen=True, slots=True)
class Say:
    """One delta of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Think:
    """One delta of the reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture on its way, where the dialect and the request have previews."""

    data: bytes = field(repr=False)
    """A PNG file."""
    index: int = 0
    """Which of several, where the dialect shows them side by side."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished picture."""

    data: bytes = field(repr=False)
    """A PNG file."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a picture is, where the dialect says so."""

    fraction: float | None = None
    """0..1."""
    queue_position: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """One step of an agent; the same `id` goes on with it."""

    id: str
    label: str
    state: str = "running"
    """`running`, `done` or `failed`."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One document that an answer rests on."""

    title: str
    url: str = ""
    text: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Cite:
    """All sources of the answer so far."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class UseTool:
    """A tool that the server used."""

    name: str
    arguments: str
    """JSON."""
    output: str


@dataclass(frozen=True, slots=True)
class Suggest:
    """What to ask next."""

    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskApproval:
    """Stop, and wait for the user to decide."""

    prompt: str
    feedback: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Totals, said where the dialect and the request allow it."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The dialect's own terminal sign."""

    reason: str = "stop"


@dataclass(frozen=True, slots=True)
class Done:
    """The mark that no more events follow, where the dialect has one."""


@dataclass(frozen=True, slots=True)
class Fail:
    """An error object in the stream."""

    message: str
    code: str | int = "server_error"


@dataclass(frozen=True, slots=True)
class Comment:
    """A keepalive."""

    text: str = "keepalive"


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing until the gate is open."""

    gate: Gate


@dataclass(frozen=True, slots=True)
class Raw:
    """Any bytes. `Raw(b"")` sends the head of the response alone."""

    data: bytes
    framed: bool = True
    """False puts them on the socket beneath HTTP, which breaks the framing on purpose."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Break the connection."""

    reset: bool = True
    """False closes it in order (FIN), which HTTP still sees as a body cut short."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Stall until the client leaves or the server stops."""


@dataclass(frozen=True, slots=True)
class End:
    """End the response in order; the end of the acts does the same."""


Content: TypeAlias = (
    Say
    | Think
    | Preview
    | Picture
    | Progress
    | Work
    | Cite
    | UseTool
    | Suggest
    | AskApproval
    | Usage
    | Finish
    | Done
    | Fail
    | Comment
)
"""What a dialect puts into bytes."""
Conduct: TypeAlias = Pause | Hold | Raw | Drop | Hang | End
"""What the server does, the same in every dialect."""
Act: TypeAlias = Content | Conduct


@dataclass(frozen=True, slots=True)
class Script:
    """One reply. Nothing is added to it: without `Finish` there is no terminal sign.

    The head of the response goes out with the first bytes, so that what comes before them
    (`Pause`, `Hold`, `Drop`) happens to a client that still waits for a status.
    """

    acts: tuple[Act, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Added to the server's own. A `content-length` is kept even where it is wrong."""
    content_type: str = "text/event-stream"
    """`application/json` answers a streaming request with one document; empty sends none."""
    body: bytes | None = None
    """An exact body instead of acts."""
    cut: int | None = None
    """Write in pieces of so many bytes, each a socket write of its own."""

    def __post_init__(self) -> None:
        if self.body is not None and self.acts:
            raise ValueError("a script has either acts or a body")
        if self.cut is not None and self.cut < 1:
            raise ValueError(f"cut is a number of bytes, not {self.cut}")
        if not 200 <= self.status <= 599:
            raise ValueError(f"status is 200 to 599, not {self.status}")


def say(text: str, *, delta_chars: int = 4, pause_s: float = 0.0) -> tuple[Say | Pause, ...]:
    """Cut a text into deltas.

    Args:
        text: The whole answer.
        delta_chars: Characters in a delta; the last one may be shorter.
        pause_s: Put between two deltas.
    """
    acts: list[Say | Pause] = []
    for start in range(0, len(text), delta_chars):
        if acts and pause_s > 0:
            acts.append(Pause(pause_s))
        acts.append(Say(text[start : start + delta_chars]))
    return tuple(acts)
