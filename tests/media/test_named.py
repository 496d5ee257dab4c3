"""Pictures under a name that the user chose."""

import os
from pathlib import Path

import pytest

from chat_tui.errors import MediaError
from chat_tui.media.named import NamedPictures
from tests.media.pictures import gif, jpeg, png


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_gets_its_name(tmp_path: Path) -> None:
    saved = NamedPictures(str(tmp_path / "cat.png")).save(png(3, 4))
    assert saved.path == tmp_path / "cat.png"
    assert saved.path.read_bytes() == png(3, 4)
    assert (saved.media_type, saved.width_px, saved.height_px) == ("image/png", 3, 4)


def test_a_path_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert NamedPictures("cat.png").save(png(3, 4)).path == tmp_path / "cat.png"


@pytest.mark.parametrize(
    ("asked", "data", "name"),
    [
        ("cat", png(1, 1), "cat.png"),
        ("cat.png", jpeg(1, 1), "cat.jpg"),
        ("cat.jpeg", jpeg(1, 1), "cat.jpeg"),
        ("cat.JPG", jpeg(1, 1), "cat.JPG"),
        ("cat.gif", png(1, 1), "cat.png"),
        ("cat.v1.2", gif(1, 1), "cat.v1.2.gif"),
        (".cat", gif(1, 1), ".cat.gif"),
    ],
)
def test_the_ending_is_that_of_the_true_type(
    tmp_path: Path, asked: str, data: bytes, name: str
) -> None:
    NamedPictures(str(tmp_path / asked)).save(data)
    assert names(tmp_path) == [name]


def test_a_file_that_exists_stays_and_the_next_name_is_taken(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_text("mine")
    (tmp_path / "cat-2.png").mkdir()
    (tmp_path / "cat-3.png").symlink_to(tmp_path / "nowhere")
    saved = NamedPictures(str(tmp_path / "cat.png")).save(png(3, 4))
    assert saved.path.name == "cat-4.png"
    assert (tmp_path / "cat.png").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_several_of_one_name_are_numbered(tmp_path: Path) -> None:
    pictures = NamedPictures(str(tmp_path / "cat.png"))
    for data in (png(1, 1), png(2, 2), jpeg(3, 3)):
        pictures.save(data)
    assert names(tmp_path) == ["cat-2.png", "cat.jpg", "cat.png"]


def test_pictures_in_a_folder_are_numbered(tmp_path: Path) -> None:
    pictures = NamedPictures(str(tmp_path))
    for data in (png(1, 1), png(2, 2)):
        pictures.save(data)
    assert names(tmp_path) == ["picture-1.png", "picture-2.png"]


def test_a_name_with_a_separator_at_its_end_is_a_folder(tmp_path: Path) -> None:
    saved = NamedPictures(f"{tmp_path}/a/b/").save(png(1, 1))
    assert saved.path == tmp_path / "a" / "b" / "picture-1.png"
    assert saved.path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    pictures = NamedPictures(str(tmp_path / "a" / "cat.png"))
    pictures.check()
    assert names(tmp_path) == []
    pictures.save(png(1, 1))
    assert names(tmp_path / "a") == ["cat.png"]


def test_what_is_no_picture_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="not a PNG"):
        NamedPictures(str(tmp_path / "a" / "cat.png")).save(b"<svg/>")
    assert names(tmp_path) == []


@pytest.mark.parametrize("asked", ["file/cat.png", "file/", "file/a/cat.png"])
def test_a_folder_that_is_a_file_is_found_before_and_after(tmp_path: Path, asked: str) -> None:
    (tmp_path / "file").write_text("mine")
    pictures = NamedPictures(f"{tmp_path}/{asked}")
    with pytest.raises(MediaError, match="is not a folder") as raised:
        pictures.check()
    assert "-o" in raised.value.hint
    with pytest.raises(MediaError, match="cannot be saved as"):
        pictures.save(png(1, 1))


def test_what_is_neither_a_file_nor_a_folder_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MediaError, match="neither a file nor a folder"):
        NamedPictures(str(tmp_path / "pipe")).check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_takes_nothing_is_found_before(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(MediaError, match="nothing can be written"):
        NamedPictures(str(tmp_path / "cat.png")).check()


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    pictures = NamedPictures(str(tmp_path / ("x" * 300)))
    with pytest.raises(MediaError, match="too long"):
        pictures.check()
    with pytest.raises(MediaError, match="too long"):
        pictures.save(png(1, 1))
