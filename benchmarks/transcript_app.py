"""An app that is one transcript: it shows so many messages, then streams one more into it."""

import argparse
import asyncio
import gc
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec
from textual import work
from textual.app import App, ComposeResult

from benchmarks import conversations, corpus
from benchmarks.installation import PROVIDER
from chat_tui.config.model import DEFAULT_THEME
from chat_tui.events import TextDelta
from chat_tui.message import blank_reply
from chat_tui.resources import theme_files
from chat_tui.themes import ThemeShelf, ink_styles
from chat_tui.widgets.transcript.transcript import Transcript

MEASURE_COLUMNS = 100
DELTA_S = 0.025
"""Between two deltas: longer than a frame, so that each is painted by itself."""
STILL_S = 0.5


class Measured(msgspec.Struct, frozen=True):
    """What the app found; times are `time.monotonic`."""

    show_cpu_s: float
    """From handing the messages over until the app rests."""
    held_kib: float
    """What the transcript added to the resident size, each message's text being there before."""
    deltas_cpu_s: float
    began_s: float
    ended_s: float


class TranscriptApp(App[None]):
    """Nothing but a transcript."""

    def __init__(self, earlier: int, deltas: int, report: Path) -> None:
        super().__init__()
        self._earlier = earlier
        self._deltas = deltas
        self._report = report

    def compose(self) -> ComposeResult:
        yield Transcript(measure=MEASURE_COLUMNS)

    def on_mount(self) -> None:
        theme = ThemeShelf(theme_files(), ()).get(DEFAULT_THEME)
        assert theme is not None
        self.query_one(Transcript).paint_with(ink_styles(theme))
        self.call_after_refresh(self._measure)

    @work
    async def _measure(self) -> None:
        transcript = self.query_one(Transcript)
        shown = list(conversations.messages(self._earlier))
        await asyncio.sleep(STILL_S)
        gc.collect()
        before_kib, cpu_s = _resident_kib(), time.process_time()
        transcript.show(shown)
        await asyncio.sleep(STILL_S)
        show_cpu_s = time.process_time() - cpu_s
        gc.collect()
        held_kib = _resident_kib() - before_kib
        gc.freeze()  # as chat-tui does when it has started
        reply = blank_reply(parent=shown[-1].id, provider=PROVIDER, model="")
        transcript.add(reply)
        head, *texts = corpus.deltas(self._deltas)
        transcript.feed(reply.id, [TextDelta(head)])
        await asyncio.sleep(STILL_S)
        began_s, cpu_s = time.monotonic(), time.process_time()
        for text in texts[: self._deltas]:
            transcript.feed(reply.id, [TextDelta(text)])
            await asyncio.sleep(DELTA_S)
        measured = Measured(
            show_cpu_s=show_cpu_s,
            held_kib=held_kib,
            deltas_cpu_s=time.process_time() - cpu_s,
            began_s=began_s,
            ended_s=time.monotonic(),
        )
        self._report.write_bytes(msgspec.json.encode(measured))
        self.exit()


def _resident_kib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024


def main() -> None:
    """Run the app until it has measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("earlier", type=int, help="messages that are there already")
    parser.add_argument("deltas", type=int, help="of the message that streams")
    parser.add_argument("report", type=Path, help="where to write what was found")
    options = parser.parse_args()
    TranscriptApp(options.earlier, options.deltas, options.report).run()


if __name__ == "__main__":
    main()
