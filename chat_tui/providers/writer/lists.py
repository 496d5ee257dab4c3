"""What a Writer account has: applications with their inputs, and Knowledge Graphs.

Vendor pages: https://dev.writer.com/api-reference/application-api/application-list and
https://dev.writer.com/api-reference/kg-api/list (read 2026-11-20).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

import msgspec

from chat_tui.errors import ProtocolViolation, Rejected
from chat_tui.providers.base import ModelInfo
from chat_tui.providers.connection import Connection

PAGE: Final = 100
"""The most entries that the server puts on a page."""
MAX_PAGES: Final = 100


class ApplicationInput(msgspec.Struct, frozen=True):
    """One field that an application asks for."""

    name: str
    required: bool


async def applications(connection: Connection, *, limit: int = PAGE) -> tuple[ModelInfo, ...]:
    """List the no-code applications that the key may run.

    Args:
        connection: Where to ask.
        limit: How many come at once.

    Raises:
        ProviderError: the way to the server or its answer failed.
    """
    return await _pages(connection, f"/applications?type=generation&limit={limit}")


async def graphs(connection: Connection, *, limit: int = PAGE) -> tuple[ModelInfo, ...]:
    """List the Knowledge Graphs that the key may ask.

    Args:
        connection: Where to ask.
        limit: How many come at once.

    Raises:
        ProviderError: the way to the server or its answer failed.
    """
    return await _pages(connection, f"/graphs?limit={limit}")


def decode_page(body: object) -> tuple[tuple[ModelInfo, ...], bool]:
    """Read one page of either list, and whether there are more.

    Raises:
        ProtocolViolation: it is not such a page.
    """
    match body:
        case {"data": [*listed], **rest}:
            choices = (_choice(entry) for entry in listed)
            return tuple(filter(None, choices)), rest.get("has_more") is True
        case _:
            raise ProtocolViolation(
                "the server's list cannot be understood", hint="base_url may lack its path, /v1"
            )


def application_path(application_id: str) -> str:
    """Where an application is described, and run."""
    return f"/applications/{quote(application_id, safe='')}"


def graph_path(graph_id: str) -> str:
    """Where a Knowledge Graph is described."""
    return f"/graphs/{quote(graph_id, safe='')}"


def decode_name(body: object) -> str:
    """Read what an application or a Knowledge Graph is called; empty where that is not told."""
    choice = _choice(body)
    return choice.name if choice is not None else ""


def decode_inputs(body: object) -> tuple[ApplicationInput, ...] | None:
    """Read the inputs out of an application's description; null where they are not told."""
    match body:
        case {"inputs": [*entries]}:
            return tuple(
                ApplicationInput(entry["name"], entry.get("required") is True)
                for entry in entries
                if isinstance(entry, dict) and isinstance(entry.get("name"), str)
            )
        case _:
            return None


def check_inputs(
    known: Sequence[ApplicationInput], *, inputs: Mapping[str, str], prompt_input: str
) -> None:
    """Make sure that an application gets what it asks for.

    Args:
        known: The application's own inputs.
        inputs: Those that the user configured.
        prompt_input: The one that the prompt goes to.

    Raises:
        Rejected: an input is not the application's, or a required one would be missing.
    """
    names = [one.name for one in known]
    listed = f"its inputs are {_quoted(names)}" if names else "it has no inputs"
    if prompt_input not in names:
        raise Rejected(
            f"the application has no input {prompt_input!r} for the prompt; {listed}",
            hint="set prompt_input to the one that the prompt is for",
        )
    if unknown := [name for name in inputs if name not in names]:
        raise Rejected(
            f"the application has no input {_quoted(unknown)}; {listed}",
            hint="correct the names in inputs",
        )
    filled = {prompt_input, *inputs}
    if missing := [one.name for one in known if one.required and one.name not in filled]:
        raise Rejected(
            f"the application also needs {_quoted(missing)}; {listed}", hint="add it to inputs"
        )


async def _pages(connection: Connection, path: str) -> tuple[ModelInfo, ...]:
    """Get a whole list, page after page."""
    found: dict[str, ModelInfo] = {}
    after = ""
    for _ in range(MAX_PAGES):
        place = f"{path}&after={quote(after, safe='')}" if after else path
        page, more = decode_page(await connection.get_json(place))
        before = len(found)
        found |= {one.id: one for one in page}
        if not more or len(found) == before:
            break
        after = page[-1].id
    return tuple(found.values())


def _choice(entry: object) -> ModelInfo | None:
    """What the menu shows of an application or a Knowledge Graph."""
    match entry:
        case {"id": str() as entry_id, **rest} if entry_id:
            name = rest.get("name")
            label = name if isinstance(name, str) else ""
            remark = _remark(rest)
            return ModelInfo(id=entry_id, label=f"{label}{remark}".strip(), name=label)
        case _:
            return None


def _remark(entry: Mapping[object, object]) -> str:
    match entry:
        case {"status": str() as status} if status != "deployed":
            return f" ({status})"
        case {"file_status": {"completed": 0}}:
            return " (no files to search yet)"
        case _:
            return ""


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
