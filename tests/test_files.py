"""A file is written whole or not at all, and never through a link."""

import errno
import os
import stat
from pathlib import Path

import pytest

from chat_tui.files import write_atomically


def only(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_for_the_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    write_atomically(path, b"text", overwrite=False)
    assert path.read_bytes() == b"text"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert only(tmp_path) == ["a.md"]


def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_atomically(tmp_path / "a", b"", overwrite=False, mode=0o644)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


def test_a_file_that_is_there_is_kept_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(FileExistsError):
        write_atomically(path, b"new", overwrite=False)
    assert path.read_text() == "old"
    write_atomically(path, b"new", overwrite=True)
    assert path.read_text() == "new"
    assert only(tmp_path) == ["a"]


@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_is_replaced_and_not_followed(tmp_path: Path, dangling: bool) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    if not dangling:
        target.write_text("precious")
    link.symlink_to(target)
    with pytest.raises(FileExistsError):
        write_atomically(link, b"new", overwrite=False)
    write_atomically(link, b"new", overwrite=True)
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"
    assert target.exists() is not dangling
    if not dangling:
        assert target.read_text() == "precious"


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_is_refused(tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "a", b"", overwrite=overwrite)
    assert only(tmp_path) == ["a"]


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError, match="not a regular file"):
        write_atomically(tmp_path / "a", b"", overwrite=True)
    assert stat.S_ISFIFO((tmp_path / "a").stat().st_mode)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "none" / "a", b"", overwrite=True)


def test_a_longest_name_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 126 + "abc")
    write_atomically(path, b"x", overwrite=False)
    assert path.read_bytes() == b"x"


@pytest.fixture
def no_hard_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_paths: object, follow_symlinks: bool = True) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)  # as FAT does, which a test cannot mount


@pytest.mark.usefixtures("no_hard_links")
def test_a_disk_without_hard_links_takes_a_file_and_keeps_another(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"first", overwrite=False)
    with pytest.raises(FileExistsError):
        write_atomically(path, b"second", overwrite=False)
    assert path.read_bytes() == b"first"
    assert only(tmp_path) == ["a"]


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path: Path) -> None:
    import resource
    import signal

    path = tmp_path / "a"
    path.write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError, match="File too large") as raised:
            write_atomically(path, b"x" * 100_000, overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert raised.value.errno == errno.EFBIG
    assert path.read_text() == "old"
    assert only(tmp_path) == ["a"]
