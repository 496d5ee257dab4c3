"""Themes are complete, readable and told apart; a wrong one names its key."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.config.model import DEFAULT_THEME
from chat_tui.config.theme import ThemeFile, load_theme, load_themes, user_theme_files
from chat_tui.errors import ConfigError
from chat_tui.resources import theme_files

BUNDLED = {path.stem: path for path in theme_files()}
DUSK = BUNDLED["dusk"].read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def read_colours(theme: ThemeFile) -> list[tuple[str, str]]:
    """Pairs of a text's colour and what it stands on."""
    colors, syntax = theme.colors, theme.syntax
    words = [colors.dim, colors.accent, colors.you, colors.success, colors.warning, colors.error]
    code = [str(getattr(syntax, name)) for name in syntax.__struct_fields__]
    grounds = [colors.background, colors.surface]
    pairs = [(word, ground) for word in [*words, *colors.providers] for ground in grounds]
    return pairs + [(word, colors.code_background) for word in code]


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_theme_is_called_as_its_file(name: str) -> None:
    assert load_theme(BUNDLED[name]).name == name


@pytest.mark.parametrize("name", BUNDLED)
def test_every_text_of_a_bundled_theme_can_be_read(name: str) -> None:
    theme = load_theme(BUNDLED[name])
    least, body = (7.0, 12.0) if name == "contrast" else (4.5, 9.0)
    assert contrast(theme.colors.foreground, theme.colors.background) >= body
    assert contrast(theme.colors.foreground, theme.colors.panel) >= 7
    assert [
        (pair, contrast(*pair)) for pair in read_colours(theme) if contrast(*pair) < least
    ] == []


@pytest.mark.parametrize("name", BUNDLED)
def test_a_theme_is_as_dark_as_it_says(name: str) -> None:
    theme = load_theme(BUNDLED[name])
    assert (luminance(theme.colors.background) < 0.5) is theme.dark


@pytest.mark.parametrize("name", BUNDLED)
def test_the_providers_of_a_theme_have_six_colours(name: str) -> None:
    colors = load_theme(BUNDLED[name]).colors
    assert len({*colors.providers, colors.you}) == 7


def test_there_is_a_dark_default_and_a_light_theme() -> None:
    assert load_theme(BUNDLED[DEFAULT_THEME]).dark
    assert not load_theme(BUNDLED["dawn"]).dark


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('"#16181d"', '"#16181"'), ":6: colors.background: not a colour"),
        (lambda text: text.replace('"#16181d"', '"navy"'), "colors.background: not a colour: 'nav"),
        (lambda text: text.replace("accent", "acent"), "colors.acent: unknown key (did you mean"),
        (lambda text: text.replace("dark = true", ""), "dark: is missing (expected true or false"),
        (lambda text: text.replace("dark = true", "dark = 1"), ":3: dark: expected true or false"),
        (lambda text: text.replace("[colors]", "[color]"), "color: unknown key (did you mean 'col"),
        (lambda text: text.partition("[syntax]")[0], "syntax: is missing"),
        (lambda text: text.replace(', "#8fbfd6"', ""), "providers: expected 6 colours, got 5"),
        (lambda text: text.replace('"#8fbfd6"', "7"), "colors.providers: expected text, got an in"),
        (lambda text: text.replace('"dusk"', '"../dusk"'), ":2: name: a theme's name is"),
        (lambda text: text.replace("comment = ", "comment "), "not valid TOML"),
        (lambda text: text.partition("[colors]")[0] + "colors = 3", "colors: expected a table"),
    ],
)  # fmt: skip
def test_a_wrong_theme_names_its_file_and_key(
    tmp_path: Path, change: Callable[[str], str], said: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(change(DUSK))
    with pytest.raises(ConfigError) as raised:
        load_theme(path)
    assert str(raised.value).startswith(str(path))
    assert said in str(raised.value)


def test_a_theme_of_the_users_replaces_a_bundled_one(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(DUSK.replace("#16181d", "#000000"))
    (tmp_path / "y.toml").write_text("")
    themes, warnings = load_themes([*theme_files(), *user_theme_files(tmp_path)])
    assert themes["dusk"].colors.background == "#000000"
    assert set(themes) == set(BUNDLED)
    assert len(warnings) == 1
    assert "y.toml" in warnings[0]


def test_no_folder_of_themes_is_no_themes(tmp_path: Path) -> None:
    assert user_theme_files(tmp_path / "none") == ()


def test_a_theme_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_theme(tmp_path / "none.toml")
