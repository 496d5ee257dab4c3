"""ChatGPT's data export: a tree of nodes for each conversation, `conversations.json`.

There is no page of OpenAI's about its form; this follows exports up to 2026, which may be split
over `conversations-000.json`, `conversations-001.json`...
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chat_tui.events import Finished, ImageResult, Source, SourceRefs, Terminal, ToolCall
from chat_tui.importing.building import build
from chat_tui.importing.found import Fetch, Item, Said, Unusable
from chat_tui.importing.keys import content_key
from chat_tui.importing.opened import Document
from chat_tui.importing.values import count, moment, rows, table, words
from chat_tui.message import Attachment, Part, ReasoningPart, TextPart

_MARKERS: Final = re.compile(r"\ue200[^\ue200\ue201]*\ue201")
"""What the web page puts a link in the place of; the links themselves are in the metadata."""
_POINTER: Final = re.compile(r"(?:file-service|sediment)://(?P<id>[A-Za-z0-9_-]{8,100})")
_PICTURE_GONE: Final = "picture that the export names and does not hold"
_HIDDEN: Final = "instruction that ChatGPT does not show"
_PROVIDER: Final = "chatgpt"
_SPOKEN: Final = frozenset(
    {"audio_asset_pointer", "real_time_user_audio_video_asset_pointer", "video_container_asset_pointer"}
)  # fmt: skip


def is_chatgpt(value: Mapping[str, Any]) -> bool:
    """Whether an element of a list has the form."""
    return isinstance(value.get("mapping"), dict)


def from_chatgpt(value: Mapping[str, Any], document: Document) -> Item:
    """Read one conversation.

    Args:
        value: An element of the list.
        document: The list, with the files of the export around it.
    """
    reader = _Reader(document)
    nodes = table(value.get("mapping"))
    key = words(value.get("conversation_id")) or words(value.get("id"))
    if not nodes:
        return Unusable("it has no messages")
    return build(
        "chatgpt",
        key or content_key(value),
        [reader.said(name, table(nodes.get(name))) for name in _in_order(nodes)],
        title=words(value.get("title")),
        created=moment(value.get("create_time")),
        leaf=words(value.get("current_node")) or None,
        system_prompt=reader.system_prompt,
        files=reader.files,
        left_out=reader.left_out,
    )


def _in_order(nodes: Mapping[str, Any]) -> list[str]:
    """The nodes as the tree has them: branches in the order in which they were made."""
    below = {name: rows(table(node).get("children")) for name, node in nodes.items()}
    waiting = [
        name
        for name in reversed(list(nodes))
        if words(table(nodes[name]).get("parent")) not in nodes
    ]
    order: dict[str, None] = {}
    while waiting:
        name = waiting.pop()
        if name in order:
            continue
        order[name] = None
        waiting += [one for one in reversed(below[name]) if isinstance(one, str) and one in nodes]
    return [*order, *(name for name in nodes if name not in order)]


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document
        self.files: dict[str, Fetch] = {}
        self.left_out: Counter[str] = Counter()
        self.system_prompt = ""
        self._call: ToolCall | None = None
        """The call whose result has not come yet."""

    def said(self, name: str, node: Mapping[str, Any]) -> Said:
        message = table(node.get("message"))
        role = words(table(message.get("author")).get("role"))
        metadata = table(message.get("metadata"))
        parent = node.get("parent")
        said = Said(
            name,
            parent if isinstance(parent, str) else None,
            "user" if role == "user" else "assistant",
            [],
            created=moment(message.get("create_time")),
        )
        if not message:
            return said
        if role == "system" or metadata.get("is_visually_hidden_from_conversation") is True:
            self._hidden(message)
            return said
        said.parts = list(self._parts(name, role, message, metadata))
        if said.role == "assistant":
            said.provider = _PROVIDER
            said.model = words(metadata.get("model_slug"))
            said.outcome = _outcome(table(metadata.get("finish_details")))
        return said

    def _hidden(self, message: Mapping[str, Any]) -> None:
        text = "\n".join(filter(None, map(words, rows(table(message.get("content")).get("parts")))))
        if text and table(message.get("author")).get("role") == "system" and not self.system_prompt:
            self.system_prompt = text
        elif text or table(message.get("content")).get("content_type") == "user_editable_context":
            self.left_out[_HIDDEN] += 1

    def _parts(
        self, name: str, role: str, message: Mapping[str, Any], metadata: Mapping[str, Any]
    ) -> Iterator[Part]:
        content = table(message.get("content"))
        kind = words(content.get("content_type"))
        recipient = words(message.get("recipient")) or "all"
        if role == "tool" and kind != "multimodal_text":
            yield from self._result(name, message, content)
        elif role == "assistant" and (kind == "code" or recipient != "all"):
            tool = recipient if recipient != "all" else words(content.get("language")) or "code"
            self._call = ToolCall(name, tool, _plain(content), None, "done")
            yield self._call
        else:
            match kind:
                case "text" | "multimodal_text":
                    for index, part in enumerate(rows(content.get("parts"))):
                        yield from self._part(name, index, role, part)
                case "thoughts":
                    yield from map(ReasoningPart, filter(None, [_thoughts(content)]))
                case "reasoning_recap":
                    pass  # how long it thought, in words
                case _ if text := _plain(content):
                    yield TextPart(text)
                case _:
                    self.left_out[f"part of the kind {kind[:40]!r}"] += 1
        for attachment in rows(metadata.get("attachments")):
            self._leave_out(table(attachment))
        if (found := tuple(_sources(metadata))) and role != "tool":
            yield SourceRefs(found)

    def _part(self, name: str, index: int, role: str, part: object) -> Iterator[Part]:
        if isinstance(part, str):
            text = _MARKERS.sub("", words(part))
            if text:
                yield TextPart(text)
            return
        fields = table(part)
        kind = words(fields.get("content_type"))
        if kind == "audio_transcription" and (text := words(fields.get("text"))):
            yield TextPart(text)
        elif kind in _SPOKEN:
            self.left_out["sound or film"] += 1
        elif kind == "image_asset_pointer":
            yield from self._picture(name, index, role, fields)
        elif fields:
            self.left_out[f"part of the kind {kind[:40]!r}"] += 1

    def _picture(
        self, name: str, index: int, role: str, fields: Mapping[str, Any]
    ) -> Iterator[Part]:
        found = _POINTER.match(words(fields.get("asset_pointer")))
        if found is None:
            self.left_out[_PICTURE_GONE] += 1
            return
        place = self._file(found["id"])
        width, height = count(fields.get("width")), count(fields.get("height"))
        if role == "user":
            size = count(fields.get("size_bytes")) or 0
            yield Attachment(
                path=place, name="picture", media_type="image/png", size_bytes=size,
                width_px=width, height_px=height,
            )  # fmt: skip
            return
        made = table(table(fields.get("metadata")).get("dalle"))
        yield ImageResult(
            name, index, place, None, None, width, height, count(made.get("seed")),
            revised_prompt=words(made.get("prompt")) or None,
        )  # fmt: skip

    def _leave_out(self, fields: Mapping[str, Any]) -> None:
        """Count a file that was sent; a picture stands in the content, too."""
        media_type = words(fields.get("mime_type")) or words(fields.get("mimeType"))
        if not media_type.startswith("image/"):
            self.left_out["attached file that the export does not hold"] += 1

    def _file(self, file_id: str) -> str:
        place = f"chatgpt:{file_id}"
        self.files[place] = lambda: self._document.named(file_id)
        return place

    def _result(
        self, name: str, message: Mapping[str, Any], content: Mapping[str, Any]
    ) -> Iterator[Part]:
        call, self._call = self._call, None
        text = _plain(content)
        tool = words(table(message.get("author")).get("name")) or "tool"
        if call is not None:
            yield ToolCall(call.id, "", "", text, "done")
        elif text:
            yield ToolCall(name, tool, "", text, "done")


def _plain(content: Mapping[str, Any]) -> str:
    """The text of whatever holds one."""
    for field in ("text", "result", "content"):
        if text := words(content.get(field)):
            return text
    return "\n".join(filter(None, map(words, rows(content.get("parts")))))


def _thoughts(content: Mapping[str, Any]) -> str:
    thoughts = (table(one) for one in rows(content.get("thoughts")))
    said = (
        "\n\n".join(filter(None, [words(one.get("summary")), words(one.get("content"))]))
        for one in thoughts
    )
    return "\n\n".join(filter(None, said))


def _sources(metadata: Mapping[str, Any]) -> Iterator[Source]:
    seen: set[str] = set()
    for one in _cited(metadata):
        url = words(one.get("url"))
        if url.startswith(("http://", "https://")) and url not in seen:
            seen.add(url)
            yield Source(
                words(one.get("title")) or None, url, words(one.get("snippet")) or None, None
            )


def _cited(metadata: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in map(table, rows(metadata.get("content_references"))):
        yield one
        for field in ("items", "sources"):
            yield from map(table, rows(one.get(field)))
    for one in map(table, rows(metadata.get("citations"))):
        yield table(one.get("metadata"))
    for group in map(table, rows(metadata.get("search_result_groups"))):
        yield from map(table, rows(group.get("entries")))


def _outcome(details: Mapping[str, Any]) -> Terminal | None:
    match details.get("type"):
        case "max_tokens":
            return Finished("length")
        case "interrupted":
            return Finished("cancelled")
        case _:
            return None
