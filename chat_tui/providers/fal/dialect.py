"""Replies of fal's apps: events, or one document as the result.

Vendor pages: https://docs.fal.ai/model-apis/model-endpoints/streaming and
https://docs.fal.ai/model-apis/errors (read 2026-11-20). A stream has no end mark: its last
picture is the result, and each earlier one a preview.
"""

import math
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from chat_tui.errors import ProtocolViolation, ProviderFailed
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    Started,
    StreamEvent,
    TextDelta,
)
from chat_tui.net.error_text import error_message
from chat_tui.net.frames import Frame, is_keepalive
from chat_tui.net.json import encode_json
from chat_tui.net.sse import DONE
from chat_tui.providers.bad_frames import BadFrames
from chat_tui.providers.chat.chunks import decode_usage
from chat_tui.providers.fal.pictures import (
    files_in,
    flagged_in,
    is_inline_picture,
    pictures_in,
    seed_in,
    took_in,
)
from chat_tui.providers.fal.queue import decode_state, progress_of
from chat_tui.providers.frame_data import object_in
from chat_tui.providers.growing_text import GrowingText
from chat_tui.providers.inline_pictures import picture_at, picture_bytes, shown_url

NOT_FAL_HINT: Final = "is run_url really that of fal?"
MAX_DOCUMENT: Final = 20_000
"""Characters of a result that is neither text nor picture."""

_TEXTS: Final = ("text", "description")
"""Where the words of a result stand, beside `output`."""


def is_result(document: object) -> bool:
    """Tell whether a document is what an app made, rather than a remark of some server."""
    if not isinstance(document, dict):
        return False
    return _has_words(document) or bool(pictures_in(document) or files_in(document))


class FalDecoder:
    """Reads one reply, frame by frame or as one document."""

    def __init__(self, *, provider: str, model: str, job: str, prompt: str = "") -> None:
        """Start a reply.

        Args:
            provider: The user's name for the provider.
            model: The app.
            job: The name of the job in our events.
            prompt: What was asked; an app may use another one.
        """
        self.remote_id: str | None = None
        """fal's name of the request, as soon as it is known."""
        self.took_s: float | None = None
        """How long the app worked, by the queue; a result may tell it, too."""
        self._provider = provider
        self._model = model
        self._job = job
        self._prompt = prompt
        self._bad_frames = BadFrames(NOT_FAL_HINT)
        self._answer = GrowingText("answer")
        self._thought = GrowingText("reasoning")
        self._started = False
        self._ended = False
        self._partial = False
        self._result: dict[str, Any] | None = None
        """The latest document with pictures in it."""
        self._latest: dict[str, Any] | None = None
        """The latest document that is no progress."""
        self._facts: dict[str, Any] = {}

    @property
    def ended(self) -> bool:
        """The terminal event has been yielded."""
        return self._ended

    def start(self) -> Iterator[StreamEvent]:
        """Yield that the request is accepted, once."""
        if not self._started:
            self._started = True
            yield Started(self._provider, self._model, self.remote_id)

    def decode(self, frame: Frame) -> Iterator[StreamEvent]:
        """Yield the events of one frame.

        Raises:
            ProviderFailed: the frame is an error object.
            ProtocolViolation: there was too much nonsense.
        """
        data = frame.data.strip()
        if self._ended or not data or is_keepalive(frame):
            return
        if data == DONE:
            yield from self.end()
            return
        document = object_in(frame)
        if document is None:
            yield self._bad_frames.skip()
        else:
            yield from self._document(document)

    def whole(self, document: object) -> Iterator[StreamEvent]:
        """Yield the events of a result that came as one document.

        Raises:
            ProviderFailed: it is an error object.
            ProtocolViolation: it is no result.
        """
        if not isinstance(document, dict):
            raise ProtocolViolation(
                "the server's answer is not a result of a fal app", hint=NOT_FAL_HINT
            )
        yield from self.start()
        yield from self._words(document)
        if not pictures_in(document):
            _raise_failure(document)
        self._ended = True
        yield from self._tell(document)
        yield from decode_usage(document.get("usage"))
        yield Finished("stop")

    def end(self) -> Iterator[StreamEvent]:
        """Yield how the reply ended, now that nothing more comes.

        Raises:
            ProtocolViolation: there was no result.
        """
        if self._ended:
            return
        result = self._result
        if result is None and not self._answer.told and not self._thought.told:
            result = self._latest
            if result is None:
                raise ProtocolViolation("the server's stream ended without a result")
        self._ended = True
        yield from self._rest_of_words()
        if result is not None:
            yield from self._tell(result)
            yield Finished("stop")
        elif self._partial:
            yield Notice("the connection ended before the answer was complete")
            yield Finished("incomplete")
        else:
            yield Finished("stop")

    def broken_off(self) -> Iterator[StreamEvent]:
        """Yield what would be lost with the connection: the latest picture may be the result."""
        if self._ended:
            return
        yield from self._rest_of_words()
        if self._result is not None:
            yield from self._tell(self._result)

    def _document(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        yield from self.start()
        yield from self._words(document)
        found = pictures_in(document)
        if not found:
            _raise_failure(document)
        yield from decode_usage(document.get("usage"))
        progress = list(self._progress(document))
        yield from progress
        for name in ("seed", "has_nsfw_concepts"):
            if name in document:
                self._facts[name] = document[name]
        if found:
            yield from self._previews(document)
        elif not progress:
            self._latest = document
        if document.get("partial") is False:
            yield from self.end()

    def _words(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        match document.get("reasoning"):
            case str(text):
                yield from _thoughts(self._thought.take(text))
        match document.get("output"):
            case str(text) if not is_inline_picture(text):
                yield from _deltas(self._answer.take(text))
                self._partial = document.get("partial") is True

    def _rest_of_words(self) -> Iterator[StreamEvent]:
        yield from _thoughts(self._thought.end())
        yield from _deltas(self._answer.end())

    def _progress(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        fraction = _fraction(document.get("progress"))
        message = document.get("message")
        note = message if isinstance(message, str) else ""
        if document.get("status") == "IN_QUEUE":
            yield progress_of(decode_state(document), self._job)  # as the queue itself says it
        elif fraction is not None or note:
            yield ImageProgress(self._job, "running", fraction, note=note)

    def _previews(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        """Show pictures as they come: whether they are the result is known at the end only."""
        previews: list[ImagePreview] = []
        for index, picture in enumerate(pictures_in(document)):
            if not picture.inline:
                continue
            head, _, encoded = picture.url.partition(",")
            try:
                data = picture_bytes(encoded)
            except ProtocolViolation:
                yield self._bad_frames.skip()
                return
            media_type = picture.media_type or head[5:].partition(";")[0].lower() or "image/png"
            previews.append(
                ImagePreview(
                    self._job, index, media_type, picture.width_px, picture.height_px, data
                )
            )
        self._result = document
        yield from previews

    def _tell(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        """Tell a result."""
        facts = {**self._facts, **document}
        found = pictures_in(document)
        took_s = took_in(document) or self.took_s
        if found and took_s:
            yield ImageProgress(self._job, "saving", 1.0, note=f"made in {took_s:.1f} s")
        for index, picture in enumerate(found):
            for event in picture_at(picture.url, job=self._job, index=index):
                if isinstance(event, ImageResult):
                    yield msgspec.structs.replace(
                        event,
                        media_type=picture.media_type or event.media_type,
                        width_px=picture.width_px,
                        height_px=picture.height_px,
                        seed=seed_in(facts),
                        flagged=flagged_in(facts, index),
                    )
                else:
                    yield event
        files = files_in(document)
        for name, url in files:
            yield Notice(f"the result has {name.replace('_', ' ')}: {shown_url(url)}")
        match document.get("prompt"):
            case str(prompt) if prompt and self._prompt and prompt.strip() != self._prompt.strip():
                yield Notice(f"the server drew its own version of the prompt: {prompt}")
        texts = [text for name in _TEXTS if isinstance(text := document.get(name), str) and text]
        for text in texts:
            yield TextDelta(text)
        if found or files or texts or self._answer.told or self._thought.told:
            return
        if _has_words(document):
            yield Notice("the app answered with no words at all")
        else:
            yield Notice("the result has neither text nor pictures; it is shown as it came")
            yield TextDelta(_as_code(document))


def _has_words(document: dict[str, Any]) -> bool:
    return any(isinstance(document.get(name), str) for name in ("output", *_TEXTS))


def _raise_failure(document: dict[str, Any]) -> None:
    match document:
        case {"error": error} if error:
            raise ProviderFailed(error_message(document))
        case {"detail": detail} if detail and not is_result(document):
            raise ProviderFailed(error_message(document))


def _fraction(progress: object) -> float | None:
    if not isinstance(progress, int | float) or isinstance(progress, bool):
        return None
    if not math.isfinite(progress) or progress < 0:
        return None
    return min(1.0, progress / 100 if progress > 1 else float(progress))


def _deltas(told: Iterator[str | Notice]) -> Iterator[StreamEvent]:
    for each in told:
        yield each if isinstance(each, Notice) else TextDelta(each)


def _thoughts(told: Iterator[str | Notice]) -> Iterator[StreamEvent]:
    for each in told:
        yield each if isinstance(each, Notice) else ReasoningDelta(each)


def _as_code(document: dict[str, Any]) -> str:
    text = msgspec.json.format(encode_json(document), indent=2).decode()
    if len(text) > MAX_DOCUMENT:
        text = f"{text[:MAX_DOCUMENT]}\n…"
    return f"```json\n{text.replace('```', '` ` `')}\n```"
