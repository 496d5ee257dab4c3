"""Every decoder of every kind: what a server sends becomes events or a `ProviderError`, no more."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chat_tui.errors import ProtocolViolation, ProviderError
from chat_tui.events import Finished, StreamEvent, decode_event, encode_event
from chat_tui.folding import fold
from chat_tui.message import blank_reply
from chat_tui.net.error_text import error_message
from chat_tui.net.frames import Frame
from chat_tui.net.json import decode_json
from chat_tui.net.sse import SseDecoder
from chat_tui.providers.anthropic.dialect import AnthropicDecoder
from chat_tui.providers.chat.chunks import decode_usage
from chat_tui.providers.chat.dialect import ChatDecoder
from chat_tui.providers.fal.dialect import FalDecoder, is_result
from chat_tui.providers.fal.queue import decode_state, decode_ticket
from chat_tui.providers.flowise.approval import decode_action
from chat_tui.providers.flowise.events import FlowiseDecoder
from chat_tui.providers.gemini import dialect as gemini_dialect
from chat_tui.providers.gemini.dialect import GeminiDecoder
from chat_tui.providers.get3w.dialect import Get3wDecoder, read_balance, read_models
from chat_tui.providers.get3w.prediction import read_prediction
from chat_tui.providers.model_list import decode_models
from chat_tui.providers.ollama.dialect import OllamaDecoder
from chat_tui.providers.openai.images import ImagesDecoder
from chat_tui.providers.writer import lists as writer_lists
from chat_tui.providers.writer.answers import (
    AnswerDecoder,
    Application,
    Completion,
    Question,
    Search,
)
from chat_tui.providers.writer.chat import WriterChatDecoder

CAPTURES: Final = Path(__file__).parents[1] / "captures"

DECODERS: Final[dict[str, tuple[str, Callable[[], Any]]]] = {
    "openai": ("openai", lambda: ChatDecoder(provider="p", model="m")),
    "images": ("openai", lambda: ImagesDecoder(provider="p", model="m", job="j", expected=2)),
    "anthropic": ("anthropic", lambda: AnthropicDecoder(provider="p", model="m")),
    "gemini": ("gemini", lambda: GeminiDecoder(provider="p", model="m")),
    "ollama": ("ollama", lambda: OllamaDecoder(provider="p", model="m")),
    "writer chat": ("writer", lambda: WriterChatDecoder(provider="p", model="m")),
    "writer text": ("writer", lambda: AnswerDecoder(Completion(), provider="p", model="m")),
    "writer application": ("writer", lambda: AnswerDecoder(Application(), provider="p", model="m")),
    "writer graph": ("writer", lambda: AnswerDecoder(Question(), provider="p", model="m")),
    "writer search": ("writer", lambda: AnswerDecoder(Search(), provider="p", model="m")),
    "flowise": (
        "flowise",
        lambda: FlowiseDecoder(provider="p", flow="f", chat_id="c", address="https://x/{}".format),
    ),
    "fal": ("fal", lambda: FalDecoder(provider="p", model="m", job="j", prompt="a")),
    "get3w": ("get3w", lambda: Get3wDecoder(provider="p", model="m", job="j", host="h")),
}
"""By name: the folder of captures that it can read, and a new one."""

LISTS: Final[dict[str, tuple[str, Callable[[Any], object]]]] = {
    "models": ("openai", decode_models),
    "gemini models": ("gemini", gemini_dialect.decode_page),
    "writer models": ("writer", writer_lists.decode_page),
    "writer inputs": ("writer", writer_lists.decode_inputs),
    "get3w models": ("get3w", lambda body: read_models(body, host="h")),
    "get3w balance": ("get3w", read_balance),
    "get3w prediction": ("get3w", lambda body: read_prediction(body, host="h")),
    "fal ticket": ("fal", lambda body: decode_ticket(body, queue_url="https://queue.fal.run")),
    "fal state": ("fal", decode_state),
    "fal result": ("fal", is_result),
    "flowise action": ("flowise", lambda body: decode_action(body, prompt="")),
    "usage": ("openai", lambda body: list(decode_usage(body))),
    "error": ("openai", error_message),
}
"""What reads one document: the captures it is tried on, and the function."""


def documents(text: str) -> Iterator[Any]:
    """All JSON in a capture, line by line and as a whole."""
    for found in (text, *(line.removeprefix("data:") for line in text.splitlines())):
        with suppress(ValueError):
            yield json.loads(found)


def captured(folder: str) -> list[Any]:
    """What a vendor was seen to send, with long texts cut."""
    found: dict[str, Any] = {}
    for path in sorted((CAPTURES / folder).rglob("*")):
        if path.is_file():
            text = re.sub(r'[^"]{400,}', "AAAA", path.read_text("utf-8", "replace"))
            found |= {json.dumps(one): one for one in documents(text)}
    return [one for one in found.values() if isinstance(one, dict | list)]


def words(value: Any) -> Iterator[str]:
    """All keys and texts within."""
    match value:
        case dict():
            for key, inner in value.items():
                yield key
                yield from words(inner)
        case list():
            for inner in value:
                yield from words(inner)
        case str():
            yield value[:80]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def replaced(value: Any, path: Sequence[Any], new: Any) -> Any:
    """The value with something else at one place."""
    if not path:
        return new
    head, *rest = path
    if isinstance(value, dict):
        return value | {head: replaced(value[head], rest, new)}
    if isinstance(value, list) and head < len(value):
        return [*value[:head], replaced(value[head], rest, new), *value[head + 1 :]]
    return value


ODD: Final[st.SearchStrategy[Any]] = st.sampled_from([
    None, True, 0, -1, 0.5, 1e308, 2**80, float("nan"), float("inf"), "", "x", "\ud800", "\x1b[2J",
    "1e999", [], {}, [[]], [None], [{}], {"": None}, "data:image/png;base64,AAAA", "https://x.test/",
    "data:,", "FILE-STORAGE::../a", "file:///etc/passwd", "//x", "http://[", "<think>", "[DONE]",
])  # fmt: skip


class Vendor:
    """Documents as a vendor sends them, with something in them that it does not send."""

    def __init__(self, folder: str) -> None:
        seen = captured(folder)
        vocabulary = sorted({word for one in seen for word in words(one)})
        any_text = st.sampled_from(vocabulary) | st.text(
            st.characters(exclude_categories=()), max_size=6
        )
        scalars = ODD | st.integers() | st.floats() | any_text
        trees = st.recursive(
            scalars,
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(vocabulary), inner, max_size=4)
            ),
            max_leaves=8,
        )
        self.documents = trees | st.sampled_from(seen).flatmap(
            lambda one: st.builds(
                replaced, st.just(one), st.sampled_from(list(places(one))), ODD | trees
            )
        )
        bodies = self.documents.map(json.dumps)
        cut = st.builds(lambda text, at: text[: at % (len(text) + 1)], bodies, st.integers(0, 4000))
        self.frames = st.lists(
            st.builds(
                Frame,
                st.sampled_from(["message", "message", "error", "ping", "done", *vocabulary[:20]]),
                bodies | cut | st.text(max_size=8),
            ),
            max_size=6,
        )
        self.bytes = st.lists(
            bodies.map(lambda text: f"data: {text}\n\n".encode()) | st.binary(max_size=20),
            max_size=6,
        ).map(b"".join)


VENDORS: Final = {folder: Vendor(folder) for folder, _ in DECODERS.values()}


def examine(read: Iterator[Any]) -> None:
    """Look at all events of something; a `ProviderError` is an answer, too."""
    events: list[StreamEvent] = []
    failed = "said something"
    try:
        for event in read:
            events.append(event)  # noqa: PERF402  # those before an error count
    except ProviderError as error:
        failed = error.message
    assert failed
    terminal = [at for at, event in enumerate(events) if isinstance(event, Finished)]
    assert terminal in ([], [len(events) - 1])
    for event in events:
        line = encode_event(event)
        assert encode_event(decode_event(line)) == line
    fold(events, blank_reply(parent=None, provider="p", model="m"))


def from_frames(decoder: Any, frames: Sequence[Frame]) -> Iterator[Any]:
    for frame in frames:
        yield from decoder.decode(frame)
    yield from decoder.end()


def from_document(decoder: Any, document: Any) -> Iterator[Any]:
    if isinstance(decoder, Get3wDecoder):
        yield from decoder.advance(decoder.read(document))
        if not decoder.over:
            yield from decoder.end()
    else:
        yield from decoder.whole(document)


FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(FEW, max_examples=1500)


@pytest.mark.parametrize("name", DECODERS)
@FEW
@given(data=st.data())
def test_frames_of_any_shape_become_events_or_an_error(name: str, data: st.DataObject) -> None:
    folder, build = DECODERS[name]
    examine(from_frames(build(), data.draw(VENDORS[folder].frames)))


@pytest.mark.parametrize("name", DECODERS)
@FEW
@given(data=st.data())
def test_a_document_of_any_shape_becomes_events_or_an_error(name: str, data: st.DataObject) -> None:
    folder, build = DECODERS[name]
    drawn = json.dumps(data.draw(VENDORS[folder].documents))
    examine(from_document(build(), decode_json(drawn)))


@pytest.mark.parametrize("name", DECODERS)
@FEW
@given(data=st.data())
def test_bytes_of_any_sort_become_events_or_an_error(name: str, data: st.DataObject) -> None:
    folder, build = DECODERS[name]
    stream = data.draw(VENDORS[folder].bytes)
    cut = data.draw(st.integers(0, len(stream)))

    def frames() -> Iterator[Any]:
        decoder = build()
        sse = SseDecoder(max_event_bytes=2000, lenient=True)
        for piece in (stream[:cut], stream[cut:]):
            for frame in sse.feed(piece):
                yield from decoder.decode(frame)
        for frame in sse.end():
            yield from decoder.decode(frame)
        yield from decoder.end()

    examine(frames())


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", DECODERS)
@MANY
@given(data=st.data())
def test_many_frames_of_any_shape_become_events_or_an_error(name: str, data: st.DataObject) -> None:
    folder, build = DECODERS[name]
    examine(from_frames(build(), data.draw(VENDORS[folder].frames)))
    drawn = json.dumps(data.draw(VENDORS[folder].documents))
    examine(from_document(build(), decode_json(drawn)))


@pytest.mark.parametrize("name", LISTS)
@FEW
@given(data=st.data())
def test_a_list_of_any_shape_is_read_or_refused(name: str, data: st.DataObject) -> None:
    folder, read = LISTS[name]
    body = decode_json(json.dumps(data.draw(VENDORS[folder].documents)))
    with suppress(ProviderError):
        read(body)


@given(st.binary(max_size=60) | st.integers(1, 30_000).map(lambda depth: b"[" * depth))
@example(b'{"a":' * 20_000)
@example(b"1" * 5000)
@example(b'"\\ud800"')
@example(b"NaN")
def test_any_bytes_are_json_or_a_violation(body: bytes) -> None:
    with suppress(ProtocolViolation):
        decode_json(body)
