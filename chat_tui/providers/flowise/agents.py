"""The agents and nodes of a flow as steps, from five of Flowise's events."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from chat_tui.events import Step, WorkState
from chat_tui.providers.flowise.fields import as_text, dictionary

MAX_STEPS: Final = 500
"""Of one reply; further ones are not told."""

_STATUS: Final[Mapping[str, tuple[WorkState, str]]] = {
    "INPROGRESS": ("running", ""),
    "FINISHED": ("done", ""),
    "STOPPED": ("running", "waiting for you"),
    "ERROR": ("failed", ""),
    "TERMINATED": ("failed", "terminated"),
    "TIMEOUT": ("failed", "timed out"),
}


class AgentSteps:
    """The steps of one reply."""

    def __init__(self) -> None:
        self._told: dict[str, Step] = {}
        self._agents = 0
        """How many entries the last list of `agentReasoning` had."""

    def node(self, node: object) -> Iterator[Step]:
        """Take in a `nextAgentFlow` event: the state of one node."""
        match node:
            case {"nodeId": str(node_id), "status": str(status), **rest}:
                state, detail = _STATUS.get(status.upper(), ("running", status))
                detail = as_text(rest.get("error")) or detail
                yield from self._tell(Step(node_id, _label(rest, node_id), state, detail))

    def executed(self, nodes: object) -> Iterator[Step]:
        """Take in the nodes of an answer that did not come as a stream.

        Each holds prompts and settings, which are nobody's concern: only how it went is told.
        """
        for node in nodes[:MAX_STEPS] if isinstance(nodes, list) else ():
            match node:
                case {"nodeId": _, "status": _, "data": {"error": str(error)}}:
                    yield from self.node({**node, "error": error})
                case {"nodeId": _, "status": _}:
                    yield from self.node(node)

    def reasoning(self, agents: object) -> Iterator[Step]:
        """Take in an `agentReasoning` event: all agents so far, each with what it said."""
        if not isinstance(agents, list):
            return
        self._agents = min(len(agents), MAX_STEPS)
        for place, agent in enumerate(agents[:MAX_STEPS]):
            match agent:
                case {}:
                    step_id = f"agent {place + 1}"
                    yield from self._tell(
                        Step(step_id, _label(agent, step_id), "done", _said(agent))
                    )

    def next_agent(self, label: object) -> Iterator[Step]:
        """Take in a `nextAgent` event; what that agent says replaces it."""
        if isinstance(label, str) and label:
            yield from self._tell(Step(f"agent {self._agents + 1}", label, "running"))

    def trace(self, event: dict[str, Any]) -> Iterator[Step]:
        """Take in an `agent_trace` event about an agent, or the end of a tool of its."""
        match event:
            case {"step": "agent_action", "runId": str(run), "action": action}:
                decided = dictionary(action)
                tool, log = decided.get("tool"), decided.get("log")
                label = f"agent: {tool}" if isinstance(tool, str) and tool else "agent"
                detail = log.strip() if isinstance(log, str) else ""
                yield from self._tell(Step(f"run {run}", label, "running", detail))
            case {"step": "tool_end" | "tool_error", "parentRunId": str(run)}:
                if step := self._told.get(f"run {run}"):
                    state: WorkState = "done" if event["step"] == "tool_end" else "failed"
                    yield from self._tell(msgspec.structs.replace(step, state=state))

    def finished(self) -> Iterator[Step]:
        """Yield the steps that have no end of their own, once the flow succeeded."""
        for step in list(self._told.values()):
            if step.state == "running" and step.id.startswith(("agent ", "run ")):
                yield from self._tell(msgspec.structs.replace(step, state="done"))

    def _tell(self, step: Step) -> Iterator[Step]:
        """Yield a step unless that was the last thing said of it."""
        if self._told.get(step.id) == step:
            return
        if step.id in self._told or len(self._told) < MAX_STEPS:
            self._told[step.id] = step
            yield step


def _label(entry: Mapping[Any, Any], otherwise: str) -> str:
    for key in ("nodeLabel", "agentName", "nodeName", "nodeId"):
        value = entry.get(key)
        if isinstance(value, str) and value:
            return value
    return otherwise


def _said(agent: dict[str, Any]) -> str:
    messages = agent.get("messages")
    texts = [text for text in map(as_text, messages if isinstance(messages, list) else ()) if text]
    return "\n\n".join(texts) or as_text(agent.get("instructions"))
