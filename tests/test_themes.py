"""What lies over, and under, the text of a theme leaves it readable."""

import pytest

from chat_tui.config.theme import ThemeFile, load_theme
from chat_tui.resources import theme_files
from chat_tui.themes import ink_styles, textual_theme
from chat_tui.themes_borrowed import borrowed_names, borrowed_theme
from tests.config.test_theme import contrast

BUNDLED = {path.stem: load_theme(path) for path in theme_files()}
BORROWED = {name: theme for name in borrowed_names() if (theme := borrowed_theme(name))}
ALL = pytest.mark.parametrize("theme", [pytest.param(one, id=name) for name, one in
                                        (BUNDLED | BORROWED).items()])  # fmt: skip


@ALL
def test_selected_text_can_be_read(theme: ThemeFile) -> None:
    ground = ink_styles(theme).selected.bgcolor
    assert ground is not None
    assert ground.triplet is not None
    assert contrast(theme.colors.foreground, ground.triplet.hex) >= 3
    field = textual_theme(theme).variables["input-selection-background"]
    assert field == ground.triplet.hex


@ALL
def test_the_row_under_the_cursor_can_be_read(theme: ThemeFile) -> None:
    colors = theme.colors
    assert contrast(colors.foreground, colors.panel) >= (4.5 if theme.name in BUNDLED else 4)
    assert contrast(colors.dim, colors.panel) >= 3
    assert contrast(colors.dim, colors.surface) >= 3


@pytest.mark.parametrize("name", BUNDLED)
def test_secondary_words_of_a_bundled_theme_can_be_read_wherever_they_stand(name: str) -> None:
    colors = BUNDLED[name].colors
    grounds = (colors.background, colors.surface, colors.panel, colors.code_background)
    assert min(contrast(colors.dim, ground) for ground in grounds) >= 4


def test_the_row_under_the_cursor_stands_out_in_high_contrast() -> None:
    colors = BUNDLED["contrast"].colors
    assert contrast(colors.panel, colors.surface) >= 1.5
