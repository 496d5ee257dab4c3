from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.commands.completion import (
    Option,
    Wanted,
    argument_options,
    command_options,
    completed,
    wanted,
)
from chat_tui.commands.paths import path_options
from chat_tui.commands.table import COMMANDS


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("hello", None),
        ("//x", None),
        ("/sys\n", None),
        ("/", Wanted(None, "", 1)),
        ("/pro", Wanted(None, "pro", 1)),
        ("/nothing ", None),
        ("/new ", None),
        ("/provider de", Wanted("provider", "de", 10)),
        ("/provider demo x", None),
        ("/compare a b", Wanted("provider", "b", 11, ("a",))),
        ("/compare a ", Wanted("provider", "", 11, ("a",))),
        ("/save my no", Wanted("path", "my no", 6)),
        ("/export j", Wanted("format", "j", 8)),
        ("/export json a b", Wanted("path", "a b", 13, ("json",))),
        ("/system be brief", None),
        ("/set temp", Wanted("parameter", "temp", 5)),
    ],
)
def test_what_is_being_typed_is_told(text: str, request_: Wanted | None) -> None:
    assert wanted(text) == request_


@given(st.sampled_from([f"/{command.name}" for command in COMMANDS]), st.text("ab/ ", max_size=8))
def test_what_is_completed_is_the_end_of_the_text(name: str, more: str) -> None:
    text = f"{name} {more}"
    if (request := wanted(text)) is not None:
        assert text[request.start :] == request.word
        assert completed(text, request, Option("X")) == text[: request.start] + "X"


def test_names_are_completed_by_their_beginning_alone() -> None:
    assert [option.word for option in command_options("he")] == ["help"]
    assert command_options("lp") == []
    assert len(command_options("")) == len(COMMANDS)


def test_a_name_with_arguments_is_followed_by_a_space() -> None:
    request = wanted("/th")
    assert request is not None
    assert completed("/th", request, command_options("th")[0]) == "/theme "


def test_an_argument_that_is_there_already_is_not_offered_again() -> None:
    request = wanted("/compare a ")
    assert request is not None
    assert argument_options(request, [Option("a"), Option("b")]) == [Option("b")]


def test_every_command_has_a_line_of_help_and_a_name_of_its_own() -> None:
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    assert all(command.help and command.name.islower() for command in COMMANDS)


def test_folders_come_first_and_hidden_files_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("a", ".hidden", "bad\x1bname"):
        (tmp_path / name).touch()
    assert [option.word for option in path_options("", tmp_path)] == ["b/", "a"]
    assert [option.word for option in path_options(".h", tmp_path)] == [".hidden"]
    assert [option.word for option in path_options(f"{tmp_path}/a", Path("/"))] == [f"{tmp_path}/a"]


@pytest.mark.parametrize(
    "written", ["nowhere/x", "~nobody-of-that-name/", "\0/x", "a" * 5000 + "/"]
)
def test_a_folder_that_cannot_be_read_has_nothing(tmp_path: Path, written: str) -> None:
    assert path_options(written, tmp_path) == []
