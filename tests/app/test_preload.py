"""While somebody types, all is loaded that would make the first reply wait."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from chat_tui.simulator.server import Simulator

_FIRST_REPLY = """
import asyncio, sys
from chat_tui.app.preload import load_network
from chat_tui.keys.secrets import DefaultKey
from chat_tui.ids import ConversationId
from chat_tui.message import user_message
from chat_tui.providers.base import Request
from chat_tui.providers.kinds import Services
from chat_tui.providers.openai.options import OpenAIOptions
from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.roster.fetch import fetch_for

async def reply(url):
    options = OpenAIOptions(kind="openai", base_url=url, model="sim-model")
    key = DefaultKey(None, "sim", required=False)
    provider = ChatProvider("sim", options, Services(
        key=key, idle_timeout_s=5, max_event_bytes=1 << 20, proxy=lambda url: None))
    fetch_for(provider, {})
    said = user_message("hi", parent=None)
    async for event in provider.stream(Request(conversation=ConversationId("c"), messages=(said,))):
        print(type(event).__name__, file=sys.stderr)
    await provider.aclose()

async def main():
    await asyncio.to_thread(load_network, keyring=True)
    known = set(sys.modules)
    await reply(sys.argv[1])
    print(*sorted(sys.modules.keys() - known))

asyncio.run(main())
"""


async def test_the_first_reply_has_nothing_left_to_load() -> None:
    async with Simulator() as simulator:
        url = f"{simulator.url}/v1".replace("127.0.0.1", "localhost")  # names are looked up
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _FIRST_REPLY, url, stdout=PIPE, stderr=PIPE
        )
        loaded, told = await child.communicate()
    assert b"Finished" in told, told.decode()
    assert loaded.split() == []
