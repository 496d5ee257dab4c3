"""Kind `flowise`: the flows of a Flowise server.

Vendor pages: https://docs.flowiseai.com/api-reference/prediction and
https://docs.flowiseai.com/using-flowise/streaming (read 2026-11-20).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from typing import Final
from urllib.parse import quote, urlencode
from uuid import uuid4

from chat_tui.errors import (
    AuthFailed,
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
    RateLimited,
    Rejected,
    Stalled,
    Unreachable,
    WrongId,
)
from chat_tui.events import Notice, StreamEvent
from chat_tui.keys.secrets import describe
from chat_tui.net.reply import Reply
from chat_tui.providers.attached import last_pictures
from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.providers.connection import Connection, frames_of
from chat_tui.providers.flowise.dialect import encode
from chat_tui.providers.flowise.errors import URL_HINT, translated
from chat_tui.providers.flowise.events import FlowiseDecoder
from chat_tui.providers.flowise.files import file_address
from chat_tui.providers.flowise.flows import decode_name, list_flows
from chat_tui.providers.flowise.options import FLOWISE_URL, FlowiseOptions
from chat_tui.providers.jobs import Cancels
from chat_tui.providers.kinds import Kind, Services
from chat_tui.providers.not_chosen import not_chosen, whom_to_choose

MODE_S: Final = 60.0
"""How long it is taken for granted that a flow is there and streams."""
QUICK_S: Final = 20.0
"""How long a server may take for what it knows without running a flow."""
HEAD_S: Final = 600.0
"""How long a stream may take to begin where the user set no limit: some never do."""


class FlowiseProvider:
    """Talks to one Flowise server; a model is one of its flows."""

    def __init__(
        self,
        name: str,
        options: FlowiseOptions,
        services: Services,
        *,
        mode_s: float = MODE_S,
        quick_s: float = QUICK_S,
        head_s: float = HEAD_S,
    ) -> None:
        self.name = name
        self.base_url = options.base_url
        self.model = options.chatflow_id
        self.parameters = options.parameters
        self.capabilities = Capabilities(images_in=True, tools=True, remote_history=True)
        self._options = options
        self._services = services
        self._connection = Connection(name, options.base_url, options, services, url_hint=URL_HINT)
        self._cancels = Cancels()
        self._mode_s, self._quick_s, self._head_s = mode_s, quick_s, head_s
        self._modes: dict[str, tuple[float, bool]] = {}
        """By flow: whether it streams, and until when we believe it."""

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask a flow; see `Provider.stream`."""
        flow = request.model or self.model
        if not flow:
            raise await not_chosen(
                "flow", key="chatflow_id", provider=self.name, models=self.models
            )
        body = encode(
            request,
            chat_id=str(uuid4()),
            streaming=self._options.streaming,
            parameters={**self.parameters, **request.parameters},
            override_config=self._options.override_config,
        )
        # A stream of what does not stream, or is not there, would never get an answer (3.1.2).
        try:
            if body["streaming"] in (True, "true") and not await self._streams(flow):
                body["streaming"] = False
        except WrongId as error:
            error.hint = await whom_to_choose(
                key="chatflow_id", provider=self.name, models=self.models
            )
            raise
        if last_pictures(request):
            await self._check_uploads(flow)
        if "form" in body and "question" not in body:
            yield Notice("the flow is started with its form: your words are not sent")
        if request.system_prompt and len(request.messages) <= 1:
            yield Notice("a flow has a system prompt of its own; yours is not sent")
        chat_id = str(body["chatId"])
        decoder = FlowiseDecoder(
            provider=self.name,
            flow=flow,
            chat_id=chat_id,
            address=lambda name: file_address(self.base_url, flow=flow, chat_id=chat_id, name=name),
        )
        try:
            async with aclosing(self._run(flow, body, decoder)) as events:
                async for event in events:
                    yield event
        except ProviderError:
            self._modes.pop(flow, None)
            raise
        if decoder.lacks_answer:
            for event in await self._stored(flow, chat_id, decoder):
                yield event
        # Told out here, where the connection is ready for the next request: nobody reads on.
        for event in decoder.end():
            yield event

    async def models(self) -> Sequence[ModelInfo]:
        """List the server's flows; see `Provider.models`."""
        try:
            return await list_flows(self._get)
        except AuthFailed as error:
            if error.status is not None:
                error.hint = (
                    "the list of flows needs an API key that may view them: set api_key;"
                    " a flow whose chatflow_id you know may answer without"
                )
            raise

    async def names(self, model: str) -> Mapping[str, str]:
        """Ask what a flow is called; see `NamesModels.names`. Without a key, only public ones tell."""
        keyed = await self._services.secret(self.name) is not None
        place = "chatflows" if keyed else "public-chatflows"
        name = decode_name(await self._get(f"/api/v1/{place}/{quote(model, safe='')}"))
        return {model: name} if name else {}

    async def check(self) -> str:
        """Ask for the flow and the version; see `Provider.check`."""
        if not self.model:
            await self._ping()
            return f"{await self._version()}; no flow is chosen"
        streams = await self._preflight(self.model)
        return f"{await self._version()}; the flow {'streams' if streams else 'does not stream'}"

    async def aclose(self) -> None:
        await self._cancels.aclose()
        await self._connection.aclose()

    async def _run(
        self, flow: str, body: dict[str, object], decoder: FlowiseDecoder
    ) -> AsyncGenerator[StreamEvent, None]:
        abort = partial(self._abort, flow, str(body["chatId"]))
        async with self._cancels.cancelling(abort, name="flow") as run:
            try:
                async with (
                    self._answer(flow, body) as reply,
                    aclosing(_decoded(reply, decoder)) as events,
                ):
                    async for event in events:
                        run.over = decoder.closed
                        yield event
            except ProviderError as error:
                # What only lost its connection goes on, and is stored.
                run.over = not isinstance(error, Stalled)
                # A flow that may have begun is not run again unasked: its tools do things.
                unsent = isinstance(error, Unreachable | RateLimited) or error.status == 503
                error.retryable = error.retryable and unsent
                raise

    @asynccontextmanager
    async def _answer(self, flow: str, body: dict[str, object]) -> AsyncIterator[Reply]:
        patience = asyncio.timeout(None if self._services.idle_timeout_s else self._head_s)
        path = f"/api/v1/prediction/{quote(flow, safe='')}"
        async with AsyncExitStack() as stack:
            try:
                async with patience:
                    reply = await stack.enter_async_context(self._open("POST", path, json=body))
            except TimeoutError:
                raise Stalled(f"no answer began within {self._head_s:g} s") from None
            yield reply

    async def _abort(self, flow: str, chat_id: str) -> None:
        path = f"/api/v1/chatmessage/abort/{quote(flow, safe='')}/{quote(chat_id, safe='')}"
        async with self._connection.open("PUT", path):
            pass

    async def _stored(
        self, flow: str, chat_id: str, decoder: FlowiseDecoder
    ) -> tuple[StreamEvent, ...]:
        """Fetch what the server stored of a run whose words did not come."""
        query = urlencode({"chatId": chat_id, "order": "ASC"})
        try:
            messages = await self._get(f"/api/v1/chatmessage/{quote(flow, safe='')}?{query}")
        except ProviderError as error:
            return tuple(decoder.not_stored(error.message))
        return tuple(decoder.stored(messages))

    async def _streams(self, flow: str) -> bool:
        now = asyncio.get_running_loop().time()
        until, streams = self._modes.get(flow, (0.0, False))
        if now >= until:
            streams = await self._preflight(flow)
            self._modes[flow] = (now + self._mode_s, streams)
        return streams

    async def _check_uploads(self, flow: str) -> None:
        """Make sure that a flow looks at pictures; without being asked, it leaves them unseen.

        Raises:
            Rejected: it says that it does not.
            ProviderError: the way to the server failed.
        """
        try:
            found = await self._get(f"/api/v1/chatflows-uploads/{quote(flow, safe='')}")
        except (Rejected, ProviderFailed, ProtocolViolation, AuthFailed):
            return  # an older server, or one that keeps it to itself: the flow will tell
        match found:
            case {"isImageUploadAllowed": False}:
                raise Rejected(
                    "the flow takes no pictures",
                    hint="its owner can allow image uploads in the flow's chat model",
                )

    async def _preflight(self, flow: str) -> bool:
        """Ask whether a flow streams; that it is there, and the address right, shows as well.

        Raises:
            WrongId: there is no such flow.
            Rejected: no Flowise is at the address.
            ProviderError: the way to the server failed.
        """
        try:
            found = await self._get(f"/api/v1/chatflows-streaming/{quote(flow, safe='')}")
        except AuthFailed as error:
            if error.status is None:
                raise  # no request was made: there is something wrong with the key itself
            # Flowise asks for no key here, but for every address that it does not know.
            raise Rejected(
                f"no Flowise at this address: {error.message}", hint=URL_HINT, status=error.status
            ) from error
        except Rejected as error:
            if error.status == 404 and not isinstance(error, WrongId):
                error.hint = URL_HINT
            raise
        match found:
            case {"isStreaming": bool(streams)}:
                return streams
            case _:
                raise ProtocolViolation("the server's answer is not Flowise's", hint=URL_HINT)

    async def _ping(self) -> None:
        async with self._open("GET", "/api/v1/ping") as reply:
            if b"pong" not in await reply.start():
                raise ProtocolViolation("the server's answer is not Flowise's", hint=URL_HINT)

    async def _version(self) -> str:
        try:
            found = await self._get("/api/v1/version")
        except ProviderError:
            return "Flowise"  # some hosts keep it to themselves
        match found:
            case {"version": str(version)}:
                return f"Flowise {version}"
            case _:
                return "Flowise"

    async def _get(self, path: str) -> object:
        """Get one JSON document that the server has at hand."""
        try:
            async with asyncio.timeout(self._quick_s), self._open("GET", path) as reply:
                return await reply.json()
        except TimeoutError:
            raise Stalled(f"no answer within {self._quick_s:g} s", retryable=True) from None

    @asynccontextmanager
    async def _open(self, method: str, path: str, *, json: object = None) -> AsyncIterator[Reply]:
        """Send a request; what goes wrong is said in the words of Flowise."""
        keyed = await self._services.secret(self.name) is not None
        try:
            async with self._connection.open(method, path, json=json) as reply:
                yield reply
        except ProviderError as error:
            better = translated(error)
            if isinstance(better, AuthFailed) and not better.hint:
                self._services.keys.forget(self.name)
                better.hint = (
                    f"the key came from {describe(self._services.key)}"
                    if keyed
                    else "no key was sent: set api_key for this provider"
                )
            if better is error:
                raise
            raise better from error


async def _decoded(reply: Reply, decoder: FlowiseDecoder) -> AsyncGenerator[StreamEvent, None]:
    # What came decides, not what was asked for: a flow may not stream after all.
    if reply.kind == "json":
        for event in decoder.whole(await reply.json()):
            yield event
        return
    async with aclosing(frames_of(reply)) as frames:
        async for frame in frames:
            for event in decoder.decode(frame):
                yield event
            if decoder.closed:
                return


FLOWISE: Final = Kind(
    name="flowise",
    options=FlowiseOptions,
    key_env="FLOWISE_API_KEY",
    default_base_url=FLOWISE_URL,
    build=FlowiseProvider,
    key_required=False,
)
