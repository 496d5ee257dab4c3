"""OpenAI's own client against the simulator: it hears what our provider hears."""

import base64
from collections.abc import AsyncGenerator, Awaitable, Sequence
from typing import Any

import openai
import pytest
from openai.types import ImageGenCompletedEvent, ImageGenPartialImageEvent, ImagesResponse
from openai.types.chat import ChatCompletion

from chat_tui.events import Usage as Counted
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import (
    Act,
    Comment,
    Done,
    Drop,
    Fail,
    Finish,
    Picture,
    Preview,
    Raw,
    Script,
    Think,
    Usage,
    say,
)
from chat_tui.simulator.server import Simulator
from tests.providers.asking import Heard, ask, closing, heard, request
from tests.providers.asking import openai as ours

KEY = "sk-canary-0123456789abcdef"
WORDS = "Growth requires patience,\n\nnaïve 日本語 \U0001f600 [DONE] data: x"
TOLD: tuple[Act, ...] = (
    Comment(),
    Think("Hm. "),
    *say(WORDS, delta_chars=3),
    Finish(),
    Usage(11, 7),
    Done(),
)
ASK: Any = [{"role": "user", "content": "hi"}]
COARSE, PNG, OTHER = (landscape("x", cells=cells) for cells in (1, 2, 4))


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator, None]:
    async with Simulator(key=KEY) as running:
        yield running


@pytest.fixture
async def client(simulator: Simulator) -> AsyncGenerator[openai.AsyncOpenAI, None]:
    made = openai.AsyncOpenAI(api_key=KEY, base_url=f"{simulator.url}/v1", max_retries=0)
    yield made
    await made.close()


async def by_us(simulator: Simulator, key: str = KEY, **options: Any) -> Heard:
    parameters = options.pop("ask", {})
    asked = request(parameters=parameters)
    async with closing(ours(simulator, PlainKey(Secret(key)), **options)) as provider:
        return heard(await ask(provider, asked))


async def streamed(client: openai.AsyncOpenAI) -> tuple[Heard, str | None]:
    """A stream as the client tells it, and its finish reason."""
    found = Heard()
    finish = None
    stream = await client.chat.completions.create(
        model="m", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    async with stream:
        async for chunk in stream:
            if chunk.usage is not None:
                found.usage = Counted(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
            for choice in chunk.choices:
                found.text += choice.delta.content or ""
                found.reasoning += getattr(choice.delta, "reasoning_content", None) or ""
                finish = choice.finish_reason or finish
    return found, finish


@pytest.mark.parametrize("cut", [None, 1, 7])
async def test_a_stream_has_the_same_text_reasoning_and_usage(
    simulator: Simulator, client: openai.AsyncOpenAI, cut: int | None
) -> None:
    simulator.enqueue(Script(TOLD, cut=cut), Script(TOLD, cut=cut))
    theirs, finish = await streamed(client)
    found = await by_us(simulator, model="m")
    assert (theirs.text, theirs.reasoning) == (WORDS, "Hm. ")
    assert (found.text, found.reasoning, found.finish) == (theirs.text, theirs.reasoning, finish)
    assert found.usage == theirs.usage == Counted(11, 7)


@pytest.mark.parametrize(("reason", "ours"), [("length", "length"), ("content_filter", "filtered")])
async def test_a_stream_ends_for_the_same_reason(
    simulator: Simulator, client: openai.AsyncOpenAI, reason: str, ours: str
) -> None:
    script = Script((*say("a"), Finish(reason), Done()))
    simulator.enqueue(script, script)
    _, finish = await streamed(client)
    found = await by_us(simulator, model="m")
    assert (finish, found.finish) == (reason, ours)


async def test_one_document_has_the_same_text_and_usage(
    simulator: Simulator, client: openai.AsyncOpenAI
) -> None:
    simulator.enqueue(Script(TOLD), Script(TOLD))
    theirs: ChatCompletion = await client.chat.completions.create(model="m", messages=ASK)
    found = await by_us(simulator, model="m", ask={"stream": False})
    assert theirs.usage is not None
    assert found.text == theirs.choices[0].message.content == WORDS
    assert found.finish == theirs.choices[0].finish_reason
    assert found.usage == Counted(theirs.usage.prompt_tokens, theirs.usage.completion_tokens)


async def test_both_ask_in_the_same_words(simulator: Simulator, client: openai.AsyncOpenAI) -> None:
    simulator.enqueue(Script(TOLD), Script(TOLD))
    await streamed(client)
    await by_us(simulator, model="m")
    theirs, mine = simulator.calls
    assert (theirs.method, theirs.path, theirs.json) == (mine.method, mine.path, mine.json)
    for name in ("authorization", "content-type"):
        assert theirs.headers[name] == mine.headers[name]


async def test_the_models_are_the_same(simulator: Simulator, client: openai.AsyncOpenAI) -> None:
    theirs = [model.id async for model in client.models.list()]
    async with closing(ours(simulator, PlainKey(Secret(KEY)), model="m")) as provider:
        assert [model.id for model in await provider.models()] == theirs
    assert (await client.models.retrieve(theirs[0])).id == theirs[0]


def pictures(response: ImagesResponse) -> list[bytes]:
    return [base64.b64decode(one.b64_json or "") for one in response.data or ()]


async def test_a_stream_of_pictures_has_the_same_previews_and_picture(
    simulator: Simulator, client: openai.AsyncOpenAI
) -> None:
    script = Script((Preview(COARSE), Preview(PNG), Usage(5, 9), Picture(OTHER)))
    simulator.enqueue(script, script)
    previews: list[bytes] = []
    results: list[bytes] = []
    stream = await client.images.generate(model="m", prompt="hi", stream=True, partial_images=2)
    async with stream:
        async for event in stream:
            match event:
                case ImageGenPartialImageEvent():
                    previews.append(base64.b64decode(event.b64_json))
                case ImageGenCompletedEvent():
                    results.append(base64.b64decode(event.b64_json))
                    assert (event.usage.input_tokens, event.usage.output_tokens) == (5, 9)
    found = await by_us(simulator, model="m", endpoint="images")
    assert [preview.data for preview in found.previews] == previews == [COARSE, PNG]
    assert [picture.data for picture in found.pictures] == results == [OTHER]
    assert found.usage == Counted(5, 9)


async def test_one_document_has_the_same_pictures(
    simulator: Simulator, client: openai.AsyncOpenAI
) -> None:
    script = Script((Picture(PNG), Picture(OTHER)))
    simulator.enqueue(script, script)
    theirs = await client.images.generate(model="m", prompt="hi", n=2)
    asked = {"stream": False, "n": 2}
    found = await by_us(simulator, model="m", endpoint="images", ask=asked)
    assert [picture.data for picture in found.pictures] == pictures(theirs) == [PNG, OTHER]


def refused(status: int, message: str) -> Script:
    body = f'{{"error":{{"message":"{message}","type":"x","param":null,"code":"y"}}}}'
    return Script(status=status, content_type="application/json", body=body.encode())


@pytest.mark.parametrize(
    ("status", "theirs", "kind"),
    [
        (400, openai.BadRequestError, "rejected"),
        (403, openai.PermissionDeniedError, "rejected"),
        (404, openai.NotFoundError, "rejected"),
        (422, openai.UnprocessableEntityError, "rejected"),
        (429, openai.RateLimitError, "rate_limit"),
        (500, openai.InternalServerError, "provider"),
        (503, openai.InternalServerError, "provider"),
    ],
)
@pytest.mark.parametrize("endpoint", ["chat", "images"])
async def test_a_refusal_says_the_same(
    simulator: Simulator,
    client: openai.AsyncOpenAI,
    status: int,
    theirs: type[openai.APIStatusError],
    kind: str,
    endpoint: str,
) -> None:
    simulator.enqueue(refused(status, "not like this"), refused(status, "not like this"))
    asked: Awaitable[object]
    if endpoint == "chat":
        asked = client.chat.completions.create(model="m", messages=ASK)
    else:
        asked = client.images.generate(model="m", prompt="hi")
    with pytest.raises(theirs) as caught:
        await asked
    error = (await by_us(simulator, model="m", endpoint=endpoint)).error
    assert error is not None
    assert (error.kind, error.status) == (kind, caught.value.status_code)
    assert "not like this" in caught.value.message
    assert error.message.endswith(": not like this")


async def test_a_wrong_key_is_refused_in_the_same_words(
    simulator: Simulator, client: openai.AsyncOpenAI
) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        await client.with_options(api_key="wrong").models.list()
    error = (await by_us(simulator, "wrong", model="m")).error
    assert error is not None
    assert (error.kind, error.status) == ("auth", 401)
    assert "Incorrect API key provided" in caught.value.message
    assert "Incorrect API key provided" in error.message


async def test_an_error_in_a_stream_says_the_same_and_keeps_the_text(
    simulator: Simulator, client: openai.AsyncOpenAI
) -> None:
    script = Script((*say("so far"), Fail("it broke")))
    simulator.enqueue(script, script)
    with pytest.raises(openai.APIError) as caught:
        await streamed(client)
    found = await by_us(simulator, model="m")
    assert found.error is not None
    assert (found.text, found.error.kind) == ("so far", "provider")
    assert found.error.message == caught.value.message == "it broke"


async def test_an_error_in_a_stream_of_pictures_says_the_same(
    simulator: Simulator, client: openai.AsyncOpenAI
) -> None:
    script = Script((Preview(PNG), Fail("it broke")))
    simulator.enqueue(script, script)
    with pytest.raises(openai.APIError) as caught:
        async for _ in await client.images.generate(
            model="m", prompt="hi", stream=True, partial_images=1
        ):
            pass
    found = await by_us(simulator, model="m", endpoint="images")
    assert found.error is not None
    assert found.error.message == "it broke"
    assert "it broke" in caught.value.message


@pytest.mark.parametrize(
    "breaking", [(Raw(b'data: {"choices": [{"delta": {"con'), Drop()), (Drop(reset=False),)]
)
async def test_a_broken_connection_is_seen_by_both(
    simulator: Simulator, client: openai.AsyncOpenAI, breaking: Sequence[Act]
) -> None:
    script = Script((*say("so far"), *breaking))
    simulator.enqueue(script, script)
    with pytest.raises(openai.APIConnectionError):
        await streamed(client)
    found = await by_us(simulator, model="m")
    assert (found.text, found.finish) == ("so far", "incomplete")
