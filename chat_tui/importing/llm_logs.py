"""The log database of Simon Willison's `llm`: its threads, and the conversations before them.

Follows https://llm.datasette.io/en/stable/logging.html and the tables of llm 0.36, read November
2026. The file is opened for reading alone, and nothing that it defines is run.
"""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from chat_tui.errors import TranscriptError
from chat_tui.events import ToolCall, Usage
from chat_tui.importing.building import build, in_a_row
from chat_tui.importing.found import Fetch, Item, Said
from chat_tui.importing.values import count, moment, rows, table, words
from chat_tui.media.files import MAX_BYTES
from chat_tui.message import Attachment, Part, ReasoningPart, TextPart

if TYPE_CHECKING:
    from sqlite3 import Connection, Row

_PROVIDER: Final = "llm"
_OURS: Final = 0x63687475
_NEW_TABLES: Final = frozenset({"threads", "turns", "messages", "parts"})
_OLD_TABLES: Final = frozenset({"conversations", "responses"})
_MOST_MESSAGES: Final = 100_000
_IN_SYSTEM: Final = "system message within the conversation"


def from_llm(path: Path) -> Iterator[Item]:
    """Read all conversations, the newest form first.

    Raises:
        TranscriptError: it is another database, or damaged.
    """
    import sqlite3

    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            yield from _all(connection, path)
    except sqlite3.Error as error:
        raise TranscriptError(f"the database {path} cannot be read: {error}") from error
    except LookupError as error:
        raise TranscriptError(f"the database {path} lacks a column: {error}") from error


def _all(connection: "Connection", path: Path) -> Iterator[Item]:
    tables = {
        row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    }
    new, old = tables >= _NEW_TABLES, tables >= _OLD_TABLES
    if not (new or old):
        if connection.execute("PRAGMA application_id").fetchone()[0] == _OURS:
            raise TranscriptError(
                f"{path} is a database of this program", hint="--data-dir opens its folder"
            )
        raise TranscriptError(f"{path} is a database, and not one of `llm`")
    reader = _Reader(connection, tables)
    done: set[str] = set()
    if new:
        for row in connection.execute("SELECT * FROM threads ORDER BY id").fetchall():
            done.add(words(row["id"]))
            yield reader.thread(_dict(row))
    if old:
        for row in connection.execute("SELECT * FROM conversations ORDER BY id").fetchall():
            if words(row["id"]) not in done:
                yield reader.conversation(_dict(row))


def _dict(row: "Row") -> Mapping[str, Any]:
    return {name: row[name] for name in row.keys()}  # noqa: SIM118 - a row is no mapping


class _Reader:
    def __init__(self, connection: "Connection", tables: set[str]) -> None:
        self._connection = connection
        self._tables = tables
        self._files: dict[str, Fetch] = {}
        self._left_out: Counter[str] = Counter()
        self._system = ""

    def thread(self, thread: Mapping[str, Any]) -> Item:
        """Read a thread: the chains to the ends of all its turns."""
        self._files, self._left_out, self._system = {}, Counter(), ""
        thread_id = words(thread["id"])
        turns = self._rows("SELECT * FROM turns WHERE thread_id = ? ORDER BY id", thread_id)
        said: dict[str, Said] = {}
        for turn in turns:
            self._chain(words(turn["tip_message_hash"]), turn, said)
        tip = words(thread["tip_message_hash"])
        self._chain(tip, None, said)
        return build(
            "llm",
            thread_id,
            _topmost_first(said),
            title=words(thread["name"]),
            leaf=tip or None,
            system_prompt=self._system,
            files=self._files,
            left_out=self._left_out,
        )

    def conversation(self, conversation: Mapping[str, Any]) -> Item:
        """Read a conversation of the older tables: a prompt and a response a row."""
        self._files, self._left_out, self._system = {}, Counter(), ""
        key = words(conversation["id"])
        said: list[Said] = []
        for row in self._rows(
            "SELECT * FROM responses WHERE conversation_id = ? ORDER BY datetime_utc, id", key
        ):
            said += self._exchange(row)
        return build(
            "llm",
            key,
            in_a_row(said),
            title=words(conversation["name"]),
            system_prompt=self._system,
            files=self._files,
            left_out=self._left_out,
        )

    def _rows(self, query: str, *arguments: object) -> list[Mapping[str, Any]]:
        return [_dict(row) for row in self._connection.execute(query, arguments).fetchall()]

    def _chain(self, tip: str, turn: Mapping[str, Any] | None, said: dict[str, Said]) -> None:
        """Take in the messages from an end up to what is known; the end is what a turn made."""
        at = tip
        while at and at not in said and len(said) < _MOST_MESSAGES:
            found = self._rows("SELECT * FROM messages WHERE hash = ?", at)
            if not found:
                return
            parent = words(found[0]["parent_hash"]) or None
            said[at] = self._message(at, parent, words(found[0]["role"]), turn)
            at = parent or ""
        if turn is not None and tip in said:
            _add_turn(said[tip], turn)

    def _message(
        self, key: str, parent: str | None, role: str, turn: Mapping[str, Any] | None
    ) -> Said:
        parts = self._rows("SELECT * FROM parts WHERE message_hash = ? ORDER BY position", key)
        read = [part for row in parts for part in self._part(row)]
        if role == "system":
            text = "".join(part.text for part in read if isinstance(part, TextPart))
            if self._system and text != self._system:
                self._left_out[_IN_SYSTEM] += 1
            self._system, read = self._system or text, []
        created = moment(turn["datetime_utc"]) if turn is not None else None
        answers = role not in ("user", "system")
        return Said(
            key, parent, "assistant" if answers else "user", read, created,
            provider=_PROVIDER if answers else "",
        )  # fmt: skip

    def _part(self, row: Mapping[str, Any]) -> Iterator[Part]:
        payload = _json(row["payload"])
        match row["type"]:
            case "text":
                yield TextPart(words(row["text"]) or self._borrowed(payload))
            case "reasoning":
                if text := words(row["text"]):
                    yield ReasoningPart(text)
            case "tool_call":
                arguments = json.dumps(payload.get("arguments"), ensure_ascii=False)
                name = words(payload.get("name"))
                yield ToolCall(
                    words(payload.get("tool_call_id")) or name, name or "tool", words(arguments),
                    None, "done",
                )  # fmt: skip
            case "tool_result":
                failed = payload.get("exception") is not None
                call = words(payload.get("tool_call_id")) or words(payload.get("name"))
                output = words(payload.get("output"))
                yield ToolCall(call, "", "", output, "failed" if failed else "done")
            case "attachment":
                yield from self._attachment(words(table(payload.get("attachment")).get("id")))
            case kind:
                self._left_out[f"part of the kind {words(kind)[:40]!r}"] += 1

    def _borrowed(self, payload: Mapping[str, Any]) -> str:
        """Text of which pieces stand in the table of fragments."""
        pieces: list[str] = []
        for piece in map(table, rows(payload.get("text_ref"))):
            if "fragment" in piece and "fragments" in self._tables:
                found = self._rows(
                    "SELECT content FROM fragments WHERE id = ?", count(piece["fragment"])
                )
                pieces += [words(one["content"]) for one in found]
            else:
                pieces.append(words(piece.get("literal")))
        return "".join(pieces)

    def _attachment(self, attachment_id: str) -> Iterator[Part]:
        # A view of that name would be a program from outside.
        found = (
            self._rows(
                "SELECT type, path, url, content FROM attachments WHERE id = ?", attachment_id
            )
            if "attachments" in self._tables
            else []
        )
        content = found[0]["content"] if found else None
        if not isinstance(content, bytes) or len(content) > MAX_BYTES:
            # Only its place on a disk or in the web is known: neither is looked at.
            self._left_out["attachment of which only the address is kept"] += 1
            return
        place = f"llm:{attachment_id}"
        self._files[place] = lambda: content
        yield Attachment(
            path=place,
            name="attachment",
            media_type=words(found[0]["type"]) or "text/plain",
            size_bytes=len(content),
        )

    def _exchange(self, row: Mapping[str, Any]) -> Iterator[Said]:
        response_id = words(row["id"])
        created = moment(row["datetime_utc"])
        system = words(row.get("system"))
        if self._system and system and system != self._system:
            self._left_out[_IN_SYSTEM] += 1
        self._system = self._system or system
        asked: list[Part] = []
        if self._tables >= {"prompt_fragments", "fragments"}:
            asked += [TextPart(words(one["content"]) + "\n\n") for one in self._rows(
                "SELECT f.content FROM prompt_fragments AS p JOIN fragments AS f"
                ' ON f.id = p.fragment_id WHERE p.response_id = ? ORDER BY p."order"', response_id,
            )]  # fmt: skip
        asked.append(TextPart(words(row["prompt"])))
        if "prompt_attachments" in self._tables:
            for one in self._rows(
                "SELECT attachment_id FROM prompt_attachments"
                ' WHERE response_id = ? ORDER BY "order"',
                response_id,
            ):
                asked += self._attachment(words(one["attachment_id"]))
        if "tool_results" in self._tables:
            results = self._rows(
                "SELECT name, output, tool_call_id FROM tool_results WHERE response_id = ?"
                " ORDER BY id", response_id,
            )  # fmt: skip
            if results:
                yield Said(f"{response_id}:tools", None, "assistant", [
                    ToolCall(words(one["tool_call_id"]) or words(one["name"]), "", "",
                             words(one["output"]), "done")
                    for one in results
                ], created)  # fmt: skip
        yield Said(f"{response_id}:prompt", None, "user", asked, created)
        answer: list[Part] = []
        if reasoning := words(row.get("reasoning")):
            answer.append(ReasoningPart(reasoning))
        answer.append(TextPart(words(row["response"])))
        if "tool_calls" in self._tables:
            answer += [
                ToolCall(words(one["tool_call_id"]) or words(one["name"]), words(one["name"]),
                         words(one["arguments"]), None, "done")
                for one in self._rows(
                    "SELECT name, arguments, tool_call_id FROM tool_calls WHERE response_id = ?"
                    " ORDER BY id", response_id,
                )
            ]  # fmt: skip
        said = Said(response_id, None, "assistant", answer, created, provider=_PROVIDER)
        _add_turn(said, row)
        yield said


def _add_turn(said: Said, turn: Mapping[str, Any]) -> None:
    """Say what is known of the call that made a reply."""
    said.model = words(turn.get("resolved_model")) or words(turn.get("model"))
    said.created = moment(turn.get("datetime_utc")) or said.created
    tokens_in, tokens_out = count(turn.get("input_tokens")), count(turn.get("output_tokens"))
    if tokens_in is not None or tokens_out is not None:
        said.usage = Usage(tokens_in, tokens_out)


def _topmost_first(said: Mapping[str, Said]) -> list[Said]:
    """By time, so that branches stand in the order in which they were made."""
    return sorted(said.values(), key=lambda one: one.created.timestamp() if one.created else 0.0)


def _json(text: object) -> Mapping[str, Any]:
    try:
        return table(json.loads(text)) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
