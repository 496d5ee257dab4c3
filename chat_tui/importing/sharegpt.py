"""ShareGPT, the form of training data: `{"conversations": [{"from": "human", "value": ...}]}`."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from chat_tui.events import ToolCall
from chat_tui.importing.building import build, in_a_row
from chat_tui.importing.found import Item, Said, Unusable
from chat_tui.importing.keys import content_key
from chat_tui.importing.values import rows, table, words
from chat_tui.message import Part, TextPart

_ASKED: Final = frozenset({"human", "user"})
_TOOLS: Final = frozenset({"function_call", "tool_call"})
_RESULTS: Final = frozenset({"observation", "tool", "function_response", "tool_response"})


def is_sharegpt(value: Mapping[str, Any]) -> bool:
    """Whether an element of a list has the form."""
    first = next(iter(rows(value.get("conversations"))), None)
    return isinstance(first, dict) and "from" in first and "value" in first


def from_sharegpt(value: Mapping[str, Any], changed: datetime) -> Item:
    """Read one conversation.

    Args:
        value: An element of the list.
        changed: The time of the file, since the form has none.
    """
    said: list[Said] = []
    left_out: Counter[str] = Counter()
    system = words(value.get("system"))
    turns = [table(one) for one in rows(value.get("conversations"))]
    for number, turn in enumerate(turns):
        role, text = words(turn.get("from")), words(turn.get("value"))
        part: Part = TextPart(text)
        if role == "system":
            if system:
                left_out["system message within the conversation"] += 1
            system = system or text
            continue
        if role in _TOOLS:
            part = ToolCall(f"call-{number}", "function", text, None, "done")
        elif role in _RESULTS:
            part = ToolCall(f"call-{number - 1}", "", "", text, "done")
        said.append(
            Said(str(number), None, "user" if role in _ASKED else "assistant", [part], changed)
        )
    if not said:
        return Unusable("it has no messages")
    key = content_key([value.get("id"), turns[0]]) if value.get("id") else content_key(turns)
    return build(
        "sharegpt",
        key,
        in_a_row(said),
        title=words(value.get("title")),
        created=changed,
        system_prompt=system,
        left_out=left_out,
    )
