"""What the simulator says in the README's pictures."""

from typing import Final

from chat_tui.simulator.dialect import Prompt
from chat_tui.simulator.script import (
    Cite,
    Done,
    Finish,
    Gate,
    Hold,
    Passage,
    Pause,
    Say,
    Script,
    Usage,
    UseTool,
    Work,
)

AGENT_PROMPT: Final = "How often does the filter of a P4 pump need cleaning?"
COMPARE_PROMPT: Final = "Explain a semaphore in one paragraph."
CODE_PROMPT: Final = "Merge overlapping intervals in Python, please."
OTHER_PROMPT: Final = "And without sorting?"
EDITED_PROMPT: Final = "Merge overlapping intervals in Rust, please."

PAUSE_S: Final = 0.012
"""Between two tokens."""

_ANSWERS: Final = {
    COMPARE_PROMPT: (
        "A **semaphore** is a counter that several tasks share. Taking lowers it by one, and "
        "waits while it is zero; giving back raises it and wakes one that waits.\n\n"
        "With a count of 1 it is a lock.",
        "Think of a car park with `n` places and a barrier:\n\n"
        "- *acquire*: the barrier opens while a place is free,\n"
        "- *release*: a car leaves, and the next one may enter.\n\n"
        "The counter is the number of free places.",
    ),
    CODE_PROMPT: (
        "Sort by the beginning; then each interval either touches the one before, or begins a "
        "new one:\n\n"
        "```python\n"
        "def merged(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:\n"
        "    out: list[tuple[int, int]] = []\n"
        "    for low, high in sorted(intervals):\n"
        "        if out and low <= out[-1][1]:\n"
        "            out[-1] = (out[-1][0], max(high, out[-1][1]))\n"
        "        else:\n"
        "            out.append((low, high))\n"
        "    return out\n"
        "```\n\n"
        "| step | cost |\n|---|---|\n| sorting | O(n log n) |\n| one pass | O(n) |\n",
        "The same with a stack, if you would rather not index `out[-1]` twice:\n\n"
        "```python\n"
        "low, high = out.pop()\n"
        "```\n",
    ),
    EDITED_PROMPT: (
        "In Rust, `sort_unstable` and one pass with `last_mut()` do it without another list.",
    ),
    OTHER_PROMPT: (
        "Not in general: intervals that come in any order have to be ordered somehow. With small "
        "integers, a counter for each point does it in O(n + range).",
    ),
}
_PASSAGES: Final = (
    Passage(
        "P4 manual, page 12",
        "https://example.org/p4/manual.pdf",
        "Clean the filter every 500 hours of operation, and after each change of the fluid.",
        0.91,
    ),
    Passage(
        "Service bulletin 7",
        "https://example.org/p4/bulletin-7",
        "In dusty rooms, halve the intervals of the manual.",
        0.84,
    ),
)


def agent(gate: Gate) -> Script:
    """A flow that works, uses a tool, names its sources, and stops in the middle of its answer."""
    return Script(
        (
            Work("1", "Understand the question"),
            Work("1", "Understand the question", "done"),
            Work("2", "Search the manuals"),
            UseTool("manual_search", '{"query": "P4 filter cleaning interval"}', "2 passages"),
            Work("2", "Search the manuals", "done"),
            Cite(_PASSAGES),
            Work("3", "Write the answer"),
            Say("Every **500 hours** of operation, and after each change of the fluid [1].\n\n"),
            Say("| room | interval |\n|---|---|\n| clean | 500 h |\n| dusty | 250 h [2] |\n\n"),
            Say("To clean it, close the valve, take the filter out, and"),
            Hold(gate),
            Say(" rinse it with water."),
            Work("3", "Write the answer", "done"),
            Usage(1840, 96),
            *_END,
        )
    )


class Answers:
    """Answers from the list above; the same question gets another answer each time."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}

    def __call__(self, prompt: Prompt) -> Script:
        """Write the script of a question; see `Simulator`."""
        asked = next(turn.text for turn in reversed(prompt.turns) if turn.role == "user")
        known = _ANSWERS.get(asked, (f"About {asked.rstrip('?.')}: that depends.",))
        number = self._asked[asked] = self._asked.get(asked, -1) + 1
        text = known[number % len(known)]
        pieces = [text[at : at + 4] for at in range(0, len(text), 4)]
        acts = [act for piece in pieces for act in (Say(piece), Pause(PAUSE_S))]
        return Script((*acts, Usage(len(asked) // 4 + 24, len(pieces)), *_END))


_END: Final = (Finish(), Done())
