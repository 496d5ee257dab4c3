"""Disks on which a log with shared memory is not safe."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.store.disks import shares_no_memory
from chat_tui.store.store import Store

MOUNTS = r"""
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /home rw shared:1 - nfs4 server:/home rw,vers=4.2
41 40 0:41 / /home/me/local rw - ext4 /dev/vdb rw
42 27 0:42 / /mnt/a\040share rw - cifs //server/share rw
43 27 0:43 / /homely rw - ext4 /dev/vdc rw
44 27 0:44 / /mnt/my\040Büro rw - nfs4 server:/b rw
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/var/x.db", ""),
        ("/home/me/x.db", "nfs4"),
        ("/home/me/local/x.db", ""),
        ("/mnt/a share/x.db", "cifs"),
        ("/homely/x.db", ""),
        ("/mnt/my Büro/x.db", "nfs4"),
    ],
)
def test_the_disk_of_a_file_is_the_innermost_mount(place: str, kind: str, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.strip(), encoding="utf-8")
    assert shares_no_memory(Path(place), mounts) == kind


def test_without_a_list_nothing_is_known(tmp_path: Path) -> None:
    assert shares_no_memory(tmp_path, tmp_path / "nothing") == ""


async def test_on_such_a_disk_there_is_no_shared_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.store.connection.shares_no_memory", lambda _: "nfs4")
    stores = [Store(path), Store(path)]
    for store in stores:
        await store.create(Conversation())
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    for store in stores:
        assert len(await store.list()) == 2
        await store.close()
