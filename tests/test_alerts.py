"""Somebody who looks elsewhere is told by one way that works where they are, beside the bell."""

from collections.abc import Mapping

import pytest

from chat_tui.alerts import BELL, Alert, alert


def told(environ: Mapping[str, str], *programs: str, words: str = "done") -> Alert:
    return alert(
        "chat",
        words,
        environ=environ,
        which=lambda name: f"/bin/{name}" if name in programs else None,
    )


@pytest.mark.parametrize(
    ("environ", "sequence"),
    [
        ({"TERM": "xterm-kitty"}, "\x1b]9;chat: done\x1b\\"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "\x1b]9;chat: done\x1b\\"),
        ({"TERM": "foot"}, "\x1b]777;notify;chat;done\x1b\\"),
        ({"TERM": "rxvt-unicode-256color"}, "\x1b]777;notify;chat;done\x1b\\"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "\x1b]777;notify;chat;done\x1b\\"),
        ({"TERM": "linux"}, ""),
        ({}, ""),
        (
            {"TERM": "screen-256color", "TERM_PROGRAM": "kitty", "TMUX": "/tmp/x"},
            "\x1bPtmux;\x1b\x1b]9;chat: done\x1b\x1b\\\x1b\\",
        ),
    ],
)
def test_the_terminal_is_told_in_its_own_words(environ: Mapping[str, str], sequence: str) -> None:
    assert told(environ) == Alert(sequence + BELL)


def test_the_desktop_is_told_where_there_is_one_and_it_is_near() -> None:
    environ = {"DISPLAY": ":0", "TERM": "foot"}
    found = told(environ, "notify-send")
    assert found.sequence == BELL
    assert found.argv == ("/bin/notify-send", "--app-name=chat-tui", "--", "chat", "done")
    assert told(environ).argv == ()
    assert told(environ | {"SSH_CONNECTION": "1"}, "notify-send").argv == ()


@pytest.mark.parametrize("term", ["foot", "xterm-kitty"])
def test_words_cannot_end_the_sequence_they_are_in(term: str) -> None:
    sequence = told({"TERM": term}, words="a\x1b\\\x07\x9cb\n;c").sequence
    inner = sequence.removesuffix(f"\x1b\\{BELL}")[2:]
    assert not {"\x1b", "\a", "\x9c", "\n"} & set(inner)
