"""Textual's own themes can be chosen like ours, and can be read."""

import re

import msgspec
import pytest
from textual.color import Color

from chat_tui.config.theme import PALETTE_SIZE
from chat_tui.themes_borrowed import borrowed_names, borrowed_theme, contrast


@pytest.mark.parametrize("name", borrowed_names())
def test_every_colour_is_one_and_every_ink_can_be_read(name: str) -> None:
    theme = borrowed_theme(name)
    assert theme is not None
    colors, syntax = theme.colors, theme.syntax
    assert len(colors.providers) == PALETTE_SIZE
    plain = msgspec.to_builtins(colors) | msgspec.to_builtins(syntax)
    every = [
        one for value in plain.values() for one in ([value] if isinstance(value, str) else value)
    ]
    assert all(re.fullmatch(r"#[0-9a-f]{6}", one) for one in every)
    background = Color.parse(colors.background)
    inks = [colors.accent, colors.you, colors.error, *colors.providers, syntax.keyword]
    assert min(contrast(Color.parse(one), background) for one in inks) >= 3
    assert contrast(Color.parse(colors.dim), background) >= 4


def test_what_is_not_textuals_is_none() -> None:
    assert borrowed_theme("dusk") is None
    assert borrowed_theme("ansi-dark") is None
