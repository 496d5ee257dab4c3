"""Writer's answers outside of a chat: generated text, no-code applications, Knowledge Graphs, search.

Vendor pages: https://dev.writer.com/api-reference/completion-api/text-generation,
.../application-api/applications, .../kg-api/question and .../tool-api/web-search (read 2026-11-20).
None of these streams has a sign of its end.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Final, Protocol

import msgspec

from chat_tui.errors import ProtocolViolation, ProviderFailed
from chat_tui.events import Finished, Notice, Started, Step, StreamEvent, TextDelta
from chat_tui.net.error_text import error_message
from chat_tui.net.frames import Frame, is_keepalive
from chat_tui.net.sse import DONE
from chat_tui.providers.bad_frames import BadFrames
from chat_tui.providers.frame_data import object_in
from chat_tui.providers.writer.chat import OUR_EVENTS
from chat_tui.providers.writer.errors import NOT_WRITER_HINT, is_error
from chat_tui.providers.writer.graph import GraphSearch
from chat_tui.providers.writer.sources import Passages

_ERROR_KEYS: Final = ("errors", "error", "message", "detail", "msg")
_USUAL_TITLE: Final = "output"


class Answer(Protocol):
    """How one endpoint puts its answer into objects, of a stream or a single one."""

    keys: ClassVar[frozenset[str]]
    """An object with none of them is not part of an answer."""
    needs_text: ClassVar[bool]
    """An answer without any text is not complete."""

    def read(self, body: dict[str, Any]) -> Iterator[StreamEvent]:
        """Yield what is new in an object."""
        ...

    def end(self, *, complete: bool) -> Iterator[StreamEvent]:
        """Yield how what still runs has ended."""
        ...


class AnswerDecoder:
    """Reads one reply, frame by frame or as one document."""

    finish_seen = False
    """There is no such sign."""

    def __init__(self, answer: Answer, *, provider: str, model: str) -> None:
        """Start a reply.

        Args:
            answer: Reads the objects of the endpoint.
            provider: The user's name for the provider.
            model: What was asked.
        """
        self._answer = answer
        self._provider = provider
        self._model = model
        self._bad_frames = BadFrames(NOT_WRITER_HINT)
        self._started = False
        self._found = False
        self._answered = False
        self._unknown = False
        self.ended = False
        """The terminal event has been yielded."""

    def decode(self, frame: Frame) -> Iterator[StreamEvent]:
        """Yield the events of one frame.

        Raises:
            ProviderFailed: the frame is an error object.
            ProtocolViolation: too many frames are not what the dialect promises.
        """
        data = frame.data.strip()
        if self.ended or not data or frame.event not in OUR_EVENTS or is_keepalive(frame):
            return
        if data == DONE:  # not sent so far, but Writer's own client knows it
            yield from self.end()
            return
        body = object_in(frame)
        if body is None:
            yield self._bad_frames.skip()
        else:
            yield from self._read(body)

    def whole(self, body: object) -> Iterator[StreamEvent]:
        """Yield the events of a reply that came as one JSON document.

        Raises:
            ProviderFailed: it is an error object.
            ProtocolViolation: it is not a reply.
        """
        if not isinstance(body, dict):
            raise _not_understood()
        yield from self._read(body)
        yield from self.end()

    def end(self) -> Iterator[StreamEvent]:
        """Yield how the reply ended: a clean end of the stream is all the sign there is.

        Raises:
            ProtocolViolation: nothing came at all.
        """
        if self.ended:
            return
        if not self._found:
            if self._unknown:
                raise _not_understood()
            raise ProtocolViolation(
                "the server sent an empty reply", hint="try again, or ask in other words"
            )
        self.ended = True
        complete = self._answered or not self._answer.needs_text
        yield from self._answer.end(complete=complete)
        if not complete:
            yield Notice("the connection ended before the answer came")
        elif not self._answered:
            yield Notice("the server sent no answer text")
        yield Finished("stop" if complete else "incomplete")

    def broken_off(self) -> Iterator[StreamEvent]:
        """Yield what was held back of a reply that will not be completed."""
        yield from self._answer.end(complete=False)

    def _read(self, body: dict[str, Any]) -> Iterator[StreamEvent]:
        known = not self._answer.keys.isdisjoint(body)
        if is_error(body) or (not known and any(body.get(key) for key in _ERROR_KEYS)):
            raise ProviderFailed(error_message(body))
        if not known:
            self._unknown = True  # it matters if nothing else comes
            return
        if not self._started:
            self._started = True
            yield Started(self._provider, self._model)
        for event in self._answer.read(body):
            self._found = True
            if isinstance(event, TextDelta):
                self._answered = self._answered or bool(event.text.strip())
            yield event


class Completion:
    """Generated text: `{"value"}` in a stream, else `{"choices": [{"text"}]}`."""

    keys: ClassVar = frozenset({"value", "choices"})
    needs_text: ClassVar = True

    def read(self, body: dict[str, Any]) -> Iterator[StreamEvent]:
        match body:
            case {"value": str(text)} | {"choices": [{"text": str(text)}, *_]} if text:
                yield TextDelta(text)

    def end(self, *, complete: bool) -> Iterator[StreamEvent]:
        yield from ()


class Application:
    """What an application writes: `{"delta"}` in a stream, else `{"title", "suggestion"}`."""

    keys: ClassVar = frozenset({"delta", "title", "suggestion"})
    needs_text: ClassVar = True

    def __init__(self) -> None:
        self._passages = Passages()
        self._stages: dict[str, Step] = {}
        self._sources: dict[str, dict[str, None]] = {}
        self._title = _USUAL_TITLE

    def read(self, body: dict[str, Any]) -> Iterator[StreamEvent]:
        delta = body.get("delta")
        told = delta if isinstance(delta, dict) else body
        title = told.get("title")
        if isinstance(title, str) and title and title != self._title:
            self._title = title
            yield Step(f"title {title}", title, "done")
        stages = told.get("stages")
        for stage in stages if isinstance(stages, list) else ():
            if isinstance(stage, dict):
                yield from self._stage(stage)
        yield from self._passages.news()
        for name in ("content", "suggestion"):
            if isinstance(text := told.get(name), str) and text:
                yield from self._end_stages()
                yield TextDelta(text)

    def end(self, *, complete: bool) -> Iterator[StreamEvent]:
        yield from self._end_stages(failed=not complete)

    def _stage(self, stage: dict[str, Any]) -> Iterator[StreamEvent]:
        """Yield the step of a stage; it comes again when it has found its sources."""
        sources = stage.get("sources")
        stage_id, label = (
            text if isinstance(text := stage.get(name), str) else "" for name in ("id", "content")
        )
        key = stage_id or label
        if key not in self._stages:
            yield from self._end_stages(but=key)
        known = self._stages.get(key)
        found = self._sources.setdefault(key, {})
        if isinstance(sources, list):
            found.update(dict.fromkeys(url for url in sources if isinstance(url, str) and url))
            self._passages.add(sources)
        step = Step(
            f"stage {key}",
            label or (known.label if known else "working"),
            known.state if known else "running",
            "\n".join(found),
        )
        if step != known:
            self._stages[key] = step
            yield step

    def _end_stages(self, *, but: str | None = None, failed: bool = False) -> Iterator[StreamEvent]:
        for key, step in self._stages.items():
            if step.state == "running" and key != but:
                state = "failed" if failed else "done"
                self._stages[key] = ended = msgspec.structs.replace(step, state=state)
                yield ended


class Question:
    """What Knowledge Graphs answer: the same object whole and in deltas of its `answer`."""

    keys: ClassVar = frozenset(
        {"question", "answer", "sources", "subqueries", "references", "data"}
    )
    needs_text: ClassVar = True

    def __init__(self) -> None:
        self._passages = Passages()
        self._graph = GraphSearch(self._passages)
        self._answer: list[str] = []

    def read(self, body: dict[str, Any]) -> Iterator[StreamEvent]:
        data = body.get("data")  # in the vendor's types, but not on the wire
        told = data if isinstance(data, dict) else body
        if isinstance(text := told.get("answer"), str) and text:
            self._answer.append(text)
            yield TextDelta(text)
        yield from self._graph.read({**told, "status": None})

    def end(self, *, complete: bool) -> Iterator[StreamEvent]:
        yield from self._graph.end(complete=complete)
        self._passages.name("".join(self._answer))
        yield from self._passages.news()


class Search:
    """What a search of the web found, with or without an answer.

    Nobody tells the form of its stream: an answer that goes on from all that came before it
    repeats that, any other is more of it.
    """

    keys: ClassVar = frozenset({"query", "answer", "sources", "data"})
    needs_text: ClassVar = False

    def __init__(self) -> None:
        self._passages = Passages()
        self._answer = ""

    def read(self, body: dict[str, Any]) -> Iterator[StreamEvent]:
        data = body.get("data")
        told = data if isinstance(data, dict) else body
        self._passages.add(told.get("sources"))
        yield from self._passages.news()
        if isinstance(text := told.get("answer"), str) and text:
            more = text.removeprefix(self._answer)
            self._answer += more
            if more:
                yield TextDelta(more)

    def end(self, *, complete: bool) -> Iterator[StreamEvent]:
        yield from self._passages.news()


def _not_understood() -> ProtocolViolation:
    return ProtocolViolation(
        "the server's answer is not a reply of Writer's API", hint=NOT_WRITER_HINT
    )
