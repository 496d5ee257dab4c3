"""An app of chat-tui's own panes, side by side, that all ask at once."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx  # noqa: F401 - loaded beforehand, as chat-tui does at the first key
import httpx_sse  # noqa: F401
import msgspec
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal

import chat_tui.net.client  # noqa: F401
from benchmarks.corpus import TOKEN_CHARS
from benchmarks.installation import PROVIDER
from benchmarks.lag import LagMeter
from benchmarks.report import Report
from chat_tui.config.load import load
from chat_tui.config.model import DEFAULT_THEME
from chat_tui.config.paths import find_paths
from chat_tui.conversation import Conversation
from chat_tui.media.files import MediaFolder
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.resources import theme_files
from chat_tui.roster import Roster
from chat_tui.session import Session
from chat_tui.store.store import Store
from chat_tui.themes import ThemeShelf, ink_styles, textual_theme
from chat_tui.widgets.pane import Pane


class PanesApp(App[None]):
    """Panes with sessions of their own, one store, one provider."""

    CSS = "Pane { width: 1fr; }"
    BINDINGS = [Binding("f12", "ask", "Ask everywhere", priority=True)]  # noqa: RUF012 - Textual's way

    def __init__(self, config: Path, data_dir: Path, panes: int, report: Path) -> None:
        super().__init__()
        paths = find_paths(config=config, data_dir=data_dir, environ=os.environ)
        self._config = load(config, registry=KINDS, explicit=True)
        self._roster = Roster(self._config, environ={}, registry=KINDS)
        self._store = Store(paths.database)
        media = MediaFolder(paths.media_dir)
        self._sessions = [Session(Conversation(), self._store, media=media) for _ in range(panes)]
        self._report = report
        self._lag = LagMeter()
        self._taken_in: list[int] = []

    def compose(self) -> ComposeResult:
        with Horizontal():
            for session in self._sessions:
                yield Pane(
                    session,
                    self._roster.provider,
                    provider=PROVIDER,
                    keys=self._config.keys,
                )

    def on_mount(self) -> None:
        theme = ThemeShelf(theme_files(), ()).get(DEFAULT_THEME)
        assert theme is not None
        self.register_theme(textual_theme(theme))
        self.theme = theme.name
        for pane in self.query(Pane):
            pane.transcript.paint_with(ink_styles(theme))
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.exit)
        loop.add_signal_handler(signal.SIGUSR1, self._count)

    async def on_unmount(self) -> None:
        self._lag.stop()
        for session in self._sessions:
            await session.aclose()
        await self._store.close()
        await self._roster.aclose()
        late = self._lag.late_ms
        report = Report(late(0.5), late(0.99), late(1), self._taken_in)
        self._report.write_bytes(msgspec.json.encode(report))

    def action_ask(self) -> None:
        """Send a turn in every pane."""
        self._lag.start()
        for pane in self.query(Pane):
            pane.prompt.insert("go")
            pane.prompt.action_send()

    def _count(self) -> None:
        for pane in self.query(Pane):
            self._taken_in.append(len(pane.transcript.messages[-1].text) // TOKEN_CHARS)


def main() -> None:
    """Run the app until Ctrl+Q or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("panes", type=int)
    parser.add_argument("report", type=Path, help="where to write what was measured inside")
    options = parser.parse_args()
    PanesApp(options.config, options.data_dir, options.panes, options.report).run()


if __name__ == "__main__":
    main()
