"""Files that go along, in every dialect, over real sockets: what arrived, and what did not."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chat_tui.events import Finished, StreamError
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.message import Attachment, Message, blank_reply, user_message
from chat_tui.providers.attached import said
from chat_tui.providers.base import Provider, Request
from chat_tui.providers.fal.provider import FAL, FalOptions
from chat_tui.providers.flowise.options import FlowiseOptions
from chat_tui.providers.flowise.provider import FLOWISE
from chat_tui.providers.get3w.provider import GET3W, Get3wOptions
from chat_tui.providers.kinds import Services
from chat_tui.providers.writer.options import WriterOptions
from chat_tui.providers.writer.provider import WRITER
from chat_tui.simulator.dialect import Prompt
from chat_tui.simulator.flowise import CHATFLOW, MUTE_FLOW
from chat_tui.simulator.script import Done, Finish, Picture, Say, Script
from chat_tui.simulator.server import Simulator
from chat_tui.simulator.writer_account import GRAPH, RESEARCH
from tests.media.pictures import gif, jpeg, png
from tests.net.server import answer, answering, serve
from tests.providers.asking import ask_once, heard, openai, request, services

KEY = "canary-0123456789abcdef"
CAT, DOG = png(3, 4, b"cat"), jpeg(5, 6)
FILES = {"/media/cat.png": CAT, "/media/dog.jpg": DOG, "/media/notes.txt": b"one\n```\ntwo\n"}
NOTES = "notes.md:\n\n````\none\n```\ntwo\n````"


def picture(name: str = "cat.png", path: str = "/media/cat.png") -> Attachment:
    kind = "image/png" if path.endswith("png") else "image/jpeg"
    return Attachment(path=path, name=name, media_type=kind, size_bytes=len(FILES[path]))


def notes() -> Attachment:
    return Attachment(
        path="/media/notes.txt", name="notes.md", media_type="text/plain", size_bytes=14
    )


def dog() -> Attachment:
    return picture("dog.jpg", "/media/dog.jpg")


def turn(text: str, *attachments: Attachment) -> Message:
    return user_message(text, parent=None, attachments=attachments)


def asked(*attachments: Attachment, **fields: Any) -> Request:
    return request(turn("what is this?", *attachments), files=FILES, **fields)


def url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


class Witness:
    """A server that remembers what it was asked."""

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []
        self.simulator = Simulator(responder=self._respond)

    def _respond(self, prompt: Prompt) -> Script:
        self.prompts.append(prompt)
        return Script((Say("ok"), Picture(png(1, 1)), Finish(), Done()))

    @property
    def body(self) -> dict[str, Any]:
        last: dict[str, Any] = [
            call.json for call in self.simulator.calls if call.method == "POST"
        ][-1]
        return last

    @property
    def images(self) -> list[int]:
        return [one.images for one in self.prompts[-1].turns]


def fal(model: str, **options: Any) -> Callable[[Simulator], Provider]:
    return lambda simulator: FAL.build(
        "p",
        FalOptions(
            kind="fal",
            run_url=f"{simulator.url}/fal/run",
            queue_url=f"{simulator.url}/fal/queue",
            model=model,
            **options,
        ),
        services(),
    )


def get3w(model: str, **options: Any) -> Callable[[Simulator], Provider]:
    return lambda simulator: GET3W.build(
        "p",
        Get3wOptions(kind="get3w", base_url=f"{simulator.url}/api/v3", model=model, **options),
        services(),
    )


def writer(**options: Any) -> Callable[[Simulator], Provider]:
    return lambda simulator: WRITER.build(
        "p",
        WriterOptions(kind="writer", base_url=f"{simulator.url}/writer/v1", **options),
        services(),
    )


def flowise(flow: str) -> Callable[[Simulator], Provider]:
    return lambda simulator: FLOWISE.build(
        "p",
        FlowiseOptions(kind="flowise", base_url=simulator.url, chatflow_id=flow),
        services(),
    )


async def sent(build: Callable[[Simulator], Provider], asked: Request) -> Witness:
    """Ask, and make sure that an answer came."""
    witness = Witness()
    async with witness.simulator as simulator:
        events = await ask_once(build(simulator), asked)
    assert isinstance(events[-1], Finished), events
    return witness


async def refused(build: Callable[[Simulator], Provider], asked: Request) -> StreamError:
    """Ask what cannot be, and make sure that nothing was sent but a question about it."""
    witness = Witness()
    async with witness.simulator as simulator:
        events = await ask_once(build(simulator), asked)
    assert not [call for call in witness.simulator.calls if call.method == "POST"]
    assert isinstance(events[-1], StreamError)
    assert events[-1].kind == "rejected"
    return events[-1]


@pytest.mark.parametrize(
    "build", [lambda simulator: openai(simulator, model="m"), writer()], ids=["openai", "writer"]
)
async def test_a_chat_gets_pictures_as_parts_after_the_words(
    build: Callable[[Simulator], Provider],
) -> None:
    witness = await sent(build, asked(picture(), notes(), dog()))
    assert witness.images == [2]
    (message,) = witness.body["messages"]
    assert message["content"] == [
        {"type": "text", "text": f"what is this?\n\n{NOTES}"},
        {"type": "image_url", "image_url": {"url": url(CAT)}},
        {"type": "image_url", "image_url": {"url": url(DOG, "image/jpeg")}},
    ]


async def test_a_chat_gets_the_pictures_of_earlier_turns_again() -> None:
    first = turn("what is this?", picture())
    reply = blank_reply(parent=first.id, provider="p", model="m")
    witness = await sent(
        lambda simulator: openai(simulator, model="m"),
        request(first, reply, turn("and this?", dog()), files=FILES),
    )
    assert [one.images for one in witness.prompts[-1].turns if one.role == "user"] == [1, 1]


async def test_a_chat_without_pictures_says_its_words_as_plain_text() -> None:
    witness = await sent(lambda simulator: openai(simulator, model="m"), asked(notes()))
    assert witness.body["messages"][0]["content"] == f"what is this?\n\n{NOTES}"


async def test_what_was_not_read_is_left_out() -> None:
    first = turn("a", picture(), notes())
    witness = await sent(lambda simulator: openai(simulator, model="m"), request(first))
    assert witness.body["messages"] == [{"role": "user", "content": "a"}]


async def test_only_a_model_of_writer_that_sees_is_given_pictures() -> None:
    error = await refused(writer(model="palmyra-x4"), asked(picture()))
    assert error.message == "palmyra-x4 takes no pictures"
    assert "palmyra-x5" in error.hint


async def test_a_blind_model_goes_on_after_pictures_without_them_and_says_so() -> None:
    first = turn("what is this?", picture(), notes())
    witness = Witness()
    async with witness.simulator as simulator:
        asked = request(first, turn("and now?"), files=FILES)
        events = await ask_once(writer(model="palmyra-x4")(simulator), asked)
    assert heard(events).notices == ["pictures of earlier turns not sent: palmyra-x4 takes none"]
    assert heard(events).text == "ok"
    assert witness.images == [0, 0]
    assert NOTES in witness.body["messages"][0]["content"]


@pytest.mark.parametrize(
    "endpoint", ["completions", "application", "knowledge-graph", "web-search"]
)
async def test_other_endpoints_of_writer_refuse_pictures_before_anything_is_sent(
    endpoint: str,
) -> None:
    build = writer(endpoint=endpoint, application_id=RESEARCH, graph_ids=[GRAPH])
    error = await refused(build, asked(picture()))
    assert "takes no pictures" in error.message


async def test_the_endpoint_images_refuses_pictures() -> None:
    build = lambda simulator: openai(simulator, model="m", endpoint="images")  # noqa: E731
    error = await refused(build, asked(picture()))
    assert error.message == "the endpoint images takes no pictures"


async def test_a_flow_gets_pictures_as_uploads() -> None:
    witness = await sent(flowise(CHATFLOW), asked(picture(), notes()))
    assert witness.images == [1]
    assert witness.body["question"] == f"what is this?\n\n{NOTES}"
    assert witness.body["uploads"] == [
        {"type": "file", "name": "cat.png", "mime": "image/png", "data": url(CAT)}
    ]


async def test_a_flow_that_was_not_told_to_see_refuses_pictures() -> None:
    error = await refused(flowise(MUTE_FLOW), asked(picture()))
    assert error.message == "the flow takes no pictures"


async def test_a_flow_is_asked_about_uploads_only_for_pictures() -> None:
    witness = await sent(flowise(CHATFLOW), asked(notes()))
    assert "uploads" not in witness.body
    assert not [call for call in witness.simulator.calls if "uploads" in call.path]


async def test_a_server_without_that_question_is_sent_the_pictures() -> None:
    json = {"content_type": "application/json"}
    old_server = answering(
        answer(b'{"isStreaming": false}', **json),
        answer(b'{"statusCode": 404, "message": "not found"}', "404 Not Found", **json),
        answer(b'{"text": "ok", "chatMessageId": "m"}', **json),
    )
    async with serve(old_server) as server:
        options = FlowiseOptions(kind="flowise", base_url=server.url, chatflow_id=CHATFLOW)
        events = await ask_once(FLOWISE.build("p", options, services()), asked(picture()))
    assert heard(events).text == "ok"
    assert url(CAT).encode() in server.requests[-1].body


@dataclass(frozen=True)
class Argument:
    model: str
    given: dict[str, str]
    attachments: tuple[Attachment, ...]
    body: dict[str, object]


@pytest.mark.parametrize(
    "case",
    [
        Argument("fal-ai/flux/dev", {}, (picture(),), {"image_url": url(CAT)}),
        Argument(
            "fal-ai/flux/dev",
            {},
            (picture(), dog()),
            {"image_urls": [url(CAT), url(DOG, "image/jpeg")]},
        ),
        Argument("fal-ai/nano-banana/edit", {}, (picture(),), {"image_urls": [url(CAT)]}),
        Argument(
            "fal-ai/nano-banana/edit",
            {"image_parameter": "image_url"},
            (picture(),),
            {"image_url": url(CAT)},
        ),
        Argument("fal-ai/any-llm/vision", {}, (picture(),), {"image_urls": [url(CAT)]}),
    ],
)
async def test_an_app_of_fal_gets_pictures_as_an_argument(case: Argument) -> None:
    witness = await sent(fal(case.model, **case.given), asked(*case.attachments))
    assert {name: value for name, value in witness.body.items() if "image" in name} == case.body
    assert witness.images == [len(case.attachments)]


@pytest.mark.parametrize(
    "case",
    [
        Argument("get3w/flux-dev", {}, (picture(),), {"image": url(CAT)}),
        Argument("google/nano-banana/edit", {}, (picture(),), {"images": [url(CAT)]}),
        Argument(
            "get3w/flux-dev", {"image_parameter": "images"}, (picture(),), {"images": [url(CAT)]}
        ),
    ],
)
async def test_a_model_of_get3w_gets_pictures_as_an_argument(case: Argument) -> None:
    witness = await sent(get3w(case.model, **case.given), asked(*case.attachments))
    assert {name: value for name, value in witness.body.items() if "image" in name} == case.body
    assert witness.images == [len(case.attachments)]


@pytest.mark.parametrize(
    "build",
    [
        fal("fal-ai/flux/dev", image_parameter="image_url"),
        get3w("get3w/flux-dev", image_parameter="image"),
    ],
    ids=["fal", "get3w"],
)
async def test_an_argument_for_one_picture_refuses_two(
    build: Callable[[Simulator], Provider],
) -> None:
    error = await refused(build, asked(picture(), dog()))
    assert "takes one picture, and 2 are attached" in error.message


@pytest.mark.parametrize(
    ("build", "name"),
    [(fal("fal-ai/flux/dev"), "image_url"), (get3w("get3w/flux-dev"), "image")],
    ids=["fal", "get3w"],
)
async def test_the_users_own_parameters_win(
    build: Callable[[Simulator], Provider], name: str
) -> None:
    own = "https://x.test/own.png"
    witness = await sent(build, asked(picture(), parameters={name: own}))
    assert witness.body[name] == own


@pytest.mark.parametrize(
    "build", [fal("fal-ai/flux/dev"), get3w("get3w/flux-dev"), flowise(CHATFLOW)]
)
async def test_only_the_last_turn_goes_where_there_is_no_history(
    build: Callable[[Simulator], Provider],
) -> None:
    first = turn("what is this?", picture())
    witness = await sent(build, request(first, turn("and now?"), files=FILES))
    assert witness.images == [0]
    assert "base64" not in str(witness.body)


async def test_a_picture_that_is_none_is_refused_by_the_servers() -> None:
    files = {"/media/cat.png": gif(1, 1)}
    broken = request(turn("a", picture()), files=files)
    builds: list[Callable[[Simulator], Provider]] = [
        lambda simulator: openai(simulator, model="m"),
        writer(),
        fal("fal-ai/flux/dev"),
        get3w("get3w/flux-dev"),
        flowise(CHATFLOW),
    ]
    for build in builds:
        witness = Witness()
        async with witness.simulator as simulator:
            events = await ask_once(build(simulator), broken)
        assert isinstance(events[-1], StreamError)
        assert witness.prompts == []


@pytest.mark.parametrize("status", ["301 Moved Permanently", "307 Temporary Redirect"])
async def test_key_and_files_go_to_no_other_origin(status: str) -> None:
    given: Services = services(PlainKey(Secret(KEY)))

    def everywhere(base: str) -> list[Provider]:
        return [
            FAL.build(
                "p", FalOptions(kind="fal", run_url=base, queue_url=base, model="a/b"), given
            ),
            GET3W.build("p", Get3wOptions(kind="get3w", base_url=base, model="m"), given),
            WRITER.build("p", WriterOptions(kind="writer", base_url=base), given),
            FLOWISE.build(
                "p",
                FlowiseOptions(
                    kind="flowise", base_url=base, chatflow_id=CHATFLOW, streaming=False
                ),
                given,
            ),
        ]

    async with serve(answering(answer(b"{}"))) as elsewhere:
        moved = answer(b"", status, location=f"{elsewhere.url}/steal")
        async with serve(answering(*[moved] * 4)) as server:
            for provider in everywhere(server.url):
                events = await ask_once(provider, asked(picture()))
                assert isinstance(events[-1], StreamError)
            assert any(url(CAT).encode() in one.body for one in server.requests)
        assert elsewhere.requests == []


def test_a_text_that_is_no_utf_8_any_more_is_still_said() -> None:
    message = turn("a", notes())
    assert "\ufffd" in said(message, {"/media/notes.txt": b"\xff"})


def test_a_text_cannot_act_on_what_stands_around_it() -> None:
    message = turn("a", notes())
    assert "\x1b" not in said(message, {"/media/notes.txt": b"\x1b[31m````"})
    assert said(message, {"/media/notes.txt": b"````"}).endswith("`````\n````\n`````")
