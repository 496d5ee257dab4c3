"""Laws of transcripts: for conversations of every shape, nothing gets lost on the way back."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.conversation import Conversation
from chat_tui.events import (
    Approval,
    Finished,
    FollowUps,
    ImageProgress,
    ImageResult,
    Notice,
    Source,
    SourceRefs,
    Step,
    StreamError,
    ToolCall,
    Usage,
)
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import (
    Attachment,
    Decision,
    Lineage,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    blank_reply,
    user_message,
)
from chat_tui.text import clean
from chat_tui.transcripts.enclosed import Enclosed
from chat_tui.transcripts.json_form import from_json, to_json
from chat_tui.transcripts.markdown import to_markdown
from chat_tui.transcripts.redact import redacted

MARK = re.compile(r"<!-- chat-tui:(\w+)(?: (\{.*\}))? -->")
PIECES = (
    "<!-- chat-tui:end -->",
    "<!-- \\chat-tui:turn {} -->",
    "<!-- ",
    "chat-tui:",
    "-->",
    "--",
    "---",
    "# A heading",
    "## You",
    "```",
    "~~~~",
    "  ```python",
    "\n",
    "\r\n",
    "\n\n",
    "\\",
    "</details>",
    "&amp;",
    "plain words",
    "é",
    "\u202e",
    "\x1b[31m",
)

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
)
seconds = st.one_of(st.none(), st.floats(0, 1e6))
states = st.sampled_from(["running", "done", "failed"])
sources = st.builds(
    Source,
    title=st.none() | texts,
    url=st.none() | texts,
    excerpt=st.none() | texts,
    score=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(TextPart, texts, st.booleans()),
    st.builds(ReasoningPart, texts, seconds),
    st.builds(Step, texts, texts, states, texts, seconds),
    st.builds(SourceRefs, st.lists(sources, max_size=3).map(tuple)),
    st.builds(ToolCall, texts, texts, texts, st.none() | texts, states),
    st.builds(ImageProgress, texts, st.just("running"), st.none() | st.floats(0, 1), st.none()),
    st.builds(ImageResult, texts, st.integers(0, 9), st.none() | texts, st.none() | texts),
    st.builds(Notice, texts),
    st.builds(FollowUps, st.lists(texts, max_size=2).map(tuple)),
    st.builds(Approval, texts, texts, texts, texts, st.booleans(), texts),
    st.builds(Decision, texts, st.booleans(), texts),
    st.builds(
        Attachment,
        path=texts,
        name=texts,
        media_type=st.sampled_from(["text/plain", "image/png"]),
        size_bytes=st.integers(0, 2**40),
    ),
    st.builds(
        Lineage,
        message=texts.map(MessageId),
        picture=st.none() | st.integers(1, 9),
        said=moments,
    ),
)
outcomes = st.one_of(
    st.builds(Finished, st.sampled_from(["stop", "length", "cancelled"]), st.floats(0, 1e6)),
    st.builds(StreamError, st.sampled_from(["auth", "network"]), texts, texts),
)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    conversation = Conversation(
        ConversationId("c"),
        title=draw(texts),
        created=draw(moments),
        system_prompt=draw(texts),
    )
    ids: list[MessageId | None] = [None]
    for number in range(draw(st.integers(0, 5))):
        message = Message(
            id=MessageId(f"m{number}"),
            parent=draw(st.sampled_from(ids)),
            role=draw(st.sampled_from(["user", "assistant"])),
            parts=tuple(draw(st.lists(parts, max_size=4))),
            created=draw(moments),
            provider=draw(texts),
            model=draw(texts),
            remote_id=draw(st.none() | texts),
            usage=draw(st.none() | st.builds(Usage, st.none() | st.integers(0, 99))),
            outcome=draw(st.none() | outcomes),
        )
        conversation.add(message)
        ids.append(message.id)
    conversation.show(draw(st.sampled_from(ids)))
    return conversation


@given(conversations())
def test_what_is_written_reads_back_with_all_branches(conversation: Conversation) -> None:
    back = from_json(to_json(conversation))
    assert list(back) == [redacted(message) for message in conversation]
    assert (back.id, back.created, back.leaf) == (
        conversation.id,
        conversation.created,
        conversation.leaf,
    )
    assert (back.title, back.named) == (conversation.title, conversation.named)
    assert back.system_prompt == conversation.system_prompt
    assert to_json(back) == to_json(conversation)


def read_back(page: str) -> list[tuple[dict[str, Any], list[Part]]]:
    """The messages of a page, by what the form promises and nothing else."""
    messages: list[tuple[dict[str, Any], list[Part]]] = []
    lines = iter(page.split("\n"))
    for line in lines:
        if not line.startswith("<!-- chat-tui:"):
            continue
        found = MARK.fullmatch(line)
        assert found is not None
        fields = json.loads(found[2] or "{}")
        if found[1] == "turn":
            messages.append((fields, []))
        else:
            messages[-1][1].append(_part(found[1], fields, lines))
    return messages


def _part(word: str, fields: dict[str, Any], lines: Iterator[str]) -> Part:
    body: list[str] = []
    for line in lines:
        if line == "<!-- chat-tui:end -->":
            break
        assert not line.startswith("<!-- chat-tui:")
        body.append(re.sub(r"^<!-- \\(?=\\*chat-tui:)", "<!-- ", line))
    assert body[0] == body[-1] == ""
    if word in {"text", "reasoning"}:
        end = len(body) - 1 - fields.pop("closes", 0)
        fields["text"] = "\n".join(body[1:end])
    part: Part = msgspec.convert({"type": word, **fields}, Part)
    return part


def _as_written(part: Part) -> Part:
    if isinstance(part, TextPart | ReasoningPart):
        return msgspec.structs.replace(part, text=clean(part.text))
    return part


@given(conversations())
def test_every_turn_and_part_of_the_path_is_found_again(conversation: Conversation) -> None:
    path = [redacted(message) for message in conversation.path()]
    found = read_back(to_markdown(conversation))
    assert [parts for _, parts in found] == [
        [_as_written(part) for part in message.parts] for message in path
    ]
    for (fields, _), message in zip(found, path, strict=True):
        assert msgspec.convert(
            {**fields, "parent": message.parent}, Message
        ) == msgspec.structs.replace(message, parts=())


@given(conversations(), st.booleans())
def test_copies_beside_a_page_are_found_by_its_marks(
    conversation: Conversation, is_picture: bool
) -> None:
    file = Enclosed("image/png" if is_picture else "text/plain", b"bytes")
    places = [
        part.path
        for message in conversation.path()
        for part in message.parts
        if isinstance(part, ImageResult | Attachment) and part.path is not None
    ]
    found = [
        part.path
        for _, parts in read_back(to_markdown(conversation, dict.fromkeys(places, file)))
        for part in parts
        if isinstance(part, ImageResult | Attachment) and part.path is not None
    ]
    assert found == [f"assets/{file.name}"] * len(places)


@given(conversations())
def test_a_page_holds_nothing_that_acts_on_a_terminal(conversation: Conversation) -> None:
    page = to_markdown(conversation)
    assert clean(page) == page


def test_a_turn_that_holds_another_page_stays_one_turn() -> None:
    inner = to_markdown(_talk("Why?", "So."))
    found = read_back(to_markdown(_talk(inner, "I see.")))
    assert [parts for _, parts in found] == [[TextPart(inner)], [TextPart("I see.")]]


def test_an_empty_conversation_has_a_page() -> None:
    assert read_back(to_markdown(Conversation())) == []


def _talk(asked: str, answered: str) -> Conversation:
    turn = user_message(asked, parent=None)
    reply = blank_reply(parent=turn.id, provider="flow", model="m")
    reply = msgspec.structs.replace(reply, parts=(TextPart(answered),))
    return Conversation(messages=[turn, reply])
