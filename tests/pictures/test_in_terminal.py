import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.pictures.protocol import QUERY
from tests.pictures.picture_terminal import PictureTerminal
from tests.pictures.real_pictures import noisy, picture, saved

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

Cells = set[tuple[int, int]]
Look = Callable[[PictureTerminal], Cells]
LOOKS: dict[str, Look] = {
    "kitty": PictureTerminal.placeholders,
    "sixel": lambda terminal: set(terminal.graphics.sixel_cells),
    "halfblock": PictureTerminal.half_blocks,
}
KITTY = "\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.40.1)\x1b\\\x1b[6;16;8t\x1b[?62;c"
SIXEL = "\x1bP>|XTerm(390)\x1b\\\x1b[?64;1;4;22c"


def arguments(folder: Path, mode: str, panes: int = 1) -> list[str]:
    return [
        mode,
        str(panes),
        saved(folder, picture(size=(400, 400)), "last.png"),
        saved(folder, picture(size=(300, 300)), "1.png"),
        saved(folder, picture(size=(500, 500)), "2.png"),
    ]


def press(terminal: PictureTerminal, key: str, seen: str) -> None:
    terminal.send(key)
    terminal.wait_until(lambda screen: re.search(seen, screen) is not None, seen)


def until(terminal: PictureTerminal, claim: Callable[[], bool], what: str) -> None:
    terminal.wait_until(lambda screen: claim(), what)


def finished(terminal: PictureTerminal, look: Look) -> Cells:
    """Have a picture made, and wait until it is drawn."""
    terminal.wait_for("ready")
    press(terminal, "s", "begun")
    press(terminal, "f", "finished")
    until(terminal, lambda: len(look(terminal)) > 50, "a picture")
    until(terminal, lambda: filled(look(terminal)), "all of it")
    return look(terminal)


def filled(cells: Cells) -> bool:
    """Whether cells are one whole rectangle of a picture."""
    columns, rows = {x for x, _ in cells}, {y for _, y in cells}
    return len(cells) == len(columns) * len(rows) and len(rows) == 18


def shifted(cells: Cells, by: int) -> Cells:
    return {(x, y + by) for x, y in cells}


@pytest.mark.parametrize("mode", LOOKS)
def test_a_picture_appears_scrolls_and_vanishes(tmp_path: Path, mode: str) -> None:
    look = LOOKS[mode]
    with PictureTerminal(arguments(tmp_path, mode), folder=tmp_path) as terminal:
        cells = finished(terminal, look)
        press(terminal, "t", "talked")
        until(terminal, lambda: not look(terminal), "the picture gone")
        press(terminal, "u" * 60, r"at 0\b")
        until(terminal, lambda: look(terminal) == cells, "where it was")
        press(terminal, "d", r"at 3\b")
        until(terminal, lambda: look(terminal) == shifted(cells, -3), "three rows up")
        press(terminal, "d", r"at 6\b")
        top = shifted(cells, -6)
        seen = {(x, y) for x, y in top if y >= 0}
        until(terminal, lambda: look(terminal) == seen, "clipped at the edge")
        press(terminal, "n", "nothing")
        until(terminal, lambda: not look(terminal), "gone for good")
        terminal.send("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("mode", LOOKS)
def test_pictures_stand_in_panes_and_beneath_a_dialog(tmp_path: Path, mode: str) -> None:
    look = LOOKS[mode]
    with PictureTerminal(arguments(tmp_path, mode, 2), folder=tmp_path) as terminal:
        terminal.wait_for("ready")
        press(terminal, "s", "begun")
        press(terminal, "f", "finished")

        def both() -> bool:
            cells = look(terminal)
            left = {(x, y) for x, y in cells if x < 45}
            return filled(left) and {(x + 45, y) for x, y in left} == cells - left

        until(terminal, both, "a picture in each pane")
        cells = look(terminal)
        press(terminal, "m", "a dialog")
        dialog = {(x, y) for y in range(18, 21) for x in range(30, 60)}
        until(terminal, lambda: not look(terminal) & dialog, "the dialog above the pictures")
        terminal.send("\x1b")
        until(terminal, lambda: look(terminal) == cells, "the pictures whole again")
        terminal.send("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("mode", LOOKS)
def test_a_grid_of_pictures_stands_in_a_dialog_and_goes_with_it(tmp_path: Path, mode: str) -> None:
    look = LOOKS[mode]
    with PictureTerminal(arguments(tmp_path, mode), folder=tmp_path) as terminal:
        terminal.wait_for("ready")
        press(terminal, "g", "picture 2")

        def side_by_side() -> bool:
            left = {y for x, y in look(terminal) if x < 45}
            right = {y for x, y in look(terminal) if x >= 45}
            return len(left) == 24 and sorted(right) == sorted(left)[:12]

        until(terminal, side_by_side, "two pictures beside each other, and one below")
        terminal.send("\x1b")
        until(terminal, lambda: not look(terminal), "none left")
        terminal.send("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("mode", LOOKS)
def test_a_picture_that_goes_along_stands_small_above_its_name(tmp_path: Path, mode: str) -> None:
    look = LOOKS[mode]
    with PictureTerminal(arguments(tmp_path, mode), folder=tmp_path) as terminal:
        terminal.wait_for("ready")
        press(terminal, "a", r"lens\.png")
        small = {(x, y) for x in range(3, 11) for y in range(34, 38)}
        until(terminal, lambda: look(terminal) == small, "a picture of 8 by 4 cells")
        press(terminal, "x", "taken away")
        until(terminal, lambda: not look(terminal), "nothing left of it")
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_previews_replace_each_other_and_nothing_of_them_is_left(tmp_path: Path) -> None:
    with PictureTerminal(arguments(tmp_path, "kitty"), folder=tmp_path) as terminal:
        terminal.wait_for("ready")
        press(terminal, "s", "begun")
        for _ in range(3):
            sent = terminal.raw.count(b"a=T")
            press(terminal, "p", "preview")
            until(terminal, lambda sent=sent: terminal.raw.count(b"a=T") > sent, "a preview")  # type: ignore[misc]
        press(terminal, "f", "finished")
        until(terminal, lambda: terminal.raw.count(b"a=T") == 4, "the picture")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        made = set(re.findall(rb"a=T,U=1,i=(\d+)", terminal.raw))
        assert len(made) == 4
        assert set(re.findall(rb"a=d,d=I,i=(\d+)", terminal.raw)) == made


@pytest.mark.parametrize(
    ("answer", "protocol"), [(KITTY, "kitty"), (SIXEL, "sixel"), ("", "halfblock")]
)
def test_the_terminal_is_asked_when_the_first_picture_comes(
    tmp_path: Path, answer: str, protocol: str
) -> None:
    with PictureTerminal(arguments(tmp_path, "auto"), folder=tmp_path, answer=answer) as terminal:
        terminal.wait_for("ready")
        press(terminal, "s", "begun")
        assert QUERY.encode() not in terminal.raw
        press(terminal, "f", "finished")
        until(terminal, lambda: bool(LOOKS[protocol](terminal)), "a picture")
        press(terminal, "k", rf"key 1. \({protocol}\)")  # nothing of the answer was typed
        assert terminal.raw.count(QUERY.encode()) == 1
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_keys_that_are_pressed_while_the_terminal_is_asked_are_not_lost(tmp_path: Path) -> None:
    answer = f"k{KITTY[:20]}"
    with PictureTerminal(arguments(tmp_path, "auto"), folder=tmp_path, answer=answer) as terminal:
        terminal.wait_for("ready")
        press(terminal, "s", "begun")
        terminal.send("f")
        terminal.wait_for("key 1.")
        terminal.send(KITTY[20:] + "k")
        terminal.wait_for("key 2.")
        press(terminal, "m", "a dialog")
        terminal.send("\x1b")
        terminal.wait_until(lambda screen: "a dialog" not in screen, "the dialog gone")
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_escape_counts_while_the_terminal_is_asked(tmp_path: Path) -> None:
    with PictureTerminal(
        arguments(tmp_path, "auto"),
        folder=tmp_path,
        answer="\x1b",
        environ={"SSH_CONNECTION": "1 2 3 4"},
    ) as terminal:
        terminal.wait_for("ready")
        press(terminal, "s", "begun")
        press(terminal, "m", "a dialog")
        terminal.send("f")
        terminal.wait_until(lambda screen: "a dialog" not in screen, "the dialog gone")
        terminal.send("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    ("mode", "environ"), [("off", {}), ("auto", {"NO_COLOR": "1"})], ids=["off", "NO_COLOR"]
)
def test_without_pictures_there_are_words(
    tmp_path: Path, mode: str, environ: dict[str, str]
) -> None:
    with PictureTerminal(arguments(tmp_path, mode), folder=tmp_path, environ=environ) as terminal:
        terminal.wait_for("ready")
        press(terminal, "s", "begun")
        press(terminal, "f", "finished")
        terminal.wait_for("last.png")
        assert not any(look(terminal) for look in LOOKS.values())
        assert QUERY.encode() not in terminal.raw
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_a_broken_picture_says_why_in_its_place(tmp_path: Path) -> None:
    args = arguments(tmp_path, "halfblock")
    saved(tmp_path, picture()[:60], "last.png")
    with PictureTerminal(args, folder=tmp_path) as terminal:
        terminal.wait_for("ready")
        press(terminal, "s", "begun")
        press(terminal, "f", "finished")
        terminal.wait_for("the picture is cut off")
        press(terminal, "k", r"key 1\.")
        terminal.send("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("mode", LOOKS)
def test_keys_are_echoed_while_four_jobs_send_large_previews(tmp_path: Path, mode: str) -> None:
    args = arguments(tmp_path, mode)[:3]
    large = [saved(tmp_path, noisy((1024, 700), seed), f"n{seed}.png") for seed in range(2)]
    assert all(Path(each).stat().st_size > 2_000_000 for each in large)
    with PictureTerminal([*args, *large], folder=tmp_path) as terminal:
        terminal.wait_for("ready")
        press(terminal, "s", "begun")
        press(terminal, "b", "busy")
        took_s = [terminal.echo_s("k", b"key %d." % number) for number in range(1, 101)]
    assert sorted(took_s)[len(took_s) // 2] < 0.05, took_s
