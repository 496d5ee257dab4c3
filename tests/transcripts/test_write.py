"""Saving a transcript."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.transcripts.write import save, suggested_name

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DATE = NOON.astimezone().date().isoformat()


def _name(title: str) -> str:
    return suggested_name(Conversation(title=title, created=NOON), ".md")


async def test_a_document_is_written_for_the_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    await save(b"text", path, overwrite=False)
    assert path.read_bytes() == b"text"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_file_that_exists_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"old")
    with pytest.raises(TranscriptError, match="already exists"):
        await save(b"new", path, overwrite=False)
    assert path.read_bytes() == b"old"


async def test_a_file_that_may_go_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"old")
    await save(b"new", path, overwrite=True)
    assert path.read_bytes() == b"new"


async def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"cannot write .*no such file or directory"):
        await save(b"new", tmp_path / "gone" / "a.md", overwrite=True)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("On time", "On-time"),
        ("../../etc/passwd", "etc-passwd"),
        ("-rf", "rf"),
        ("a: b? <c>|d*", "a-b-c-d"),
        ("CON", "conversation-CON"),
        ("com1.txt", "conversation-com1.txt"),
        ("", "conversation"),
        ("...", "conversation"),
        ("a\nb\x00c", "a-b␀c"),
        ("日本語の題", "日本語の題"),
    ],
)
def test_a_title_becomes_a_safe_name(title: str, name: str) -> None:
    assert _name(title) == f"{name}-{DATE}.md"


@given(st.text())
def test_every_name_fits_every_file_system(title: str) -> None:
    name = _name(title)
    assert len(name.encode()) <= 143
    assert not set(name) & set('/\\:*?"<>|\0\n ')
    assert name[0] not in ".-"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_file_of_every_name_can_be_made(title: str) -> None:
    name = _name(title)
    assert Path("/folder", name).name == name
