"""Telling a living writer from a dead one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from chat_tui.store.writers import Writer, _start_of, is_alive, this_writer

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system has no /proc"
)


def test_this_process_lives() -> None:
    assert is_alive(this_writer())


def test_two_stores_of_one_process_are_two_writers() -> None:
    assert this_writer().id != this_writer().id


@needs_proc
def test_another_process_with_the_same_pid_is_not_the_writer() -> None:
    assert not is_alive(replace(this_writer(), started="1"))


@needs_proc
def test_a_writer_of_another_boot_is_dead() -> None:
    assert not is_alive(replace(this_writer(), boot="another"))


def test_without_proc_the_pid_decides() -> None:
    assert is_alive(Writer("w", os.getpid(), "", ""))


def test_a_process_that_ended_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    assert not is_alive(Writer("w", process.pid, "", ""))


@needs_proc
def test_a_process_that_nobody_has_waited_for_is_dead() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        writer = Writer("w", process.pid, _start_of(process.pid) or "", "")
        assert is_alive(writer)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not is_alive(writer)
