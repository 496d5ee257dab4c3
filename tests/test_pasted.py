"""Which pastes are files, and which are just text."""

import os
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chat_tui.pasted import dropped_files, is_long, may_be_paths

NAMES = (
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)
    .map(lambda name: name[:40])
    .filter(lambda name: name.strip(".") and len(name.encode()) <= 200)
)
ONE_LINE = NAMES.filter(lambda name: name == name.strip() and len(name.splitlines()) == 1)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def made(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(b"x")
    return path


def escaped(path: Path) -> str:
    return "".join(char if char.isalnum() or char in "/._-" else f"\\{char}" for char in str(path))


@given(ONE_LINE)
def test_a_path_is_recognised_however_it_is_written(folder: Path, name: str) -> None:
    path = made(folder, name)
    url = f"file://{quote(os.fsencode(path))}"
    forms = [str(path), shlex.quote(str(path)), url, url.replace("//", "//localhost", 1)]
    forms += [f"{form}\n" for form in forms] + [f" {form} " for form in forms[1:]]
    for form in forms:
        assert dropped_files(form) == [path], form
    if "\\" not in name:
        assert dropped_files(escaped(path)) == [path]


@given(st.lists(ONE_LINE, min_size=2, max_size=4, unique=True))
def test_several_paths_are_recognised_in_their_order(folder: Path, names: list[str]) -> None:
    paths = [made(folder, name) for name in names]
    quoted = [shlex.quote(str(path)) for path in paths]
    assert dropped_files(" ".join(quoted)) == paths
    assert dropped_files("\n".join(map(str, paths))) == paths
    assert dropped_files("\r\n".join(map(str, paths)) + "\r\n") == paths


@given(NAMES)
def test_any_name_is_recognised_in_quotes(folder: Path, name: str) -> None:
    path = made(folder, name)
    assert dropped_files(shlex.quote(str(path))) == [path]


@given(ONE_LINE, st.text(max_size=20))
def test_a_path_with_more_words_is_text(folder: Path, name: str, more: str) -> None:
    path = made(folder, name)
    text = f"{shlex.quote(str(path))} and {more}"
    assume(not (folder / text).exists())
    assert dropped_files(text) == []


@given(st.text())
def test_no_paste_is_too_odd(text: str) -> None:
    assert all(path.expanduser().is_file() for path in dropped_files(text))
    assert all(path.expanduser().is_file() for path in dropped_files(f"/{text}"))
    assert dropped_files(f"file:///{text}/nowhere") == []


def test_a_word_is_a_word_also_where_a_file_is_called_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(folder, "notes")
    monkeypatch.chdir(folder)
    assert dropped_files("notes") == []
    assert dropped_files("./notes") == [Path("notes")]


def test_one_missing_file_makes_all_of_it_text(folder: Path) -> None:
    there = made(folder, "there")
    assert dropped_files(f"{there} {folder}/missing") == []
    assert dropped_files(f"{there}\n{folder}/missing") == []


def test_a_folder_is_text(folder: Path) -> None:
    assert dropped_files(str(folder)) == []


def test_a_file_of_another_machine_is_text(folder: Path) -> None:
    assert dropped_files(f"file://elsewhere{made(folder, 'a')}") == []


def test_the_home_folder_may_be_written_short() -> None:
    made(Path.home(), "a")
    assert dropped_files("~/a") == [Path("~/a")]
    assert dropped_files("~nobody-of-that-name/a") == []


def test_ordinary_text_is_not_looked_for_on_the_disk() -> None:
    assert not may_be_paths("what is / and ~?")
    assert not may_be_paths("")
    assert not may_be_paths("/a\0b")
    assert not may_be_paths("/" * 30_000)
    assert may_be_paths(" '/a b'")


def test_a_paste_of_more_than_ten_lines_is_long() -> None:
    assert not is_long("a\n" * 10)
    assert is_long("a\n" * 11)
    assert is_long("a\r" * 11)
