"""Keys as people write them."""

_WORDS = {
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "slash": "/",
    "backslash": "\\",
    "full_stop": ".",
    "minus": "-",
    "question_mark": "?",
    "escape": "Esc",
    "pageup": "PageUp",
    "pagedown": "PageDown",
    "end": "End",
    "up": "Up",
    "tab": "Tab",
    "ctrl": "Ctrl",
    "alt": "Alt",
    "shift": "Shift",
    "super": "Super",
}


def key_label(key: str) -> str:
    """Write one key, such as `Shift+Enter` for `shift+enter`."""
    return key if len(key) == 1 else "+".join(_word(part) for part in key.split("+"))


def keys_label(keys: str) -> str:
    """Write all keys of an action, given as in the configuration, separated by commas."""
    return ", ".join(key_label(key.strip()) for key in keys.split(",") if key.strip())


def first_key_label(keys: str) -> str:
    """Write the first key of an action; empty where it has none."""
    return key_label(keys.split(",")[0].strip()) if keys.strip() else ""


def _word(part: str) -> str:
    return _WORDS.get(part) or (part.upper() if len(part) <= 3 else part.capitalize())
