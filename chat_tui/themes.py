"""Colour themes, from files to what Textual and the transcript paint with."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from chat_tui.config.theme import Colors, ThemeFile, load_themes
from chat_tui.themes_borrowed import borrowed_names, borrowed_theme, contrast
from chat_tui.widgets.transcript.ink_styles import InkStyles

_LEAST_SELECTED: Final = 3.0
"""Contrast of selected words with what is under them."""
_SELECTED_MIX: Final = 0.35


class ThemeShelf:
    """The themes that there are; a bundled file is only read when its theme is wanted."""

    def __init__(self, bundled: Iterable[Path], own: Iterable[Path]) -> None:
        """Name the files.

        Args:
            bundled: Each called as its theme is.
            own: The user's; one of them takes the place of a bundled theme with its name.
        """
        self._bundled, self._own = tuple(bundled), tuple(own)
        self._read: dict[str, ThemeFile] = {}
        self._complete = False
        self.warnings: tuple[str, ...] = ()
        """One line for each file that was read and cannot be followed."""

    def get(self, name: str) -> ThemeFile | None:
        """Return a theme; null where there is none of that name."""
        if name not in self._read:
            named = [file for file in self._bundled if file.stem == name]
            self._read |= self._load([*named, *self._own])
        return self._read.get(name) or borrowed_theme(name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all themes."""
        if not self._complete:
            self._complete = True
            self._read = self._load([*self._bundled, *self._own])
        return (*self._read, *(name for name in borrowed_names() if name not in self._read))

    def _load(self, files: Iterable[Path]) -> dict[str, ThemeFile]:
        themes, self.warnings = load_themes(files)
        return dict(themes)


def textual_theme(file: ThemeFile) -> Theme:
    """Make the theme that Textual's widgets are coloured by."""
    colors = file.colors
    return Theme(
        name=file.name,
        dark=file.dark,
        primary=colors.accent,
        secondary=colors.you,
        accent=colors.accent,
        foreground=colors.foreground,
        background=colors.background,
        surface=colors.surface,
        panel=colors.panel,
        success=colors.success,
        warning=colors.warning,
        error=colors.error,
        variables={
            "border": colors.border,
            "text-muted": colors.dim,
            "text-disabled": colors.dim,
            "foreground-muted": colors.dim,
            "scrollbar": colors.border,
            "scrollbar-background": colors.background,
            "scrollbar-background-hover": colors.background,
            "scrollbar-background-active": colors.background,
            "scrollbar-corner-color": colors.background,
            "block-cursor-background": colors.panel,
            "block-cursor-foreground": colors.foreground,
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": colors.panel,
            "block-cursor-blurred-foreground": colors.foreground,
            "input-selection-background": selection_ground(colors),
        },
    )


def selection_ground(colors: Colors) -> str:
    """What lies under selected text: the colour of lines, unless words on that cannot be read."""
    foreground = Color.parse(colors.foreground)
    if contrast(foreground, Color.parse(colors.border)) >= _LEAST_SELECTED:
        return colors.border
    return Color.parse(colors.background).blend(foreground, _SELECTED_MIX).hex6.lower()


def ink_styles(file: ThemeFile) -> InkStyles:
    """Make what the transcript paints with; meaning is never by colour alone."""
    colors = file.colors
    styles: dict[str, Style] = {
        "text": Style(color=colors.foreground),
        "you": Style(color=colors.you, bold=True),
        "dim": Style(color=colors.dim),
        "reasoning": Style(color=colors.dim, italic=True),
        "notice": Style(color=colors.dim),
        "warning": Style(color=colors.warning),
        "error": Style(color=colors.error, bold=True),
        "accent": Style(color=colors.accent),
        "em": Style(color=colors.foreground, italic=True),
        "strong": Style(color=colors.foreground, bold=True),
        "strike": Style(color=colors.dim, strike=True),
        "code": Style(color=colors.foreground, bgcolor=colors.code_background),
        "syntax": Style(color=colors.foreground),
        "link": Style(color=colors.accent, underline=True),
        "mark": Style(color=colors.accent),
        "quote": Style(color=colors.dim),
        "rule": Style(color=colors.border),
        "border": Style(color=colors.border),
        "task": Style(color=colors.dim),
        "task.done": Style(color=colors.success),
    }
    styles |= {
        f"heading{level}": Style(color=colors.accent, bold=True, underline=level == 1)
        for level in range(1, 7)
    }
    syntax = file.syntax
    styles |= {
        f"syntax.{name}": Style(color=getattr(syntax, name)) for name in syntax.__struct_fields__
    }
    return InkStyles(
        styles,
        replies=tuple(Style(color=color, bold=True) for color in colors.providers),
        selected=Style(bgcolor=selection_ground(colors)),
        found=Style(color=colors.background, bgcolor=colors.warning),
    )
