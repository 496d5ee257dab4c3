import pytest
from rich.segment import Segment
from textual.scrollbar import ScrollBar, ScrollBarRender

from chat_tui.widgets.scrollbars import AsciiScrollBar, choose_scrollbars


def segments(*, vertical: bool = True) -> list[Segment]:
    bar = AsciiScrollBar.render_bar(10, 100, 25, 30, vertical=vertical)
    return [segment for segment in bar.segments if segment.style]


@pytest.mark.parametrize("vertical", [True, False])
def test_the_thumb_can_be_seen_without_colours(vertical: bool) -> None:
    bar = "".join(segment.text for segment in segments(vertical=vertical))
    assert len(bar) == 10
    assert bar.strip(" ") in {"##", "###", "####"}
    assert bar.startswith("  ")


def test_the_thumb_can_be_dragged_and_the_rest_clicked() -> None:
    bar = segments()
    done = [segment.style.meta["@mouse.down"] for segment in bar if segment.style]
    signs = [segment.text for segment in bar]
    assert {sign for sign, does in zip(signs, done, strict=True) if does == "grab"} == {"#"}
    assert done[0] == "scroll_up"
    assert done[-1] == "scroll_down"


def test_where_all_is_in_sight_there_is_no_thumb() -> None:
    bar = AsciiScrollBar.render_bar(size=10, virtual_size=10, window_size=10).segments
    assert {segment.text for segment in bar} == {" "}


@pytest.mark.usefixtures("in_ascii")
def test_ascii_chooses_the_scrollbars() -> None:
    choose_scrollbars()
    assert ScrollBar.renderer is AsciiScrollBar


def test_without_ascii_they_are_as_ever() -> None:
    choose_scrollbars()
    assert ScrollBar.renderer is ScrollBarRender
