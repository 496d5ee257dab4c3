"""chat-tui with several panes, side by side, that all ask at once."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec
from textual.binding import Binding

import chat_tui.app
from benchmarks.corpus import TOKEN_CHARS
from benchmarks.installation import PROVIDER
from benchmarks.lag import LagMeter
from benchmarks.report import Report
from chat_tui.app.chat_app import ChatApp
from chat_tui.app.opening import AppOptions
from chat_tui.app.preload import load_network
from chat_tui.config.load import load
from chat_tui.config.paths import find_paths
from chat_tui.conversation import Conversation
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.session.session import Session


class PanesApp(ChatApp):
    """The program, which splits its first pane as often as that takes."""

    CSS_PATH = str(Path(chat_tui.app.__file__).with_name("app.tcss"))  # else it is looked for here
    BINDINGS = [Binding("f12", "ask", "Ask everywhere", priority=True)]  # noqa: RUF012 - Textual's way

    def __init__(self, options: AppOptions, panes: int, report: Path) -> None:
        super().__init__(options)
        self._count = panes
        self._report = report
        self._lag = LagMeter()
        self._taken_in: list[int] = []

    async def on_ready(self) -> None:
        await asyncio.to_thread(load_network)  # beforehand, as chat-tui does at the first key
        others = [self.panes.make(self._session(), PROVIDER, "") for _ in range(self._count - 1)]
        if others:
            await self.panes.add(others, "right")
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._note)

    async def on_unmount(self) -> None:
        self._lag.stop()
        late = self._lag.late_ms
        report = Report(late(0.5), late(0.99), late(1), self._taken_in)
        self._report.write_bytes(msgspec.json.encode(report))

    def action_ask(self) -> None:
        """Send a turn in every pane."""
        self._lag.start()
        for pane in self.panes.widget.all:
            pane.prompt.insert("go")
            pane.prompt.action_send()

    def _session(self) -> Session:
        return self._wiring.sessions.begin(Conversation())

    def _note(self) -> None:
        """Note how much every conversation has taken in."""
        for pane in self.panes.widget.all:
            text = pane.session.snapshot().path()[-1].text
            self._taken_in.append(len(text) // TOKEN_CHARS)


def main() -> None:
    """Run the program until Ctrl+Q or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("panes", type=int)
    parser.add_argument("report", type=Path, help="where to write what was measured inside")
    options = parser.parse_args()
    paths = find_paths(config=options.config, data_dir=options.data_dir, environ=os.environ)
    config = load(
        paths.config_file, registry=KINDS, explicit=True, providers_dir=paths.providers_dir
    )
    PanesApp(AppOptions(config=config, paths=paths), options.panes, options.report).run()


if __name__ == "__main__":
    main()
