"""Kind `fal`: the apps of fal.ai, streamed, or through its queue.

Vendor page: https://docs.fal.ai/model-apis/model-endpoints (read 2026-11-20).
"""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final, Literal

import msgspec

from chat_tui.errors import (
    AuthFailed,
    ConnectionLost,
    ProtocolViolation,
    ProviderFailed,
    Rejected,
)
from chat_tui.events import Finished, ImageProgress, ImageResult, Notice, StreamEvent
from chat_tui.net.reply import Reply
from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.providers.connection import Connection, frames_of
from chat_tui.providers.fal.dialect import NOT_FAL_HINT, FalDecoder, is_result
from chat_tui.providers.fal.jobs import FalQueue
from chat_tui.providers.fal.queue import KNOWN, NOT_QUEUE_HINT, progress_of
from chat_tui.providers.fal.request import EXAMPLE_APP, app_path, encode
from chat_tui.providers.finished_last import finished_last
from chat_tui.providers.jobs import FIRST_WAIT_S, LONGEST_WAIT_S, Cancels, asked_once
from chat_tui.providers.kinds import Kind, ProviderOptions, Services
from chat_tui.providers.not_chosen import not_chosen

log = logging.getLogger(__name__)

RUN_URL: Final = "https://fal.run"
QUEUE_URL: Final = "https://queue.fal.run"
STREAMING_APPS: Final = (
    "fal-ai/flux-lora",
    "fal-ai/flux-krea-lora",
    "fal-ai/flux/schnell",
    "fal-ai/flux/dev",
    "fal-ai/any-llm",
)
"""Apps with a stream, by fal's types and pages; there is no list of all apps to ask for."""

_NO_STREAM: Final = frozenset({404, 405})
"""How a server answers that has no stream of an app."""


class FalOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of a `fal` provider."""

    run_url: str = RUN_URL
    """Where apps run and stream."""
    queue_url: str = QUEUE_URL
    """Where jobs wait."""
    model: str = ""
    """The app id, such as `fal-ai/flux/schnell`."""
    path: str = "/stream"
    """Where an app streams."""
    transport: Literal["auto", "stream", "queue"] = "auto"
    """`auto` streams where the app does, and else goes through the queue."""
    image_parameter: str = ""
    """What the app calls the pictures that it is given; empty goes by the app's name."""


class FalProvider:
    """Talks to fal: to the apps themselves, and to the queue before them."""

    def __init__(
        self,
        name: str,
        options: FalOptions,
        services: Services,
        *,
        first_wait_s: float = FIRST_WAIT_S,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        """Describe the way; nothing is opened yet.

        Args:
            name: The user's name for the provider.
            options: What the user configured.
            services: Key, patience and proxy.
            first_wait_s: Between two inquiries about a job that has just moved.
            longest_wait_s: Between two inquiries about one that has not for long.
        """
        self.name = name
        self.base_url = options.run_url
        self.model = options.model
        self.capabilities = Capabilities(images_in=True, images_out=True, history=False)
        self.parameters = options.parameters
        self._options = options
        streaming = {"accept": "text/event-stream", "cache-control": "no-store"}
        self._run = Connection(
            name,
            options.run_url,
            msgspec.structs.replace(options, headers={**streaming, **options.headers}),
            services,
            scheme="Key",
            url_key="run_url",
            url_hint=NOT_FAL_HINT,
        )
        self._queue = FalQueue(
            Connection(
                name,
                options.queue_url,
                options,
                services,
                scheme="Key",
                url_key="queue_url",
                url_hint=NOT_QUEUE_HINT,
            ),
            options.queue_url,
            idle_s=services.idle_timeout_s,
            first_wait_s=first_wait_s,
            longest_wait_s=longest_wait_s,
        )
        self._cancels = Cancels()
        self._without_stream: set[str] = set()

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask an app; see `Provider.stream`."""
        if not (chosen := request.model or self.model):
            raise await not_chosen("app", key="model", provider=self.name, example=EXAMPLE_APP)
        app = app_path(chosen, path=self._options.path)
        parameters = {**self.parameters, **request.parameters}
        body = encode(
            msgspec.structs.replace(request, parameters=parameters),
            app=app,
            image_parameter=self._options.image_parameter,
        )
        job = str(request.messages[-1].id) if request.messages else "picture"
        decoder = FalDecoder(
            provider=self.name, model=app, job=job, prompt=str(body.get("prompt") or "")
        )
        transport = self._options.transport
        if transport == "auto" and app in self._without_stream:
            transport = "queue"
        if transport != "queue":
            try:
                streamed = finished_last(self._streamed(app, body, decoder))
                with asked_once():
                    async with aclosing(streamed) as events:
                        async for event in events:
                            yield event
            except (Rejected, _NoStream) as error:
                refused = isinstance(error, _NoStream) or error.status in _NO_STREAM
                if transport == "stream" or not refused:
                    raise
                log.info("%s has no stream: %s", app, error)
            else:
                return
            yield Notice(f"{app} has no stream; it is asked through the queue")
        async with aclosing(self._queued(app, body, decoder, job)) as events:
            async for event in events:
                yield event

    async def models(self) -> Sequence[ModelInfo]:
        """Name the configured app, and those that are known to stream; fal has no list."""
        apps = dict.fromkeys([self.model, *STREAMING_APPS] if self.model else STREAMING_APPS)
        return tuple(ModelInfo(id=app) for app in apps)

    async def check(self) -> str:
        """Ask for a request that does not exist, which costs nothing; see `Provider.check`."""
        app = app_path(self.model or STREAMING_APPS[0], path=self._options.path)
        found: list[str] = []
        if self._uses_queue():
            await self._queue.ask_for_nothing(app)
            found.append("the queue answers and did not refuse the key")
        if self._options.transport != "queue":
            await self._reach_apps()
            found.append("the apps' server answers")
        return f"{', '.join(found)}; whether {app} is there shows when it is asked"

    async def aclose(self) -> None:
        await self._cancels.aclose()
        await self._run.aclose()
        await self._queue.aclose()

    def _uses_queue(self) -> bool:
        """Whether the queue is the same service as the apps: only then it can tell of the key."""
        options = self._options
        usual = options.queue_url == QUEUE_URL and options.run_url != RUN_URL
        return options.transport != "stream" or not usual

    async def _reach_apps(self) -> None:
        """Knock where apps stream; anything but a failure is an answer."""
        try:
            async with self._run.open("GET", "/") as reply:
                await reply.start()
        except (AuthFailed, Rejected, ProtocolViolation) as error:
            log.info("the apps' server answers: %s", error)

    async def _streamed(
        self, app: str, body: dict[str, object], decoder: FalDecoder
    ) -> AsyncGenerator[StreamEvent, None]:
        place = f"/{app}/{self._options.path.strip('/')}".rstrip("/")
        async with self._run.open("POST", place, json=body) as reply:
            decoder.remote_id = reply.headers.get("x-fal-request-id")
            try:
                async with aclosing(_decoded(reply, decoder)) as events:
                    async for event in events:
                        yield event
            except ConnectionLost:
                for event in decoder.broken_off():
                    yield event
                raise

    async def _queued(
        self, app: str, body: dict[str, object], decoder: FalDecoder, job: str
    ) -> AsyncGenerator[StreamEvent, None]:
        queue = self._queue
        ticket = await self._cancels.submitted(
            lambda: queue.submit(app, body), queue.cancel, name="fal request"
        )
        name = f"fal request {ticket.request_id}"
        async with (
            self._cancels.cancelling(lambda: queue.cancel(ticket), name=name) as remote,
            aclosing(queue.states(ticket)) as states,
        ):
            if self._options.transport == "auto":
                self._without_stream.add(app)
            decoder.remote_id = ticket.request_id
            for event in decoder.start():
                yield event
            progress = ImageProgress(job, "queued", queue_position=ticket.queue_position)
            yield progress
            strange: set[str] = set()
            async for state in states:
                remote.over = state.completed
                decoder.took_s = state.took_s
                if state.error:
                    raise ProviderFailed(f"{queue.host} reports: {state.error}")
                if state.status not in KNOWN | strange:
                    strange.add(state.status)
                    yield Notice(f"the queue says {state.status!r}; waiting for it to be completed")
                if progress != (progress := progress_of(state, job)):
                    yield progress
        pictured = False
        for event in decoder.whole(await queue.result(ticket)):
            pictured |= isinstance(event, ImageResult)
            if isinstance(event, Finished) and not pictured:
                yield ImageProgress(job, "running", 1.0)  # no picture takes its place
            yield event


class _NoStream(ProtocolViolation):
    """The answer is neither a stream nor a result."""


async def _decoded(reply: Reply, decoder: FalDecoder) -> AsyncGenerator[StreamEvent, None]:
    if reply.kind == "json":
        document = await reply.json()
        match document:
            case {"error": error} | {"detail": error} if error:
                pass  # the decoder says it
            case _ if not is_result(document):
                raise _NoStream("the app answered with JSON that is no result")
        for event in decoder.whole(document):
            yield event
        return
    if reply.kind in {"html", "other"}:
        error = await reply.not_understood("an event stream")
        raise _NoStream(error.message, hint=error.hint, status=error.status)
    async with aclosing(frames_of(reply)) as frames:
        async for frame in frames:
            for event in decoder.decode(frame):
                yield event
            if decoder.ended:
                return
    for event in decoder.end():
        yield event


FAL: Final = Kind(
    name="fal",
    options=FalOptions,
    key_env="FAL_KEY",
    default_base_url=RUN_URL,
    build=FalProvider,
)
