"""Small exports of other services, in the forms that theirs have."""

from typing import Any


def node(
    name: str,
    parent: str | None,
    role: str = "",
    *said: object,
    kind: str = "text",
    at: float = 1_700_000_000,
    **more: Any,
) -> dict[str, Any]:
    """A node of a ChatGPT tree; without a role, one without a message."""
    author = {"role": role, "name": more.pop("name", None)}
    message = {
        "id": name,
        "author": author,
        "create_time": at,
        "content": {"content_type": kind, "parts": list(said)},
        "recipient": "all",
        "metadata": {},
        **more,
    }
    return {"id": name, "parent": parent, "message": message if role else None, "children": []}


def chatgpt(*nodes: dict[str, Any], current: str = "", **fields: Any) -> dict[str, Any]:
    mapping = {one["id"]: one for one in nodes}
    for one in nodes:
        if one["parent"] in mapping:
            mapping[one["parent"]]["children"].append(one["id"])
    return {
        "title": "Red",
        "create_time": 1_700_000_000.5,
        "mapping": mapping,
        "current_node": current or nodes[-1]["id"],
        "conversation_id": "c-1",
        **fields,
    }


def claude(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "uuid": "k-1",
        "name": "Blue",
        "created_at": "2024-05-01T10:00:00.000000Z",
        "updated_at": "2024-05-01T10:05:00.000000Z",
        "account": {"uuid": "a"},
        "chat_messages": list(messages),
        **fields,
    }


def claude_message(name: str, sender: str, text: str, **fields: Any) -> dict[str, Any]:
    return {
        "uuid": name,
        "text": text,
        "content": [{"type": "text", "text": text}],
        "sender": sender,
        "created_at": "2024-05-01T10:00:01.000000Z",
        "attachments": [],
        "files": [],
        **fields,
    }
