"""What can complete the command being typed."""

from collections.abc import Sequence
from typing import Final

import msgspec

from chat_tui.commands.table import BY_NAME, COMMANDS, Argument
from chat_tui.fuzzy import ranked

MAX_OPTIONS: Final = 200


class Option(msgspec.Struct, frozen=True):
    """One way to go on."""

    word: str
    """What stands in the prompt when it is taken."""
    note: str = ""
    """What is said about it."""
    usage: str = ""
    """What may follow it."""
    ends: bool = True
    """Nothing need follow; false for a folder."""


class Wanted(msgspec.Struct, frozen=True):
    """What is being typed at the end of a text."""

    what: Argument | None
    """Null: the name of a command."""
    word: str
    """What there is of it."""
    start: int
    """Where it begins in the text."""
    before: tuple[str, ...] = ()
    """The words of the argument that stand before it."""


def wanted(text: str) -> Wanted | None:
    """Say what would complete a text at its end; null where nothing would."""
    if not text.startswith("/") or text.startswith("//") or "\n" in text:
        return None
    name, space, argument = text[1:].partition(" ")
    if not space:
        return Wanted(None, name, 1)
    command = BY_NAME.get(name.lower())
    if command is None or not command.arguments:
        return None
    words = argument.split(" ")
    before = [word for word in words[:-1] if word]
    last = len(command.arguments) - 1
    what = command.arguments[min(len(before), last)]
    # A path may have spaces: all that is left belongs to it.
    if "path" in command.arguments:
        place = command.arguments.index("path")
        if len(before) >= place:
            path = " ".join(words).lstrip()
            for word in before[:place]:
                path = path.removeprefix(word).lstrip()
            return Wanted("path", path, len(text) - len(path), tuple(before[:place]))
    if what == "words":
        return None
    return Wanted(what, words[-1], len(text) - len(words[-1]), tuple(before))


def command_options(word: str) -> list[Option]:
    """List the commands whose names begin so."""
    return [
        Option(command.name, command.help, command.usage, not command.arguments)
        for command in COMMANDS
        if command.name.startswith(word.lower())
    ]


def argument_options(request: Wanted, options: Sequence[Option]) -> list[Option]:
    """Keep those that fit what is typed, the nearest first, and none that is already there."""
    if request.what == "path":  # only the files that begin so were listed
        return list(options)[:MAX_OPTIONS]
    left = [option for option in options if option.word not in request.before]
    return ranked(request.word, left, lambda option: option.word)[:MAX_OPTIONS]


def completed(text: str, request: Wanted, option: Option) -> str:
    """Write the text with the option in its place."""
    more = " " if request.what is None and not option.ends else ""
    return f"{text[: request.start]}{option.word}{more}"
