"""Writer's API, below `/writer/v1`: the places that are asked, and what they ask for.

Follows https://dev.writer.com/api-reference (read 2026-11-20).
"""

import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from chat_tui.simulator.dialect import (
    Answer,
    Call,
    Encoder,
    Outcome,
    Prompt,
    Question,
    Route,
    Turn,
    to_json,
)
from chat_tui.simulator.openai import turn_of
from chat_tui.simulator.uploads import NoPicture
from chat_tui.simulator.writer_account import APPLICATIONS, GRAPHS, MODELS, RESEARCH, page
from chat_tui.simulator.writer_chat import ChatEncoder
from chat_tui.simulator.writer_frames import (
    ApplicationEncoder,
    CompletionEncoder,
    QuestionEncoder,
    SearchEncoder,
)
from chat_tui.simulator.writer_parts import refusal

PLACE: Final = "/writer/v1"

Handle: TypeAlias = Callable[[Call, Mapping[str, str]], Outcome]

_BUILT_IN: Final = frozenset({"graph", "llm", "translation", "vision", "web_search"})


def routes(*, key: str | None = None) -> tuple[Route, ...]:
    """The dialect's routes.

    Args:
        key: What a caller has to show as Bearer; none is asked for when null.
    """
    handlers: tuple[tuple[str, str, Handle], ...] = (
        ("POST", "/chat", _chat),
        ("POST", "/completions", _complete),
        ("GET", "/applications", _list_applications),
        ("GET", "/applications/(?P<id>[^/]+)", _describe_application),
        ("POST", "/applications/(?P<id>[^/]+)", _run),
        ("GET", "/graphs", _list_graphs),
        ("POST", "/graphs/question", _ask),
        ("GET", "/graphs/(?P<id>[^/]+)", _describe_graph),
        ("POST", "/tools/web-search", _search),
        ("GET", "/models", _list_models),
    )
    return tuple(
        Route(method, PLACE + path, _guarded(handle, key)) for method, path, handle in handlers
    )


def _guarded(handle: Handle, key: str | None) -> Handle:
    def check(call: Call, names: Mapping[str, str]) -> Outcome:
        shown = call.headers.get("authorization", "")
        if key is None or hmac.compare_digest(shown.encode(), f"Bearer {key}".encode()):
            return handle(call, names)
        return refusal(401, "Unauthorized", "fail.unauthorized.badToken", "Invalid token")

    return check


def _chat(call: Call, names: Mapping[str, str]) -> Outcome:
    body = _body(call)
    match body:
        case {"model": str(model), "messages": [*messages]} if messages:
            pass
        case _:
            return _bad("model and messages are required")
    tools, options = body.get("tools") or [], body.get("stream_options") or {}
    if not isinstance(tools, list) or not isinstance(options, dict):
        return _bad("tools is a list, stream_options an object")
    if not all(map(_is_whole, tools)):
        return _bad("a tool lacks a field")
    types = [tool["type"] for tool in tools]
    if sum(kind in _BUILT_IN for kind in types) > 1:
        return _bad("only one built-in tool is allowed")
    encoder = ChatEncoder(
        model,
        int(time.time()),
        include_usage=options.get("include_usage") is True,
        searches_web="web_search" in types,
    )
    try:
        turns = tuple(map(turn_of, messages))
    except NoPicture as error:
        return _bad(str(error))
    blind = model.startswith("palmyra-") and not model.startswith("palmyra-x5")
    if blind and any(turn.images for turn in turns):
        return _bad(f"{model} does not support images")
    return _question(model, turns, encoder, body)


def _complete(call: Call, names: Mapping[str, str]) -> Outcome:
    body = _body(call)
    match body:
        case {"model": str(model), "prompt": str(prompt)}:
            return _question(model, (Turn("user", prompt),), CompletionEncoder(model), body)
        case _:
            return _bad("model and prompt are required")


def _run(call: Call, names: Mapping[str, str]) -> Outcome:
    application = APPLICATIONS.get(names["id"])
    if application is None:
        return _not_found()
    body = _body(call)
    filled: dict[str, str] = {}
    for given in body.get("inputs") or []:
        match given:
            case {"id": str(name), "value": [str(first), *_]}:
                filled[name] = first
            case _:
                return _bad("an input has an id and a list of values")
    known = {one["name"]: one["required"] for one in application["inputs"]}
    wrong = [name for name in filled if name not in known]
    wrong += [name for name, required in known.items() if required and name not in filled]
    if wrong:
        return _bad(f"invalid inputs: {', '.join(wrong)}")
    if body.get("stream") is True and application["id"] != RESEARCH:
        return _bad("streaming is not supported for this application")
    said = "\n".join(filled.values())
    return _question(application["id"], (Turn("user", said),), ApplicationEncoder(), body)


def _ask(call: Call, names: Mapping[str, str]) -> Outcome:
    body = _body(call)
    match body:
        case {"graph_ids": [*graph_ids], "question": str(question)} if graph_ids:
            if any(one not in GRAPHS for one in graph_ids):
                return _not_found()
            encoder = QuestionEncoder(question, body.get("subqueries") is True)
            return _question(",".join(graph_ids), (Turn("user", question),), encoder, body)
        case _:
            return _bad("graph_ids and question are required")


def _search(call: Call, names: Mapping[str, str]) -> Outcome:
    body = _body(call)
    match body:
        case {"query": str(query)} if query:
            return _question("web-search", (Turn("user", query),), SearchEncoder(query), body)
        case _:
            return _bad("query is required")


def _list_models(call: Call, names: Mapping[str, str]) -> Answer:
    return Answer(to_json({"models": [{"id": one, "name": name} for one, name in MODELS]}))


def _list_applications(call: Call, names: Mapping[str, str]) -> Answer:
    return _listed(APPLICATIONS, call)


def _list_graphs(call: Call, names: Mapping[str, str]) -> Answer:
    return _listed(GRAPHS, call)


def _describe_application(call: Call, names: Mapping[str, str]) -> Answer:
    return _described(APPLICATIONS.get(names["id"]))


def _describe_graph(call: Call, names: Mapping[str, str]) -> Answer:
    return _described(GRAPHS.get(names["id"]))


def _listed(entries: Mapping[str, dict[str, Any]], call: Call) -> Answer:
    found = page(entries, call.query)
    return _bad("limit or after is wrong") if found is None else Answer(to_json(found))


def _described(entry: Mapping[str, Any] | None) -> Answer:
    return _not_found() if entry is None else Answer(to_json(entry))


def _question(
    model: str, turns: tuple[Turn, ...], encoder: Encoder, body: Mapping[str, Any]
) -> Question:
    return Question(Prompt(model, turns), encoder, streamed=body.get("stream") is True)


def _body(call: Call) -> dict[str, Any]:
    """The call's object; empty where it is none, so that its fields are missing."""
    try:
        body = call.json
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _is_whole(tool: object) -> bool:
    match tool:
        case {"type": "graph", "function": {"graph_ids": [_, *_], "subqueries": bool()}}:
            return True
        case {"type": "llm", "function": {"model": str(), "description": str()}}:
            return True
        case {"type": "web_search", "function": {"include_domains": [*_], "exclude_domains": [*_]}}:
            return True
        case {"type": "translation", "function": {"model": "palmyra-translate", **rest}}:
            return {"formality", "length_control", "mask_profanity"} <= rest.keys()
        case {"type": "vision", "function": {"model": "palmyra-vision", "variables": [_, *_]}}:
            return True
        case {"type": "function", "function": {"name": str()}}:
            return True
        case _:
            return False


def _bad(description: str) -> Answer:
    return refusal(400, "BadRequest", "fail.badRequest.invalidParameters", description)


def _not_found() -> Answer:
    return refusal(404, "NotFound", "fail.notFound.resource", "Resource is not found")
