"""A language whose lexer hangs: for each letter of a run of a, it takes twice as long."""

from typing import Any, ClassVar

import pygments.lexers  # type: ignore[import-untyped]  # it has none
import pytest
from pygments.lexer import RegexLexer  # type: ignore[import-untyped]  # it has none
from pygments.token import Name  # type: ignore[import-untyped]  # it has none

from chat_tui.document.code import languages

__all__ = ["HangingLexer"]  # Pygments looks here

LINES = ("b", "a" * 100, "b")


class HangingLexer(RegexLexer):  # type: ignore[misc]  # for want of stubs
    name = "Hanging"
    aliases: ClassVar = ["hanging", "hanging-by-line"]
    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [(r"(a+)+b", Name), (r"b", Name.Class), (r"[^b]", Name)]
    }


def install(patch: pytest.MonkeyPatch) -> None:
    """Let fences name it: as `hanging` it is lexed as a whole, as `hanging-by-line` by line."""
    row = (__name__, "Hanging", tuple(HangingLexer.aliases), (), ())
    patch.setitem(pygments.lexers.LEXERS, "HangingLexer", row)
    for name in HangingLexer.aliases:
        patch.setitem(languages._NAMES, name, name)
    patch.setitem(languages._BY_LINE, "hanging-by-line", "")
