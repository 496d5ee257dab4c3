"""Tool calls of the OpenAI dialect: they come in fragments, the id and name with the first."""

from collections.abc import Iterator
from typing import Any

from chat_tui.events import ToolCall, WorkState
from chat_tui.net.json import encode_json
from chat_tui.providers.json_fields import count_of, text_of
from chat_tui.text import SurrogateJoiner

_LEAST_NEWS_CHARS = 64
_NEWS_SHARE = 4


class ToolFragments:
    """Puts the calls of one reply together."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._by_id: dict[str, _Call] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, delta: dict[str, Any]) -> Iterator[ToolCall]:
        """Take in the fragments of a delta, and yield the calls that changed much.

        A call is told when it begins and whenever its arguments have grown by a quarter: each
        event has all of them, and a file written by a tool comes in thousands of fragments.
        """
        fragments = delta.get("tool_calls")
        if isinstance(legacy := delta.get("function_call"), dict):
            fragments = [{"index": 0, "function": legacy}]
        if not isinstance(fragments, list):
            return
        for fragment in fragments:
            if not isinstance(fragment, dict):
                continue
            function = fragment.get("function")
            function = function if isinstance(function, dict) else {}
            call = self._call(
                count_of(fragment.get("index")),
                text_of(fragment.get("id")),
                text_of(function.get("name")),
            )
            call.add(function.get("arguments"))
            if call.has_news:
                yield call.tell("running")

    def answered(self, call_id: str, output: str, *, failed: bool = False) -> Iterator[ToolCall]:
        """Take in what a tool of the server's own gave, and yield its call."""
        call = self._by_id.get(call_id)
        if call is not None:
            call.end()
            call.output = output
            call.failed = failed
            yield call.tell("done")

    def so_far(self) -> Iterator[ToolCall]:
        """Yield the calls of a reply that broke off, as far as they have come."""
        for call in self._calls:
            if not call.is_told:
                yield call.tell("running")

    def finished(self) -> Iterator[ToolCall]:
        """Yield the calls of a reply that is complete."""
        for call in self._calls:
            call.end()
            yield call.tell("done")

    def _call(self, index: int | None, call_id: str, name: str) -> "_Call":
        """Find the call that a fragment belongs to, or begin one."""
        found: _Call | None = None
        if index is not None:
            found = self._by_index.get(index)
        elif call_id:
            found = self._by_id.get(call_id)
        elif self._calls and not name:
            found = self._calls[-1]
        # Ollama sends whole calls without an index, others each of them with index 0.
        if found is None or (name and call_id and call_id != found.id):
            found = _Call(call_id or f"call-{len(self._calls) + 1}")
            self._calls.append(found)
        found.name = found.name or name
        if index is not None:
            self._by_index[index] = found
        self._by_id[found.id] = found
        return found


class _Call:
    def __init__(self, call_id: str) -> None:
        self.id = call_id
        self.name = ""
        self.output: str | None = None
        self.failed = False
        self._arguments = ""
        self._told_chars = -1
        self._joiner = SurrogateJoiner()

    @property
    def is_told(self) -> bool:
        """The last event about it has all that is known."""
        return len(self._arguments) == self._told_chars

    @property
    def has_news(self) -> bool:
        """Enough has come since the last event to tell it again."""
        if self._told_chars < 0:
            return True
        new_chars = len(self._arguments) - self._told_chars
        return new_chars > max(_LEAST_NEWS_CHARS, self._told_chars // _NEWS_SHARE)

    def add(self, arguments: object) -> None:
        if isinstance(arguments, dict | list):
            arguments = encode_json(arguments).decode()
        if isinstance(arguments, str):
            self._arguments += self._joiner.feed(arguments)

    def end(self) -> None:
        self._arguments += self._joiner.end()

    def tell(self, state: WorkState) -> ToolCall:
        self._told_chars = len(self._arguments)
        told = "failed" if self.failed else state
        return ToolCall(self.id, self.name, self._arguments, self.output, told)
