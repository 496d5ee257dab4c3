"""The server, over real sockets."""

import asyncio
import json

import httpx
import pytest

from chat_tui.simulator.connection import MAX_BODY_BYTES
from chat_tui.simulator.script import (
    Act,
    Drop,
    End,
    Finish,
    Gate,
    Hang,
    Hold,
    Pause,
    Raw,
    Say,
    Script,
    say,
)
from chat_tui.simulator.server import Simulator, serve
from tests.simulator.client import ASK, said, wire

CHAT = "/v1/chat/completions"
STREAM = {**ASK, "stream": True}
CAPTURED = (
    b'data: {"choices":[{"index":0,"delta":{"content":"Gr\xc3\xbc\xc3\x9fe"}}]}\r\n\r\n'
    b": ping\r\n\r\ndata: [DONE]\r\n\r\n"
)


async def test_one_connection_serves_many_requests(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(say("one")), Script(body=b"{}", content_type="application/json"))
    await client.post(CHAT, json=STREAM)
    await client.post(CHAT, json=STREAM)
    await client.get("/v1/models")
    await client.get("/nowhere")
    assert (simulator.connections, simulator.open_connections) == (1, 1)


async def test_scripts_are_played_in_turn_then_the_responder_answers() -> None:
    async with (
        Simulator(responder=lambda _: Script((Say("default"),))) as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        simulator.enqueue(Script((Say("a"),)), Script((Say("b"),)))
        replies = [said((await client.post(CHAT, json=STREAM)).content) for _ in range(3)]
    assert replies == ["a", "b", "default"]


async def test_calls_are_kept_as_they_came(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.enqueue(Script())
    body = b'{"model": "demo", "messages": [{"role": "user", "content": "hi"}]}'
    headers = [("X-Twice", "1"), ("x-twice", "2"), ("Authorization", "Bearer canary")]
    await client.post(f"{CHAT}?a=b", content=body, headers=headers)
    [call] = simulator.calls
    assert (call.method, call.path, call.query, call.body) == ("POST", CHAT, "a=b", body)
    assert call.headers["x-twice"] == "1, 2"
    assert call.json == json.loads(body)
    assert "canary" not in repr(call)


async def test_old_calls_are_forgotten(simulator: Simulator, client: httpx.AsyncClient) -> None:
    big = b"x" * (48 * 1024 * 1024)
    for number in range(3):
        await client.post(f"/{number}", content=big)
    assert [call.path for call in simulator.calls] == ["/1", "/2"]


async def test_a_gate_holds_the_reply_where_it_stands(simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Say("before"), Hold(gate), Say("after"))))
    async with wire(simulator) as client:
        await client.post()
        await client.head()
        assert b"before" in await client.chunk()
        await gate.reached.wait()
        later = asyncio.create_task(client.chunk())
        assert not later.done()
        gate.open()
        assert b"after" in await later


async def test_the_head_comes_with_the_first_bytes(simulator: Simulator) -> None:
    early, late = Gate(), Gate()
    simulator.enqueue(Script((Hold(early), Raw(b""), Hold(late)), status=202))
    async with wire(simulator) as client:
        await client.post()
        head = asyncio.create_task(client.head())
        await early.reached.wait()
        assert not head.done()
        early.open()
        assert (await head)[0] == 202
        assert not late.is_open


@pytest.mark.parametrize("acts", [(Hang(),), (Say("x"), Hang()), (Pause(3600),)])
@pytest.mark.parametrize("body", [STREAM, ASK], ids=["stream", "document"])
async def test_a_client_that_leaves_is_noticed_at_once(
    simulator: Simulator, acts: tuple[Act, ...], body: dict[str, object]
) -> None:
    gate = Gate()
    gate.open()
    simulator.enqueue(Script((Hold(gate), *acts)))
    async with wire(simulator) as client:
        await client.post(body)
        await gate.reached.wait()
    await simulator.hangup_seen()
    assert simulator.hangups == 1


async def test_a_client_that_leaves_while_held_is_counted(simulator: Simulator) -> None:
    gates = [Gate(), Gate()]
    simulator.enqueue(*(Script((Say("x"), Hold(gate))) for gate in gates))
    for gate in gates:
        async with wire(simulator) as client:
            await client.post()
            await gate.reached.wait()
    await simulator.hangup_seen(2)
    assert simulator.hangups == 2


async def test_a_client_that_leaves_while_it_is_flooded_is_counted(simulator: Simulator) -> None:
    simulator.enqueue(Script(body=b"x" * (32 * 1024 * 1024)))
    async with wire(simulator) as client:
        await client.post()
        await client.head()
    await simulator.hangup_seen()


async def test_a_client_that_leaves_after_the_end_is_not_a_hangup(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("x"), Finish())))
    async with wire(simulator) as client:
        await client.post()
        await client.response()
    await simulator.stop()
    assert simulator.hangups == 0


async def test_the_next_request_may_come_before_the_reply(simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Hold(gate), Say("one"))), Script((Say("two"),)))
    async with wire(simulator) as client:
        await client.post()
        await gate.reached.wait()
        await client.post()
        gate.open()
        assert said((await client.response()).body) == "one"
        assert said((await client.response()).body) == "two"


async def test_a_client_that_floods_during_a_reply_is_cut_off(simulator: Simulator) -> None:
    simulator.enqueue(Script((Hang(),)))
    async with wire(simulator) as client:
        await client.post()
        await client.send(b"x" * (1024 * 1024))
        await simulator.hangup_seen()


async def test_drop_resets_the_connection_after_what_was_said(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("part"), Drop())))
    async with wire(simulator) as client:
        await client.post()
        await client.head()
        assert b"part" in await client.chunk()
        with pytest.raises(ConnectionResetError):
            await client.reader.read()
    assert simulator.hangups == 0


@pytest.mark.parametrize("body", [STREAM, ASK], ids=["stream", "document"])
async def test_drop_as_the_first_act_leaves_no_status(
    simulator: Simulator, client: httpx.AsyncClient, body: dict[str, object]
) -> None:
    simulator.enqueue(Script((Drop(),)))
    with pytest.raises(httpx.ReadError):
        await client.post(CHAT, json=body)


async def test_drop_without_a_reset_cuts_the_body_short(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Say("part"), Drop(reset=False))))
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
        await client.post(CHAT, json=STREAM)


async def test_end_ends_in_order_before_the_rest(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Say("a"), End(), Say("b"), Finish())))
    assert said((await client.post(CHAT, json=STREAM)).content) == "a"


@pytest.mark.parametrize("cut", [1, 7, 1000])
async def test_a_cut_body_arrives_whole(simulator: Simulator, cut: int) -> None:
    simulator.enqueue(Script(body=CAPTURED, cut=cut))
    async with wire(simulator) as client:
        await client.post()
        await client.head()
        chunks = await client.chunks()
    assert b"".join(chunks) == CAPTURED
    assert [len(chunk) for chunk in chunks[:-1]] == [cut] * ((len(CAPTURED) - 1) // cut)


async def test_acts_are_cut_like_a_body(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("Grüße"), Finish()), cut=3))
    async with wire(simulator) as client:
        await client.post()
        await client.head()
        chunks = await client.chunks()
    assert max(map(len, chunks)) == 3
    assert said(b"".join(chunks)) == "Grüße"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (CAPTURED, "text/event-stream", 200),
        (CAPTURED, "Text/Event-Stream; charset=utf-8", 200),
        (CAPTURED, "", 200),
        (b"", "text/event-stream", 200),
        (b"<html>busy</html>", "text/html", 502),
        (b'{"error":{"message":"no"}}', "application/json", 401),
        (bytes(range(256)), "application/octet-stream", 200),
    ],
)
async def test_a_body_is_replayed_exactly(
    simulator: Simulator,
    client: httpx.AsyncClient,
    body: bytes,
    content_type: str,
    status: int,
) -> None:
    simulator.enqueue(Script(body=body, content_type=content_type, status=status))
    reply = await client.post(CHAT, json=STREAM)
    assert (reply.status_code, reply.content) == (status, body)
    assert reply.headers.get("content-type", "") == content_type


async def test_a_reply_without_content_has_no_body(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(body=b"", status=204))
    reply = await client.post(CHAT, json=STREAM)
    assert (reply.status_code, reply.content) == (204, b"")


async def test_a_length_longer_than_the_body_ends_too_early(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(body=b"short", headers={"Content-Length": "99"}))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post(CHAT, json=STREAM)


async def test_a_length_shorter_than_the_body_leaves_bytes_over(simulator: Simulator) -> None:
    simulator.enqueue(Script(body=b"too long", headers={"Content-Length": "3"}))
    async with wire(simulator) as client:
        await client.post()
        assert (await client.response()).body == b"too"
        assert await client.reader.read() == b" long"


async def test_unframed_bytes_break_the_framing(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Say("x"), Raw(b"no chunk\r\n", framed=False))))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post(CHAT, json=STREAM)


async def test_an_unknown_place_is_404(simulator: Simulator) -> None:
    async with wire(simulator) as client:
        await client.send(b"GET /v2/nothing HTTP/1.1\r\nhost: x\r\n\r\n")
        reply = await client.response()
    assert reply.status == 404
    assert reply.error["message"] == "Invalid URL (GET /v2/nothing)"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("GET", CHAT, "POST"), ("HEAD", CHAT, "POST"), ("DELETE", "/v1/models", "GET")],
)
async def test_a_wrong_method_is_405_and_names_the_right_one(
    client: httpx.AsyncClient, method: str, path: str, allow: str
) -> None:
    reply = await client.request(method, path)
    assert (reply.status_code, reply.headers["allow"]) == (405, allow)
    assert method == "HEAD" or reply.json()["error"]["type"] == "invalid_request_error"


async def test_head_has_the_headers_of_get_and_no_body(client: httpx.AsyncClient) -> None:
    got, head = await client.get("/v1/models"), await client.head("/v1/models")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.content == b""


async def test_a_client_that_expects_100_gets_it_before_the_body(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("ok"),)))
    body = json.dumps(STREAM).encode()
    head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
    async with wire(simulator) as client:
        await client.send(f"{head}content-length: {len(body)}\r\n\r\n".encode())
        assert (await client.head())[0] == 100
        await client.send(body)
        assert said((await client.response()).body) == "ok"


async def test_a_body_announced_over_the_limit_is_413(simulator: Simulator) -> None:
    head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
    async with wire(simulator) as client:
        await client.send(f"{head}content-length: {MAX_BODY_BYTES + 1}\r\n\r\n".encode())
        reply = await client.response()
        assert await client.reader.read() == b""
    assert (reply.status, reply.headers["connection"]) == (413, "close")
    assert str(MAX_BODY_BYTES) in reply.error["message"]
    assert simulator.calls == []


async def test_a_body_that_grows_over_the_limit_is_413(simulator: Simulator) -> None:
    size = 8 * 1024 * 1024
    piece = f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"
    head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    async with wire(simulator) as client:
        await client.send(head.encode())
        for _ in range(MAX_BODY_BYTES // size + 1):
            await client.send(piece)
        assert (await client.response()).status == 413


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01 hello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 100_000, 431),
    ],
)
async def test_what_is_not_http_is_refused(simulator: Simulator, sent: bytes, status: int) -> None:
    async with wire(simulator) as client:
        await client.send(sent)
        reply = await client.response()
        assert await client.reader.read() == b""
    assert reply.status == status
    assert reply.error["message"]


async def test_an_old_client_gets_a_body_that_ends_with_the_connection(
    simulator: Simulator,
) -> None:
    simulator.enqueue(Script(body=CAPTURED))
    body = json.dumps(STREAM)
    async with wire(simulator) as client:
        head = f"POST {CHAT} HTTP/1.0\r\ncontent-length: {len(body)}\r\n\r\n"
        await client.send((head + body).encode())
        assert (await client.head())[0] == 200
        assert await client.reader.read() == CAPTURED


@pytest.mark.parametrize("opened", [False, True], ids=["held", "passed"])
@pytest.mark.parametrize("said_first", [(), (Say("x"),)], ids=["silent", "said"])
@pytest.mark.parametrize("last", [Hang(), Pause(3600)])
async def test_stop_leaves_nothing_behind(
    opened: bool, said_first: tuple[Act, ...], last: Act
) -> None:
    before = asyncio.all_tasks()
    simulator = Simulator()
    await simulator.start()
    gate = Gate()
    if opened:
        gate.open()
    simulator.enqueue(Script((*said_first, Hold(gate), last)))
    async with wire(simulator) as idle, wire(simulator) as busy:
        await idle.send(b"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n")
        await idle.response()
        await busy.post()
        await gate.reached.wait()
        await simulator.stop()
        assert await idle.reader.read() == b""
        assert simulator.open_connections == 0
        assert asyncio.all_tasks() == before
    assert simulator.hangups == 0
    url = httpx.URL(simulator.url)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(url.host, url.port)


async def test_stop_does_not_wait_for_a_client_that_does_not_read() -> None:
    simulator = Simulator()
    await simulator.start()
    simulator.enqueue(Script(body=b"x" * (32 * 1024 * 1024)))
    async with wire(simulator) as client:
        await client.post()
        await client.head()
        await simulator.stop()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await client.reader.readexactly(32 * 1024 * 1024)


async def test_stop_closes_a_connection_that_was_just_accepted() -> None:
    simulator = Simulator()
    await simulator.start()
    async with wire(simulator) as client:
        await simulator.stop()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await client.reader.readexactly(1)
    await simulator.stop()


async def test_a_stopped_simulator_starts_again(simulator: Simulator) -> None:
    with pytest.raises(RuntimeError, match="already"):
        await simulator.start()
    await simulator.stop()
    await simulator.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{simulator.url}/v1/models")).status_code == 200


async def test_a_taken_port_is_an_error(simulator: Simulator) -> None:
    port = httpx.URL(simulator.url).port
    assert port is not None
    with pytest.raises(OSError, match="address already in use"):
        await Simulator().start(port)


async def test_serve_announces_itself_and_runs_until_cancelled() -> None:
    announced: asyncio.Queue[str] = asyncio.Queue()
    serving = asyncio.create_task(serve(announce=announced.put_nowait))
    url = await announced.get()
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{url}/v1/models")).status_code == 200
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/v1/models")
