"""What goes along with a draft is read as it was written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.message import Attachment
from chat_tui.text import clean
from chat_tui.widgets.prompt.attachment_bar import FileChip, TextChip
from chat_tui.widgets.prompt.kept_chips import BETWEEN, read_draft, written_draft


@given(st.text().map(clean), st.lists(st.text().map(clean).map(TextChip)))
def test_what_is_written_is_read_again(text: str, chips: list[TextChip]) -> None:
    assert read_draft(written_draft(text, chips)) == (text, tuple(chips))


def test_a_file_that_is_gone_is_left_out(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("x")
    there = Attachment(path=str(kept), name="a.txt", media_type="text/plain", size_bytes=1)
    gone = Attachment(
        path=str(tmp_path / "gone"), name="b.txt", media_type="text/plain", size_bytes=1
    )
    chips = [FileChip(there, "/a.txt"), FileChip(gone, "/b.txt")]
    assert read_draft(written_draft("hi", chips)) == ("hi", (chips[0],))


@pytest.mark.parametrize("rest", ["", "{", "[]x", '[{"type":"other"}]', '{"a":1}', "[1]"])
def test_what_cannot_be_read_does_not_go_along(rest: str) -> None:
    assert read_draft(f"hi{BETWEEN}{rest}") == ("hi", ())
