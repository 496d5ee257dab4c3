"""The text fields of the list of conversations, and the keys of it that they leave alone."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from textual.geometry import Region

from chat_tui.config.key_labels import keys_label
from chat_tui.config.keynames import SIGN_NAMES
from chat_tui.widgets.line_input import LineInput

RENAME_HINT: Final = "Enter keep the title   Esc leave it as it was   empty: the first words"
_IN_FILTER: Final = {
    "list.rename": "rename",
    "list.pin": "pin",
    "list.delete": "delete",
    "list.title": "title",
}
_IN_LIST: Final = {
    "list.rename": "rename",
    "list.pin": "pin",
    "list.delete": "delete",
    "list.undo": "undo",
    "list.title": "ask for a title",
}


class Filter(LineInput):
    """A text field that leaves keys to the list below it, also those that edit text elsewhere."""

    def __init__(self, value: str, *, leaves: Iterable[str], **options: Any) -> None:
        """Make a text field.

        Args:
            value: What is written in it first.
            leaves: Keys that are not for it.
            options: See `LineInput`.
        """
        super().__init__(value, **options)
        for key in leaves:
            self._bindings.key_to_bindings.pop(key, None)


class TitleField(LineInput):
    """Stands where a title stood while another one is written."""

    DEFAULT_CSS = """
    TitleField {
        display: none; position: absolute;
        &.-open { display: block; }
    }
    """

    def write(self, title: str, place: Region, box: Region) -> None:
        """Have a title written.

        Args:
            title: The one there is.
            place: Of the row that shows it, on the screen.
            box: What the field stands in.
        """
        self.styles.offset = (place.x - box.x + 2, place.y - box.y)
        self.styles.width = max(10, place.width - 2)
        self.value = title
        self.add_class("-open")
        self.focus()
        self.action_end()

    def close(self) -> None:
        """Show the row below again."""
        self.remove_class("-open")


def list_keys(keys: Mapping[str, str]) -> list[str]:
    """Name all keys that do something with a conversation in the list."""
    return [key for name in _IN_LIST for key in keys.get(name, "").split(",") if key]


def filter_hint(keys: Mapping[str, str]) -> str:
    """Say which keys there are while a filter is typed."""
    return _hint(keys, _IN_FILTER, letters=False)


def list_hint(keys: Mapping[str, str]) -> str:
    """Say which keys there are while the list has the focus."""
    return _hint(keys, _IN_LIST, letters=True)


def label(keys: Mapping[str, str], action: str, *, letters: bool) -> str:
    """Write the key of an action that can be used now.

    Args:
        keys: The keys of each action, separated by commas.
        action: Its name.
        letters: Nothing is typed now, so that a letter is preferred.
    """
    known = [key for key in keys.get(action, "").split(",") if key]
    plain = [key for key in known if types(key)]
    others = [key for key in known if key not in plain]
    usable = (plain or others) if letters else others
    return keys_label(usable[0]) if usable else ""


def types(key: str) -> bool:
    """Whether a key would be typed into a text field."""
    return "+" not in key and (len(key) == 1 or key in SIGN_NAMES)


def _hint(keys: Mapping[str, str], words: Mapping[str, str], *, letters: bool) -> str:
    labels = {word: label(keys, name, letters=letters) for name, word in words.items()}
    known = [f"{key} {word}" for word, key in labels.items() if key]
    return "  ".join(["Enter open", *known, "Esc"])
