"""The slash commands: one table of their names, arguments, help and acts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from chat_tui.commands.context import CommandContext, CommandError
from chat_tui.commands.parse import (
    Invocation,
    first_word,
    nearest_command,
    parse_setting,
    unquoted,
)
from chat_tui.transcripts.forms import FORMS, form_named

Argument: TypeAlias = Literal[
    "provider", "model", "theme", "format", "path", "parameter", "template", "words"
]
"""What a word of an argument is, for its completion; `words` have none."""
Run: TypeAlias = Callable[[CommandContext, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """One slash command."""

    name: str
    usage: str
    """Its argument: capitals stand for what is typed, brackets for what may be left out."""
    help: str
    run: Run
    arguments: tuple[Argument, ...] = ()
    """Of each word of the argument; the last one counts for all that follow."""
    needed: bool = False
    """Without an argument it does nothing."""

    @property
    def line(self) -> str:
        """The command as it is typed."""
        return f"/{self.name} {self.usage}".rstrip()


async def run_command(context: CommandContext, invocation: Invocation) -> None:
    """Follow a command.

    Raises:
        CommandError: there is no such command, or its argument is not one.
        ChatTuiError: it could not be done.
    """
    command = BY_NAME.get(invocation.name)
    if command is None:
        shown = f"/{invocation.name[:40]}"
        near = nearest_command(invocation.name, BY_NAME)
        hint = f"did you mean /{near}?" if near else "F1 lists all commands;"
        raise CommandError(
            f"no command {shown!r}; nothing was sent", hint=f"{hint} // sends a slash"
        )
    if command.needed and not invocation.argument:
        raise CommandError(f"/{command.name} needs more: {command.line}")
    await command.run(context, invocation.argument)


async def _provider(context: CommandContext, argument: str) -> None:
    if not argument:
        await context.act("the provider menu", ["choose_provider"])
        return
    name, model = first_word(argument)
    context.choose_provider(name)
    if model:
        await context.choose_model(model)


async def _model(context: CommandContext, argument: str) -> None:
    if not argument:
        await context.act("the provider menu", ["choose_provider"])
        return
    await context.choose_model(argument)


async def _save(context: CommandContext, argument: str) -> None:
    await context.write(None, unquoted(argument))


async def _export(context: CommandContext, argument: str) -> None:
    word, path = first_word(argument)
    form = form_named(word)
    if form is None:
        raise CommandError(f"no format {word[:40]!r}", hint=f"there are {', '.join(FORMS)}")
    await context.write(form, unquoted(path))


async def _import(context: CommandContext, argument: str) -> None:
    await context.act("importing", ["import_conversations"], unquoted(argument))


async def _system(context: CommandContext, argument: str) -> None:
    if not argument:
        await context.act("settings", ["settings"])
        return
    await context.set_system_prompt("" if argument == "-" else argument)
    context.tell("the system prompt is gone" if argument == "-" else "the system prompt is set")


async def _set(context: CommandContext, argument: str) -> None:
    if not argument:
        await context.act("settings", ["settings"])
        return
    setting = parse_setting(argument)
    if setting is None:
        raise CommandError(f"not a setting: {argument[:40]!r}", hint="such as /set temperature=0.2")
    key, value = setting
    await context.set_parameter(key, value)
    context.tell(f"{key} is not set any more" if value is None else f"{key} is set")


async def _compare(context: CommandContext, argument: str) -> None:
    names = argument.split()
    if len(names) == 1:
        raise CommandError("/compare needs two providers or more", hint="/compare NAME NAME...")
    await context.act("comparing", ["compare"], names)


async def _attach(context: CommandContext, argument: str) -> None:
    await context.act("attaching files", ["attach"], unquoted(argument))


async def _search(context: CommandContext, argument: str) -> None:
    await context.act("searching", ["search", "search_conversations"], argument)


async def _template(context: CommandContext, argument: str) -> None:
    await context.use_template(argument)


async def _theme(context: CommandContext, argument: str) -> None:
    context.choose_theme(argument)


def _acts(what: str, *actions: str) -> Run:
    async def run(context: CommandContext, argument: str) -> None:
        if argument:
            raise CommandError("this command takes nothing after its name")
        await context.act(what, actions)

    return run


COMMANDS: Final = (
    Command("provider", "[NAME]", "Choose who answers", _provider, ("provider", "words")),
    Command("model", "[NAME]", "Choose the model", _model, ("model", "words")),
    Command("new", "", "Start a new conversation", _acts("a new conversation", "new_conversation")),
    Command("save", "[PATH]", "Save the transcript", _save, ("path",)),
    Command(
        "export",
        "FORMAT [PATH]",
        f"Write {', '.join(FORMS[:-1])} or {FORMS[-1]}",
        _export,
        ("format", "path"),
        needed=True,
    ),
    Command("import", "PATH", "Take in conversations of a file", _import, ("path",), needed=True),
    Command("split", "", "Open a second pane", _acts("splitting", "split")),
    Command(
        "compare",
        "[NAME NAME...]",
        "Ask several providers side by side",
        _compare,
        ("provider",),
    ),
    Command("system", "[TEXT]", "Set the system prompt; - takes it away", _system, ("words",)),
    Command(
        "set", "[KEY=VALUE]", "Set a parameter; KEY= takes it away", _set, ("parameter", "words")
    ),
    Command("attach", "PATH", "Attach a file", _attach, ("path",), needed=True),
    Command("search", "[TEXT]", "Search all conversations", _search, ("words",)),
    Command("template", "[NAME]", "Write by a prompt template", _template, ("template", "words")),
    Command("retry", "", "Answer again, as a new branch", _acts("answering again", "regenerate")),
    Command("stop", "", "Stop the running reply", _acts("stopping", "stop")),
    Command("copy", "", "Copy the last reply", _acts("copying", "copy_reply")),
    Command("theme", "[NAME]", "Choose the colours", _theme, ("theme",)),
    Command("usage", "", "Tokens and cost, here and today", _acts("usage", "usage")),
    Command("help", "", "List keys and commands", _acts("help", "help")),
    Command("quit", "", "Leave", _acts("leaving", "quit")),
)
BY_NAME: Final = {command.name: command for command in COMMANDS}
