"""One run of a simulated Flowise flow: what it sends, and what the server stores of it."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from chat_tui.simulator.dialect import Answer, to_json
from chat_tui.simulator.script import (
    AskApproval,
    Cite,
    Comment,
    Content,
    Done,
    Fail,
    Finish,
    Picture,
    Preview,
    Progress,
    Say,
    Suggest,
    Think,
    Usage,
    UseTool,
    Work,
)

FAILED = "Error: predictionsServices.buildChatflow - "
"""Before the words of nearly every error."""

_ASKING = {"nodeId": "humanInputAgentflow_0", "nodeLabel": "Human Input"}
_STATUS = {"running": "INPROGRESS", "done": "FINISHED", "failed": "ERROR"}


@dataclass(slots=True)
class Run:
    """One answer as the server stores it."""

    flow: str
    sort: str
    """`CHATFLOW`, which begins with `start`; `AGENTFLOW` (V2), which tells its states; or
    `MULTIAGENT` (V1), which repeats what all agents did with each of them."""
    is_mute: bool
    """Words only go to the database."""
    is_traced: bool
    """Its agent tells what it does when it does it."""
    chat_id: str
    session_id: str
    question: str | None
    said: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    """Fields of the answer beside its text, by their names in JSON."""
    message_id: str = ""
    """Empty until it is stored."""

    @property
    def is_agents(self) -> bool:
        return self.sort == "AGENTFLOW"

    @property
    def is_team(self) -> bool:
        return self.sort == "MULTIAGENT"

    def metadata(self) -> dict[str, object]:
        self.message_id = str(uuid.uuid4())
        found: dict[str, object] = {"chatId": self.chat_id, "chatMessageId": self.message_id}
        if self.question:
            found["question"] = self.question
        found["sessionId"] = self.session_id
        for name in ("followUpPrompts", "action"):
            if name in self.details:
                found[name] = self.details[name]
        return found


class RunEncoder:
    """Puts the acts of a script into the bytes of a run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._opened = False
        self._thinking = False
        self._waiting = False
        self._calls = 0

    def frame(self, act: Content) -> bytes:
        match act:
            case Comment(text=text):
                return f":{text}\n\n".encode()
            case Done():
                return _event("end", "[DONE]")
            case Preview() | Progress():
                return b""  # the dialect has nothing for these
            case Suggest():
                self._keep(act)
                return b""  # comes with the metadata
            case Fail(message=message):
                return self._open() + failure(message)
            case Finish():
                return self._open() + self._rest() + _event("metadata", self._run.metadata())
            case _:
                told = self._told(act)
                return self._open() + told

    def whole(self, acts: Sequence[Content]) -> Answer:
        for act in acts:
            if isinstance(act, Fail):
                return refusal(500, f"{FAILED}{act.message}")
            self._keep(act)
            if isinstance(act, AskApproval):
                self._run.said.append(act.prompt)
        reply: dict[str, object] = {"text": "".join(self._run.said), **self._run.metadata()}
        return as_json({**reply, "isStreamValid": False, **self._run.details})

    def _told(
        self, act: Say | Think | Picture | Work | Cite | UseTool | AskApproval | Usage
    ) -> bytes:
        """The frames of what a flow tells while it runs."""
        changed = self._keep(act)
        match act:
            case Say(text=text):
                return self._thought() + self._token(text)
            case Think(text=text):
                self._thinking = True
                return _event("thinking", text)
            case AskApproval(prompt=prompt):
                self._waiting = True
                action = _event("action", changed["action"])
                asked = _asking("INPROGRESS") + self._token(prompt) + _asking("STOPPED")
                return asked + _state("STOPPED") + action + _state("STOPPED")
            case UseTool() | Cite() if self._run.is_team:
                return b""  # comes with the agent, and again with the end
            case UseTool() if self._run.is_traced:
                return self._traced(act)
            case UseTool():
                used = _event("usedTools", changed["usedTools"])
                if not self._run.is_agents:
                    return used
                called = [{**changed["usedTools"][-1], "toolOutput": ""}]
                return _event("calledTools", called) + used
            case Work(label=label) if self._run.is_team:
                if not changed:
                    return _event("nextAgent", label)
                return _event("agentReasoning", changed["agentReasoning"])
            case Work(id=node, label=label, state=state, detail=detail):
                error = {"error": detail} if detail else {}
                status = _STATUS[state]
                return _event(
                    "nextAgentFlow",
                    {"nodeId": node, "nodeLabel": label, "status": status, **error},
                )
            case Picture() | Cite():
                return b"".join(_event(name, value) for name, value in changed.items())
            case Usage():
                return _event("usageMetadata", _counts(act))
            case _:
                assert_never(act)

    def _keep(self, act: Content) -> dict[str, Any]:
        """Store what an act adds to the answer, and return the fields that it changed."""
        run = self._run
        changed: dict[str, Any] = {}
        match act:
            case Say(text=text):
                run.said.append(text)
            case Picture(data=data):
                name = f"picture_{len(run.files) + 1}.png"
                run.files[name] = data
                changed["artifacts"] = [{"type": "png", "data": f"FILE-STORAGE::{name}"}]
            case Cite(passages=passages):
                changed["sourceDocuments"] = [
                    {
                        "pageContent": passage.text,
                        "metadata": {"source": passage.url or passage.title}
                        | ({"title": passage.title} if passage.url else {}),
                    }
                    for passage in passages
                ]
            case UseTool(name=name, arguments=arguments, output=output):
                before = run.details.get("usedTools")
                given = json.loads(arguments)
                call = {"tool": name, "toolInput": given, "toolOutput": output}
                changed["usedTools"] = [*(before if isinstance(before, list) else ()), call]
            case Work(id=node, label=label, state=state, detail=said) if run.is_team:
                if state != "running":
                    changed["agentReasoning"] = [*_agents(run), _agent(run, node, label, said)]
            case Suggest(prompts=prompts):
                changed["followUpPrompts"] = to_json(list(prompts)).decode()
            case AskApproval(feedback=feedback):
                changed["action"] = _action(feedback)
            case _:
                pass
        run.details |= changed
        return changed

    def _open(self) -> bytes:
        """A chatflow begins with `start`, an Agentflow with its state."""
        if self._opened:
            return b""
        self._opened = True
        if self._run.is_team:
            return _event("start", _agents(self._run))
        return _state("INPROGRESS") if self._run.is_agents else _event("start", "")

    def _rest(self) -> bytes:
        """What comes between the words and the metadata.

        An Agentflow clears the calls of a node, and says that it is over unless it waits.
        """
        if self._run.is_team or self._run.is_traced:
            names = ("usedTools", "sourceDocuments", "artifacts")
            found = ((name, self._run.details.get(name)) for name in names)
            return b"".join(_event(name, value) for name, value in found if value)
        if not self._run.is_agents:
            return b""
        cleared = _event("calledTools", []) if "usedTools" in self._run.details else b""
        return cleared if self._waiting else cleared + _state("FINISHED")

    def _traced(self, act: UseTool) -> bytes:
        """What a Tool Agent with detailed streaming tells of one call."""
        self._calls += 1
        agent, tool = f"agent-{self._calls}", f"tool-{self._calls}"
        given = json.loads(act.arguments)
        log = f"Invoking {act.name} with {act.arguments}"
        action = {"tool": act.name, "toolInput": given, "log": log}
        place = {"runId": tool, "parentRunId": agent}
        # The name is lost on its way, as it often is.
        begun = {"name": "unknown-tool", "input": act.arguments}
        return b"".join(
            _event("agent_trace", told)
            for told in (
                {"step": "agent_action", "action": action, "runId": agent},
                {"step": "tool_start", **begun, **place},
                {"step": "tool_end", "output": act.output, **place},
            )
        )

    def _thought(self) -> bytes:
        """The end of the thinking, with its seconds."""
        if not self._thinking:
            return b""
        self._thinking = False
        return _frame({"event": "thinking", "data": "", "duration": 2})

    def _token(self, text: str) -> bytes:
        return b"" if self._run.is_mute else _event("token", text)


def _agents(run: Run) -> list[Any]:
    """What the agents did so far."""
    told = run.details.get("agentReasoning")
    return told if isinstance(told, list) else []


def _agent(run: Run, node: str, label: str, said: str) -> dict[str, object]:
    """What one more agent did: the tools and documents that no other has named are its own."""
    agents = _agents(run)
    found: dict[str, object] = {}
    for name in ("usedTools", "sourceDocuments"):
        told = run.details.get(name)
        named = [one for agent in agents for one in agent[name]]
        new = [one for one in told if one not in named] if isinstance(told, list) else []
        found[name] = new or [None]
    place = {"artifacts": [None], "state": {}, "nodeName": "seqAgent", "nodeId": node}
    return {"agentName": label, "messages": [said] if said else [], **found, **place}


def _frame(value: object) -> bytes:
    return b"message:\ndata:" + to_json(value) + b"\n\n"


def _event(name: str, value: object) -> bytes:
    return _frame({"event": name, "data": value})


def _state(state: str) -> bytes:
    return _event("agentFlowEvent", state)


def failure(message: str) -> bytes:
    """An error, which the end of the stream always follows."""
    return _event("error", f"{FAILED}{message}") + _event("end", "[DONE]")


def _counts(usage: Usage) -> dict[str, object]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "input_token_details": {},
        "output_token_details": {},
    }


def _asking(status: str) -> bytes:
    return _event("nextAgentFlow", {**_ASKING, "status": status})


def _action(feedback: bool) -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "mapping": {"approve": "Proceed", "reject": "Reject"},
        "elements": [
            {"type": "agentflowv2-approve-button", "label": "Proceed"},
            {"type": "agentflowv2-reject-button", "label": "Reject"},
        ],
        "data": {
            **_ASKING,
            "input": {"messages": [], "humanInputEnableFeedback": feedback},
        },
    }


def as_json(value: object, *, status: int = 200) -> Answer:
    media_type = "application/json; charset=utf-8"
    return Answer(to_json(value), status=status, content_type=media_type)


def refusal(status: int, message: str) -> Answer:
    body = {"statusCode": status, "success": False, "message": message, "stack": {}}
    return as_json(body, status=status)
