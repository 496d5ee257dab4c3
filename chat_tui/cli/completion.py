"""`chat-tui completion`: the script that has a shell complete commands, options and names."""

from typing import Final

import click

SHELLS: Final = ("bash", "zsh", "fish")
VARIABLE: Final = "_CHAT_TUI_COMPLETE"
"""By which a shell's script asks the program; click's own name for it."""


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
@click.pass_context
def completion(ctx: click.Context, shell: str) -> int:
    """Write the completion script for SHELL: bash, zsh or fish.

    Bash: eval "$(chat-tui completion bash)" in ~/.bashrc. Zsh: the same with zsh in ~/.zshrc,
    below compinit. Fish: chat-tui completion fish > ~/.config/fish/completions/chat-tui.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    root = ctx.find_root().command
    try:
        script = made(root, {}, "chat-tui", VARIABLE).source()
    except RuntimeError as error:  # no bash to ask for its version
        raise click.UsageError(str(error), ctx) from error
    click.echo(script)
    return 0
