"""A key in a whole run of the program: in no output, file, log or list of processes."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.simulator.flowise import CHATFLOW
from chat_tui.simulator.script import Done, Finish, Gate, Hold, Raw, Say, Script
from chat_tui.simulator.server import Simulator
from tests.cli.conftest import User
from tests.media.pictures import png
from tests.net.server import Connection, Server, answer, serve

KEY = "canary-0123456789abcdef"
FORMATS = ("md", "json")


def frames(*documents: object, head: str = "") -> Raw:
    return Raw("".join(f"{head}data:{json.dumps(one)}\n\n" for one in documents).encode())


def flowise_frames(address: str) -> Raw:
    pictures = [{"type": "png", "data": address}, {"type": "png", "data": "FILE-STORAGE::a.png"}]
    return frames(
        {"event": "token", "data": "x"},
        {"event": "artifacts", "data": pictures},
        {"event": "metadata", "data": {"chatId": "c"}},
        {"event": "end", "data": "[DONE]"},
        head="message:\n",
    )


def chat_frames(address: str) -> Raw:
    images = [{"type": "image_url", "image_url": {"url": address}}]
    return frames({"choices": [{"delta": {"images": images}, "finish_reason": "stop"}]})


KINDS: dict[str, tuple[str, Callable[[str], Raw] | None]] = {
    "flowapi": ('kind = "flowapi"\nbase_url = "{url}/v1"\nmodel = "m"', chat_frames),
    "openai images": (
        'kind = "openai"\nbase_url = "{url}/v1"\nmodel = "m"\nendpoint = "images"',
        lambda address: frames({"data": [{"url": address}]}),
    ),
    "flowise": (f'kind = "flowise"\nbase_url = "{{url}}"\nchatflow_id = "{CHATFLOW}"', flowise_frames),
    "fal": (
        'kind = "fal"\nrun_url = "{url}/fal/run"\nqueue_url = "{url}/fal/queue"\n'
        'model = "fal-ai/flux/dev"',
        lambda address: frames({"images": [{"url": address}]}),
    ),
    "get3w": (
        'kind = "get3w"\nbase_url = "{url}/api/v3"\nmodel = "get3w/flux-dev"',
        lambda address: frames({"status": "completed", "outputs": [address]}),
    ),
    "writer": ('kind = "writer"\nbase_url = "{url}/writer/v1"', None),
    "anthropic": ('kind = "anthropic"\nbase_url = "{url}/anthropic"\nmodel = "m"', None),
    "gemini": ('kind = "gemini"\nbase_url = "{url}/gemini"\nmodel = "m"', None),
    "ollama": ('kind = "ollama"\nbase_url = "{url}/ollama"\nmodel = "demo"', None),
}  # fmt: skip


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def picture_host(connection: Connection) -> None:
    while True:
        await connection.request()
        await connection.send(answer(png(2, 2), content_type="image/png"))


def command_lines() -> bytes:
    """Of all processes that run now."""
    found = b""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += path.read_bytes()
        except OSError:
            continue  # it has ended
    return found


def configure(user: User, name: str, simulator: Simulator) -> None:
    table = KINDS[name][0].replace("{url}", simulator.url)
    user.configure(f'[providers.it]\n{table}\napi_key = {{ env = "CHAT_TUI_CANARY" }}\n')
    user.environ["CHAT_TUI_CANARY"] = KEY


def script_of(name: str, gate: Gate, host: Server) -> Script:
    pictured = KINDS[name][1]
    if pictured is None:
        return Script((Hold(gate), Say("x"), Finish(), Done()))
    return Script((Hold(gate), pictured(f"{host.url}/a.png")))


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc")
@pytest.mark.parametrize("name", KINDS)
async def test_a_key_stays_where_it_belongs(user: User, name: str) -> None:
    gate = Gate()
    async with Simulator(key=KEY) as simulator, serve(picture_host) as host:
        configure(user, name, simulator)
        simulator.enqueue(script_of(name, gate, host))
        asking = asyncio.create_task(user.run("ask", "-p", "it", "--json", "hello"))
        reached = asyncio.create_task(gate.reached.wait())
        await asyncio.wait({asking, reached}, return_when=asyncio.FIRST_COMPLETED)
        running = command_lines()
        gate.open()
        ran = await asking
        exports = [await user.run("export", "last", "--format", form) for form in FORMATS]
        simulator.enqueue(*(Script(status=401, body=f'{{"error":"{KEY}"}}'.encode()),) * 3)
        refused = await user.run("ask", "-p", "it", "--continue", "again")
    assert ran.code == 0, ran
    assert reached.done()
    assert b"chat_tui" in running
    assert KEY.encode() not in running
    assert refused.code == 1
    assert all(one.code == 0 and "hello" in one.out for one in exports)
    for one in (ran, refused, *exports):
        assert KEY not in one.out + one.err
    pictured = KINDS[name][1] is not None
    assert bool(host.requests) is pictured
    for received in host.requests:
        assert KEY not in f"{received}"
        assert "authorization" not in received.headers
    written = files(user.home)
    assert any(path.suffix == ".db" for path in written)
    assert any(path.suffix == ".log" for path in written)
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []
