"""Kind `writer`: chats, texts, no-code applications, Knowledge Graphs and web search of Writer.

Vendor page: https://dev.writer.com/api-reference (read 2026-11-20).
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Final, assert_never

import msgspec

from chat_tui.errors import ProtocolViolation, ProviderFailed, Rejected, WrongId
from chat_tui.events import Notice, StreamEvent
from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.providers.kinds import Kind, Services
from chat_tui.providers.model_list import check_models, decode_models
from chat_tui.providers.not_chosen import not_chosen, whom_to_choose
from chat_tui.providers.posted import Decoder, posted
from chat_tui.providers.writer.answers import (
    Answer,
    AnswerDecoder,
    Application,
    Completion,
    Question,
    Search,
)
from chat_tui.providers.writer.chat import WriterChatDecoder
from chat_tui.providers.writer.errors import NOT_WRITER_HINT, WriterConnection
from chat_tui.providers.writer.lists import (
    ApplicationInput,
    application_path,
    applications,
    check_inputs,
    decode_inputs,
    decode_name,
    graph_path,
    graphs,
)
from chat_tui.providers.writer.options import WRITER_URL, WriterOptions
from chat_tui.providers.writer.requests import (
    application_body,
    chat_body,
    completion_body,
    hides_pictures,
    question_body,
    search_body,
    search_by_chat,
)
from chat_tui.providers.writer.tools import completed

WITHDRAWN: Final = frozenset({404, 410})
"""What is left of an endpoint that the vendor took away."""

_ID_KEYS: Final = {"application": "application_id", "Knowledge Graph": "graph_ids"}


class WriterProvider:
    """Talks to one endpoint of a Writer account."""

    def __init__(self, name: str, options: WriterOptions, services: Services) -> None:
        self.name = name
        self.base_url = options.base_url
        self.model = options.model
        self.capabilities = Capabilities(
            images_in=options.endpoint == "chat",
            tools=options.endpoint in {"chat", "web-search"},
            history=options.endpoint == "chat",
        )
        self.parameters = options.parameters
        self._options = options
        self._tools = completed(options.tools, options.graph_ids)
        self._connection = WriterConnection(
            name, options.base_url, options, services, url_hint=NOT_WRITER_HINT
        )
        self._checked: set[str] = set()
        """Applications that take the inputs we have."""
        self._unstreamed: set[str] = set()
        """Applications that only answer in one piece."""
        self._search_withdrawn = False

    def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask the endpoint; see `Provider.stream`."""
        parameters = {**self.parameters, **request.parameters}
        request = msgspec.structs.replace(request, parameters=parameters)
        match self._options.endpoint:
            case "chat":
                body = chat_body(request, model=self.model, tools=self._tools)
                if not hides_pictures(request, model=self.model):
                    return self._chat(body)
                return self._chat_without_pictures(body)
            case "completions":
                body = completion_body(request, model=self.model)
                return self._ask("/completions", body, self._decoder(Completion(), body["model"]))
            case "application":
                return self._run(request)
            case "knowledge-graph":
                return self._question(request)
            case "web-search":
                return self._search(request)
            case _:
                assert_never(self._options.endpoint)

    async def models(self) -> Sequence[ModelInfo]:
        """List what the endpoint can be asked: models, applications or Knowledge Graphs."""
        match self._options.endpoint:
            case "application":
                return await applications(self._connection)
            case "knowledge-graph":
                return await graphs(self._connection)
            case "chat" | "completions" | "web-search":
                return decode_models(await self._connection.get_json("/models"))
            case _:
                assert_never(self._options.endpoint)

    async def names(self, model: str) -> Mapping[str, str]:
        """Ask what an application or Knowledge Graphs are called; see `NamesModels.names`."""
        match self._options.endpoint:
            case "application":
                paths = {model: application_path(model)}
            case "knowledge-graph":
                paths = {graph_id: graph_path(graph_id) for graph_id in _graph_ids(model)}
            case _:
                paths = {}
        described = {one: await self._connection.get_json(path) for one, path in paths.items()}
        return {one: name for one, body in described.items() if (name := decode_name(body))}

    async def check(self) -> str:
        """List what there is and look for what is configured; see `Provider.check`."""
        listed = await self.models()
        known = {one.id for one in listed}
        match self._options.endpoint:
            case "application":
                if self.model and self.model not in known:
                    await self._look_up("application", application_path(self.model), self.model)
                if self.model:
                    await self._check_inputs(self.model)
                return _counted(listed, "application", chosen=bool(self.model))
            case "knowledge-graph":
                for graph_id in self._options.graph_ids:
                    if graph_id not in known:
                        await self._look_up("Knowledge Graph", graph_path(graph_id), graph_id)
                return _counted(listed, "Knowledge Graph", chosen=bool(self.model))
            case "chat" | "completions" | "web-search":
                return check_models(listed, self.model)
            case _:
                assert_never(self._options.endpoint)

    async def aclose(self) -> None:
        await self._connection.aclose()

    def _decoder(self, answer: Answer, model: object) -> AnswerDecoder:
        return AnswerDecoder(answer, provider=self.name, model=str(model))

    def _ask(
        self, path: str, body: dict[str, object], decoder: Decoder
    ) -> AsyncGenerator[StreamEvent, None]:
        return posted(self._connection, path, body, decoder)

    def _chat(self, body: dict[str, object]) -> AsyncGenerator[StreamEvent, None]:
        decoder = WriterChatDecoder(provider=self.name, model=str(body["model"]))
        return self._ask("/chat", body, decoder)

    async def _chat_without_pictures(
        self, body: dict[str, object]
    ) -> AsyncGenerator[StreamEvent, None]:
        told = False
        async with aclosing(self._chat(body)) as events:
            async for event in events:
                if not told:
                    told = True
                    yield Notice(f"pictures of earlier turns not sent: {body['model']} takes none")
                yield event

    async def _run(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        application = request.model or self.model
        if not application:
            raise await self._not_chosen("application")
        await self._check_inputs(application)
        path = application_path(application)
        options = self._options
        body = application_body(request, inputs=options.inputs, prompt_input=options.prompt_input)
        optional = "stream" not in request.parameters
        if optional and application in self._unstreamed:
            body["stream"] = False
        try:
            decoder = self._decoder(Application(), application)
            async with aclosing(self._ask(path, body, decoder)) as events:
                async for event in events:
                    yield event
        except Rejected as error:
            if error.status == 404:
                raise await self._wrong_id("application", application, error) from error
            # Only research agents stream; the others may say so in this way.
            if error.status != 400 or not optional or body["stream"] is not True:
                raise
        else:
            return
        body["stream"] = False
        decoder = self._decoder(Application(), application)
        async with aclosing(self._ask(path, body, decoder)) as events:
            async for event in events:
                self._unstreamed.add(application)
                yield event

    async def _question(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        chosen = request.model or self.model
        graph_ids = _graph_ids(chosen)
        if not graph_ids:
            raise await self._not_chosen("Knowledge Graph")
        body = question_body(request, graph_ids=graph_ids)
        decoder = self._decoder(Question(), chosen)
        try:
            async with aclosing(self._ask("/graphs/question", body, decoder)) as events:
                async for event in events:
                    yield event
        except Rejected as error:
            if error.status == 404:
                raise await self._wrong_id("Knowledge Graph", chosen, error) from error
            raise

    async def _search(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        if not self._search_withdrawn:
            decoder = self._decoder(Search(), request.model or self.model)
            try:
                search = self._ask("/tools/web-search", search_body(request), decoder)
                async with aclosing(search) as events:
                    async for event in events:
                        yield event
            except Rejected as error:
                if error.status not in WITHDRAWN:
                    raise
                self._search_withdrawn = True
            else:
                return
        body = search_by_chat(request, model=self.model, tools=self._tools)
        told = False
        async with aclosing(self._chat(body)) as events:
            async for event in events:
                yield event
                if not told:
                    told = True
                    yield Notice(
                        f"the web-search endpoint is not there any more: {body['model']} searched"
                    )

    async def _not_chosen(self, what: str) -> WrongId:
        return await not_chosen(what, key=_ID_KEYS[what], provider=self.name, models=self.models)

    async def _wrong_id(self, what: str, chosen: str, error: Rejected) -> WrongId:
        """Make the error of an id that the server does not know."""
        hint = await whom_to_choose(key=_ID_KEYS[what], provider=self.name, models=self.models)
        return WrongId(f"no {what} {chosen!r}: {error.message}", hint=hint, status=error.status)

    async def _check_inputs(self, application: str) -> None:
        """Look at an application's inputs once, unless it does not tell them.

        Raises:
            Rejected: it takes other ones than we have.
            ProviderError: the server cannot be reached or does not take the key.
        """
        if application in self._checked:
            return
        inputs: tuple[ApplicationInput, ...] | None = None
        # Where it fails, running the application will say what is wrong, or that nothing is.
        with suppress(Rejected, ProviderFailed, ProtocolViolation):
            inputs = decode_inputs(await self._connection.get_json(application_path(application)))
        if inputs is not None:
            options = self._options
            check_inputs(inputs, inputs=options.inputs, prompt_input=options.prompt_input)
            self._checked.add(application)

    async def _look_up(self, what: str, path: str, wanted: str) -> None:
        """Make sure that something is there.

        Raises:
            WrongId: it is not.
            ProviderError: the way to the server or its answer failed.
        """
        try:
            await self._connection.get_json(path)
        except Rejected as error:
            if error.status == 404:
                raise WrongId(
                    f"there is no {what} {wanted!r}",
                    hint="the menu of models (F2) lists those that the key may use",
                    status=404,
                ) from error
            raise


def _graph_ids(model: str) -> list[str]:
    """Take apart what is chosen of Knowledge Graphs: ids with commas between."""
    return [one.strip() for one in model.split(",") if one.strip()]


def _counted(listed: Sequence[ModelInfo], what: str, *, chosen: bool) -> str:
    count = f"1 {what}" if len(listed) == 1 else f"{len(listed)} {what}s"
    return count if chosen else f"{count}; none is chosen"


WRITER: Final = Kind(
    name="writer",
    options=WriterOptions,
    key_env="WRITER_API_KEY",
    default_base_url=WRITER_URL,
    build=WriterProvider,
)
