"""A chat completion of Writer's: the OpenAI dialect, and what its own tools tell beside it.

Vendor page: https://dev.writer.com/home/tool-calling (read 2026-11-20).
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from chat_tui.events import Finished, Step, StreamEvent, TextDelta, ToolCall, WorkState
from chat_tui.net.frames import Frame
from chat_tui.net.json import encode_json
from chat_tui.providers.chat.dialect import ChatDecoder
from chat_tui.providers.frame_data import failed
from chat_tui.providers.writer.errors import NOT_WRITER_HINT, is_error, refuse_error
from chat_tui.providers.writer.graph import SEARCH_ID, GraphSearch
from chat_tui.providers.writer.sources import Passages

OUR_EVENTS: Final = frozenset({"message", "error"})
"""Events of any other name are not part of a reply; Writer's own client skips them."""

_LLM: Final = "llm"
_TRANSLATION: Final = "translation"
_WEB_SEARCH: Final = "web-search"


class WriterChatDecoder:
    """Reads one reply, frame by frame; see `ChatDecoder`."""

    def __init__(self, *, provider: str, model: str) -> None:
        self._tools = ServerTools()
        self._chat = ChatDecoder(
            provider=provider,
            model=model,
            extras=self._tools.read,
            dialect="Writer's API",
            hint=NOT_WRITER_HINT,
        )

    @property
    def finish_seen(self) -> bool:
        """The provider said how the reply ends; only usage may still come."""
        return self._chat.finish_seen

    @property
    def ended(self) -> bool:
        """The terminal event has been yielded."""
        return self._chat.ended

    def decode(self, frame: Frame) -> Iterator[StreamEvent]:
        """Yield the events of one frame.

        Raises:
            ProviderFailed: the frame is an error object.
            ProtocolViolation: too many frames are not what the dialect promises.
        """
        if frame.event in OUR_EVENTS and not self.ended:
            refuse_error(frame)
            yield from self._watched(self._chat.decode(frame))

    def whole(self, body: object) -> Iterator[StreamEvent]:
        """Yield the events of a reply that came as one JSON document.

        Raises:
            ProviderFailed: it is an error object.
            ProtocolViolation: it is not a reply.
        """
        if isinstance(body, dict) and "choices" not in body and is_error(body):
            raise failed(body)
        yield from self._watched(self._chat.whole(body))

    def end(self) -> Iterator[StreamEvent]:
        """Yield how the reply ended.

        Raises:
            ProtocolViolation: nothing came at all.
        """
        yield from self._watched(self._chat.end())

    def broken_off(self) -> Iterator[StreamEvent]:
        """Yield what was held back of a reply that will not be completed."""
        yield from self._watched(self._chat.broken_off())
        yield from self._tools.end(complete=False)

    def _watched(self, events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
        for event in events:
            match event:
                case TextDelta(text=text):
                    self._tools.hear(text)
                case Finished():
                    yield from self._tools.end(complete=self.finish_seen)
            yield event


class ServerTools:
    """What the server's own tools did for one reply."""

    def __init__(self) -> None:
        self._passages = Passages()
        self._graph = GraphSearch(self._passages, parent=SEARCH_ID)
        self._answer: list[str] = []
        self._llm: ToolCall | None = None
        self._translation: ToolCall | None = None
        self._search: Step | None = None

    def read(self, choice: dict[str, Any]) -> Iterator[StreamEvent]:
        """Yield what a choice tells of them, in its delta or in the message that repeats it."""
        for place in (choice.get("delta"), choice.get("message")):
            if not isinstance(place, dict):
                continue
            if isinstance(graph := place.get("graph_data"), dict):
                yield from self._graph.read(graph)
            if isinstance(llm := place.get("llm_data"), dict):
                yield from self._call_llm(llm)
            if isinstance(translation := place.get("translation_data"), dict):
                yield from self._translate(translation)
            if isinstance(search := place.get("web_search_data"), dict):
                yield from self._search_web(search)

    def hear(self, text: str) -> None:
        """Take in more of the answer, which names the files that it cites."""
        self._answer.append(text)

    def end(self, *, complete: bool) -> Iterator[StreamEvent]:
        """Yield how what still runs has ended, and the sources by their names."""
        yield from self._graph.end(complete=complete)
        if self._llm is not None and self._llm.state == "running":
            state: WorkState = "done" if complete else "failed"
            self._llm = ToolCall(_LLM, _LLM, self._llm.arguments, state=state)
            yield self._llm
        self._passages.name("".join(self._answer))
        yield from self._passages.news()

    def _call_llm(self, told: dict[str, Any]) -> Iterator[StreamEvent]:
        # The same object comes with each delta of what the other model says.
        arguments = _arguments(told, ("model", "prompt"))
        if arguments and (self._llm is None or self._llm.arguments != arguments):
            self._llm = ToolCall(_LLM, _LLM, arguments)
            yield self._llm

    def _translate(self, told: dict[str, Any]) -> Iterator[StreamEvent]:
        languages = ("source_language_code", "target_language_code")
        arguments = _arguments(told, (*languages, "source_text"))
        if not arguments:
            return
        both = [code for name in languages if isinstance(code := told.get(name), str) and code]
        way = " → ".join(both) if len(both) == len(languages) else None
        call = ToolCall(_TRANSLATION, _TRANSLATION, arguments, way, "done")
        if call != self._translation:
            self._translation = call
            yield call

    def _search_web(self, told: dict[str, Any]) -> Iterator[StreamEvent]:
        words = [
            word
            for name in ("query", "search_depth")
            if isinstance(word := told.get(name), str) and word
        ]
        if words or told.get("sources"):
            step = Step(_WEB_SEARCH, "web search", "done", ", ".join(words))
            if step != self._search:
                self._search = step
                yield step
        self._passages.add(told.get("sources"))
        yield from self._passages.news()


def _arguments(told: dict[str, Any], names: Iterable[str]) -> str:
    """The texts of those names, as JSON; empty where there are none."""
    found = {name: value for name in names if isinstance(value := told.get(name), str) and value}
    return encode_json(found).decode() if found else ""
