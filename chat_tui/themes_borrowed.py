"""Textual's own themes in the form of ours."""

from typing import Final

from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from chat_tui.config.theme import PALETTE_SIZE, Colors, Syntax, ThemeFile

_LEAST_DIM: Final = 4.5
_LEAST_WORDS: Final = 4.0
_LEAST: Final = 3.0
"""Contrast of coloured words with what is behind them."""


def borrowed_names() -> tuple[str, ...]:
    """Name those that have colours of their own; the others are the terminal's."""
    return tuple(name for name in BUILTIN_THEMES if "ansi" not in name)


def borrowed_theme(name: str) -> ThemeFile | None:
    """Make one of them; null where there is none of that name."""
    return _converted(BUILTIN_THEMES[name]) if name in borrowed_names() else None


def _converted(theme: Theme) -> ThemeFile:
    made = theme.to_color_system().generate()
    background, foreground = Color.parse(made["background"]), Color.parse(made["foreground"])

    def ink(wanted: str | None, least: float = _LEAST) -> str:
        """A colour of the theme, moved towards that of its words until it can be read."""
        colour = Color.parse(wanted or made["foreground"])
        for step in range(11):
            mixed = colour.blend(foreground, step / 10)
            if contrast(mixed, background) >= least:
                return mixed.hex6.lower()
        return foreground.hex6.lower()

    dim = ink(background.blend(foreground, 0.6).hex6, _LEAST_DIM)

    def ground(wanted: str) -> str:
        """A ground of the theme, moved towards the one behind all until words on it can be read."""
        colour = Color.parse(wanted)
        for step in range(11):
            mixed = colour.blend(background, step / 10)
            words = min(
                contrast(foreground, mixed) / _LEAST_WORDS,
                contrast(Color.parse(dim), mixed) / _LEAST,
            )
            if words >= 1:
                return mixed.hex6.lower()
        return background.hex6.lower()

    inks = [
        ink(one)
        for one in (
            theme.primary, theme.accent, theme.secondary, theme.success, theme.warning, theme.error,
        )
    ]  # fmt: skip
    primary, accent, second, good, warning, bad = inks
    return ThemeFile(
        name=theme.name,
        dark=theme.dark,
        colors=Colors(
            background=background.hex6.lower(),
            surface=Color.parse(made["surface"]).hex6.lower(),
            panel=ground(made["panel"]),
            foreground=foreground.hex6.lower(),
            dim=dim,
            accent=accent,
            you=primary,
            success=good,
            warning=warning,
            error=bad,
            border=background.blend(foreground, 0.25).hex6.lower(),
            code_background=Color.parse(made["surface"]).hex6.lower(),
            providers=inks[:PALETTE_SIZE],
        ),
        syntax=Syntax(
            comment=dim,
            keyword=primary,
            string=good,
            number=accent,
            function=second,
            type=warning,
            operator=foreground.hex6.lower(),
            variable=foreground.hex6.lower(),
            constant=accent,
            inserted=good,
            deleted=bad,
        ),
    )


def contrast(one: Color, other: Color) -> float:
    """The ratio of WCAG 2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    parts = (part / 255 for part in (colour.r, colour.g, colour.b))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
