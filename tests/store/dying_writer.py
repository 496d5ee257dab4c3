"""A program that streams a reply into a store until it is killed.

Usage: `dying_writer.py FILE [--hold]`; with it, the conversation is open in no other instance. The first line of its output names the conversation and the reply;
then each line is "events shown, events saved, seconds on the monotonic clock".
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from chat_tui.conversation import Conversation
from chat_tui.events import TextDelta
from chat_tui.message import blank_reply, user_message
from chat_tui.store.recorder import Recorder
from chat_tui.store.store import Store

DELTAS_A_SECOND = 400


def say(*words: object) -> None:
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


async def main(path: Path, hold: bool) -> None:
    store = Store(path)
    await store.recover()
    conversation = Conversation()
    await store.create(conversation)
    turn = user_message("count", parent=None)
    await store.add_message(conversation.id, turn)
    blank = blank_reply(parent=turn.id, provider="demo", model="counter")
    await store.begin_reply(conversation.id, blank)
    if hold:
        await store.hold([conversation.id])
    say(conversation.id, blank.id)
    recorder = Recorder(store, blank)
    start = time.monotonic()
    shown = 0
    while True:
        recorder.add([TextDelta(f"{shown} ")])
        shown += 1
        say(shown, recorder.saved, time.monotonic())
        await asyncio.sleep(max(0.0, start + shown / DELTAS_A_SECOND - time.monotonic()))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), "--hold" in sys.argv))
