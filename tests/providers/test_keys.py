"""Where a key goes, for every kind: to the configured origin in one header, and nowhere else."""

import logging
from contextlib import aclosing
from typing import cast

import pytest

from chat_tui.errors import ProviderError
from chat_tui.events import ImageResult, encode_event
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.providers.base import Provider
from chat_tui.simulator.script import Fail, Say, Script
from chat_tui.simulator.server import Simulator
from tests.net.server import Connection, Server, answer, serve
from tests.providers.asking import ask, openai, request, services
from tests.providers.fal_sim import fal
from tests.providers.test_contract import KEY, KINDS, Subject

SCHEMES = {
    "fal": "Key",
    "fal pictures": "Key",
    "anthropic": "",
    "gemini": "",
    "gemini pictures": "",
}
HEADERS = {
    "anthropic": "x-api-key",
    "gemini": "x-goog-api-key",
    "gemini pictures": "x-goog-api-key",
}
ASKED = [subject for subject in KINDS if subject.name != "demo"]  # it starts its own server

with_each_kind = pytest.mark.parametrize("subject", ASKED, ids=lambda subject: subject.name)


def build(subject: Subject, server: Simulator | Server) -> Provider:
    # Only the address of the server is looked at.
    provider, _ = subject.build(cast("Simulator", server), services(PlainKey(Secret(KEY))))
    return provider


async def exercise(provider: Provider) -> list[str]:
    """Ask, list and check; what is said of it all."""
    said = [encode_event(event).decode() for event in await ask(provider)]
    for call in (provider.models, provider.check):
        try:
            said.append(str(await call()))
        except ProviderError as error:
            said += [str(error), repr(error), error.hint]
    await provider.aclose()
    return said


@with_each_kind
async def test_a_key_is_sent_in_one_header_only(subject: Subject) -> None:
    async with Simulator(key=KEY) as simulator:
        simulator.enqueue(Script((*subject.content, *subject.ending)))
        said = await exercise(build(subject, simulator))
        calls = list(simulator.calls)
    assert KEY not in "".join(said)
    assert any("finished" in event for event in said)
    for call in calls:
        headers = dict(call.headers)
        shown = headers.pop(HEADERS.get(subject.name, "authorization"))
        assert shown == f"{SCHEMES.get(subject.name, 'Bearer')} {KEY}".strip()
        assert KEY not in f"{call.path}?{call.query} {headers}"
        assert KEY.encode() not in call.body


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 X", "308 X"])
@with_each_kind
async def test_a_key_never_follows_a_redirect(subject: Subject, status: str) -> None:
    async def elsewhere(connection: Connection) -> None:
        await connection.request()

    async with serve(elsewhere) as other:

        async def redirect(connection: Connection) -> None:
            while True:
                received = await connection.request()
                location = f"{other.url}{received.target}"
                await connection.send(answer(b"gone", status, location=location))

        async with serve(redirect) as server:
            said = await exercise(build(subject, server))
    assert server.requests
    assert other.connections == 0
    assert KEY not in "".join(said)


@with_each_kind
async def test_a_key_that_a_server_repeats_is_neither_shown_nor_logged(
    subject: Subject, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bodies = [
        b'{"error": {"message": "%s is wrong"}}',
        b'{"detail": [{"msg": "%s", "loc": ["%s"]}]}',
        b'{"tpe": "X", "errors": [{"description": "%s", "key": "k"}]}',
        b'{"code": 403, "message": "%s", "data": null}',
        b"%s",
        b"<title>%s</title>",
    ]
    for status in (200, 403, 422):
        for body in bodies:
            script = Script(
                status=status,
                content_type="application/json",
                body=body.replace(b"%s", KEY.encode()),
            )
            async with Simulator() as simulator:
                simulator.enqueue(*(script,) * subject.tries)
                assert KEY not in "".join(await exercise(build(subject, simulator)))
    async with Simulator() as simulator:
        simulator.enqueue(Script((*subject.content, Fail(f"{KEY} broke it"))))
        assert KEY not in "".join(await exercise(build(subject, simulator)))
    assert caplog.records
    assert KEY not in caplog.text


@with_each_kind
async def test_a_key_is_in_no_repr(subject: Subject) -> None:
    async with Simulator() as simulator:
        simulator.enqueue(Script((*subject.content, *subject.ending)))
        provider = build(subject, simulator)
        shown = [repr(provider)]
        for value in vars(provider).values():
            shown += [repr(value), str(vars(value)) if hasattr(value, "__dict__") else ""]
        async with aclosing(provider.stream(request())) as events:
            shown += [repr(event) async for event in events if not isinstance(event, ImageResult)]
        await provider.aclose()
    assert KEY not in "".join(shown)


@pytest.mark.parametrize("value", ["canary-0123456789", "Basic canary-0123456789"])
async def test_a_token_in_a_header_of_the_users_is_not_shown_either(value: str) -> None:
    remark = b'{"error": {"message": "canary-0123456789 is wrong"}}'
    refused = Script(status=400, content_type="application/json", body=remark)
    failed = Script((Say("a"), Fail("canary-0123456789 broke it")))
    async with Simulator() as simulator:
        provider = openai(simulator, headers={"X-Proxy-Auth": value, "X-Team": "lamp"})
        for script in (refused, failed):
            simulator.enqueue(script)
            said = "".join(encode_event(event).decode() for event in await ask(provider))
            assert "canary" not in said
            assert "***" in said
        simulator.enqueue(Script((Fail("lamp broke"),)))
        assert "lamp broke" in str(await ask(provider))
        await provider.aclose()


async def test_an_address_with_a_key_in_it_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Simulator() as simulator:
        url = f"{simulator.url}/fal/run?key={KEY}"
        provider = fal(simulator, run_url=url, transport="stream")
        await provider.check()
        await provider.aclose()
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("chat_tui")]
    assert ours
    assert KEY not in "".join(ours)
