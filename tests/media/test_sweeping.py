"""What nobody needs leaves the media folder after a day."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.media.files import MediaFolder
from chat_tui.media.sweeping import KEPT_S, Swept, folder_bytes, sweep
from tests.media.pictures import png

NOW_S = 1_800_000_000.0


def kept(folder: MediaFolder, number: int, *, age_s: float) -> Path:
    path = folder.save(png(1, number)).path
    os.utime(path, (NOW_S - age_s, NOW_S - age_s))
    return path


def test_only_what_is_old_and_not_named_goes(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path)
    named, young, old = (
        kept(media, 1, age_s=9 * KEPT_S),
        kept(media, 2, age_s=KEPT_S - 60),
        kept(media, 3, age_s=KEPT_S + 60),
    )
    size = old.stat().st_size
    assert sweep(tmp_path, {named.stem}, now_s=NOW_S) == Swept(1, size)
    assert (named.exists(), young.exists(), old.exists()) == (True, True, False)


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    mine = [
        tmp_path / "notes.txt",
        tmp_path / "ab" / "photo.png",
        tmp_path / "ab" / f"{'0' * 64}.png",  # not in its folder
        tmp_path / "ab" / f"ab{'0' * 62}.exe",
        tmp_path / "abc" / f"ab{'0' * 62}.png",
    ]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    folder = tmp_path / "cd"
    folder.mkdir()
    link = folder / f"cd{'0' * 62}.png"
    link.symlink_to(mine[0])
    (tmp_path / "ef").symlink_to(folder)
    swept = sweep(tmp_path, (), now_s=NOW_S * 2)
    assert all(path.exists() for path in mine)
    assert link.is_symlink()
    assert swept == Swept()


def test_a_write_that_was_cut_off_goes_too(tmp_path: Path) -> None:
    begun = tmp_path / "ab" / f".chat-tui-{'0' * 16}.tmp"
    begun.parent.mkdir()
    begun.write_text("x")
    assert sweep(tmp_path, (), now_s=NOW_S * 2).files == 1


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert sweep(tmp_path / "gone", ()) == Swept()


def test_a_folder_that_cannot_be_read_keeps_nobody_from_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = MediaFolder(tmp_path)
    closed, other = kept(media, 1, age_s=9 * KEPT_S), kept(media, 2, age_s=9 * KEPT_S)
    size = other.stat().st_size
    look = Path.iterdir

    def iterdir(folder: Path) -> Iterator[Path]:
        if folder == closed.parent:
            raise PermissionError(folder)
        return look(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert folder_bytes(tmp_path) == size
    assert sweep(tmp_path, (), now_s=NOW_S) == Swept(1, size)
    assert closed.exists()


def test_a_file_that_goes_while_they_are_counted_has_no_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = MediaFolder(tmp_path)
    gone, other = kept(media, 1, age_s=0), kept(media, 2, age_s=0)
    size = other.stat().st_size
    look = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        if path == gone:
            path.unlink()
        return look(path)

    monkeypatch.setattr(Path, "lstat", lstat)
    assert folder_bytes(tmp_path) == size


def test_what_is_kept_again_is_young_again(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path)
    path = kept(media, 1, age_s=9 * KEPT_S)
    media.save(png(1, 1))
    assert sweep(tmp_path, ()) == Swept()
    assert path.exists()
