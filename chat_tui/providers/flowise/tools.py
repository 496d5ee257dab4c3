"""The tools that a flow uses: one call, whichever of Flowise's events tells of it.

No event but `agent_trace` has ids. A call is known by its tool and its input, and by how many like
it the same list names before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from chat_tui.events import ToolCall, WorkState
from chat_tui.providers.flowise.fields import as_text, dictionary, parsed

MAX_CALLS: Final = 500
"""Of one reply; further ones are not told."""

_UNKNOWN: Final = frozenset({"", "unknown-tool"})


@dataclass(slots=True)
class _Call:
    id: str
    name: str
    key: bytes
    arguments: str
    output: str | None = None
    state: WorkState = "running"
    run: str = ""
    told: ToolCall | None = None

    def fits(self, name: str, key: bytes) -> bool:
        same_name = self.name == name or self.name in _UNKNOWN or name in _UNKNOWN
        return same_name and self.key == key


class ToolCalls:
    """The calls of one reply, in the order in which they were first told."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._chosen: dict[str, str] = {}
        """The tool that an agent chose last, by its run."""
        self._earlier = 0
        """How many calls belong to nodes that are done; a new list is not about them."""

    def called(self, calls: object) -> Iterator[ToolCall]:
        """Take in a `calledTools` event; an empty list ends those of a node."""
        if calls == []:
            self._earlier = len(self._calls)
            return
        yield from self._take(calls, used=False)

    def used(self, calls: object) -> Iterator[ToolCall]:
        """Take in a list of calls with their outputs."""
        yield from self._take(calls, used=True)

    def trace(self, event: dict[str, Any]) -> Iterator[ToolCall]:
        """Take in an `agent_trace` event about a tool."""
        run = event.get("runId")
        run = run if isinstance(run, str) else ""
        match event:
            case {"step": "agent_action", "action": action} if (
                run and len(self._chosen) < MAX_CALLS
            ):
                self._chosen[run] = _name(dictionary(action).get("tool"))
            case {"step": "tool_start"}:
                parent = event.get("parentRunId")
                chosen = self._chosen.get(parent, "") if isinstance(parent, str) else ""
                name, given = _name(event.get("name")) or chosen, event.get("input")
                call = self._find(name, _key(given), set(), used=False) or self._add(name, given)
                if call is not None:
                    call.run = run
                    yield from self._told(call)
            case {"step": "tool_end", "output": output}:
                yield from self._ended(run, as_text(output), "done")
            case {"step": "tool_error", "error": error}:
                yield from self._ended(run, as_text(error), "failed")

    def finished(self) -> Iterator[ToolCall]:
        """Yield the calls that never got an output, although the flow succeeded."""
        for call in self._calls:
            if call.state == "running":
                call.state = "done"
                yield from self._told(call)

    def _take(self, calls: object, *, used: bool) -> Iterator[ToolCall]:
        seen: set[str] = set()
        for entry in calls[:MAX_CALLS] if isinstance(calls, list) else ():
            match entry:
                case {"tool": str(name), **rest}:
                    given = rest.get("toolInput")
                case _:
                    continue
            call = self._find(name, _key(given), seen, used=used) or self._add(name, given)
            if call is None:
                return
            seen.add(call.id)
            if call.name in _UNKNOWN:
                call.name = name
            if used:
                error = as_text(rest.get("error"))
                call.output = as_text(rest.get("toolOutput")) or error
                call.state = "failed" if error else "done"
            yield from self._told(call)

    def _find(self, name: str, key: bytes, seen: set[str], *, used: bool) -> _Call | None:
        for call in self._calls[self._earlier :]:
            if call.id not in seen and call.fits(name, key):
                return call
        for call in self._calls[: self._earlier] if used else ():
            if call.output is None and call.id not in seen and call.fits(name, key):
                return call
        return None

    def _add(self, name: str, given: object) -> _Call | None:
        if len(self._calls) == MAX_CALLS:
            return None
        call = _Call(f"tool {len(self._calls) + 1}", name, _key(given), as_text(given))
        self._calls.append(call)
        return call

    def _ended(self, run: str, output: str, state: WorkState) -> Iterator[ToolCall]:
        for call in self._calls:
            if run and call.run == run:
                call.output, call.state = output, state
                yield from self._told(call)

    def _told(self, call: _Call) -> Iterator[ToolCall]:
        """Yield the call's state unless that was the last thing said of it."""
        event = ToolCall(call.id, call.name or "tool", call.arguments, call.output, call.state)
        if event != call.told:
            call.told = event
            yield event


def _name(value: object) -> str:
    return value if isinstance(value, str) and value not in _UNKNOWN else ""


def _key(given: object) -> bytes:
    """The same for an input as an object, as JSON, and as the only text in it."""
    given = parsed(given)
    match given:
        case {"input": only, **rest} if not rest:
            given = only
    if isinstance(given, str):
        given = given.strip()
    return msgspec.json.encode(given, order="sorted")
