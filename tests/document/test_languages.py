import importlib

import pytest

from chat_tui.document.code.highlight import whole_fence
from chat_tui.document.code.languages import canonical, goes_by_line, languages
from chat_tui.document.code.lexers import make_lexer


@pytest.mark.parametrize(
    ("name", "language"),
    [("py", "python"), ("Python", "python"), ("sh", "bash"), ("TypeScript", "ts"), ("c++", "cpp")],
)
def test_a_fence_may_use_another_name(name: str, language: str) -> None:
    assert canonical(name) == language


@pytest.mark.parametrize(
    "name",
    [
        *("autohotkey", "ahk", "gherkin", "cucumber", "systemd", "zeek", "bro", "mcfunction"),
        *("maple", "scala", "http", "text", "no such language", ""),
    ],
)
def test_lexers_that_hang_and_unknown_ones_stay_plain(name: str) -> None:
    assert canonical(name) is None
    assert whole_fence(name, ["a"]) is None


@pytest.mark.parametrize("language", languages())
def test_every_language_is_one_of_pygments(language: str) -> None:
    assert canonical(language) == language
    make_lexer(language)


@pytest.mark.parametrize("language", [name for name in languages() if goes_by_line(name)])
def test_what_goes_by_line_has_tables_and_no_state_of_its_own(language: str) -> None:
    lexer = importlib.import_module("pygments.lexer")
    if language != "json":
        made = make_lexer(language)
        assert isinstance(made, lexer.RegexLexer)
        assert not isinstance(made, lexer.ExtendedRegexLexer | lexer.DelegatingLexer)
