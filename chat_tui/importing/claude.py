"""Claude's data export: `conversations.json`, a list of conversations with their messages.

There is no page of Anthropic's about its form; this follows exports up to 2026.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chat_tui.events import Source, SourceRefs, ToolCall
from chat_tui.importing.building import build, in_a_row
from chat_tui.importing.found import Fetch, Item, Said, Unusable
from chat_tui.importing.keys import content_key
from chat_tui.importing.values import moment, rows, table, words
from chat_tui.message import Attachment, Part, ReasoningPart, TextPart

_PROVIDER: Final = "claude"
_GONE: Final = "file that the export names and does not hold"


def is_claude(value: Mapping[str, Any]) -> bool:
    """Whether an element of a list has the form."""
    return isinstance(value.get("chat_messages"), list)


def from_claude(value: Mapping[str, Any]) -> Item:
    """Read one conversation: a tree where its messages name their parents, else a row."""
    reader = _Reader()
    model = words(value.get("model"))
    messages = [table(one) for one in rows(value.get("chat_messages"))]
    said = [reader.said(number, one, model) for number, one in enumerate(messages)]
    if not said:
        return Unusable("it has no messages")
    if not any(words(one.get("parent_message_uuid")) for one in messages):
        said = list(in_a_row(said))
    return build(
        "claude",
        words(value.get("uuid")) or content_key(value),
        said,
        title=words(value.get("name")),
        created=moment(value.get("created_at")),
        leaf=words(value.get("current_leaf_message_uuid")) or None,
        files=reader.files,
        left_out=reader.left_out,
    )


class _Reader:
    def __init__(self) -> None:
        self.files: dict[str, Fetch] = {}
        self.left_out: Counter[str] = Counter()

    def said(self, number: int, message: Mapping[str, Any], model: str) -> Said:
        asked = message.get("sender") in ("human", "user")
        said = Said(
            words(message.get("uuid")) or str(number),
            words(message.get("parent_message_uuid")) or None,
            "user" if asked else "assistant",
            list(self._parts(message)),
            created=moment(message.get("created_at")),
        )
        if not asked:
            said.provider, said.model = _PROVIDER, model
        return said

    def _parts(self, message: Mapping[str, Any]) -> Iterator[Part]:
        blocks = [table(one) for one in rows(message.get("content"))]
        if not any(words(one.get("text")) for one in blocks):
            yield TextPart(words(message.get("text")))
        sources: dict[str, Source] = {}
        for number, block in enumerate(blocks):
            match block.get("type"):
                case "text":
                    yield TextPart(words(block.get("text")))
                    for citation in map(table, rows(block.get("citations"))):
                        details = table(citation.get("details"))
                        url = words(details.get("url")) or words(citation.get("url"))
                        if url:
                            sources[url] = Source(words(citation.get("title")) or None, url)
                case "thinking":
                    yield ReasoningPart(words(block.get("thinking")))
                case "tool_use":
                    call = words(block.get("id")) or f"tool-{number}"
                    said = json.dumps(block.get("input"), ensure_ascii=False)
                    yield ToolCall(call, words(block.get("name")), words(said), None, "done")
                case "tool_result":
                    call = words(block.get("tool_use_id")) or _call_before(blocks, number)
                    failed = block.get("is_error") is True
                    output = _result(block.get("content"))
                    yield ToolCall(call, "", "", output, "failed" if failed else "done")
                case "token_budget" | "flag":
                    pass
                case kind:
                    self.left_out[f"part of the kind {words(kind)[:40]!r}"] += 1
        if sources:
            yield SourceRefs(tuple(sources.values()))
        for attachment in map(table, rows(message.get("attachments"))):
            yield from self._attachment(attachment)
        if gone := len(rows(message.get("files"))):
            self.left_out[_GONE] += gone

    def _attachment(self, attachment: Mapping[str, Any]) -> Iterator[Part]:
        text = words(attachment.get("extracted_content"))
        if not text:
            self.left_out[_GONE] += 1
            return
        data = text.encode()
        place = f"claude:{hashlib.sha256(data).hexdigest()}"
        self.files[place] = lambda: data
        yield Attachment(
            path=place,
            name=words(attachment.get("file_name")) or "attachment.txt",
            media_type="text/plain",
            size_bytes=len(data),
        )


def _call_before(blocks: list[Mapping[str, Any]], number: int) -> str:
    for at in range(number - 1, -1, -1):
        if blocks[at].get("type") == "tool_use":
            return words(blocks[at].get("id")) or f"tool-{at}"
    return f"tool-{number}"


def _result(content: object) -> str:
    if isinstance(content, str):
        return words(content)
    return "\n".join(filter(None, (words(table(one).get("text")) for one in rows(content))))
