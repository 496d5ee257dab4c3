"""What simulated flows of Flowise and agents of Writer do, so that each event can be looked at.

An error in the question makes the ones that can fail fail.
"""

import re
from collections.abc import Iterator

from chat_tui.simulator import pictures
from chat_tui.simulator.demo_answers import FAILURE, LABEL
from chat_tui.simulator.dialect import Prompt
from chat_tui.simulator.flowise import APPROVAL_FLOW, TEAM_FLOW, TOOL_FLOW, WORKFLOW
from chat_tui.simulator.script import (
    Act,
    AskApproval,
    Cite,
    Done,
    Fail,
    Finish,
    Passage,
    Pause,
    Picture,
    Say,
    Script,
    Suggest,
    Think,
    Usage,
    UseTool,
    Work,
)
from chat_tui.simulator.writer_account import GRAPH, RESEARCH

STEP_S = 0.4
"""What a node takes, about."""
WORD_S = 0.02

_PASSAGES = (
    Passage(
        "handbook.pdf",
        text="A request to stop ends an Agentflow. A plain chatflow runs on to its end.",
        score=0.91,
    ),
    Passage(
        "Streaming, in short",
        "https://docs.example/streaming",
        "The events of a flow come one after the other, each with its name.",
        0.78,
    ),
)
_SUM = UseTool("calculator", '{"input":"6*7"}', "42")
_SEARCH = UseTool("search_documents", '{"query":"streaming"}', "2 passages")

_HUMAN = ("humanInputAgentflow_0", "Human Input")
_DRAFT = "Hello all, the meeting moves to Thursday at ten."


def reply(prompt: Prompt) -> Script | None:
    """Write the script of one of these flows; null for any other model."""
    asked = prompt.turns[-1].text if prompt.turns else ""
    fails = re.search(r"\b(?:errors?|fails?|failures?)\b", asked, re.IGNORECASE) is not None
    match prompt.model:
        case model if model == TEAM_FLOW:
            acts = [*_team()]
        case model if model == WORKFLOW:
            acts = [*_workflow(asked, fails=fails)]
        case model if model == APPROVAL_FLOW:
            acts = [*_approval(asked, prompt.decision)]
        case model if model == TOOL_FLOW:
            acts = [*_tools(fails=fails)]
        case model if model == RESEARCH:
            acts = [*_research()]
        case model if GRAPH in model:
            acts = [*_graph(asked)]
        case _:
            return None
    return Script((*acts, Done()))


def _team() -> Iterator[Act]:
    """Agents in turn: `nextAgent`, `agentReasoning`, and at the end tools and sources."""
    yield Work("supervisor_0", "Supervisor", "done", "The researcher looks first, then the writer.")
    yield Work("worker_0", "Researcher")
    yield Pause(2 * STEP_S)
    yield _SEARCH
    yield Cite(_PASSAGES)
    yield Work("worker_0", "Researcher", "done", "Two passages say how flows are stopped.")
    yield Work("worker_1", "Writer")
    yield Pause(2 * STEP_S)
    yield _SUM
    yield Work("worker_1", "Writer", "done", "Written from both, with the answer to everything.")
    yield Pause(STEP_S)
    yield Say(
        f"{LABEL}Three agents worked on this: the **Supervisor** chose, the **Researcher** "
        "looked, the **Writer** wrote. Agents of this sort send their answer in one piece."
    )
    yield Finish()


def _workflow(asked: str, *, fails: bool) -> Iterator[Act]:
    """Nodes, thinking, tools, words, sources, a picture, tokens, and what to ask next."""
    start, plan, agent = (
        ("startAgentflow_0", "Start"),
        ("llmAgentflow_0", "Plan"),
        ("agentAgentflow_0", "Agent"),
    )
    yield Work(*start)
    yield Work(*start, "done")
    yield Work(*plan)
    yield Pause(STEP_S)
    yield from _paced("First the numbers, then the documents, then a picture of it. ", Think)
    yield Usage(120, 30)
    yield Work(*plan, "done")
    yield Work(*agent)
    yield Pause(STEP_S)
    yield _SUM
    yield Pause(STEP_S)
    yield _SEARCH
    yield from _paced(f"{LABEL}A workflow with something of everything:\n\n", Say)
    if fails:
        yield Work(*agent, "failed", FAILURE)
        yield Fail(FAILURE)
        return
    yield from _paced(
        "- **steps** for its nodes, with what they spent\n"
        "- **tools**: a calculator and a search\n"
        "- **sources**, a **picture**, and what you may ask next\n\n"
        "Ask for an `error` to see a node fail.",
        Say,
    )
    yield Cite(_PASSAGES)
    yield Picture(pictures.landscape(asked))
    yield Usage(310, 85)
    yield Work(*agent, "done")
    yield Suggest(("What does an error look like?", "Draw another one", "Who are you?"))
    yield Finish()


def _approval(asked: str, decision: str) -> Iterator[Act]:
    """A node that waits for a human, and what follows from the decision."""
    if not decision:
        yield Work("llmAgentflow_0", "Draft")
        yield Pause(STEP_S)
        yield from _paced(f"{LABEL}This is to be sent:\n\n> {_DRAFT}\n\n", Say)
        yield Work("llmAgentflow_0", "Draft", "done")
        yield AskApproval("Send it?", feedback=True)
        yield Finish()
        return
    yield Work(*_HUMAN)
    yield Work(*_HUMAN, "done")
    answer = ("directReplyAgentflow_0", "Direct Reply")
    yield Work(*answer)
    yield Pause(STEP_S)
    sent = decision == "proceed"
    words = f" You said: {asked}" if asked != decision else ""
    yield Say(f"{'It would be sent now' if sent else 'It stays here'}.{words}")
    yield Work(*answer, "done")
    yield Finish()


def _tools(*, fails: bool) -> Iterator[Act]:
    """A Tool Agent with detailed streaming: `agent_trace`, then its words."""
    for call in (_SUM, _SEARCH):
        yield Pause(STEP_S)
        yield call
    yield from _paced(f"{LABEL}Six times seven is **42**, and two passages were found.", Say)
    if fails:
        yield Fail(FAILURE)
        return
    yield Cite(_PASSAGES)
    yield Finish()


def _research() -> Iterator[Act]:
    """A research agent of Writer's: stages that find their sources, then its words."""
    for number, label in enumerate(("Planning the research", "Reading", "Comparing"), 1):
        yield Work(f"stage-{number}", label)
        yield Pause(2 * STEP_S)
        if number > 1:
            yield Cite(_PASSAGES[-1:])
    yield from _paced(f"{LABEL}An agent that streams tells its **stages** first.", Say)
    yield Finish()


def _graph(asked: str) -> Iterator[Act]:
    """A question to Knowledge Graphs of Writer's: words, then subqueries and sources."""
    yield Work("1", f"What is meant by {asked!r}?", "done", "A test of this program.")
    yield Work("2", "Who answers it?", "done", "The simulator.")
    yield Pause(2 * STEP_S)
    yield from _paced(f"{LABEL}Subqueries and sources come with the end.", Say)
    yield Cite(_PASSAGES)
    yield Finish()


def _paced(text: str, kind: type[Say] | type[Think]) -> Iterator[Act]:
    for word in re.findall(r"\s*\S+|\s+\Z", text):
        yield Pause(WORD_S)
        yield kind(word)
