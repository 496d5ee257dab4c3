import asyncio
import base64
import errno
import os
import re
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.clipboard import (
    MAX_BASE64_CHARS,
    CopyReport,
    ProgramRoute,
    RouteFailed,
    TerminalRoute,
    copy,
    describe,
    routes,
)

EVERYTHING = {
    "TERM": "xterm-256color",
    "TMUX": "/tmp/tmux,1,0",
    "WAYLAND_DISPLAY": "wayland-0",
    "DISPLAY": ":0",
}


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.clipboard.PROGRAM_LIMIT_S", 60.0)


def everywhere(name: str) -> str:
    return f"/bin/{name}"


def nowhere(_name: str) -> None:
    return None


def nothing(_sequence: str) -> None:
    pass


def names(environ: dict[str, str]) -> list[str]:
    return [route.name for route in routes(environ, everywhere)]


def install(folder: Path, name: str, script: str) -> dict[str, str]:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return {"PATH": str(folder)}


def keep(folder: Path, name: str) -> dict[str, str]:
    return install(folder, name, f"/bin/cat > {folder}/{name}.kept")


def kept_by(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.kept")}


def decoded(sequence: str) -> str:
    match = re.fullmatch(r"\x1b]52;c;([A-Za-z0-9+/=]+)\x07", sequence)
    assert match
    return base64.b64decode(match[1]).decode()


def test_every_route_that_exists_is_found() -> None:
    assert names(EVERYTHING) == ["terminal", "tmux", "wl-copy", "xclip", "pbcopy", "clip.exe"]


def test_a_program_without_a_display_is_no_route() -> None:
    assert names({"TERM": "xterm"}) == ["terminal", "pbcopy", "clip.exe"]


def test_a_program_that_is_not_installed_is_no_route() -> None:
    assert routes(EVERYTHING, nowhere) == (TerminalRoute(("none", "tmux")),)


def test_xsel_is_taken_where_there_is_no_xclip() -> None:
    found = routes({"DISPLAY": ":0"}, lambda name: f"/b/{name}" if name == "xsel" else None)
    assert found == (ProgramRoute("xsel", ("/b/xsel", "--clipboard", "--input")),)


@pytest.mark.parametrize(
    "environ",
    [{}, {"TERM": "dumb"}, {"TERM": "linux"}, {"TERM": "xterm", "TERM_PROGRAM": "Apple_Terminal"}],
)
def test_a_terminal_without_a_clipboard_is_no_route(environ: dict[str, str]) -> None:
    assert routes(environ, nowhere) == ()


async def test_the_terminal_gets_the_text_in_base64() -> None:
    written: list[str] = []
    report = await copy("naïve\ttext\n", environ={"TERM": "xterm"}, write=written.append)
    assert [decoded(sequence) for sequence in written] == ["naïve\ttext\n"]
    assert report == CopyReport(11, ("terminal",))


async def test_in_tmux_it_is_sent_raw_and_wrapped() -> None:
    written: list[str] = []
    await copy("text", environ={"TERM": "tmux", "TMUX": "x", "PATH": ""}, write=written.append)
    raw, wrapped = written
    assert decoded(raw) == "text"
    assert wrapped.startswith("\x1bPtmux;\x1b\x1b]")
    assert (
        wrapped.removeprefix("\x1bPtmux;").removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b") == raw
    )


async def test_in_screen_it_is_sent_in_pieces_that_are_short_enough() -> None:
    written: list[str] = []
    text = "some text " * 200
    await copy(text, environ={"TERM": "screen", "STY": "1.pts", "PATH": ""}, write=written.append)
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", "".join(written), re.DOTALL)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == "".join(written)
    assert max(map(len, pieces)) <= 250
    assert decoded("".join(pieces)) == text


async def test_text_is_cleaned_before_it_is_copied() -> None:
    written: list[str] = []
    await copy("a\x1b]0;title\x07\r\n\ud800", environ={"TERM": "xterm"}, write=written.append)
    assert decoded(written[0]) == "a␛]0;title␇\n\ufffd"


@given(st.text(min_size=1))
def test_any_text_leaves_one_well_formed_sequence(text: str) -> None:
    written: list[str] = []
    asyncio.run(copy(text, environ={"TERM": "xterm"}, write=written.append))
    assert len(written) <= 1
    for sequence in written:
        decoded(sequence)


async def test_a_program_gets_the_text(tmp_path: Path) -> None:
    environ = keep(tmp_path, "wl-copy") | {"WAYLAND_DISPLAY": "wayland-0"}
    report = await copy("ünicode\n", environ=environ, write=nothing)
    assert report == CopyReport(8, ("wl-copy",))
    assert (tmp_path / "wl-copy.kept").read_bytes() == "ünicode\n".encode()


async def test_windows_gets_its_own_encoding(tmp_path: Path) -> None:
    environ = keep(tmp_path, "clip.exe")
    await copy("ü1", environ=environ, write=nothing)
    assert (tmp_path / "clip.exe.kept").read_bytes() == b"\xfc\x001\x00"


async def test_all_routes_are_taken_at_once(tmp_path: Path) -> None:
    environ = dict(EVERYTHING)
    for name in ("tmux", "wl-copy", "xclip", "xsel", "pbcopy"):
        environ |= keep(tmp_path, name)
    written: list[str] = []
    report = await copy("text", environ=environ, write=written.append)
    assert report.used == ("terminal", "tmux", "wl-copy", "xclip", "pbcopy")
    assert len(written) == 2
    assert kept_by(tmp_path) == {"tmux", "wl-copy", "xclip", "pbcopy"}


async def test_a_program_sees_no_secrets(tmp_path: Path) -> None:
    environ = install(tmp_path, "xclip", f"/usr/bin/env > {tmp_path}/seen; /bin/cat > /dev/null")
    environ |= {"DISPLAY": ":0", "LC_ALL": "C.UTF-8", "FLOW_API_KEY": "sk-1", "GH_TOKEN": "t"}
    report = await copy("text", environ=environ, write=nothing)
    seen = (tmp_path / "seen").read_text("utf-8")
    assert report.used == ("xclip",)
    assert "DISPLAY=:0" in seen
    assert "LC_ALL=C.UTF-8" in seen
    assert "sk-1" not in seen
    assert "GH_TOKEN" not in seen


async def test_a_program_that_fails_is_reported_and_the_others_count(tmp_path: Path) -> None:
    install(tmp_path, "wl-copy", "exit 3")
    environ = keep(tmp_path, "xclip") | {"DISPLAY": ":0", "WAYLAND_DISPLAY": "gone"}
    report = await copy("text" * 50_000, environ=environ, write=nothing)
    assert report.used == ("xclip",)
    assert report.failed == (RouteFailed("wl-copy", "exit code 3"),)


async def test_a_program_that_cannot_be_run_is_reported(tmp_path: Path) -> None:
    program = tmp_path / "pbcopy"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o755)
    report = await copy("text", environ={"PATH": str(tmp_path)}, write=nothing)
    assert report == CopyReport(4, (), (RouteFailed("pbcopy", "cannot be run: exec format error"),))


async def test_a_program_that_stays_in_the_background_does_not_hold_us(tmp_path: Path) -> None:
    script = (
        f"/bin/cat > {tmp_path}/kept; (/bin/cat {tmp_path}/gate > /dev/null; : > {tmp_path}/end) &"
    )
    os.mkfifo(tmp_path / "gate")
    environ = install(tmp_path, "xclip", script) | {"DISPLAY": ":0"}
    report = await copy("text", environ=environ, write=nothing)
    assert report.used == ("xclip",)
    assert not (tmp_path / "end").exists()
    # Opens only because the one in the background is still alive and reads.
    descriptor = await asyncio.to_thread(os.open, tmp_path / "gate", os.O_WRONLY)
    os.close(descriptor)


async def test_a_program_that_hangs_is_killed_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.clipboard.PROGRAM_LIMIT_S", 0.3)
    os.mkfifo(tmp_path / "alive")
    script = f"(exec 3> {tmp_path}/alive; exec /bin/cat {tmp_path}/never) & wait"
    os.mkfifo(tmp_path / "never")
    environ = install(tmp_path, "pbcopy", script)
    ended = asyncio.create_task(asyncio.to_thread((tmp_path / "alive").read_bytes))
    report = await copy("text", environ=environ, write=nothing)
    assert report.failed == (RouteFailed("pbcopy", "took over 0.3 s"),)
    assert await ended == b""  # the end of the pipe comes when nobody holds it any more


async def test_cancelling_kills_the_program(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    environ = install(
        tmp_path, "pbcopy", f"exec 3> {tmp_path}/alive; echo $$ >&3; exec /bin/sleep 99"
    )
    task = asyncio.create_task(copy("text", environ=environ, write=nothing))
    with await asyncio.to_thread((tmp_path / "alive").open, "rb") as alive:
        pid = int(await asyncio.to_thread(alive.readline))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(alive.read) == b""
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


async def test_what_is_too_long_for_the_terminal_is_not_sent_there(tmp_path: Path) -> None:
    environ = keep(tmp_path, "pbcopy") | {"TERM": "xterm"}
    written: list[str] = []
    report = await copy("x" * MAX_BASE64_CHARS, environ=environ, write=written.append)
    assert written == []
    assert report.used == ("pbcopy",)
    assert report.failed == (RouteFailed("terminal", "too long, at most 56,250 bytes"),)


async def test_the_longest_text_is_sent_to_the_terminal() -> None:
    written: list[str] = []
    await copy("x" * 56_250, environ={"TERM": "xterm"}, write=written.append)
    assert len(written) == 1


async def test_a_terminal_that_is_gone_is_reported() -> None:
    def write(_sequence: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    report = await copy("text", environ={"TERM": "xterm"}, write=write)
    assert report.failed == (RouteFailed("terminal", "cannot be written to: input/output error"),)


async def test_nothing_is_done_with_no_text() -> None:
    written: list[str] = []
    report = await copy("", environ={"TERM": "xterm"}, write=written.append)
    assert written == []
    assert describe(report) == "nothing to copy"


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (CopyReport(1_204, ("terminal", "wl-copy")), "copied 1,204 characters (terminal, wl-copy)"),
        (CopyReport(1, ("terminal",)), "copied 1 character (terminal)"),
        (CopyReport(4, ()), "not copied (no terminal or program that takes it)"),
        (
            CopyReport(4, (), (RouteFailed("xclip", "exit code 1"), RouteFailed("xsel", "no"))),
            "not copied (xclip: exit code 1; xsel: no)",
        ),
        (
            CopyReport(99, ("tmux",), (RouteFailed("terminal", "too long"),)),
            "copied 99 characters (tmux), but not by terminal: too long",
        ),
    ],
)
def test_a_report_says_which_routes_were_used(report: CopyReport, line: str) -> None:
    assert describe(report) == line


def test_a_report_can_say_what_was_copied() -> None:
    assert (
        describe(CopyReport(112, ("terminal",)), "the address") == "copied the address (terminal)"
    )
    assert describe(CopyReport(112, ()), "the address").startswith("not copied")
