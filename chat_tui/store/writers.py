"""Who is writing a reply, and whether that process still lives."""

import os
from pathlib import Path

import msgspec

from chat_tui.ids import uuid7

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Writer(msgspec.Struct, frozen=True):
    """One open store. A process that has the pid of a dead one differs in `started` or `boot`."""

    id: str
    pid: int
    started: str
    """Clock ticks from the boot to the start of the process; empty where /proc does not say."""
    boot: str
    """The kernel's name for this boot; empty where it has none."""


def this_writer() -> Writer:
    """Make the identity of a store that this process opens."""
    pid = os.getpid()
    return Writer(uuid7(), pid, _start_of(pid) or "", this_boot())


def is_alive(writer: Writer) -> bool:
    """Whether the process is still there. In doubt it is: its replies are left alone."""
    if writer.boot and writer.boot != this_boot():
        return False
    try:
        os.kill(writer.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's process, which its start tells apart
    if not writer.started:
        return True
    return _start_of(writer.pid) == writer.started


def this_boot() -> str:
    """Return the kernel's name for this boot; empty where it has none."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _start_of(pid: int) -> str | None:
    """When a process started; null when it is gone, or dead but not yet waited for."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The command's name stands in brackets and may itself hold brackets and spaces; the state is
    # field 3 and the start field 22 (proc_pid_stat(5)).
    fields = stat.rpartition(b")")[2].split()
    if fields[0] in (b"Z", b"X"):
        return None
    return fields[19].decode("ascii")
