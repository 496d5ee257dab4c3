from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style

from chat_tui.document.provider_place import provider_number
from chat_tui.document.spans import Span
from chat_tui.resources import theme_files
from chat_tui.themes import ThemeShelf, ink_styles, textual_theme
from chat_tui.widgets.transcript.ink_styles import InkStyles

BASE = Style(color="white", bgcolor="black")
RED, BLUE = Style(color="red"), Style(color="blue")


def test_words_of_an_ink_are_laid_over_each_other() -> None:
    styles = InkStyles({"em": Style(italic=True), "strong": Style(bold=True)})
    (segment,) = styles.segments([Span("a", "em strong")], "", BASE)
    assert segment == Segment("a", BASE + Style(italic=True, bold=True))


def test_an_ink_that_nobody_knows_is_as_the_widget() -> None:
    assert InkStyles({}).segments([Span("a", "new")], "", BASE) == [Segment("a", BASE)]


def test_a_link_leads_to_its_address() -> None:
    (segment,) = InkStyles({}).segments([Span("a", "link", "https://x.test")], "", BASE)
    assert segment.style is not None
    assert segment.style.link == "https://x.test"


def test_each_provider_keeps_its_colour() -> None:
    styles = InkStyles({}, replies=(RED, BLUE))
    for name in ("flow", "openai", "demo"):
        (segment,) = styles.segments([Span("▌", "reply")], name, BASE)
        assert segment.style == BASE + (RED, BLUE)[provider_number(name, 2)]


def test_without_a_palette_replies_are_as_the_widget() -> None:
    assert InkStyles({}).segments([Span("▌", "reply")], "flow", BASE) == [Segment("▌", BASE)]


def test_a_style_is_made_once() -> None:
    styles = InkStyles({"em": Style(italic=True)})
    first, second = styles.segments([Span("a", "em"), Span("b", "em")], "", BASE)
    assert first.style is second.style


def test_very_many_addresses_do_not_fill_the_memory() -> None:
    styles = InkStyles({})
    for number in range(5_000):
        styles.segments([Span("a", "link", f"https://x.test/{number}")], "", BASE)
    assert len(styles._joined) < 4_200


@pytest.mark.parametrize("file", theme_files(), ids=lambda file: file.stem)
def test_every_theme_has_a_style_for_every_ink(file: Path) -> None:
    theme = ThemeShelf([file], []).get(file.stem)
    assert theme is not None
    assert textual_theme(theme).name == file.stem
    styles = ink_styles(theme)
    syntax = [f"syntax.{name}" for name in theme.syntax.__struct_fields__]
    words = "text you dim reasoning notice warning error accent em strong strike code link mark"
    more = "quote rule border task task.done heading1 heading6"
    for ink in (*words.split(), *more.split(), *syntax):
        assert ink in styles._words
    assert styles._words["you"] != styles._words["text"]


def test_meaning_is_not_by_colour_alone() -> None:
    file = next(iter(theme_files()))
    theme = ThemeShelf([file], []).get(file.stem)
    assert theme is not None
    words = ink_styles(theme)._words
    assert words["heading1"].bold
    assert words["em"].italic
    assert words["strong"].bold
    assert words["strike"].strike
    assert words["link"].underline
    assert words["error"].bold


def test_without_colour_marks_are_seen_and_told_apart() -> None:
    coloured = InkStyles({"em": Style(italic=True)}, replies=(RED,), selected=BLUE, found=RED)
    styles = coloured.without_colour()
    marks = (styles.selected, styles.found, styles.current)
    assert len(set(marks)) == 3
    for mark in marks:
        assert mark.color is None
        assert mark.bgcolor is None
        assert mark.reverse or mark.underline
    assert styles._words == coloured._words


def test_where_the_reader_is_differs_from_what_else_was_found() -> None:
    styles = InkStyles({}, found=RED)
    assert styles.current == RED + Style(bold=True, underline=True)
