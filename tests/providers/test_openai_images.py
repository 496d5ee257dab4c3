"""Pictures from the OpenAI images API: the pure halves, and over real sockets."""

import base64
from typing import Any

import msgspec
import pytest

from chat_tui.errors import ProtocolViolation, ProviderError, ProviderFailed
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    Started,
    StreamError,
    StreamEvent,
    Usage,
)
from chat_tui.message import user_message
from chat_tui.net.frames import Frame
from chat_tui.providers.openai.images import ImagesDecoder, encode
from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import Drop, Fail, Picture, Preview, Script
from chat_tui.simulator.script import Usage as Totals
from chat_tui.simulator.server import Simulator
from tests.providers.asking import ask, ask_once, closing, heard, openai, request
from tests.providers.frames import frame

PNG = landscape("x", cells=2)
B64 = base64.b64encode(PNG).decode()
STARTED = Started("p", "m")


def partial(**fields: Any) -> dict[str, Any]:
    return {"type": "image_generation.partial_image", "b64_json": B64, **fields}


def completed(**fields: Any) -> dict[str, Any]:
    return {"type": "image_generation.completed", "b64_json": B64, **fields}


def decoded(*events: Any, expected: int = 1) -> list[StreamEvent]:
    decoder = ImagesDecoder(provider="p", model="m", job="j", expected=expected)
    found: list[StreamEvent] = []
    try:
        for event in events:
            found += decoder.decode(event if isinstance(event, Frame) else frame(event))
        found += decoder.end()
    except ProviderError as error:
        found.append(StreamError(error.kind, error.message))
    return found


def whole(body: object, expected: int = 1) -> list[StreamEvent]:
    return list(ImagesDecoder(provider="p", model="m", job="j", expected=expected).whole(body))


def preview(index: int = 0, media_type: str = "image/png") -> ImagePreview:
    return ImagePreview("j", index, media_type, data=PNG)


def result(index: int = 0, media_type: str = "image/png") -> ImageResult:
    return ImageResult("j", index, media_type=media_type, data=PNG)


def test_the_last_turn_is_the_prompt() -> None:
    turns = [user_message(text, parent=None) for text in ("a cat", "a \x1bdog")]
    assert encode(request(*turns), model="m") == {
        "prompt": "a ␛dog",
        "model": "m",
        "stream": True,
        "partial_images": 2,
    }


def test_parameters_go_along_and_win() -> None:
    parameters = {"size": "1024x1024", "n": 2, "quality": "low", "partial_images": 0}
    body = encode(request(model="chosen", parameters=parameters), model="m")
    assert body == {"prompt": "hi", "model": "chosen", "stream": True, **parameters}


def test_without_a_model_the_server_chooses() -> None:
    assert "model" not in encode(request(), model="")


def test_previews_and_a_picture_are_a_reply() -> None:
    usage = {"input_tokens": 4, "output_tokens": 5, "total_tokens": 9}
    events = decoded(
        partial(partial_image_index=0), partial(partial_image_index=1), completed(usage=usage)
    )
    assert events == [STARTED, preview(), preview(), result(), Usage(4, 5), Finished("stop")]


def test_fewer_previews_than_asked_for_are_normal() -> None:
    assert decoded(completed()) == [STARTED, result(), Finished("stop")]


def test_an_edit_is_read_like_a_new_picture() -> None:
    events = decoded(
        partial(type="image_edit.partial_image"), completed(type="image_edit.completed")
    )
    assert events == [STARTED, preview(), result(), Finished("stop")]


def test_the_name_of_the_event_will_do_where_the_type_is_missing() -> None:
    events = decoded(
        Frame("image_generation.completed", f'{{"b64_json": "{B64}", "output_format": "webp"}}')
    )
    assert events[1] == result(media_type="image/webp")


@pytest.mark.parametrize(
    ("named", "media_type"),
    [("png", "image/png"), ("jpeg", "image/jpeg"), ("svg", "image/png"), (3, "image/png")],
)
def test_the_format_is_one_that_pictures_have(named: Any, media_type: str) -> None:
    assert result(media_type=media_type) in decoded(completed(output_format=named))


def test_several_pictures_are_numbered_with_their_previews() -> None:
    assert decoded(partial(), completed(), partial(), completed(), expected=2) == [
        STARTED,
        preview(0),
        result(0),
        preview(1),
        result(1),
        Finished("stop"),
    ]


def test_a_picture_too_few_is_mentioned() -> None:
    assert decoded(completed(), expected=2)[-2:] == [
        Notice("the server sent 1 of 2 pictures"),
        Finished("stop"),
    ]


@pytest.mark.parametrize("ending", [[], ["[DONE]"]])
def test_previews_alone_are_an_incomplete_reply(ending: list[str]) -> None:
    assert decoded(partial(), *ending)[-2:] == [
        Notice("the connection ended before the picture was complete"),
        Finished("incomplete"),
    ]


@pytest.mark.parametrize("events", [[], ["[DONE]"], [{"type": "image_generation.started"}]])
def test_no_picture_at_all_is_an_error(events: list[Any]) -> None:
    assert decoded(*events) == [StreamError("protocol", "the server sent no picture")]


def test_nothing_counts_after_the_picture() -> None:
    events = decoded(completed(), completed(), {"error": "x"}, "[DONE]")
    assert events == [STARTED, result(), Finished("stop")]


@pytest.mark.parametrize(
    "error",
    [
        Frame("error", '{"type": "error", "error": {"message": "it broke", "code": "x"}}'),
        Frame("error", "it broke"),
        {"type": "error", "error": {"message": "it broke"}},
        {"error": "it broke"},
        {"message": "it broke"},
        {"detail": "it broke"},
        {"code": 3, "msg": "it broke"},
    ],
)
def test_an_error_keeps_the_previews(error: Any) -> None:
    assert decoded(partial(), error) == [
        STARTED,
        preview(),
        StreamError("provider", "it broke"),
    ]


@pytest.mark.parametrize("keepalive", [Frame("ping", "{}"), Frame("message", " ")])
def test_keepalives_are_passed_over(keepalive: Frame) -> None:
    assert decoded(keepalive, completed()) == [STARTED, result(), Finished("stop")]


@pytest.mark.parametrize("nonsense", ["{nope", "[1]", partial(b64_json="***")])
def test_nonsense_is_skipped_twice(nonsense: Any) -> None:
    skipped = Notice("skipped an event from the server that cannot be understood")
    assert decoded(nonsense, nonsense, completed())[:2] == [skipped, skipped]
    last = decoded(nonsense, nonsense, nonsense)[-1]
    assert isinstance(last, StreamError)
    assert last.kind == "protocol"


def test_a_picture_that_is_no_base64_is_an_error() -> None:
    last = decoded(completed(b64_json="***"))[-1]
    assert last == StreamError("protocol", "the server sent a picture that is not base64")


def test_one_document_may_have_several_pictures() -> None:
    body = {
        "created": 1,
        "output_format": "jpeg",
        "data": [{"b64_json": B64, "revised_prompt": "a dog, in oil"}, {"b64_json": B64}],
        "usage": {"input_tokens": 1, "output_tokens": 2},
    }
    assert whole(body, expected=2) == [
        STARTED,
        msgspec.structs.replace(result(0, "image/jpeg"), revised_prompt="a dog, in oil"),
        Notice("the server drew its own version of the prompt: a dog, in oil"),
        result(1, "image/jpeg"),
        Usage(1, 2),
        Finished("stop"),
    ]


def test_a_picture_elsewhere_is_named() -> None:
    assert whole({"data": [{"url": "https://x.test/a.png"}]}) == [
        STARTED,
        ImageResult("j", 0, url="https://x.test/a.png"),
        Finished("stop"),
    ]


@pytest.mark.parametrize("data", [[], [None, {}, {"b64_json": ""}, {"url": 3}]])
def test_a_document_without_pictures_is_an_error(data: list[Any]) -> None:
    with pytest.raises(ProtocolViolation, match="no picture"):
        whole({"data": data})


def test_an_error_in_one_document_is_the_providers() -> None:
    with pytest.raises(ProviderFailed, match="it broke"):
        whole({"error": {"message": "it broke"}})


@pytest.mark.parametrize("body", [[], None, "x"])
def test_a_document_of_another_sort_is_no_reply(body: object) -> None:
    with pytest.raises(ProtocolViolation, match="images API"):
        whole(body)


def test_the_end_comes_once() -> None:
    decoder = ImagesDecoder(provider="p", model="m", job="j")
    list(decoder.decode(frame(completed())))
    assert decoder.ended
    assert list(decoder.end()) == []


DRAWN = Script((Preview(landscape("x", cells=1)), Totals(1, 2), Picture(PNG)))


def refusing(message: str) -> Script:
    body = f'{{"error": {{"message": "{message}"}}}}'.encode()
    return Script(status=400, content_type="application/json", body=body)


async def test_pictures_come_over_a_socket(simulator: Simulator) -> None:
    simulator.enqueue(DRAWN)
    asked = request()
    events = await ask_once(openai(simulator, model="m", endpoint="images"), asked)
    job = str(asked.messages[-1].id)
    assert isinstance(events[0], ImageProgress)
    assert (events[0].job, events[0].state) == (job, "running")
    assert [type(event) for event in events[1:]] == [
        Started,
        ImagePreview,
        ImageResult,
        Usage,
        Finished,
    ]
    found = heard(events)
    assert (found.pictures[0].job, found.pictures[0].data) == (job, PNG)
    assert simulator.calls[-1].path == "/v1/images/generations"


async def test_a_server_that_ignores_stream_is_read_too(simulator: Simulator) -> None:
    simulator.enqueue(Script(DRAWN.acts, content_type="application/json"))
    found = heard(await ask_once(openai(simulator, model="m", endpoint="images")))
    assert ([one.data for one in found.pictures], found.finish) == ([PNG], "stop")


async def test_as_many_pictures_come_as_were_asked_for(simulator: Simulator) -> None:
    provider = openai(simulator, model="m", endpoint="images", parameters={"n": 2})
    simulator.enqueue(Script((Picture(PNG), Picture(PNG))))
    found = heard(await ask_once(provider))
    assert ([one.index for one in found.pictures], found.finish) == ([0, 1], "stop")


@pytest.mark.parametrize("count", ["two", 0, 1000, None])
async def test_an_odd_number_of_pictures_is_for_the_server_to_judge(
    simulator: Simulator, count: Any
) -> None:
    simulator.enqueue(DRAWN)
    provider = openai(simulator, model="m", endpoint="images", parameters={"n": count})
    await ask_once(provider)
    assert simulator.calls[-1].json["n"] == count


async def test_a_server_that_refuses_previews_is_asked_without_from_then_on(
    simulator: Simulator,
) -> None:
    simulator.enqueue(refusing("Unknown parameter: 'partial_images'."), DRAWN, DRAWN)
    async with closing(openai(simulator, model="m", endpoint="images")) as provider:
        assert heard(await ask(provider)).finish == "stop"
        assert heard(await ask(provider)).finish == "stop"
    sent = [call.json for call in simulator.calls]
    assert ["partial_images" in body for body in sent] == [True, False, False]
    assert all(body["stream"] is True for body in sent)


async def test_a_server_that_refuses_a_stream_is_asked_for_a_document(
    simulator: Simulator,
) -> None:
    simulator.enqueue(refusing("Streaming: 'stream' is not supported by this model."), DRAWN)
    found = heard(await ask_once(openai(simulator, model="m", endpoint="images")))
    assert (len(found.previews), len(found.pictures), found.finish) == (0, 1, "stop")
    assert set(simulator.calls[-1].json) == {"prompt", "model"}


async def test_one_refusal_may_follow_the_other(simulator: Simulator) -> None:
    simulator.enqueue(
        refusing("Unknown parameter: 'partial_images'."),
        refusing("Unknown parameter: 'stream'."),
        DRAWN,
    )
    found = heard(await ask_once(openai(simulator, model="m", endpoint="images")))
    assert (found.finish, len(simulator.calls)) == ("stop", 3)


async def test_a_refusal_that_goes_on_is_an_error(simulator: Simulator) -> None:
    simulator.enqueue(*[refusing("Unknown parameter: 'stream'.")] * 3)
    found = heard(await ask_once(openai(simulator, model="m", endpoint="images")))
    assert found.error is not None
    assert (found.error.kind, len(simulator.calls)) == ("rejected", 2)


@pytest.mark.parametrize(
    ("message", "parameters"),
    [
        ("The prompt is refused: stream", {}),
        ("Unknown parameter: 'stream'.", {"stream": True, "partial_images": 1}),
        ("Unknown parameter: 'style'.", {}),
    ],
)
async def test_what_was_not_our_own_wish_is_not_left_out(
    simulator: Simulator, message: str, parameters: dict[str, Any]
) -> None:
    simulator.enqueue(refusing(message))
    provider = openai(simulator, model="m", endpoint="images", parameters=parameters)
    found = heard(await ask_once(provider))
    assert found.error is not None
    assert (found.error.kind, len(simulator.calls)) == ("rejected", 1)


async def test_an_error_in_the_stream_is_the_providers(simulator: Simulator) -> None:
    simulator.enqueue(Script((Preview(PNG), Fail("it broke"))))
    found = heard(await ask_once(openai(simulator, model="m", endpoint="images")))
    assert len(found.previews) == 1
    assert found.error == StreamError("provider", "it broke")


async def test_a_connection_lost_after_a_preview_is_an_incomplete_reply(
    simulator: Simulator,
) -> None:
    simulator.enqueue(Script((Preview(PNG), Drop())))
    found = heard(await ask_once(openai(simulator, model="m", endpoint="images")))
    assert (len(found.previews), found.finish) == (1, "incomplete")


async def test_the_end_of_a_stream_without_a_picture_is_told(simulator: Simulator) -> None:
    simulator.enqueue(Script((Preview(PNG),)))
    found = heard(await ask_once(openai(simulator, model="m", endpoint="images")))
    assert found.notices == ["the connection ended before the picture was complete"]


async def test_the_models_are_the_servers(simulator: Simulator) -> None:
    async with closing(openai(simulator, endpoint="images")) as provider:
        assert "demo" in [model.id for model in await provider.models()]
        assert provider.capabilities.images_out
        assert not provider.capabilities.text
