"""The flows of a Flowise server, page by page: its models."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from chat_tui.errors import ProtocolViolation
from chat_tui.providers.base import ModelInfo
from chat_tui.providers.flowise.errors import URL_HINT

PAGE_FLOWS: Final = 100
MAX_PAGES: Final = 100

_TYPES: Final = {"MULTIAGENT": "multi-agent"}


async def list_flows(get: Callable[[str], Awaitable[object]]) -> Sequence[ModelInfo]:
    """List all flows, each once.

    Args:
        get: Gets one JSON document, by its path.

    Raises:
        ProtocolViolation: this is no list of flows.
    """
    flows, total = _page(await get("/api/v1/chatflows"))
    page = 1
    while len(flows) < total and page < MAX_PAGES:
        page += 1
        query = urlencode({"page": page, "limit": PAGE_FLOWS})
        more, _ = _page(await get(f"/api/v1/chatflows?{query}"))
        flows += more
        total = total if more else len(flows)
    return tuple(dict.fromkeys(model for flow in flows if (model := _model(flow))))


def decode_name(body: object) -> str:
    """Read what a flow is called out of its description; empty where that is not told."""
    flow = _model(body)
    return flow.name if flow is not None else ""


def _page(body: object) -> tuple[list[Any], int]:
    """Read a list of flows, and how many there are in all."""
    match body:
        case [*flows]:
            return flows, len(flows)
        case {"data": [*flows], **rest}:
            total = rest.get("total")
            return flows, total if isinstance(total, int) else len(flows)
        case _:
            raise ProtocolViolation(
                "the server's list of flows cannot be understood", hint=URL_HINT
            )


def _model(flow: object) -> ModelInfo | None:
    match flow:
        case {"id": str(flow_id), **rest} if flow_id:
            name, kind = rest.get("name"), rest.get("type")
            name = name if isinstance(name, str) else ""
            label = name or "a flow without a name"
            words = _TYPES.get(kind, kind.lower()) if isinstance(kind, str) else ""
            return ModelInfo(id=flow_id, label=f"{label} ({words})" if words else label, name=name)
        case _:
            return None
