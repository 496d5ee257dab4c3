"""Which form a file name asks for."""

from pathlib import Path

import pytest

from chat_tui.transcripts.forms import FORMS, form_named, form_of


@pytest.mark.parametrize("form", FORMS)
def test_the_ending_says_the_form(form: str) -> None:
    assert form_of(Path("a.md", f"talk.b.{form.upper()}")) == form_named(form) == form


def test_other_endings_say_nothing() -> None:
    assert [form_of(Path(name)) for name in ("talk", "talk.docx", ".md", "talk.")] == [None] * 4


def test_a_page_may_end_in_htm() -> None:
    assert form_of(Path("talk.htm")) == "html"
