"""The command `chat-tui`: its subcommands, and how every run of it ends."""

import contextlib
import sys
from importlib import import_module
from typing import Final

import click

from chat_tui import __version__
from chat_tui.cli.completing import conversation_ids, provider_names
from chat_tui.cli.options import AppChoices, place_options
from chat_tui.cli.output import let_go_of_stdout
from chat_tui.cli.reset import reset_and_end
from chat_tui.errors import ChatTuiError, NotFound, ProviderError, StoreError
from chat_tui.text import clean_line

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130

LINE_MAX_CHARS: Final = 2000

_COMMANDS: Final = {
    "ask": "chat_tui.cli.ask:ask",
    "completion": "chat_tui.cli.completion:completion",
    "delete": "chat_tui.cli.delete:delete",
    "doctor": "chat_tui.cli.doctor:doctor",
    "export": "chat_tui.cli.export:export",
    "import": "chat_tui.cli.import_:import_conversations",
    "keys": "chat_tui.cli.keys:keys",
    "list": "chat_tui.cli.list:list_conversations",
    "providers": "chat_tui.cli.providers:providers",
    "prune": "chat_tui.cli.prune:prune",
    "repro": "chat_tui.cli.repro:repro",
    "schema": "chat_tui.cli.schema:schema",
    "search": "chat_tui.cli.search:search",
    "simulator": "chat_tui.cli.simulator:simulator",
    "vacuum": "chat_tui.cli.vacuum:vacuum",
}


class Commands(click.Group):
    """Subcommands whose files are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            code = super().invoke(ctx)
            _flush()
        except BrokenPipeError:
            let_go_of_stdout()
            return 0
        return code

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            import difflib

            close = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(_COMMANDS)}"
            raise click.UsageError(f"no command {args[0]!r} ({hint})", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@place_options
@click.option(
    "-p", "--provider", metavar="NAME", help="Who answers.", shell_complete=provider_names
)
@click.option("-m", "--model", metavar="NAME", help="The provider's model.")
@click.option("--demo", is_flag=True, help="Talk to the built-in demo; needs no key.")
@click.option(
    "--resume",
    metavar="ID",
    help="Open this conversation; the start of its id will do.",
    shell_complete=conversation_ids,
)
@click.option("--continue", "latest", is_flag=True, help="Open the latest conversation.")
@click.option("--plain", is_flag=True, help="Lines instead of a screen, as for screen readers.")
@click.option(
    "--reset-terminal",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=reset_and_end,
    help="Tidy up a terminal that was left in disorder, and end.",
)
@click.version_option(__version__, prog_name="chat-tui", message="%(prog)s %(version)s")
@click.pass_context
def chat_tui(
    ctx: click.Context,
    provider: str | None,
    model: str | None,
    demo: bool,
    resume: str | None,
    latest: bool,
    plain: bool,
) -> int:
    """Chat in the terminal. Without a command, the app opens."""
    choices = AppChoices(provider, model, demo=demo, resume=resume, latest=latest)
    if resume is not None and latest:
        raise click.UsageError("--resume and --continue name two conversations", ctx)
    if ctx.invoked_subcommand is not None:
        choices.hand_to(ctx)
        return 0
    if plain:
        from chat_tui.cli.plain import run_plain

        return run_plain(ctx, choices)
    from chat_tui.cli.open_app import open_app

    return open_app(ctx, choices)


def main(args: list[str] | None = None) -> int:
    """Run the command.

    Args:
        args: Without them, those of the process.

    Returns:
        The exit code: 0 finished, 1 the provider, the network or the disk failed, 2 usage or
        configuration, 3 the reply ended early, 128 and a signal's number when one ended it.
    """
    if sys.platform.startswith("win"):
        return _fail("this needs Linux or macOS; on Windows it runs in WSL", EXIT_USAGE)
    try:
        code = chat_tui.main(args, prog_name="chat-tui", standalone_mode=False)
    except click.Abort:
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        return _fail(_usage_line(error), EXIT_USAGE)
    except ChatTuiError as error:
        failed = isinstance(error, ProviderError | StoreError) and not isinstance(error, NotFound)
        return _fail(error.told, EXIT_FAILED if failed else EXIT_USAGE)
    except OSError as error:
        let_go_of_stdout()
        place = f"{error.filename}: " if error.filename else ""
        return _fail(place + (error.strerror or type(error).__name__).lower(), EXIT_FAILED)
    except Exception as error:  # noqa: BLE001  # the top of the command line: a mistake of ours
        return _fail(_reported(error), EXIT_FAILED)
    return code if isinstance(code, int) else 0


def _reported(error: Exception) -> str:
    """Write a report of a mistake, and say where it is."""
    import os

    from chat_tui.config.paths import find_paths
    from chat_tui.crash_report import write_report

    let_go_of_stdout()
    path = write_report(find_paths(environ=os.environ).state_dir / "crashes", error, "the command")
    details = f"; details: {path}" if path else ""
    return f"the program made a mistake and had to stop ({type(error).__name__}){details}"


def _usage_line(error: click.ClickException) -> str:
    message = error.format_message().rstrip(".")
    line = message[:1].lower() + message[1:]
    if isinstance(error, click.UsageError) and error.ctx is not None:
        line += f"; see: {error.ctx.command_path} --help"
    return line


def _fail(line: str, code: int) -> int:
    with contextlib.suppress(OSError):  # nobody reads it
        click.echo(f"chat-tui: {clean_line(line, LINE_MAX_CHARS)}", err=True)
    return code


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()
