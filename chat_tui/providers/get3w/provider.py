"""Kind `get3w`: tasks for pictures and text, streamed where a model can, and asked for otherwise.

Vendor pages: https://get3w.com/docs/core-concepts/streaming and
https://get3w.com/docs/api-reference (read 2026-11-20). Two APIs answer at the same time: v3, and
v1, which is spoken when `base_url` ends in `/v1`.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final
from urllib.parse import quote, urlsplit

from chat_tui.errors import (
    ConnectionLost,
    ProtocolViolation,
    ProviderError,
    Rejected,
    Stalled,
)
from chat_tui.events import Notice, StopAnswer, StreamEvent
from chat_tui.net.reply import Reply
from chat_tui.providers.base import Capabilities, ModelInfo, Provider, Request
from chat_tui.providers.connection import Connection, frames_of
from chat_tui.providers.finished_last import finished_last
from chat_tui.providers.get3w.dialect import (
    NOT_GET3W_HINT,
    Get3wDecoder,
    encode,
    model_path,
    read_balance,
    read_models,
)
from chat_tui.providers.get3w.prediction import Prediction
from chat_tui.providers.jobs import Cancels, poll
from chat_tui.providers.kinds import Kind, ProviderOptions, Services
from chat_tui.providers.model_list import check_models
from chat_tui.providers.not_chosen import not_chosen

GET3W_URL: Final = "https://api.get3w.com/api/v3"
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 5.0
"""As https://wavespeed.ai/docs asks for, the same dialect: two seconds apart, slower after a while."""

_NOT_THERE: Final = frozenset({404, 405})
_NO_STREAM: Final = re.compile(r"\bstream(?:ing|ed|s)?\b", re.IGNORECASE)
_TOP_UP: Final = "get3w refuses so when there is no balance: top up the account"


class Get3wOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of a `get3w` provider."""

    base_url: str = GET3W_URL
    """Where the service is."""
    model: str = ""
    """Who answers when nothing else is chosen; empty is chosen in the F2 menu."""
    image_parameter: str = ""
    """What the model calls the pictures that it is given; empty goes by the model's name."""


class Get3wProvider:
    """Talks to one server of the dialect."""

    def __init__(
        self,
        name: str,
        options: Get3wOptions,
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
            first_wait_s: Between the first two inquiries about a task.
            longest_wait_s: Between later ones.
        """
        self.name = name
        self.base_url = options.base_url
        self.model = options.model
        self.capabilities = Capabilities(images_in=True, images_out=True, history=False)
        self._image_parameter = options.image_parameter
        self.parameters = options.parameters
        self._connection = Connection(
            name, options.base_url, options, services, url_hint=NOT_GET3W_HINT
        )
        self._cancels = Cancels()
        self._idle_s = services.idle_timeout_s
        self._waits_s = first_wait_s, longest_wait_s
        parts = urlsplit(options.base_url)
        self._host = parts.hostname or ""
        self._v1 = parts.path.rstrip("/").endswith("/v1")
        self._not_streamed: set[str] = set()

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask for a task and follow it; see `Provider.stream`.

        A task whose id is known is cancelled when its reply is not wanted any more. The v3 API
        does that with a DELETE, which would take away the outputs of a task that is completed:
        https://get3w.com/docs/api-reference/delete-task. The v1 API has nothing for it.
        """
        if not (model := request.model or self.model):
            raise await not_chosen(
                "model",
                key="model",
                provider=self.name,
                models=self.models,
                example="get3w/flux-dev",
            )
        path = model_path(model)
        decoder = Get3wDecoder(
            provider=self.name,
            model=model,
            job=str(request.messages[-1].id) if request.messages else "picture",
            host=self._host,
        )
        cancelling = self._cancels.cancelling(
            lambda: self._delete(decoder.task), name=f"a task of {self.name}"
        )
        async with cancelling as job:
            try:
                reply = finished_last(self._events(request, path, decoder))
                async with aclosing(reply) as events:
                    async for event in events:
                        yield event
            finally:
                job.over = decoder.over or self._v1 or not decoder.task

    async def models(self) -> Sequence[ModelInfo]:
        """List the server's models; see `Provider.models`.

        The v1 API documents no list: without one, it is the configured model.
        """
        try:
            return await self._list()
        except Rejected as error:
            if not (self._v1 and error.status in _NOT_THERE):
                raise
            return (ModelInfo(id=self.model),) if self.model else ()

    async def check(self) -> str:
        """Ask for models and balance; see `Provider.check`.

        A model that is not in the list is only mentioned: nothing says that the list is whole,
        and other lists of this API come in pages.
        """
        model_path(self.model)
        if self._v1:
            return await self._check_v1()
        found = check_models(await self._list(), self.model)
        balance = await self._balance()
        if balance is None:
            return found
        if balance <= 0:
            raise Rejected(f"the account at {self._host} has no balance", hint=_TOP_UP)
        return f"{found}, balance {balance:.2f} USD"

    async def aclose(self) -> None:
        """Wait for cancel requests that are under way, then close."""
        await self._cancels.aclose()
        await self._connection.aclose()

    async def _events(
        self, request: Request, path: str, decoder: Get3wDecoder
    ) -> AsyncGenerator[StreamEvent, None]:
        stream = not self._v1 and path not in self._not_streamed
        body = encode(
            request,
            parameters=self.parameters,
            stream=stream,
            model=request.model or self.model,
            image_parameter=self._image_parameter,
        )
        ours = stream and not {"stream"} & {*self.parameters, *request.parameters}
        try:
            async with aclosing(self._submitted(path, body, decoder)) as events:
                async for event in events:
                    yield event
        except Rejected as error:
            # Not every model can stream.
            if not ours or not _NO_STREAM.search(error.message) or error.status in _NOT_THERE:
                raise
            self._not_streamed.add(path)
            del body["stream"]
            async with aclosing(self._submitted(path, body, decoder)) as events:
                async for event in events:
                    yield event

    async def _submitted(
        self, path: str, body: dict[str, object], decoder: Get3wDecoder
    ) -> AsyncGenerator[StreamEvent, None]:
        streamed = body.get("stream") is True
        why = "the stream ended before the task did"
        try:
            async with self._connection.open("POST", path, json=body) as reply:
                if reply.kind == "json":
                    why = "this model does not stream"
                async with aclosing(_decoded(reply, decoder)) as events:
                    async for event in events:
                        yield event
        except ConnectionLost as error:
            # Nobody knows whether the task is there: a second request might make another one.
            error.retryable = False
            if isinstance(error, Stalled) or not (decoder.over or decoder.task):
                raise
            why = error.message
        except ProviderError as error:
            error.retryable = error.retryable and not decoder.begun
            if isinstance(error, Rejected) and error.status == 403:
                error.hint = error.hint or _TOP_UP
            raise
        if not decoder.over and (decoder.task or decoder.poll_url):
            if streamed:
                yield Notice(f"{why}; asking for its result")
            async with aclosing(self._followed(decoder)) as events:
                async for event in events:
                    yield event
        else:
            for event in decoder.end():
                yield event

    async def _followed(self, decoder: Get3wDecoder) -> AsyncGenerator[StreamEvent, None]:
        url = self._result_url(decoder)
        first_s, longest_s = self._waits_s
        states = poll(
            lambda: self._fetch(url, decoder),
            done=lambda state: state.status == "completed",
            idle_s=self._idle_s,
            first_s=first_s,
            longest_s=longest_s,
            host=self._host,
        )
        async with aclosing(states):
            async for state in states:
                for event in decoder.advance(state):
                    yield event

    async def _fetch(self, url: str, decoder: Get3wDecoder) -> Prediction:
        async with self._connection.open("GET", url) as reply:
            return decoder.read(await reply.json())

    def _result_url(self, decoder: Get3wDecoder) -> str:
        if decoder.poll_url:
            url = _own_address(decoder.poll_url, self.base_url)
            if url is None:
                raise ProtocolViolation(
                    f"{self._host} names a place elsewhere for the result, which is not asked",
                    hint="base_url may have to be the address that get3w itself names",
                )
            return url
        task = quote(decoder.task, safe="")
        return f"/requests/{task}" if self._v1 else f"/predictions/{task}/result"

    async def _delete(self, task: str) -> StopAnswer:
        async with self._connection.open("DELETE", f"/predictions/{quote(task, safe='')}"):
            return "confirmed"

    async def _list(self) -> tuple[ModelInfo, ...]:
        async with self._connection.open("GET", "/models") as reply:
            return read_models(await reply.json(), host=self._host)

    async def _balance(self) -> float | None:
        try:
            return read_balance(await self._connection.get_json("/balance"))
        except (Rejected, ProtocolViolation):
            return None  # a key may be for tasks alone

    async def _check_v1(self) -> str:
        try:
            return check_models(await self._list(), self.model)
        except Rejected as error:
            if error.status not in _NOT_THERE:
                raise
        try:
            # A task that cannot be: whoever has no right to ask is told so before.
            await self._connection.get_json("/requests/none")
        except Rejected as error:
            if error.status not in {400, *_NOT_THERE}:
                raise
        return "it answers, without a list of models"


async def _decoded(reply: Reply, decoder: Get3wDecoder) -> AsyncGenerator[StreamEvent, None]:
    if reply.kind == "json":
        for event in decoder.advance(decoder.read(await reply.json())):
            yield event
        return
    async with aclosing(frames_of(reply)) as frames:
        async for frame in frames:
            for event in decoder.decode(frame):
                yield event
            if decoder.over:
                return


def _own_address(named: str, base_url: str) -> str | None:
    """Return the address that a server named, where it is one of its own."""
    import httpx

    from chat_tui.net.auth import same_origin

    try:
        url = httpx.URL(base_url).join(named)
    except (httpx.InvalidURL, ValueError):
        return None
    return str(url) if same_origin(url, base_url) and not url.userinfo else None


def _build(name: str, options: Get3wOptions, services: Services) -> Provider:
    return Get3wProvider(name, options, services)


GET3W: Final = Kind(
    name="get3w",
    options=Get3wOptions,
    key_env="GET3W_API_KEY",
    default_base_url=GET3W_URL,
    build=_build,
)
