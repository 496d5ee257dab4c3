import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

import chat_tui
from chat_tui import glyphs
from chat_tui.glyphs import Glyph, draw_ascii, drawing_ascii, needs_ascii

PACKAGE = Path(chat_tui.__file__).parent
ALL = {name: glyph for name, glyph in vars(glyphs).items() if isinstance(glyph, Glyph)}
WIDER = {"ARROW", "ELLIPSIS", "SPINNER", "TO_DO", "CHECKED"}
"""Their rows are measured, or they are many signs for one place."""
NOT_DRAWN = {
    "conversation.py",  # a title is stored with its ellipsis
    "document/addresses.py",  # what ends an address
    "document/markdown/markdown.py",  # what joins two signs
    "document/wrap.py",  # where lines of any language break
    "links.py",  # dots of other scripts
    "net",  # what servers say, and marks of byte order
    "providers",  # what a provider says becomes text of the message
    "keys/secrets.py",  # stands in texts in place of a key
    "simulator",  # a server
    "text.py",  # tables of signs, and pictures of those that are not shown
    "transcripts",  # files
}


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Strings in a module that are neither docstrings nor notes under a name."""
    tree = ast.parse(path.read_text("utf-8"))
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.lineno, node.value


def modules() -> list[str]:
    paths = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return sorted(
        path.as_posix()
        for path in paths
        if path.as_posix() not in NOT_DRAWN
        and path.parts[0] not in NOT_DRAWN
        and path.name != "glyphs.py"
    )


@pytest.mark.parametrize("module", modules())
def test_signs_are_drawn_by_their_names_alone(module: str) -> None:
    found = [(line, text) for line, text in literals(PACKAGE / module) if not text.isascii()]
    assert found == [], "these belong into chat_tui/glyphs.py"


def test_what_is_left_out_is_there() -> None:
    assert all((PACKAGE / name).exists() for name in NOT_DRAWN)


@pytest.mark.parametrize("name", ALL)
def test_a_twin_is_ascii_and_as_wide(name: str) -> None:
    glyph = ALL[name]
    assert glyph.ascii.isascii()
    assert glyph.ascii.isprintable()
    assert not glyph.unicode.isascii()
    if name not in WIDER:
        assert cell_len(glyph.ascii) == cell_len(glyph.unicode) == 1


def test_frames_of_the_spinner_are_one_cell_each() -> None:
    for frames in glyphs.SPINNER:
        assert [cell_len(frame) for frame in frames] == [1] * len(frames)


def test_signs_that_stand_for_different_things_have_different_twins() -> None:
    states = (glyphs.RUNNING, glyphs.DONE, glyphs.NOT_YET, glyphs.FAILED, glyphs.STOPPED)
    assert len({glyph.ascii for glyph in states}) == len(states)
    assert glyphs.OPENED.ascii != glyphs.CLOSED.ascii
    assert glyphs.TO_DO.ascii != glyphs.CHECKED.ascii
    assert glyphs.SPEAKER.ascii != glyphs.READER.ascii


@pytest.mark.usefixtures("in_ascii")
def test_a_glyph_is_drawn_as_was_chosen() -> None:
    assert drawing_ascii()
    assert f"{glyphs.BULLET}" == "*"
    draw_ascii(False)
    assert not drawing_ascii()
    assert f"{glyphs.BULLET}" == "•"


@pytest.mark.parametrize(
    ("environ", "encoding", "needed"),
    [
        ({}, "utf-8", False),
        ({}, "UTF8", False),
        ({}, "ascii", True),
        ({}, "iso8859-1", True),
        ({}, None, True),
        ({"LANG": "C"}, "utf-8", True),
        ({"LANG": "POSIX"}, "utf-8", True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", True),  # as Python has it for LANG=C
        ({"LANG": "de_DE.UTF-8", "LC_CTYPE": "C.UTF-8"}, "utf-8", False),
        ({"LC_CTYPE": "C.UTF-8"}, "utf-8", False),
        ({"LANG": "C.UTF-8"}, "utf-8", False),
        ({"LANG": "en_US.utf8"}, "utf-8", False),
        ({"LANG": "en_US"}, "utf-8", False),
        ({"LANG": "de_DE.ISO-8859-1@euro"}, "utf-8", True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, "utf-8", True),
        ({"LANG": "C", "LC_ALL": "en_US.UTF-8"}, "utf-8", False),
        ({"LC_CTYPE": "UTF-8"}, "utf-8", False),  # macOS
        ({"TERM": "xterm-256color"}, "utf-8", False),
        ({"TERM": "linux"}, "utf-8", True),
        ({"TERM": "dumb"}, "utf-8", True),
        ({"TERM": "vt100"}, "utf-8", True),
    ],
)
def test_twins_are_drawn_where_the_terminal_needs_them(
    environ: dict[str, str], encoding: str | None, needed: bool
) -> None:
    assert needs_ascii(environ, encoding) is needed
