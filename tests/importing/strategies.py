"""Made-up conversations that a store could hold: ids of our form, and files that are kept."""

import io
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from PIL import Image

from chat_tui.conversation import Conversation
from chat_tui.events import (
    Approval,
    FollowUps,
    ImageResult,
    Notice,
    SourceRefs,
    Step,
    ToolCall,
    Usage,
)
from chat_tui.ids import ConversationId, MessageId
from chat_tui.media.files import MediaFolder
from chat_tui.message import Attachment, Decision, Lineage, Message, Part, ReasoningPart, TextPart
from tests.transcripts.test_laws import moments, outcomes, seconds, sources, states, texts

ids = st.uuids().map(str)
fenced = st.sampled_from(
    [
        "````markdown\n```python\nprint('```')\n```\n````",
        "~~~\n```\n~~~\n```",
        "- a\n\n  ```sh\n  cat <<'E'\n  ```\n",
        "```\nnever closed",
        "naïve 日本語 עברית 👩‍👩‍👧 é",
    ]
)
said = texts | fenced


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (7, 5), colour).save(file, "png")
    return file.getvalue()


@dataclass(frozen=True)
class Kept:
    """What a media folder holds before anything is said."""

    pictures: tuple[Path, ...]
    text: Path


def keep(folder: MediaFolder) -> Kept:
    pictures = tuple(folder.save(picture(colour)).path for colour in ("red", "blue"))
    return Kept(pictures, folder.save_text("näch notes\n".encode()))


@cache
def parts(kept: Kept) -> st.SearchStrategy[Part]:
    shown = st.sampled_from([str(path) for path in kept.pictures])
    return st.one_of(
        st.builds(TextPart, said, st.booleans()),
        st.builds(ReasoningPart, said, seconds),
        st.builds(Step, texts, texts, states, texts, seconds, texts),
        st.builds(SourceRefs, st.lists(sources, max_size=3).map(tuple)),
        st.builds(ToolCall, texts, texts, said, st.none() | said, states),
        st.builds(
            ImageResult,
            job=texts,
            index=st.integers(0, 9),
            path=st.none() | shown,
            url=st.none() | texts,
            media_type=st.just("image/png"),
            width_px=st.just(7),
            height_px=st.just(5),
            seed=st.none() | st.integers(-(2**63), 2**64 - 1),
            revised_prompt=st.none() | texts,
        ),
        st.builds(Notice, texts),
        st.builds(FollowUps, st.lists(texts, max_size=2).map(tuple)),
        st.builds(Approval, texts, texts, texts, texts, st.booleans(), texts),
        st.builds(Decision, texts, st.booleans(), texts),
        st.builds(
            Attachment,
            path=st.just(str(kept.pictures[0])),
            name=texts,
            media_type=st.just("image/png"),
            size_bytes=st.just(kept.pictures[0].stat().st_size),
            width_px=st.just(7),
            height_px=st.just(5),
        ),
        st.builds(
            Attachment,
            path=st.just(str(kept.text)),
            name=texts,
            media_type=st.just("text/plain"),
            size_bytes=st.just(kept.text.stat().st_size),
        ),
        st.builds(
            Lineage,
            message=ids.map(MessageId),
            picture=st.none() | st.integers(1, 9),
            said=moments,
        ),
    )


@cache
def _some_parts(kept: Kept) -> st.SearchStrategy[list[Part]]:
    return st.lists(parts(kept), max_size=4)


@cache
def _settings() -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(texts, st.none() | st.integers() | texts, max_size=2)


_usages = st.none() | st.builds(Usage, st.none() | st.integers(0, 99))
_roles = st.sampled_from(["user", "assistant"])
_numbers = st.integers(0, 2**120)
_remote_ids = st.none() | texts


@st.composite
def conversations(draw: st.DrawFn, kept: Kept) -> Conversation:
    conversation = Conversation(
        ConversationId(draw(ids)),
        title=draw(texts),
        created=draw(moments),
        system_prompt=draw(said),
        parameters=draw(_settings()),
    )
    above: list[MessageId | None] = [None]
    for number in range(draw(st.integers(1, 5))):
        role = draw(_roles)
        message = Message(
            id=MessageId(str(uuid.UUID(int=draw(_numbers) * 8 + number))),
            parent=draw(st.sampled_from(above)),
            role="user" if role == "user" else "assistant",
            parts=tuple(draw(_some_parts(kept))),
            created=draw(moments),
            provider=draw(texts),
            model=draw(texts),
            parameters=draw(_settings()),
            remote_id=draw(_remote_ids),
            usage=draw(_usages),
            outcome=draw(outcomes) if role == "assistant" else None,
        )
        conversation.add(message)
        above.append(message.id)
    conversation.show(draw(st.sampled_from(above)))
    return conversation
