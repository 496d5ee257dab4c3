"""Names of keys: one spelling for each, so that two bindings of one key are seen."""

from typing import Final

_MODIFIERS: Final = ("alt", "ctrl", "shift")
_NAMED: Final = frozenset({
    "enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end",
    "pageup", "pagedown", "up", "down", "left", "right",
    *(f"f{number}" for number in range(1, 25)),
})  # fmt: skip
_SYNONYMS: Final = {
    "esc": "escape", "return": "enter", "del": "delete", "ins": "insert",
    "pgup": "pageup", "page_up": "pageup", "pgdn": "pagedown", "page_down": "pagedown",
}  # fmt: skip
_SAME_BYTE: Final = {"ctrl+m": "enter", "ctrl+i": "tab", "ctrl+left_square_bracket": "escape"}
"""A terminal sends the same for both."""
_SIGNS: Final = {
    "@": "at", "\\": "backslash", "[": "left_square_bracket", "]": "right_square_bracket",
    "^": "circumflex_accent", "_": "underscore", "/": "slash", ".": "full_stop", "-": "minus",
    ";": "semicolon", ":": "colon", "=": "equals_sign", "'": "apostrophe", "`": "grave_accent",
    "?": "question_mark", "!": "exclamation_mark", "#": "number_sign", "*": "asterisk",
}  # fmt: skip
SIGN_NAMES: Final = frozenset(_SIGNS.values())
"""Canonical names of keys that type a sign."""


def canonical_keys(written: str, *, plain: bool = False) -> tuple[str, ...]:
    """Read the names of one or more keys, separated by commas.

    Args:
        written: As the user spells them.
        plain: Nothing is typed while they count, so that a letter or a digit alone will do.

    Raises:
        ValueError: a name is not a key's; the message says why, without the name.
    """
    return tuple(dict.fromkeys(_canonical(one.strip(), plain) for one in written.split(",")))


def _canonical(written: str, plain: bool) -> str:
    if not written:
        raise ValueError("a key's name is empty")
    *modifiers, name = written.lower().split("+")
    modifiers = ["ctrl" if one == "control" else one for one in modifiers]
    if any(one not in _MODIFIERS for one in modifiers) or len(set(modifiers)) < len(modifiers):
        raise ValueError("before the + stand ctrl, alt or shift, each once")
    name = _SYNONYMS.get(name, name)
    name = _SIGNS.get(name, name)
    letter = len(name) == 1 and name.isascii() and name.isalnum()
    if plain and (letter or name in SIGN_NAMES) and not modifiers:
        return name
    if name not in _NAMED and name not in SIGN_NAMES and not letter:
        raise ValueError("not the name of a key")
    if name not in _NAMED and not {"ctrl", "alt"} & set(modifiers):
        raise ValueError("a key that types something needs ctrl or alt")
    if name == "space" and not modifiers:
        raise ValueError("a key that types something needs ctrl or alt")
    full = "+".join([*(one for one in _MODIFIERS if one in modifiers), name])
    return _SAME_BYTE.get(full, full)
