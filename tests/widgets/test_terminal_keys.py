import pytest
from textual import events
from textual._xterm_parser import XTermParser

from chat_tui.config.actions import default_keys
from chat_tui.widgets.terminal.keys import teach_keys


def keys_of(typed: str) -> list[str]:
    teach_keys()
    return [event.key for event in XTermParser().feed(typed) if isinstance(event, events.Key)]


def test_alt_with_letters_in_one_go_is_as_many_keys() -> None:
    assert keys_of("\x1bl\x1bl\x1bh\x1bz") == ["alt+l", "alt+l", "alt+h", "alt+z"]


def test_escape_and_a_letter_in_one_go_leaves_what_follows() -> None:
    assert keys_of("\x1bldog") == ["alt+l", "d", "o", "g"]


def test_sequences_are_still_read() -> None:
    assert keys_of("\x1b[A\x1bOP\x1bl\x1b\r") == ["up", "f1", "alt+l", "alt+enter"]


def test_rxvt_goes_to_the_beginning_and_to_the_end() -> None:
    assert keys_of("\x1b[7^\x1b[8^") == ["ctrl+home", "ctrl+end"]


@pytest.mark.parametrize("action", sorted(default_keys()))
def test_alt_with_a_letter_is_never_one_that_terminals_send_for_a_move(action: str) -> None:
    for key in default_keys()[action].split(","):
        if key.startswith("alt+") and len(key) == len("alt+x") and key[-1].isalpha():
            assert keys_of(f"\x1b{key[-1]}") == [key]
