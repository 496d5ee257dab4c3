"""A key has one name, however it is written."""

import pytest

from chat_tui.config.actions import ACTIONS
from chat_tui.config.keynames import canonical_keys


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("ctrl+n", ("ctrl+n",)),
        ("Control+Shift+UP", ("ctrl+shift+up",)),
        ("shift+alt+f4", ("alt+shift+f4",)),
        ("esc", ("escape",)),
        ("ctrl+[", ("escape",)),
        ("ctrl+i", ("tab",)),
        ("ctrl+\\", ("ctrl+backslash",)),
        ("alt+.", ("alt+full_stop",)),
        ("f1, F1 ,f2", ("f1", "f2")),
        ("ctrl+space", ("ctrl+space",)),
        ("shift+enter", ("shift+enter",)),
    ],
)
def test_a_key_is_read_in_any_spelling(written: str, keys: tuple[str, ...]) -> None:
    assert canonical_keys(written) == keys


@pytest.mark.parametrize(
    "written",
    ["", ",", "f1,", "n", "N", "shift+n", "/", "space", "ctrl+", "ctrl", "+", "ctrl+ctrl+n",
     "super+n", "f0", "f25", "ctrl+ab", "ctrl+é", "ctrl n", "\x1b"],
)  # fmt: skip
def test_what_is_not_a_key_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        canonical_keys(written)


def test_a_letter_alone_will_do_where_nothing_is_typed() -> None:
    assert canonical_keys("o, Ctrl+G, 7", plain=True) == ("o", "ctrl+g", "7")
    with pytest.raises(ValueError, match="a key that types something"):
        canonical_keys("shift+n", plain=True)


def test_the_usual_keys_are_written_as_they_are_compared() -> None:
    for action in ACTIONS:
        assert (
            ",".join(canonical_keys(action.keys, plain=action.reading or action.in_list))
            == action.keys
        )


def test_no_usual_key_has_two_actions_and_no_action_two_entries() -> None:
    keys = [(one.in_menu, one.in_list, key) for one in ACTIONS for key in one.keys.split(",")]
    assert len(set(keys)) == len(keys)
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)
