"""Endpoint `images` of kind `openai`: one prompt, pictures that grow sharper while they come.

Vendor page: https://platform.openai.com/docs/api-reference/images-streaming (read 2026-11-20).
"""

import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from typing import Any, Final

import msgspec

from chat_tui.errors import ProtocolViolation, ProviderFailed, Rejected
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    Started,
    StreamEvent,
)
from chat_tui.net.error_text import error_message
from chat_tui.net.frames import Frame, is_keepalive
from chat_tui.net.sse import DONE
from chat_tui.providers.attached import last_said, refuse_pictures
from chat_tui.providers.bad_frames import BadFrames
from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.providers.chat.chunks import decode_usage
from chat_tui.providers.chat.dialect import NOT_OPENAI_HINT
from chat_tui.providers.connection import Connection
from chat_tui.providers.frame_data import object_in
from chat_tui.providers.inline_pictures import picture_at, picture_bytes
from chat_tui.providers.jobs import asked_once
from chat_tui.providers.kinds import Services
from chat_tui.providers.model_list import check_models, decode_models
from chat_tui.providers.openai.options import URL_HINT, OpenAIOptions
from chat_tui.providers.posted import posted

PREVIEWS: Final = 2
"""How many we ask for; a server that is quick sends fewer."""
MAX_PICTURES: Final = 100

_FORMATS: Final = frozenset({"png", "jpeg", "webp"})
_STREAMING: Final = ("stream", "partial_images")
"""What only some models take."""
_ABOUT_A_PARAMETER: Final = re.compile(
    "parameter|argument|field|property|support|unknown|unrecogni[sz]ed|extra|permitted",
    re.IGNORECASE,
)


def encode(request: Request, *, model: str) -> dict[str, object]:
    """Build the request body: the last turn is the prompt, and the user's parameters win.

    Args:
        request: The turn to be drawn.
        model: The model of a request that names none; empty leaves the choice to the server.
    """
    refuse_pictures(request, "the endpoint images", hint="the endpoint chat takes them")
    body: dict[str, object] = {"prompt": last_said(request)}
    if chosen := request.model or model:
        body["model"] = chosen
    return {**body, "stream": True, "partial_images": PREVIEWS, **request.parameters}


class ImagesDecoder:
    """Reads one reply, frame by frame or as one document."""

    finish_seen = False
    """Nothing comes after the last picture."""

    def __init__(self, *, provider: str, model: str, job: str, expected: int = 1) -> None:
        """Start a reply.

        Args:
            provider: The user's name for the provider.
            model: What was asked for.
            job: The name of the job in our events.
            expected: How many pictures were asked for.
        """
        self._provider = provider
        self._model = model
        self._job = job
        self._expected = expected
        self._bad_frames = BadFrames(NOT_OPENAI_HINT)
        self._started = False
        self._ended = False
        self._pictures = 0
        self._previews = 0

    @property
    def ended(self) -> bool:
        """The terminal event has been yielded."""
        return self._ended

    def begin(self) -> Iterator[StreamEvent]:
        """Yield what is known before the server says anything."""
        yield ImageProgress(self._job, "running")

    def decode(self, frame: Frame) -> Iterator[StreamEvent]:
        """Yield the events of one frame.

        Raises:
            ProviderFailed: the frame is an error object.
            ProtocolViolation: there is no picture where one should be, or too much nonsense.
        """
        data = frame.data.strip()
        if self._ended or not data or is_keepalive(frame):
            return
        if data == DONE:
            yield from self.end()
            return
        event = object_in(frame)
        if event is None:
            yield self._bad_frames.skip()
        else:
            yield from self._event(event, frame.event)

    def whole(self, body: object) -> Iterator[StreamEvent]:
        """Yield the events of a reply that came as one JSON document.

        Raises:
            ProviderFailed: it is an error object.
            ProtocolViolation: it is not a reply, or has no pictures.
        """
        if not isinstance(body, dict):
            raise ProtocolViolation(
                "the server's answer is not a reply of the OpenAI images API", hint=NOT_OPENAI_HINT
            )
        yield from self._event(body, "")
        yield from self.end()

    def end(self) -> Iterator[StreamEvent]:
        """Yield how the reply ended.

        Raises:
            ProtocolViolation: nothing came at all.
        """
        if self._ended:
            return
        if not self._pictures and not self._previews:
            raise ProtocolViolation("the server sent no picture")
        self._ended = True
        if not self._pictures:
            yield Notice("the connection ended before the picture was complete")
        elif self._pictures < self._expected:
            yield Notice(f"the server sent {self._pictures} of {self._expected} pictures")
        yield Finished("stop" if self._pictures else "incomplete")

    def broken_off(self) -> Iterator[StreamEvent]:
        """Yield what was held back of a reply that will not be completed: nothing is."""
        yield from ()

    def _event(self, event: dict[str, Any], name: str) -> Iterator[StreamEvent]:
        if event.get("error"):
            raise ProviderFailed(error_message(event))
        kind = event.get("type")
        _, _, step = (kind if isinstance(kind, str) else name).rpartition(".")
        match event:
            case {"b64_json": str(encoded)} if step == "partial_image":
                yield from self._preview(encoded, _media_type(event))
            case {"b64_json": str(_)} if step == "completed":
                yield from self._picture(event, _media_type(event))
                yield from decode_usage(event.get("usage"))
                if self._pictures >= self._expected:
                    yield from self.end()
            case {"data": [*pictures]}:
                for picture in pictures[:MAX_PICTURES]:
                    yield from self._picture(picture, _media_type(event))
                yield from decode_usage(event.get("usage"))
            case {"message": str(text)} | {"detail": str(text)} | {"msg": str(text)} if text:
                raise ProviderFailed(error_message(event))

    def _preview(self, encoded: str, media_type: str) -> Iterator[StreamEvent]:
        try:
            data = picture_bytes(encoded)
        except ProtocolViolation:
            yield self._bad_frames.skip()
            return
        yield from self._start()
        self._previews += 1
        yield ImagePreview(self._job, self._pictures, media_type, data=data)

    def _picture(self, picture: object, media_type: str) -> Iterator[StreamEvent]:
        revised = None
        match picture:
            case {"revised_prompt": str(prompt)} if prompt:
                revised = prompt
        match picture:
            case {"b64_json": str(encoded)} if encoded:
                yield from self._start()
                yield ImageResult(
                    self._job,
                    self._pictures,
                    media_type=media_type,
                    data=picture_bytes(encoded),
                    revised_prompt=revised,
                )
            case {"url": str(url)} if url:
                yield from self._start()
                for event in picture_at(url, job=self._job, index=self._pictures):
                    if isinstance(event, ImageResult):
                        event = msgspec.structs.replace(event, revised_prompt=revised)
                    yield event
            case _:
                return
        self._pictures += 1
        if revised is not None:
            yield Notice(f"the server drew its own version of the prompt: {revised}")

    def _start(self) -> Iterator[StreamEvent]:
        if not self._started:
            self._started = True
            yield Started(self._provider, self._model)


class ImagesProvider:
    """Talks to one server of the dialect."""

    def __init__(self, name: str, options: OpenAIOptions, services: Services) -> None:
        self.name = name
        self.base_url = options.base_url
        self.model = options.model
        self.capabilities = Capabilities(text=False, images_out=True)
        self.parameters = options.parameters
        self._connection = Connection(name, options.base_url, options, services, url_hint=URL_HINT)
        self._not_taken: frozenset[str] = frozenset()

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask for pictures; see `Provider.stream`."""
        own = {**self.parameters, **request.parameters}
        asked = {**encode(request, model=self.model), **own}
        optional = {name for name in _STREAMING if name not in own}
        decoder = ImagesDecoder(
            provider=self.name,
            model=str(asked.get("model") or ""),
            job=str(request.messages[-1].id) if request.messages else "picture",
            expected=_expected(asked.get("n")),
        )
        for event in decoder.begin():
            yield event
        while True:
            body = {
                name: value
                for name, value in asked.items()
                if name not in optional or name not in self._not_taken
            }
            try:
                reply = posted(self._connection, "/images/generations", body, decoder)
                with asked_once():
                    async with aclosing(reply) as events:
                        async for event in events:
                            yield event
            except Rejected as error:
                refused = _refused(error) & optional & body.keys()
                if not refused:
                    raise
                self._not_taken |= refused
            else:
                return

    async def models(self) -> Sequence[ModelInfo]:
        """List the server's models; see `Provider.models`."""
        return decode_models(await self._connection.get_json("/models"))

    async def check(self) -> str:
        """Ask for the models; see `Provider.check`."""
        return check_models(await self.models(), self.model)

    async def aclose(self) -> None:
        await self._connection.aclose()


def _refused(error: Rejected) -> frozenset[str]:
    """Which of our own wishes a server names when it does not take a request."""
    if not _ABOUT_A_PARAMETER.search(error.message):
        return frozenset()  # a refused prompt may well be about a stream
    named = {name for name in _STREAMING if re.search(rf"\b{name}\b", error.message)}
    # There are no previews without a stream.
    return frozenset(_STREAMING if "stream" in named else named)


def _expected(count: object) -> int:
    return count if isinstance(count, int) and 1 <= count <= MAX_PICTURES else 1


def _media_type(event: dict[str, Any]) -> str:
    name = event.get("output_format")
    return f"image/{name}" if isinstance(name, str) and name in _FORMATS else "image/png"
