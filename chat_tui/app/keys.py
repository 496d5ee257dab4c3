"""Which keys the footer and the help name, as they are bound now."""

from collections.abc import Mapping, Sequence
from typing import Final

from chat_tui.config.actions import ACTIONS
from chat_tui.config.key_labels import first_key_label, keys_label
from chat_tui.widgets.key_bar import (
    ATTACHMENT_KEYS,
    FIND_KEYS,
    TRANSCRIPT_HELP,
    TRANSCRIPT_KEYS,
    KeyHint,
)
from chat_tui.widgets.pane.pane_keys import KeysAt
from chat_tui.widgets.prompt.choice_bar import CHOICE_KEYS

_STOP: Final = "reply.stop"
_FOOTER: Final = {
    "prompt.send": "send",
    "prompt.newline": "line",
    _STOP: "stop",
    "provider.menu": "provider",
    "app.help": "help",
    "transcript.save": "save",
    "conversation.new": "new",
    "app.quit": "quit",
    "pane.split": "split",
}
"""A word for each action that the footer names, the most important first."""


_SHIFTED: Final = frozenset(f"F{number}" for number in range(13, 25))
_FOOTER_OF_BRANCHES: Final = {
    "branch.edit": "edit",
    "branch.again": "again",
    "branch.tree": "tree",
    "branch.fork": "fork",
}
_FOOTER_OF_PICTURES: Final = {
    "picture.open": "open",
    "picture.save": "save",
    "picture.copy_path": "path",
    "picture.info": "info",
    "picture.menu": "make another",
}
_FOOTER_OF_PANES: Final = {
    "prompt.send": "send",
    "pane.next": "next pane",
    "pane.zoom": "zoom",
    "pane.close": "close",
    **_FOOTER,
}

_PROGRAM: Final = "program"
_GROUPS: Final[Mapping[str, frozenset[str]]] = {
    "prompt": frozenset({"prompt", "attachment", "reply", "choice"}),
    "reading": frozenset({"scroll", "transcript", "branch"}),
    "conversations": frozenset({"conversations", "conversation", "list", "transcript.save"}),
    "panes": frozenset({"pane", "compare"}),
    "pictures": frozenset({"pictures", "picture"}),
}
"""Names of actions, or what several share before the dot; all others are of the program."""


def footer_hints(
    at: KeysAt, keys: Mapping[str, str], *, panes: int = 1, stops: bool = False
) -> Sequence[KeyHint]:
    """Say which keys matter.

    Args:
        at: Who gets the keys.
        keys: The keys of each action.
        panes: How many there are.
        stops: There is a reply to be stopped.
    """
    words = _FOOTER if panes == 1 else _FOOTER_OF_PANES
    if not stops:
        words = {name: word for name, word in words.items() if name != _STOP}
    hints: dict[KeysAt, Sequence[KeyHint]] = {
        "transcript": _transcript_hints(keys),
        "picture": _picture_hints(keys),
        "find": FIND_KEYS,
        "choices": CHOICE_KEYS,
        "attachments": ATTACHMENT_KEYS,
    }
    return hints[at] if at in hints else _prompt_hints(keys, words)


def help_groups(keys: Mapping[str, str]) -> Mapping[str, Sequence[KeyHint]]:
    """List all keys and what they do, by what they are about."""
    groups: dict[str, list[KeyHint]] = {group: [] for group in (*_GROUPS, _PROGRAM)}
    for action in ACTIONS:
        if action.built:
            line = (_short_keys_label(keys.get(action.name, "")), action.help)
            groups[_group_of(action.name)].append(line)
    send = first_key_label(keys["prompt.send"])
    groups["prompt"].insert(2, (f"\\ {send}", "Start a new line, in any terminal"))
    groups["reading"] += TRANSCRIPT_HELP
    return groups


def _group_of(action: str) -> str:
    """Find the group of an action: by its whole name before the part of it that others share."""
    shared = action.partition(".")[0]
    for name in (action, shared):
        for group, names in _GROUPS.items():
            if name in names:
                return group
    return _PROGRAM


def _prompt_hints(keys: Mapping[str, str], words: Mapping[str, str]) -> Sequence[KeyHint]:
    return [
        (label, word)
        for name, word in words.items()
        if (label := first_key_label(keys.get(name, "")))
    ]


def _transcript_hints(keys: Mapping[str, str]) -> Sequence[KeyHint]:
    """What the transcript keeps for itself, with what can be rebound in the middle."""
    before, after = TRANSCRIPT_KEYS[:4], TRANSCRIPT_KEYS[4:]
    others = (first_key_label(keys.get(f"branch.{way}", "")) for way in ("earlier", "later"))
    branches = [(label, "branch")] if (label := " ".join(filter(None, others))) else []
    return [*before, *_prompt_hints(keys, _FOOTER_OF_BRANCHES), *branches, *after]


def _picture_hints(keys: Mapping[str, str]) -> Sequence[KeyHint]:
    return [*TRANSCRIPT_KEYS[:1], *_prompt_hints(keys, _FOOTER_OF_PICTURES), TRANSCRIPT_KEYS[2]]


def _short_keys_label(keys: str) -> str:
    """Write the keys of an action; of many, the first and the last.

    F13 to F24 are left out beside others: that is what many terminals send for Shift and F1 to F12.
    """
    all_keys = keys_label(keys).split(", ")
    all_keys = [key for key in all_keys if key not in _SHIFTED] or all_keys
    return ", ".join(all_keys) if len(all_keys) < 5 else f"{all_keys[0]} to {all_keys[-1]}"
