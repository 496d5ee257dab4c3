"""Gemini's dialect: what is sent, and what its responses mean."""

import base64
import json
from typing import Any

import pytest

from chat_tui.events import Source, SourceRefs
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.message import Attachment, blank_reply, user_message
from chat_tui.providers.gemini.dialect import GeminiDecoder, decode_page, encode
from chat_tui.simulator.script import (
    Cite,
    Fail,
    Finish,
    Passage,
    Picture,
    Preview,
    Raw,
    Say,
    Script,
    UseTool,
)
from chat_tui.simulator.server import Simulator
from tests.media.pictures import png
from tests.providers.asking import ask_once, heard, request
from tests.providers.native_sim import gemini, sent

KEY = "canary-0123456789abcdef"
HELLO = Script((Say("Hello"), Finish()))
BUSY: dict[str, Any] = {"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}


async def test_the_model_is_part_of_the_address_and_the_key_a_header(
    simulator: Simulator,
) -> None:
    simulator.enqueue(HELLO, HELLO)
    await ask_once(gemini(simulator, PlainKey(Secret(KEY))), request(model="models/a b"))
    await ask_once(gemini(simulator, parameters={"model": "c"}))
    first, second = simulator.calls
    assert first.path == "/gemini/v1beta/models/a%20b:streamGenerateContent"
    assert (first.query, first.headers["x-goog-api-key"]) == ("alt=sse", KEY)
    assert second.path.endswith("/models/c:streamGenerateContent")
    assert "model" not in second.json


async def test_pictures_go_as_data_before_the_words(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    data = png(2, 2)
    cat = Attachment(path="/c.png", name="c.png", media_type="image/png", size_bytes=len(data))
    turn = user_message("what?", parent=None, attachments=(cat,))
    asked = request(turn, files={"/c.png": data}, system_prompt="be brief")
    await ask_once(gemini(simulator), asked)
    encoded = base64.b64encode(data).decode()
    assert sent(simulator) == {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"inlineData": {"mimeType": "image/png", "data": encoded}},
                    {"text": "what?"},
                ],
            }
        ],
        "systemInstruction": {"parts": [{"text": "be brief"}]},
    }


def test_a_blank_reply_is_not_sent() -> None:
    first = user_message("one", parent=None)
    blank = blank_reply(parent=first.id, provider="p", model="m")
    assert encode(request(first, blank))["contents"] == [
        {"role": "user", "parts": [{"text": "one"}]}
    ]


async def test_pictures_come_out_and_drafts_of_them_before(simulator: Simulator) -> None:
    draft, drawn = png(1, 1), png(2, 2)
    simulator.enqueue(Script((Preview(draft), Picture(drawn), Picture(drawn), Finish())))
    found = heard(await ask_once(gemini(simulator)))
    assert [one.data for one in found.previews] == [draft]
    assert [(one.index, one.media_type, one.data) for one in found.pictures] == [
        (0, "image/png", drawn),
        (1, "image/png", drawn),
    ]
    assert (found.finish, found.notices) == ("stop", [])


async def test_code_that_the_server_ran_is_a_tool_with_an_output(simulator: Simulator) -> None:
    simulator.enqueue(Script((UseTool("x", "print(1)", "1"), Say("1"), Finish())))
    found = heard(await ask_once(gemini(simulator)))
    [call] = found.tools.values()
    assert (call.name, call.arguments, call.output) == ("code_execution", "print(1)", "1")
    assert found.finish == "stop"


async def test_what_the_search_found_are_sources(simulator: Simulator) -> None:
    page = Passage("A page", "https://a.test/")
    simulator.enqueue(Script((Say("a"), Cite((page,)), Finish())))
    events = await ask_once(gemini(simulator))
    assert SourceRefs((Source("A page", "https://a.test/"),)) in events


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "filtered"),
        ("RECITATION", "filtered"),
        ("PROHIBITED_CONTENT", "filtered"),
        ("IMAGE_SAFETY", "filtered"),
        ("NO_IMAGE", "unknown"),
        ("MALFORMED_FUNCTION_CALL", "unknown"),
    ],
)
async def test_each_reason_to_finish_has_a_meaning(
    simulator: Simulator, reason: str, finish: str
) -> None:
    simulator.enqueue(Script((Say("a"), Finish(reason))))
    found = heard(await ask_once(gemini(simulator)))
    assert found.finish == finish
    assert any(reason in notice for notice in found.notices) is (finish in {"filtered", "unknown"})


@pytest.mark.parametrize(
    ("code", "kind"),
    [(500, "provider"), (503, "provider"), (429, "rate_limit"), (403, "auth"), (400, "rejected")],
)
async def test_an_error_in_the_stream_keeps_its_kind(
    simulator: Simulator, code: int, kind: str
) -> None:
    simulator.enqueue(Script((Say("a"), Fail("no", code))))
    found = heard(await ask_once(gemini(simulator)))
    assert found.error is not None
    assert (found.text, found.error.kind, found.error.message) == ("a", kind, "no")


@pytest.mark.parametrize("error", [BUSY, [BUSY]], ids=["object", "list"])
@pytest.mark.parametrize("acts", [(Say("a"),), ()], ids=["after text", "at once"])
async def test_an_error_outside_of_the_framing_is_found(
    simulator: Simulator, error: object, acts: tuple[Say, ...]
) -> None:
    raw = json.dumps(error, indent=2).encode()
    simulator.enqueue(Script((*acts, Raw(raw))))
    found = heard(await ask_once(gemini(simulator)))
    assert found.error is not None
    assert (found.error.kind, found.error.message) == ("provider", "busy")
    assert found.text == "".join(act.text for act in acts)


def test_responses_that_come_as_a_list_are_a_whole_reply() -> None:
    decoder = GeminiDecoder(provider="p", model="m")
    pieces = [
        {"candidates": [{"content": {"parts": [{"text": "Hel"}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "lo"}]}, "finishReason": "STOP"}]},
    ]
    found = heard(decoder.whole(pieces))
    assert (found.text, found.finish) == ("Hello", "stop")


async def test_a_wrong_key_is_an_error_of_the_key() -> None:
    async with Simulator(key=KEY) as simulator:
        found = heard(await ask_once(gemini(simulator, PlainKey(Secret("wrong")))))
    assert found.error is not None
    assert (found.error.kind, found.error.status) == ("auth", 400)


async def test_models_that_do_not_answer_are_not_listed(simulator: Simulator) -> None:
    provider = gemini(simulator)
    models = await provider.models()
    await provider.aclose()
    assert [one.id for one in models] == ["demo", "demo-slow", "demo-picture"]
    assert models[0].context_tokens == 1_000_000


def test_a_page_of_the_list_names_the_next_one() -> None:
    models, mark = decode_page({"models": [{"name": "models/a"}], "nextPageToken": "b"})
    assert ([one.id for one in models], mark) == (["a"], "b")


def test_thinking_counts_as_output() -> None:
    decoder = GeminiDecoder(provider="p", model="m")
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 2, "thoughtsTokenCount": 3}
    candidate = {"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}
    spent = heard(decoder.whole({"candidates": [candidate], "usageMetadata": usage})).usage
    assert spent is not None
    assert (spent.input_tokens, spent.output_tokens) == (1, 5)


def test_a_block_after_text_keeps_the_text_and_says_why() -> None:
    decoder = GeminiDecoder(provider="p", model="m")
    pieces = [
        {"candidates": [{"content": {"parts": [{"text": "Hel"}]}}]},
        {"promptFeedback": {"blockReason": "SAFETY"}},
    ]
    found = heard(decoder.whole(pieces))
    assert (found.text, found.finish, found.error) == ("Hel", "filtered", None)
    assert found.notices == ["the prompt was blocked: SAFETY"]
