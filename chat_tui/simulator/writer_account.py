"""What the simulated Writer account has: models, no-code applications, Knowledge Graphs.

Follows https://dev.writer.com/api-reference/application-api/application-list,
.../kg-api/list and .../completion-api/list-models (read 2026-11-20).
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs

RESEARCH: Final = "11111111-1111-4111-8111-111111111111"
"""An agent that streams; it takes the one input `query`."""
ALT_TEXT: Final = "22222222-2222-4222-8222-222222222222"
"""An application that answers in one piece only."""
GRAPH: Final = "50daa3d0-e7d9-44a4-be42-000000000000"
EMPTY_GRAPH: Final = "50daa3d0-e7d9-44a4-be42-000000000001"

MODELS: Final = (
    ("palmyra-x5", "Palmyra X5"),
    ("palmyra-x4", "Palmyra X4"),
    ("palmyra-med", "Palmyra Med"),
)
USUAL_LIMIT: Final = 50
MAX_LIMIT: Final = 100

_TIMES: Final = {
    "created_at": "2025-01-01T00:00:00Z",
    "updated_at": "2025-02-01T00:00:00Z",
    "last_deployed_at": None,
}


def _text_input(name: str, description: str | None, *, required: bool) -> dict[str, object]:
    return {
        "name": name,
        "input_type": "text",
        "description": description,
        "required": required,
        "options": {"max_fields": 1, "min_fields": 1},
    }


def _application(app_id: str, name: str, inputs: Sequence[object]) -> dict[str, object]:
    kept = {"id": app_id, "name": name, "type": "generation", "status": "deployed"}
    return {**kept, "inputs": inputs, **_TIMES}


def _graph(graph_id: str, name: str, files: int) -> dict[str, object]:
    return {
        "id": graph_id,
        "created_at": "2024-07-10T15:03:48.785843Z",
        "name": name,
        "description": None,
        "file_status": {"in_progress": 0, "completed": files, "failed": 0, "total": files},
        "type": "manual",
        "urls": None,
    }


APPLICATIONS: Final[Mapping[str, dict[str, Any]]] = {
    RESEARCH: _application(RESEARCH, "Hotel research", [_text_input("query", None, required=True)]),
    ALT_TEXT: _application(
        ALT_TEXT,
        "Alt text",
        [
            _text_input("Product description", "What it is", required=True),
            {
                "name": "Tone",
                "input_type": "dropdown",
                "description": None,
                "required": False,
                "options": {"list": ["formal", "casual"]},
            },
        ],
    ),
}
GRAPHS: Final[Mapping[str, dict[str, Any]]] = {
    GRAPH: _graph(GRAPH, "Products", 11),
    EMPTY_GRAPH: _graph(EMPTY_GRAPH, "Drafts", 0),
}


def page(entries: Mapping[str, dict[str, Any]], query: str) -> dict[str, object] | None:
    """One page of a list, in the order of the account.

    Args:
        entries: All of them by their ids.
        query: The call's query, with `limit` and `after`.

    Returns:
        Null where the query cannot be followed.
    """
    wanted = {name: values[-1] for name, values in parse_qs(query).items()}
    limit = wanted.get("limit", str(USUAL_LIMIT))
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MAX_LIMIT:
        return None
    after = wanted.get("after")
    if after is not None and after not in entries:
        return None
    ids = list(entries)
    start = ids.index(after) + 1 if after is not None else 0
    shown = list(itertools.islice(ids, start, start + int(limit)))
    return {
        "data": [entries[one] for one in shown],
        "first_id": shown[0] if shown else None,
        "last_id": shown[-1] if shown else None,
        "has_more": start + len(shown) < len(ids),
    }
