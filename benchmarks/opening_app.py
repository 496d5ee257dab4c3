"""chat-tui, which opens the latest stored conversation and says what each part of that costs."""

import argparse
import asyncio
import gc
import os
import sys
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec
from textual import work

import chat_tui.app
from benchmarks import conversations, installation
from chat_tui.app.chat_app import ChatApp
from chat_tui.app.opening import AppOptions
from chat_tui.config.load import load
from chat_tui.config.paths import find_paths
from chat_tui.conversation import Conversation
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.session.session import Session
from chat_tui.store.store import Store

STILL_S = 0.3
WARM_UP = 10


class Opening(msgspec.Struct, frozen=True):
    """Processor time of the whole process, all threads, in seconds."""

    load_cpu_s: float
    """From the file to a `Conversation`; the file is open already."""
    show_cpu_s: float
    """From the `Conversation` to a pane that knows it."""
    paint_cpu_s: float
    """Until it is on the screen."""


class OpeningApp(ChatApp):
    """The program, started without a conversation."""

    CSS_PATH = str(Path(chat_tui.app.__file__).with_name("app.tcss"))  # else it is looked for here

    def __init__(self, options: AppOptions, report: Path) -> None:
        super().__init__(options)
        self._database = options.paths.database
        self._report = report

    def on_ready(self) -> None:
        self._measure()

    @work
    async def _measure(self) -> None:
        await asyncio.sleep(STILL_S)
        gc.disable()  # as it is while chat-tui starts
        store = Store(self._database)
        try:
            latest = await store.latest()
            assert latest is not None
            # What a first message loads is no matter of how many there are.
            self.pane.open(Session(Conversation(messages=conversations.messages(WARM_UP)), None))
            await self._painted()
            await asyncio.sleep(STILL_S)  # nor what the program still does for those
            cpu_s = [time.process_time()]
            conversation = await store.load(latest)
            cpu_s.append(time.process_time())
            self.pane.open(Session(conversation, None))
            cpu_s.append(time.process_time())
            await self._painted()
            cpu_s.append(time.process_time())
        finally:
            await store.close()
        load_s, show_s, paint_s = (after - before for before, after in pairwise(cpu_s))
        self._report.write_bytes(msgspec.json.encode(Opening(load_s, show_s, paint_s)))
        self.exit()

    async def _painted(self) -> None:
        """Wait until what was asked for is on the screen."""
        painted = asyncio.Event()
        self.call_after_refresh(painted.set)
        await painted.wait()


def main() -> None:
    """Run the program until it has measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of an installation with a stored conversation")
    parser.add_argument("report", type=Path, help="where to write what was found")
    options = parser.parse_args()
    paths = find_paths(
        config=installation.configure(options.folder),
        data_dir=installation.data_dir(options.folder),
        environ=os.environ,
    )
    config = load(
        paths.config_file, registry=KINDS, explicit=True, providers_dir=paths.providers_dir
    )
    OpeningApp(AppOptions(config=config, paths=paths), options.report).run()


if __name__ == "__main__":
    main()
