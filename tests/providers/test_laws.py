"""Laws of the decoders: nothing that a server may send gets anywhere but into an event."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import ProviderError
from chat_tui.events import Finished, StreamEvent, encode_event
from chat_tui.folding import fold
from chat_tui.message import blank_reply
from chat_tui.net.frames import Frame
from chat_tui.net.json import decode_json
from chat_tui.providers.chat.dialect import ChatDecoder
from chat_tui.providers.openai.images import ImagesDecoder
from tests.providers.asking import heard
from tests.providers.frames import STOP, decoded, delta

CHAT_KEYS = [
    "choices", "delta", "message", "content", "text", "index", "finish_reason", "role", "refusal",
    "reasoning_content", "reasoning", "thinking", "reasoning_details", "type", "tool_calls",
    "function", "function_call", "name", "arguments", "id", "model", "usage", "prompt_tokens",
    "completion_tokens", "cost", "error", "detail", "msg", "citations", "search_results", "url",
    "title", "annotations", "url_citation", "audio", "transcript", "images", "image_url", "summary",
]  # fmt: skip
IMAGE_KEYS = [
    "type", "b64_json", "output_format", "partial_image_index", "usage", "input_tokens", "data",
    "url", "revised_prompt", "error", "message", "detail",
]  # fmt: skip
WORDS = [
    "stop", "error", "thinking", "<think>", "</think>", "[DONE]", "url_citation", "length", "AAAA",
    "image_generation.partial_image", "image_generation.completed", "image_edit.completed", "png",
    "data:image/png;base64,AAAA", "https://x.test/",
]  # fmt: skip

# No capital N: "None" in a text can then only be our own.
CHARS = st.characters(exclude_categories=(), exclude_characters="N")
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(CHARS, max_size=8))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.sampled_from([0, 1, 2**80])
)


def values(keys: list[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        SCALARS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(keys), inner, max_size=5)
        ),
        max_leaves=12,
    )


def objects(keys: list[str]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(keys), values(keys), max_size=6)


DELTAS = objects(CHAT_KEYS)
CHUNKS = st.one_of(
    values(CHAT_KEYS),
    objects(CHAT_KEYS),
    st.builds(lambda one: {"choices": [{"delta": one}]}, DELTAS),
    st.builds(
        lambda one, end: {"choices": [{"message": one, "finish_reason": end}]}, DELTAS, TEXTS
    ),
    st.builds(lambda call: {"choices": [{"delta": {"tool_calls": [call]}}]}, objects(CHAT_KEYS)),
)
EVENT_NAMES = st.sampled_from(["message", "message", "message", "error", "x", "ping"])
FRAMES = st.builds(lambda name, chunk: Frame(name, json.dumps(chunk)), EVENT_NAMES, CHUNKS)


Decoder: TypeAlias = ChatDecoder | ImagesDecoder


def check(decoder: Decoder, read: Callable[[], Iterator[Iterable[StreamEvent]]]) -> None:
    """Read something, and look at all that comes of it."""
    events: list[StreamEvent] = []
    failed: ProviderError | None = None
    try:
        for some in read():
            events += some
    except ProviderError as error:
        failed = error
    assert decoder.ended is (failed is None)
    assert failed is None or (failed.message and "None" not in failed.message)
    for event in events:
        assert b"None" not in encode_event(event)
    assert [isinstance(event, Finished) for event in events] == [
        decoder.ended and at == len(events) - 1 for at in range(len(events))
    ]
    fold(events, blank_reply(parent=None, provider="p", model="m"))


def check_frames(decoder: Decoder, frames: list[Frame]) -> None:
    def read() -> Iterator[Iterable[StreamEvent]]:
        for frame in frames:
            yield decoder.decode(frame)
        yield decoder.end()

    check(decoder, read)


@given(st.lists(FRAMES, max_size=6))
def test_whatever_comes_in_a_chat_becomes_events_or_a_providers_error(frames: list[Frame]) -> None:
    check_frames(ChatDecoder(provider="p", model="m"), frames)


@given(CHUNKS)
def test_whatever_document_comes_becomes_events_or_a_providers_error(body: Any) -> None:
    document = decode_json(json.dumps(body))
    chat = ChatDecoder(provider="p", model="m")
    check(chat, lambda: iter([chat.whole(document)]))
    images = ImagesDecoder(provider="p", model="m", job="j")
    check(images, lambda: iter([images.whole(document)]))


@given(
    st.lists(
        st.builds(
            lambda name, event: Frame(name, json.dumps(event)),
            st.one_of(EVENT_NAMES, st.sampled_from(WORDS)),
            st.one_of(objects(IMAGE_KEYS), values(IMAGE_KEYS)),
        ),
        max_size=6,
    ),
    st.integers(1, 3),
)
def test_whatever_comes_for_a_picture_becomes_events_or_a_providers_error(
    frames: list[Frame], expected: int
) -> None:
    check_frames(ImagesDecoder(provider="p", model="m", job="j", expected=expected), frames)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(0, 100)))
def test_however_a_text_is_cut_into_deltas_it_is_the_same(text: str, cuts: list[int]) -> None:
    units = text.encode("utf-16-le")
    places = [0, *sorted(min(2 * cut, len(units)) for cut in cuts), len(units)]
    pieces = [
        units[start:end].decode("utf-16-le", "surrogatepass") for start, end in pairwise(places)
    ]
    found = heard(decoded(*(delta(content=piece, refusal=piece) for piece in pieces), STOP))
    assert found.refusal == text
    assert found.text == heard(decoded(delta(content=text), STOP)).text
