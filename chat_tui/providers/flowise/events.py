"""The Flowise prediction dialect, incoming half: frames and JSON answers as events.

Vendor page: https://docs.flowiseai.com/using-flowise/streaming (read 2026-11-20). Its example of a
frame is not what is sent: no frame has an `event:` line, the kind stands in the JSON (2.2.8, 3.1.2).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from chat_tui.errors import ProtocolViolation
from chat_tui.events import (
    Finished,
    FinishReason,
    Notice,
    ReasoningDelta,
    Started,
    StreamEvent,
    TextDelta,
    Usage,
)
from chat_tui.net.error_text import error_message
from chat_tui.net.frames import Frame, is_keepalive
from chat_tui.net.json import decode_json
from chat_tui.providers.bad_frames import BadFrames
from chat_tui.providers.flowise.agents import AgentSteps
from chat_tui.providers.flowise.approval import decode_action
from chat_tui.providers.flowise.errors import URL_HINT, failure
from chat_tui.providers.flowise.fields import (
    added,
    as_text,
    dictionary,
    entries,
    follow_ups,
    parsed,
    said,
    with_halves,
)
from chat_tui.providers.flowise.files import FileAddress, Files
from chat_tui.providers.flowise.sources import Sources
from chat_tui.providers.flowise.tools import ToolCalls
from chat_tui.providers.json_fields import amount_of
from chat_tui.text import SurrogateJoiner

Events: TypeAlias = Iterator[StreamEvent]

_TAIL_CHARS: Final = 2000
"""How much of the latest text is kept, to find the question of an approval in it."""
_PARTS: Final = frozenset({"calledTools", "usedTools", "agent_trace", "artifacts"})
"""Events that may begin a part of the reply that is neither text nor thought."""
_ANSWER_KEYS: Final = frozenset({"text", "json", "chatId", "chatMessageId", "executionId"})
_NOT_FLOWISE: Final = "the server's answer is not a reply of Flowise"


class FlowiseDecoder:
    """Reads one reply: frame by frame, or as one document."""

    def __init__(self, *, provider: str, flow: str, chat_id: str, address: FileAddress) -> None:
        """Start a reply.

        Args:
            provider: The user's name for the provider.
            flow: The id of the flow that was asked.
            chat_id: The id of this run.
            address: Where the server has a file of this run.
        """
        self._provider = provider
        self._flow = flow
        self._chat_id = chat_id
        self._started = False
        self._ended = False
        self._closed = False
        self._succeeded = False
        self._answered = False
        self._thinking = False
        """The latest part of the reply is a thought, so that its duration belongs to it."""
        self._whole = False
        self._lost = False
        self._stopped = ""
        self._approvals: set[str] = set()
        self._tail = ""
        self._text_halves = SurrogateJoiner()
        self._thought_halves = SurrogateJoiner()
        self._steps = AgentSteps()
        self._tools = ToolCalls()
        self._sources = Sources()
        self._files = Files(address)
        self._usage = Usage()
        self._bad_frames = BadFrames(URL_HINT)
        self._readers: Mapping[str, Callable[[Any], Events]] = {
            "nextAgentFlow": self._node,
            "agentReasoning": self._reasoning,
            "nextAgent": self._steps.next_agent,
            "agentFlowEvent": self._flow_state,
            "agent_trace": self._trace,
            "calledTools": self._tools.called,
            "usedTools": self._used_tools,
            "sourceDocuments": self._sources.add,
            "artifacts": self._files.add,
            "fileAnnotations": self._files.annotate,
            "usageMetadata": self._count,
            "action": self._action,
            "metadata": self._metadata,
            "error": self._error,
            "abort": self._abort,
            "end": self._end_of_stream,
        }

    @property
    def closed(self) -> bool:
        """The server said that nothing follows."""
        return self._closed

    @property
    def lacks_answer(self) -> bool:
        """The run is over, but its words never came: the server may have stored them."""
        over = self._closed or self._succeeded
        return over and not (self._answered or self._approvals or self._whole or self._lost)

    def decode(self, frame: Frame) -> Events:
        """Yield the events of one frame.

        Raises:
            ProviderFailed: the flow reports an error; `AuthFailed` and `WrongId` where it is that.
            ProtocolViolation: too many frames are not what the dialect promises.
        """
        data = frame.data
        if self._closed or not data.strip() or is_keepalive(frame):
            return
        try:
            event = decode_json(data)
        except ProtocolViolation:
            event = None
        match event:
            case {"event": "token", "data": str(text)}:
                yield from self._start()
                yield from self._say(with_halves(data, text))
            case {"event": "thinking", "data": str(text), **rest}:
                yield from self._start()
                yield from self._think(with_halves(data, text), rest.get("duration"))
            case {"event": str(name), **rest}:
                yield from self._event(name, rest.get("data"))
            case {"error": _} | {"message": _}:
                raise failure(error_message(event))
            case _:
                yield self._bad_frames.skip()

    def whole(self, body: object) -> Events:
        """Yield the events of an answer that came as one JSON document.

        Raises:
            ProviderFailed: it is an error object.
            ProtocolViolation: it is not an answer.
        """
        if not isinstance(body, dict):
            raise ProtocolViolation(_NOT_FLOWISE, hint=URL_HINT)
        if not body.keys() & _ANSWER_KEYS:
            if body.get("error") or body.get("message"):
                raise failure(error_message(body))
            raise ProtocolViolation(_NOT_FLOWISE, hint=URL_HINT)
        yield from self._start(body.get("chatMessageId"))
        self._whole = self._closed = self._succeeded = True
        nodes = entries(body.get("agentFlowExecutedData"))
        yield from self._steps.executed(nodes)
        for node in nodes:
            yield from self._spent(node)
        text = body.get("text")
        yield from self._parts(body, as_text(body.get("json")) if text is None else text)

    def stored(self, messages: object) -> Events:
        """Yield the answer that the server stored of this run; nothing when it has none.

        Args:
            messages: What the server lists for the run, oldest first.
        """
        answers = [
            message
            for message in entries(messages)
            if isinstance(message, dict)
            and message.get("role") == "apiMessage"
            and message.get("chatId") in (None, self._chat_id)
        ]
        for answer in answers[-1:]:
            yield from self._start(answer.get("id"))
            yield from self._parts(answer, answer.get("content"))
        self._lost = not self._answered and not self._succeeded
        if self._answered:
            self._succeeded = True
            yield Notice("the answer did not come in the stream; the server had stored it")

    def not_stored(self, reason: str) -> Events:
        """Say that what the server stored cannot be had."""
        self._lost = True
        yield Notice(f"the flow sent no text, and what it stored cannot be read: {reason}")

    def end(self) -> Events:
        """Yield how the reply ended.

        Raises:
            ProtocolViolation: nothing of this dialect came at all.
        """
        if self._ended:
            return
        yield from self._lone_halves()
        if not self._started:
            raise ProtocolViolation(_NOT_FLOWISE, hint=URL_HINT)
        self._ended = True
        if self._succeeded and not self._approvals:
            yield from self._steps.finished()
            yield from self._tools.finished()
        yield from self._closing_notices()
        yield Finished(self._reason())

    def _event(self, name: str, payload: object) -> Events:
        if name != "error":
            yield from self._start()
        if name in _PARTS:
            self._thinking = False
        if reader := self._readers.get(name):
            yield from reader(payload)
        elif name == "token":  # V1 agents may send the parts of a message
            yield from self._say(said(payload))
        # Others have nothing to show: `start` repeats what follows it, `agentFlowExecutedData`
        # holds prompts and settings, `tts_*` is sound, and new versions add to them.

    def _start(self, remote_id: object = None) -> Events:
        """Say that the flow answers, and again once it names its answer."""
        named = remote_id if isinstance(remote_id, str) and remote_id else None
        if named is not None or not self._started:
            yield Started(self._provider, self._flow, named)
        self._started = True

    def _say(self, text: str) -> Events:
        if joined := self._text_halves.feed(text):
            self._thinking = False
            self._answered = self._answered or bool(joined.strip())
            self._tail = (self._tail + joined)[-_TAIL_CHARS:]
            yield TextDelta(joined)

    def _think(self, text: str, duration_s: object) -> Events:
        joined = self._thought_halves.feed(text)
        elapsed_s = amount_of(duration_s)
        if joined or (elapsed_s is not None and self._thinking):
            self._thinking = True
            yield ReasoningDelta(joined, elapsed_s)

    def _node(self, node: object) -> Events:
        match node:
            case {"status": "INPROGRESS"}:
                self._tail = ""
        yield from self._steps.node(node)

    def _reasoning(self, agents: object) -> Events:
        yield from self._steps.reasoning(agents)
        for key in ("usedTools", "sourceDocuments", "artifacts"):
            found = [
                one for agent in entries(agents) for one in entries(dictionary(agent).get(key))
            ]
            yield from self._readers[key](found)

    def _flow_state(self, state: object) -> Events:
        match state:
            case "TERMINATED" | "TIMEOUT":
                self._stopped = f"the flow ended at the server: {state.lower()}"
        yield from ()

    def _trace(self, event: object) -> Events:
        if isinstance(event, dict):
            yield from self._steps.trace(event)
            yield from self._tools.trace(event)

    def _used_tools(self, calls: object) -> Events:
        yield from self._tools.used(calls)
        for call in entries(calls):
            yield from self._sources.add(dictionary(call).get("sourceDocuments"))

    def _count(self, counts: object) -> Events:
        """Add what one node spent."""
        if not isinstance(counts, dict):
            return
        before = self._usage
        self._usage = Usage(
            added(before.input_tokens, counts.get("input_tokens")),
            added(before.output_tokens, counts.get("output_tokens")),
        )
        if self._usage != before:
            yield self._usage

    def _spent(self, node: object) -> Events:
        match node:
            case {"data": {"output": {"usageMetadata": counts}}}:
                yield from self._count(counts)

    def _action(self, action: object) -> Events:
        question = self._tail.strip().rpartition("\n\n")[2].strip()
        approval = decode_action(action, prompt=question)
        if approval is not None and approval.id not in self._approvals:
            self._approvals.add(approval.id)
            yield approval

    def _metadata(self, metadata: object) -> Events:
        self._succeeded = True
        if isinstance(metadata, dict):
            yield from self._start(metadata.get("chatMessageId"))
            yield from follow_ups(metadata.get("followUpPrompts"))
            yield from self._action(parsed(metadata.get("action")))

    def _error(self, said: object) -> Events:
        yield from self._lone_halves()
        raise failure(said if isinstance(said, str) else error_message(said))

    def _abort(self, _payload: object) -> Events:
        self._stopped = "the flow was stopped at the server"
        yield from ()

    def _end_of_stream(self, _payload: object) -> Events:
        self._closed = True
        yield from ()

    def _parts(self, answer: dict[str, Any], text: object) -> Events:
        """Yield what a JSON answer and a stored message have in common."""
        yield from self._reasoning(parsed(answer.get("agentReasoning")))
        match parsed(answer.get("reasonContent")):
            case {"thinking": str(thought), **rest}:
                yield from self._think(thought, rest.get("thinkingDuration"))
        yield from self._say(said(text))
        for key in ("usedTools", "sourceDocuments", "artifacts", "fileAnnotations", "action"):
            yield from self._readers[key](parsed(answer.get(key)))
        yield from follow_ups(answer.get("followUpPrompts"))

    def _lone_halves(self) -> Events:
        if thought := self._thought_halves.end():
            yield ReasoningDelta(thought)
        if text := self._text_halves.end():
            yield TextDelta(text)

    def _closing_notices(self) -> Iterator[Notice]:
        if self._approvals:
            return  # the flow waits, whatever came after its question
        if self._stopped and not self._succeeded:
            yield Notice(self._stopped)
        elif not self._closed and not self._succeeded:
            yield Notice("the connection ended before the server said that the reply is complete")
        elif not self._succeeded:
            yield Notice("the flow ended without saying that its answer is complete")
        elif not (self._answered or self._files or self._lost):
            yield Notice("the flow sent no answer text")

    def _reason(self) -> FinishReason:
        if self._approvals:
            return "tool_calls"
        if not self._succeeded:
            return "incomplete"
        return "unknown" if self._lost and not self._files else "stop"
