"""Ollama's dialect: what is sent, and what its lines mean."""

import base64

from chat_tui.events import StreamError
from chat_tui.message import Attachment, user_message
from chat_tui.providers.ollama.dialect import OllamaDecoder
from chat_tui.providers.ollama.provider import OLLAMA
from chat_tui.simulator.script import Fail, Finish, Picture, Raw, Say, Script
from chat_tui.simulator.server import Simulator
from tests.media.pictures import png
from tests.providers.asking import ask, ask_once, closing, heard, request
from tests.providers.native_sim import ollama, sent

HELLO = Script((Say("Hello"), Finish()))


async def test_no_key_is_needed_and_none_is_sent(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    await ask_once(ollama(simulator))
    assert "authorization" not in simulator.calls[0].headers
    assert (OLLAMA.key_env, OLLAMA.key_required) == (None, False)


async def test_pictures_go_beside_the_words(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    data = png(2, 2)
    cat = Attachment(path="/c.png", name="c.png", media_type="image/png", size_bytes=len(data))
    turn = user_message("what?", parent=None, attachments=(cat,))
    await ask_once(ollama(simulator), request(turn, files={"/c.png": data}, system_prompt="be"))
    assert sent(simulator)["messages"] == [
        {"role": "system", "content": "be"},
        {"role": "user", "content": "what?", "images": [base64.b64encode(data).decode()]},
    ]


async def test_an_error_in_the_middle_keeps_the_text(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), Fail("out of memory"))))
    found = heard(await ask_once(ollama(simulator)))
    assert found.error is not None
    assert (found.text, found.error.kind, found.error.message) == ("a", "provider", "out of memory")


async def test_a_picture_comes_out(simulator: Simulator) -> None:
    data = png(2, 2)
    simulator.enqueue(Script((Picture(data), Finish())))
    found = heard(await ask_once(ollama(simulator)))
    assert [one.data for one in found.pictures] == [data]


async def test_the_last_line_is_the_end_whatever_follows(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), Finish(), Raw(b"{nonsense\n" * 5), Say("b"))))
    found = heard(await ask_once(ollama(simulator)))
    assert (found.text, found.finish, found.notices) == ("a", "stop", [])


async def test_where_nothing_is_listening_the_hint_is_how_to_start_it() -> None:
    async with Simulator() as simulator:
        provider = ollama(simulator)
    async with closing(provider):
        events = await ask(provider)
    end = events[-1]
    assert isinstance(end, StreamError)
    assert "is Ollama running? ollama serve" in end.hint


async def test_for_a_model_that_is_not_there_the_hint_is_how_to_get_it(
    simulator: Simulator,
) -> None:
    found = heard(await ask_once(ollama(simulator, model="gone")))
    assert found.error is not None
    assert (found.error.kind, found.error.hint) == ("rejected", "ollama pull gone")


def test_an_older_server_ends_without_a_reason() -> None:
    decoder = OllamaDecoder(provider="p", model="m")
    found = heard(decoder.whole({"model": "m", "message": {"content": "a"}, "done": True}))
    assert (found.text, found.finish) == ("a", "stop")


def test_calls_without_an_id_are_told_apart() -> None:
    decoder = OllamaDecoder(provider="p", model="m")
    calls = [{"function": {"name": "f", "arguments": {"a": n}}} for n in (1, 2)]
    found = heard(decoder.whole({"message": {"tool_calls": calls}, "done": True}))
    assert [call.arguments for call in found.tools.values()] == ['{"a":1}', '{"a":2}']
