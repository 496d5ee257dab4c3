"""`chat-tui export`."""

import asyncio
import json
import stat

import msgspec
import pytest

from chat_tui.cli.main import main
from chat_tui.conversation import Conversation
from chat_tui.events import ImageResult, Notice
from chat_tui.media.files import MediaFolder
from chat_tui.message import Part
from chat_tui.transcripts.json_form import from_json, to_json
from tests.cli.conftest import User
from tests.cli.test_list import talk
from tests.media.pictures import png


@pytest.fixture
def stored(at_home: User) -> tuple[Conversation, Conversation]:
    """An older and a newer conversation."""
    both = talk("older", 1), talk("newer", 2)
    asyncio.run(at_home.store(both))
    return both


def test_the_last_one_goes_to_stdout_as_markdown(
    stored: tuple[Conversation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "last"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("---\ntitle: newer\ndate: 2026-03-02T12:00:00Z\n")
    assert "\n\nwhy?\n\n" in page


def test_json_holds_the_conversation(
    stored: tuple[Conversation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", stored[0].id[:-2], "--format", "json"]) == 0
    assert capsys.readouterr().out.encode() == to_json(stored[0])


def test_the_form_follows_the_name_of_the_file(
    at_home: User, stored: tuple[Conversation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "last", "-o", "talk.json"]) == 0
    path = at_home.home / "talk.json"
    assert from_json(path.read_bytes()).id == stored[1].id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert capsys.readouterr().out == "talk.json\n"


def test_a_file_that_exists_stays_without_force(
    at_home: User, stored: tuple[Conversation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    path = at_home.home / "talk.md"
    path.write_text("mine")
    assert main(["export", "last", "-o", "talk.md"]) == 2
    assert path.read_text() == "mine"
    assert capsys.readouterr().err == "chat-tui: talk.md already exists (--force replaces it)\n"


def test_force_replaces_it(at_home: User, stored: tuple[Conversation, ...]) -> None:
    path = at_home.home / "talk.md"
    path.write_text("mine")
    assert main(["export", "last", "-o", "talk.md", "--force"]) == 0
    assert path.read_text().startswith("---\ntitle: newer\n")


def test_all_go_into_a_folder_a_file_each(at_home: User, stored: tuple[Conversation, ...]) -> None:
    asyncio.run(at_home.store([talk("Older", 1)]))
    assert main(["export", "all", "-o", "talks"]) == 0
    folder = at_home.home / "talks"
    names = sorted(path.name.casefold() for path in folder.iterdir())
    assert len(names) == len(set(names)) == 3
    assert "newer-2026-03-02.md" in names
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_all_write_nothing_when_one_is_there(
    at_home: User, stored: tuple[Conversation, ...]
) -> None:
    folder = at_home.home / "talks"
    folder.mkdir()
    (folder / "older-2026-03-01.md").write_text("mine")
    assert main(["export", "all", "-o", "talks"]) == 2
    assert [path.read_text() for path in folder.iterdir()] == ["mine"]


def test_all_to_stdout_is_refused(
    stored: tuple[Conversation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "all"]) == 2
    assert "2 conversations need a folder: -o DIR" in capsys.readouterr().err


def test_one_goes_into_a_folder_under_its_own_name(
    at_home: User, stored: tuple[Conversation, ...]
) -> None:
    assert main(["export", "last", "-o", "."]) == 0
    assert (at_home.home / "newer-2026-03-02.md").exists()


def test_an_id_that_is_not_there_is_told(
    stored: tuple[Conversation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "ffffffff"]) == 2
    assert "no conversation 'ffffffff'" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_told(
    stored: tuple[Conversation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "last", "-o", "gone/talk.md"]) == 2
    assert "no such file or directory" in capsys.readouterr().err


def test_all_become_one_file_of_lines(at_home: User, stored: tuple[Conversation, ...]) -> None:
    assert main(["export", "all", "--format", "jsonl", "-o", "talks.jsonl"]) == 0
    lines = (at_home.home / "talks.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["messages"][0]["role"] for line in lines] == ["user", "user"]


def test_lines_go_into_a_folder_as_one_file(
    at_home: User, stored: tuple[Conversation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "all", "--format", "jsonl", "-o", "."]) == 0
    assert capsys.readouterr().out == "conversations.jsonl\n"
    assert main(["export", "all", "--format", "jsonl", "-o", "."]) == 2
    assert "already exists" in capsys.readouterr().err


def test_lines_of_all_go_to_stdout(
    stored: tuple[Conversation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "all", "--format", "jsonl"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("t.html", "<!DOCTYPE html>"), ("t.htm", "<!DOCTYPE html>"), ("t.txt", "newer\n2026-03-02")],
)
def test_the_name_of_the_file_says_the_form(
    at_home: User, stored: tuple[Conversation, ...], name: str, beginning: str
) -> None:
    assert main(["export", "last", "-o", name]) == 0
    assert (at_home.home / name).read_text("utf-8").startswith(beginning)


@pytest.mark.parametrize("form", ["html", "txt", "json", "md"])
def test_all_of_every_form_go_into_a_folder(
    at_home: User, stored: tuple[Conversation, ...], form: str
) -> None:
    assert main(["export", "all", "--format", form, "-o", "talks"]) == 0
    names = sorted(path.name for path in (at_home.home / "talks").iterdir())
    assert names == [f"newer-2026-03-02.{form}", f"older-2026-03-01.{form}"]


def test_pictures_stand_beside_the_page(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    saved = MediaFolder(at_home.data_dir / "media").save(png(4, 2))
    asyncio.run(at_home.store([pictured(str(saved.path))]))
    assert main(["export", "last", "-o", "talk.md"]) == 0
    (copy,) = (at_home.home / "assets").iterdir()
    assert f"](assets/{copy.name})" in (at_home.home / "talk.md").read_text("utf-8")
    assert capsys.readouterr().err == ""


def test_what_was_taken_out_is_told(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(at_home.store([pictured("/gone.png", Notice("sent sk-abcdefgh12345678"))]))
    assert main(["export", "last", "--format", "html"]) == 0
    said = capsys.readouterr()
    assert "sk-abcdefgh" not in said.out
    assert said.err.splitlines() == [
        "chat-tui: 1 key was masked",
        "chat-tui: 1 file is not in it, as it could not be read",
    ]


def pictured(path: str, *more: Part) -> Conversation:
    conversation = talk("pictured", 3)
    reply = conversation.path()[-1]
    parts = (ImageResult("job", 0, path), *more)
    conversation.update(msgspec.structs.replace(reply, parts=parts))
    return conversation
