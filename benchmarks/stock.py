"""The baseline: a minimal Textual app that streams into Textual's own Markdown widget."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx
import httpx_sse
import msgspec
from textual import on
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Markdown

from benchmarks.corpus import TOKEN_CHARS
from benchmarks.lag import LagMeter
from benchmarks.report import Report

READY = "Ask something"
"""On the screen as soon as keys are taken."""


class StockApp(App[None]):
    """As few lines as a chat needs: columns of Markdown, and an input for all of them."""

    CSS = "VerticalScroll { height: 1fr; width: 1fr; }"

    def __init__(self, url: str, panes: int, report: Path | None) -> None:
        super().__init__()
        self._url = url
        self._panes = panes
        self._report = report
        self._client = httpx.AsyncClient(timeout=60)
        self._lag = LagMeter()
        self._taken_in: list[int] = []

    def compose(self) -> ComposeResult:
        with Horizontal():
            for _ in range(self._panes):
                yield VerticalScroll()
        yield Input(placeholder=f"> {READY}")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        for column in self.query(VerticalScroll):
            column.can_focus = False
            column.anchor()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.exit)
        loop.add_signal_handler(signal.SIGUSR1, self._count)

    async def on_unmount(self) -> None:
        self._lag.stop()
        await self._client.aclose()
        if self._report is not None:
            late = self._lag.late_ms
            report = Report(late(0.5), late(0.99), late(1), self._taken_in)
            self._report.write_bytes(msgspec.json.encode(report))

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.input.clear()
        if self._report is not None:
            self._lag.start()
        for column in self.query(VerticalScroll):
            self.run_worker(self._answer(column, event.value))

    async def _answer(self, column: VerticalScroll, text: str) -> None:
        await column.mount(Markdown(text))
        answer = Markdown()
        await column.mount(answer)
        stream = Markdown.get_stream(answer)
        body = {"model": "any", "stream": True, "messages": [{"role": "user", "content": text}]}
        async with httpx_sse.aconnect_sse(
            self._client, "POST", f"{self._url}/chat/completions", json=body
        ) as source:
            async for event in source.aiter_sse():
                for delta in _deltas(event.data):
                    await stream.write(delta)
        await stream.stop()

    def _count(self) -> None:
        for column in self.query(VerticalScroll):
            answer = column.query(Markdown).last()
            self._taken_in.append(len(answer.source) // TOKEN_CHARS)


def _deltas(data: str) -> Iterator[str]:
    if data != "[DONE]":
        for choice in json.loads(data)["choices"]:
            yield choice["delta"].get("content") or ""


def main() -> None:
    """Run the app until Ctrl+Q."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="the base URL of the server")
    parser.add_argument("--panes", type=int, default=1)
    parser.add_argument("--report", type=Path, help="where to write what was measured inside")
    options = parser.parse_args()
    StockApp(options.url, options.panes, options.report).run()


if __name__ == "__main__":
    main()
