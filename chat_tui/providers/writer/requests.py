"""The bodies of requests to Writer; the user's parameters win over what we would send.

Vendor page: https://dev.writer.com/api-reference (read 2026-11-20).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from chat_tui.providers.attached import (
    last_said,
    pictures,
    refuse_pictures,
    without_pictures,
)
from chat_tui.providers.base import Request
from chat_tui.providers.chat.request import encode
from chat_tui.providers.writer.tools import web_search_tool
from chat_tui.text import clean

SEARCH_PARAMETERS: Final = frozenset(
    {
        "query", "topic", "search_depth", "chunks_per_source", "max_results", "time_range", "days",
        "include_raw_content", "include_answer", "include_domains", "exclude_domains", "country",
    }
)  # fmt: skip
"""What only a search of the web takes, and a chat does not."""


def asked(request: Request) -> str:
    """The user's last turn, which is all that most endpoints take.

    Raises:
        Rejected: it has pictures.
    """
    refuse_pictures(request, "this endpoint of Writer", hint="the endpoint chat takes them")
    return last_said(request)


def chat_body(
    request: Request, *, model: str, tools: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    """Ask a model, with the whole conversation.

    Raises:
        Rejected: the turn has pictures, and the model does not look at any.
    """
    if _is_blind(request.model or model):
        refuse_pictures(request, request.model or model, hint="palmyra-x5 takes them")
        request = without_pictures(request)
    ours: dict[str, object] = {"tools": list(tools), "tool_choice": "auto"} if tools else {}
    parameters = {**ours, **request.parameters}
    body = encode(msgspec.structs.replace(request, parameters=parameters), model=model)
    if body["stream"] is not True and "stream_options" not in request.parameters:
        del body["stream_options"]  # without a stream it is an error
    return body


def hides_pictures(request: Request, *, model: str) -> bool:
    """Tell whether pictures of earlier turns are left out, because the model looks at none."""
    blind = _is_blind(request.model or model)
    return blind and any(pictures(message, request.files) for message in request.messages)


def completion_body(request: Request, *, model: str) -> dict[str, object]:
    """Have a text written; the system prompt stands before what is asked."""
    prompt = "\n\n".join(filter(None, (clean(request.system_prompt), asked(request))))
    return {
        "model": request.model or model,
        "prompt": prompt,
        "stream": True,
        **request.parameters,
    }


def application_body(
    request: Request, *, inputs: Mapping[str, str], prompt_input: str
) -> dict[str, object]:
    """Run an application; each input has a list of values."""
    filled = {**{name: clean(text) for name, text in inputs.items()}, prompt_input: asked(request)}
    return {
        "inputs": [{"id": name, "value": [text]} for name, text in filled.items()],
        "stream": True,
        **request.parameters,
    }


def question_body(request: Request, *, graph_ids: Sequence[str]) -> dict[str, object]:
    """Ask Knowledge Graphs."""
    return {
        "graph_ids": list(graph_ids),
        "question": asked(request),
        "subqueries": True,
        "stream": True,
        **request.parameters,
    }


def search_body(request: Request) -> dict[str, object]:
    """Search the web."""
    return {
        "query": asked(request),
        "include_answer": True,
        "stream": True,
        **request.parameters,
    }


def search_by_chat(
    request: Request, *, model: str, tools: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    """Have a model search the web, within the domains that a search would keep to.

    Args:
        request: What is to be found.
        model: The model of a request that names none.
        tools: The user's own; the search among them is taken where there is one.
    """
    search = [tool for tool in tools if tool.get("type") == "web_search"]
    domains = (_texts(request.parameters.get(f"{way}_domains")) for way in ("include", "exclude"))
    rest = {
        name: value for name, value in request.parameters.items() if name not in SEARCH_PARAMETERS
    }
    return chat_body(
        msgspec.structs.replace(request, parameters=rest),
        model=model,
        tools=search or [web_search_tool(*domains)],
    )


def _is_blind(model: str) -> bool:
    """Of Writer's own models, only the fifth looks at pictures."""
    return model.startswith("palmyra-") and not model.startswith(("palmyra-x5", "palmyra-vision"))


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
