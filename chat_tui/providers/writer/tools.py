"""The tools of a Writer chat: what the user wrote of one, with what the server insists on added.

Vendor page: https://dev.writer.com/api-reference/completion-api/chat-completion (read 2026-11-20).
"""

from collections.abc import Mapping, Sequence
from typing import Final

BUILT_IN: Final = frozenset({"graph", "llm", "translation", "vision", "web_search"})
"""Those that the server runs itself; a request may have one of them."""

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "function": ("name",),
    "graph": ("graph_ids",),
    "llm": ("model", "description"),
    "vision": ("variables",),
}
"""What nobody but the user can know."""


def web_search_tool(
    include_domains: Sequence[str] = (), exclude_domains: Sequence[str] = ()
) -> dict[str, object]:
    """The tool that searches the web; both lists have to be sent, even when they are empty."""
    return {
        "type": "web_search",
        "function": {
            "include_domains": list(include_domains),
            "exclude_domains": list(exclude_domains),
        },
    }


def completed(
    tools: Sequence[Mapping[str, object]], graph_ids: Sequence[str]
) -> list[dict[str, object]]:
    """Add to each tool what the server wants to see in it.

    Args:
        tools: As the user wrote them; a type that we do not know passes as it is.
        graph_ids: For a graph tool that names none.

    Raises:
        ValueError: a tool cannot be used; the message says which, and why.
    """
    whole = [_completed(at, tool, graph_ids) for at, tool in enumerate(tools, 1)]
    built_in = [str(tool["type"]) for tool in whole if tool["type"] in BUILT_IN]
    if len(built_in) > 1:
        raise ValueError(f"tools: Writer takes one built-in tool, not {', '.join(built_in)}")
    return whole


def _completed(at: int, tool: Mapping[str, object], graph_ids: Sequence[str]) -> dict[str, object]:
    match {"function": {}, **tool}:
        case {"type": str(kind), "function": dict(given)} if kind:
            function = {**_defaults(kind, graph_ids), **given}
        case {"type": str(kind)} if kind:
            raise ValueError(f"tools: the function of tool {at} ({kind!r}) is not a table")
        case _:
            raise ValueError(f"tools: tool {at} needs a type, such as 'web_search'")
    for name in _NEEDED.get(kind, ()):
        if not function.get(name):
            raise ValueError(f"tools: tool {at} ({kind!r}) needs {name!r} in its function")
    return {**tool, "type": kind, "function": function}


def _defaults(kind: str, graph_ids: Sequence[str]) -> dict[str, object]:
    match kind:
        case "graph":
            return {"graph_ids": list(graph_ids), "subqueries": True}
        case "web_search":
            return {"include_domains": [], "exclude_domains": []}
        case "translation":
            switches = ("formality", "length_control", "mask_profanity")
            return {"model": "palmyra-translate", **dict.fromkeys(switches, False)}
        case "vision":
            return {"model": "palmyra-vision"}
        case _:
            return {}
