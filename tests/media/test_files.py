"""The folder of pictures."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.errors import MediaError
from chat_tui.media.files import MAX_BYTES, MediaFolder, check_picture
from tests.media.pictures import gif, jpeg, png, webp_lossy


@pytest.fixture
def folder(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "data" / "media")


def files(folder: MediaFolder) -> list[str]:
    return sorted(
        str(path.relative_to(folder.path)) for path in folder.path.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("data", "media_type", "suffix"),
    [
        (png(3, 4), "image/png", ".png"),
        (jpeg(3, 4), "image/jpeg", ".jpg"),
        (gif(3, 4), "image/gif", ".gif"),
        (webp_lossy(3, 4), "image/webp", ".webp"),
    ],
)
def test_a_picture_is_kept_as_it_came_under_its_hash(
    folder: MediaFolder, data: bytes, media_type: str, suffix: str
) -> None:
    saved = folder.save(data)
    sha256 = hashlib.sha256(data).hexdigest()
    assert saved.path == folder.path / sha256[:2] / f"{sha256}{suffix}"
    assert saved.path.is_absolute()
    assert saved.path.read_bytes() == data
    assert (saved.media_type, saved.width_px, saved.height_px) == (media_type, 3, 4)
    assert saved.sha256 == sha256


def test_everything_is_for_the_user_alone(folder: MediaFolder) -> None:
    saved = folder.save(png(3, 4))
    assert stat.S_IMODE(saved.path.stat().st_mode) == 0o600
    for made in (saved.path.parent, folder.path, folder.path.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_the_same_picture_is_kept_once_and_not_written_again(folder: MediaFolder) -> None:
    first = folder.save(png(3, 4))
    inode = first.path.stat().st_ino
    assert folder.save(png(3, 4)) == first
    assert first.path.stat().st_ino == inode
    assert len(files(folder)) == 1


@pytest.mark.parametrize("damage", [b"", b"x" * len(png(3, 4))])
def test_a_damaged_file_is_written_anew(folder: MediaFolder, damage: bytes) -> None:
    saved = folder.save(png(3, 4))
    saved.path.write_bytes(damage)
    assert folder.save(png(3, 4)).path.read_bytes() == png(3, 4)


def test_a_link_in_the_place_of_a_picture_is_replaced_and_not_followed(
    folder: MediaFolder, tmp_path: Path
) -> None:
    saved = folder.save(png(3, 4))
    other = tmp_path / "other"
    other.write_bytes(png(3, 4))
    saved.path.unlink()
    saved.path.symlink_to(other)
    again = folder.save(png(3, 4))
    assert not again.path.is_symlink()
    assert again.path.read_bytes() == png(3, 4)


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"#!/bin/sh\n", png(3, 4)[:10]])
def test_what_is_no_picture_is_not_kept(folder: MediaFolder, data: bytes) -> None:
    with pytest.raises(MediaError, match="not a PNG, JPEG, WebP or GIF"):
        folder.save(data)
    assert not folder.path.exists()


def test_a_file_that_is_too_large_is_not_kept(folder: MediaFolder) -> None:
    largest = png(3, 4, bytes(MAX_BYTES - len(png(3, 4))))
    assert check_picture(largest).width_px == 3
    with pytest.raises(MediaError, match="up to 32 MiB"):
        folder.save(largest + b"\0")
    assert not folder.path.exists()


def test_a_picture_with_too_many_pixels_is_not_kept(folder: MediaFolder) -> None:
    assert check_picture(png(8000, 5000)).height_px == 5000
    with pytest.raises(MediaError, match="8000 x 5001 pixels; up to 40 megapixels"):
        folder.save(png(8000, 5001))
    assert not folder.path.exists()


def test_a_file_in_the_place_of_the_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    blocked = tmp_path / "media"
    blocked.write_text("mine")
    with pytest.raises(MediaError) as caught:
        MediaFolder(blocked).save(png(3, 4))
    assert str(blocked) in caught.value.message
    assert "--data-dir" in caught.value.hint
    assert blocked.read_text() == "mine"


@pytest.fixture
def small_files() -> Iterator[None]:
    import resource
    import signal

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.usefixtures("small_files")
def test_a_disk_that_takes_no_more_leaves_nothing_behind(folder: MediaFolder) -> None:
    with pytest.raises(MediaError, match=os.strerror(errno.EFBIG).lower()):
        folder.save(png(3, 4, bytes(5000)))
    assert files(folder) == []
    assert folder.save(png(3, 4)).path.exists()


def test_a_relative_folder_gives_absolute_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert MediaFolder(Path("media")).save(png(3, 4)).path.is_relative_to(tmp_path)
