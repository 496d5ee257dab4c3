import asyncio
import base64
import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widgets import Static

from chat_tui.pictures.kitty import PLACEHOLDER
from chat_tui.text import clean, harm_in
from chat_tui.widgets.terminal.egress import guard_terminal
from chat_tui.widgets.transcript.picture_cells import Sixel, SixelStrip
from tests.tripwire import Tripwire

CORPUS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "hostile.jsonl").read_text("utf-8").splitlines()
]
CONSOLE = Console(file=io.StringIO(), color_system="truecolor", width=80)
BLANKS: tuple[list[str], ...] = ([], ["a\u2800b"])
"""A pattern of Braille without a dot is no harm in itself; cleaning makes it a space."""
RED = Style(color="#ff0000")


@pytest.fixture(autouse=True)
def _guarded() -> None:
    guard_terminal()


def written(text: str, style: Style | None = None) -> str:
    return Strip([Segment(text, style)]).render(CONSOLE)


@pytest.mark.parametrize("style", [None, RED], ids=["unstyled", "styled"])
def test_nothing_hostile_is_written_although_nobody_cleaned_it(
    style: Style | None, tripwire: Tripwire
) -> None:
    for case in CORPUS:
        text = base64.b64decode(case["text_base64"]).decode()
        shown = written(text, style)
        assert [harm for harm in case["must_not_reach_terminal"] if harm in shown] in BLANKS
        cells = shown.removeprefix("\x1b[38;2;255;0;0m").removesuffix("\x1b[0m")
        assert harm_in(cells) == ""
    assert len(tripwire.take()) > len(CORPUS) / 2


def test_a_complaint_names_the_signs_and_not_the_text(tripwire: Tripwire) -> None:
    assert written("sk-canary\x1b[2J\u202e") == "sk-canary␛[2J<U+202E>"
    assert tripwire.take() == ["text on its way to the terminal was not clean: U+001B, U+202E"]


def test_a_line_feed_moves_no_cursor(tripwire: Tripwire) -> None:
    assert written("a\nb\tc") == "a b c"
    assert len(tripwire.take()) == 1


def test_a_link_with_controls_is_no_link(tripwire: Tripwire) -> None:
    assert written("here", Style(link="https://a.example/\x1b]0;x\x07")) == "here"
    assert tripwire.take() == ["a link on its way to the terminal was not clean: U+0007, U+001B"]


def test_a_plain_link_stays_one() -> None:
    assert "https://a.example/" in written("here", Style(link="https://a.example/"))


@pytest.mark.parametrize("text", ["plain", "你好 👩‍💻 ❤️ é", "שלום قلب", f"{PLACEHOLDER}\u0305"])
def test_what_is_clean_is_written_as_it_is(text: str) -> None:
    assert written(text) == text


def test_every_sign_that_cleaning_changes_is_harm_or_at_its_place() -> None:
    at_their_place = set("\u00ad\u2800\u200c\u200d\ufe0e\ufe0f")
    changed = {sign for sign in map(chr, range(0x110000)) if clean(f"a{sign}b") != f"a{sign}b"}
    harmful = {sign for sign in map(chr, range(0x110000)) if harm_in(sign)}
    assert harmful - {"\n", "\t"} == changed - at_their_place


def test_pictures_of_ours_are_written_over_guarded_cells(tripwire: Tripwire) -> None:
    strip = SixelStrip(Strip([Segment("a\x9b2J")]), [Sixel(0, 1, "\x1bPq~\x1b\\")])
    shown = strip.render(CONSOLE)
    assert "\x1bPq~\x1b\\" in shown
    assert "\x9b" not in shown
    assert len(tripwire.take()) == 1


def test_textual_paints_by_the_guard(tripwire: Tripwire) -> None:
    class Careless(App[None]):
        def compose(self) -> ComposeResult:
            yield Static("a\x1b[31mb", markup=False)

    async def seen() -> str:
        app = Careless()
        async with app.run_test(size=(20, 2)) as pilot:
            await pilot.pause()
            return "".join(s.render(app.console) for s in app.screen._compositor.render_strips())

    shown = asyncio.run(seen())
    assert "a␛[31mb" in shown
    assert tripwire.take()
