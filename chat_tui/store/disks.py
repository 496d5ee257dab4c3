"""What kind of disk a file is on: SQLite's log with shared memory is not safe on all of them."""

import re
from pathlib import Path
from typing import Final

_MOUNTS: Final = Path("/proc/self/mountinfo")
_SHARED: Final = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "gfs2",
    "ocfs2", "overlay", "virtiofs", "vboxsf", "vmhgfs", "fuse.sshfs", "fuse.rclone",
    "fuse.glusterfs", "fuse.s3fs",
})  # fmt: skip
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


def shares_no_memory(path: Path, mounts: Path = _MOUNTS) -> str:
    """Find out whether processes may see different memory for one file, as across machines.

    Args:
        path: The file.
        mounts: The kernel's list of what is mounted where.

    Returns:
        The kind of such a disk; empty where the file is on another one, or nobody can say.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = str(path.resolve())
    best, kind = -1, ""
    for line in lines:
        fields, _, rest = line.partition(" - ")
        mounted, found = fields.split(" "), rest.split(" ")
        if len(mounted) < 5 or not found:
            continue
        # Spaces, tabs and backslashes in a place are octal (proc_pid_mountinfo(5)).
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), mounted[4])
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:  # what was mounted last hides what was there before
            best, kind = len(point), found[0]
    return kind if kind in _SHARED else ""
