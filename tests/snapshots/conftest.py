"""A clock that stands still, and a conversation that has everything."""

import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from chat_tui.app.chat_app import ChatApp
from chat_tui.conversation import Conversation
from chat_tui.events import (
    Finished,
    Notice,
    Source,
    SourceRefs,
    Step,
    StreamError,
    Terminal,
    ToolCall,
    Usage,
)
from chat_tui.ids import MessageId
from chat_tui.message import Message, Part, ReasoningPart, TextPart
from chat_tui.simulator.server import Simulator
from tests.app.desk import Desk, chat, idle, painted, until
from tests.snapshots.compare import Compare

BEGAN = datetime(2026, 3, 14, 14, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk whose server is never asked."""
    return Desk(tmp_path, Simulator())


class Talk:
    """A conversation at fixed times."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def you(self, text: str) -> None:
        self._add(Message(id=self._id(), role="user", parts=(TextPart(text),), created=self._at()))

    def reply(
        self,
        *parts: Part,
        outcome: Terminal | None,
        provider: str = "flow",
        model: str = "deepseek-ai/DeepSeek-V3.2",
        usage: Usage | None = None,
    ) -> None:
        self._add(
            Message(
                id=self._id(),
                role="assistant",
                parts=parts,
                created=self._at(),
                provider=provider,
                model=model,
                usage=usage,
                outcome=outcome,
            )
        )

    def conversation(self) -> Conversation:
        return Conversation(created=BEGAN, messages=self.messages)

    def _id(self) -> MessageId:
        return MessageId(f"message-{len(self.messages)}")

    def _at(self) -> datetime:
        return BEGAN + timedelta(minutes=len(self.messages) // 2)

    def _add(self, message: Message) -> None:
        parent = self.messages[-1].id if self.messages else None
        self.messages.append(replace(message, parent=parent))


@pytest.fixture
def lighthouses() -> Conversation:
    """A talk with reasoning, steps, a tool, sources and totals."""
    talk = Talk()
    talk.you("How does a Fresnel lens work?")
    talk.reply(
        ReasoningPart(
            "They want the principle, not the history. Start from the thick lens, and say why most "
            "of its glass does nothing.",
            4.2,
        ),
        TextPart(
            "A Fresnel lens replaces the thick glass of an ordinary lens by rings, each with the "
            "slope that the thick one has at that distance from the axis [1].\n\n"
            "Light is bent at the surfaces only, so the glass between them can go. What is left is "
            "thin enough to be pressed in one piece, and light enough to turn on a bearing of "
            "mercury [2]."
        ),
        SourceRefs(
            (
                Source("The modern lighthouse service", "https://lighthouse.example/lens"),
                Source("optics.pdf"),
            )
        ),
        outcome=Finished("stop", 15.1, 4.6),
        usage=Usage(31, 884, 0.0031),
    )
    talk.you("Which of them is the strongest?\nAnd can I visit it?")
    talk.reply(
        Step("1", "Router", "done", "", 0.3),
        Step("2", "Search documents", "done", "4 sources", 1.8),
        Step("3", "Writer", "running", "", 4.1),
        ToolCall("4", "nautical_miles", '{"candela": 10000000}', "33", "done"),
        TextPart("Créac'h on Ushant: it reaches 33 nautical miles. The museum below it is open."),
        Notice("one event could not be read and was skipped"),
        outcome=Finished("stop", 6.2, 2.4),
        provider="support",
        model="agent",
    )
    return talk.conversation()


@pytest.fixture
def endings() -> Conversation:
    """A talk that went wrong in every way."""
    talk = Talk()
    talk.you("Tell me a story.")
    talk.reply(TextPart("Once upon a time"), outcome=Finished("cancelled", 2.0, 0.5))
    talk.you("Again, longer.")
    talk.reply(
        TextPart("Once upon a time there was a lamp"),
        Notice("the connection to api.flowapi.net broke"),
        outcome=Finished("incomplete", 3.0, 0.5),
    )
    talk.you("Once more.")
    talk.reply(
        TextPart("Once upon"),
        outcome=StreamError("provider", "api.flowapi.net says: the model is overloaded"),
    )
    talk.you("And now?")
    talk.reply(
        outcome=StreamError(
            "auth",
            "key rejected by api.flowapi.net (401): Incorrect API key provided.",
            "the key came from the variable FLOW_API_KEY",
            status=401,
        ),
    )
    return talk.conversation()


@pytest.fixture
def markdown() -> Conversation:
    """A talk with something of everything that Markdown has."""
    talk = Talk()
    talk.you("Show me *everything*.")
    talk.reply(
        TextPart(
            "# Lenses\n\n"
            "A lens bends light **at its surfaces**, never *between* them; see the "
            "[optics notes](https://lighthouse.example/optics) or `refract()`. ~~Glass~~ is not "
            "needed.\n\n"
            "## In steps\n\n"
            "1. Cut the lens into rings.\n"
            "2. Keep the slope of each:\n"
            "   - the steep ones outside,\n"
            "   - the flat ones inside.\n"
            "3. Push them flat.\n\n"
            "- [x] pressed\n"
            "- [ ] polished\n\n"
            "> Light is bent at the surfaces only,\n"
            "> so the glass between them can go.\n\n"
            "```python\n"
            "def refract(n1: float, n2: float, theta: float) -> float:\n"
            '    """Snell, 1621."""\n'
            "    return asin(n1 / n2 * sin(theta))  # radians\n"
            "```\n\n"
            "| light     | reach   | since |\n"
            "|-----------|--------:|:-----:|\n"
            "| Créac'h   | 33 nm   | 1863  |\n"
            "| *Ar-Men*  | 23 nm   | 1881  |\n"
        ),
        outcome=Finished("stop", 15.1, 4.6),
        usage=Usage(31, 884, 0.0031),
    )
    return talk.conversation()


@pytest.fixture
def contest() -> Conversation:
    """A turn that three have answered."""
    talk = Talk()
    talk.you("In one sentence: what is a Fresnel lens?")
    turn = talk.messages[-1].id
    for provider, model, words in (
        ("flow", "DeepSeek-V3.2", "A lens cut into **rings**, so that its glass can be thin."),
        ("support", "agent", "It replaces thick glass by rings with the same slopes [1]."),
        ("home", "llama3", "A flat lens made of many small prisms."),
    ):
        talk.reply(TextPart(words), outcome=Finished("stop", 3.1, 0.6), provider=provider,
                   model=model)  # fmt: skip
        talk.messages[-1] = replace(talk.messages[-1], parent=turn)
    return talk.conversation()


@pytest.fixture
def compare(snap_compare: Callable[..., bool]) -> Compare:
    def compare_picture(
        app: ChatApp,
        *,
        size: tuple[int, int],
        before: Callable[[Pilot[int]], Awaitable[None]] | None = None,
    ) -> None:
        async def settled(pilot: Pilot[int]) -> None:
            await idle(pilot)
            if before is not None:
                await before(pilot)
            await painted(pilot)
            transcript = chat(pilot).pane.transcript
            await until(pilot, lambda: not transcript._scrollbar_due)
            for field in (*pilot.app.screen.query(Input), *pilot.app.screen.query(TextArea)):
                field._pause_blink(visible=field.has_focus)
            await pilot.pause()

        assert snap_compare(app, terminal_size=size, run_before=settled)

    return compare_picture
