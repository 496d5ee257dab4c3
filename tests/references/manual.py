"""`docs/chat-tui.1`: the man page, made from what the commands say of themselves."""

from inspect import cleandoc
from pathlib import Path
from typing import Final

import click

from chat_tui import __version__
from chat_tui.cli.main import chat_tui
from tests.references.fields import ROOT

PATH: Final = ROOT / "docs" / "chat-tui.1"
_FILES: Final = (
    ("~/.config/chat-tui/config.toml", "The configuration; the program never writes it."),
    ("~/.config/chat-tui/providers/", "Providers added in the app, one file each."),
    ("~/.config/chat-tui/themes/, prompts/", "Themes and prompt templates of your own."),
    ("~/.local/share/chat-tui/", "Conversations, pictures and backups."),
    ("~/.local/state/chat-tui/", "Last choices, and the log."),
)
_VARIABLES: Final = (
    ("CHAT_TUI_CONFIG", "The configuration file."),
    ("CHAT_TUI_DATA_DIR, CHAT_TUI_STATE_DIR, CHAT_TUI_LOG", "Where things are kept."),
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "The way to the servers."),
    ("SSL_CERT_FILE", "Certificate authorities other than the usual ones."),
    ("NO_COLOR", "No colours."),
    ("TEXTUAL_ANIMATIONS", "With the value none, nothing on the screen moves by itself."),
    ("VISUAL, EDITOR", "What Ctrl+O opens."),
)
_CODES: Final = (
    ("0", "The reply finished."),
    ("1", "The provider, the network or the disk failed."),
    ("2", "A mistake in usage or configuration."),
    ("3", "The reply ended early: cut off, filtered, or waiting for a human."),
    ("130, 143, 129, 131", "SIGINT, SIGTERM, SIGHUP or SIGQUIT; what came is saved."),
)


def made() -> tuple[Path, str]:
    """Make the page."""
    context = click.Context(chat_tui, info_name="chat-tui", **chat_tui.context_settings)
    lines = [
        f'.TH CHAT-TUI 1 "" "chat-tui {__version__}" "User Commands"',
        ".SH NAME",
        r"chat-tui \- chat with any provider in the terminal",
        ".SH SYNOPSIS",
        r".B chat-tui",
        r"[\fIOPTIONS\fR] [\fICOMMAND\fR [\fIARGS\fR]...]",
        ".SH DESCRIPTION",
        *_paragraph(chat_tui.help or ""),
        ".SH OPTIONS",
        *_options(chat_tui, context),
        ".SH COMMANDS",
    ]
    for name in chat_tui.list_commands(context):
        command = chat_tui.get_command(context, name)
        assert command is not None
        lines += _command(command, click.Context(command, context, info_name=name), name)
    for title, pairs in (
        ("EXIT STATUS", _CODES),
        ("ENVIRONMENT", _VARIABLES),
        ("FILES", _FILES),
    ):
        lines.append(f".SH {title}")
        for what, words in pairs:
            lines += [".TP", f".B {_plain(what)}", _plain(words)]
    return PATH, "\n".join(lines) + "\n"


def _command(command: click.Command, context: click.Context, name: str) -> list[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f".SS chat-tui {_plain(name)} {_plain(usage)}", *_paragraph(command.help or "")]
    lines += _options(command, context)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            one = command.get_command(context, inner)
            assert one is not None
            nested = click.Context(one, context, info_name=inner)
            lines += _command(one, nested, f"{name} {inner}")
    return lines


def _options(command: click.Command, context: click.Context) -> list[str]:
    lines = []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1]:  # what is an argument stands in the usage alone
            lines += [".TP", f".B {_plain(record[0])}", _plain(record[1])]
    return lines


def _paragraph(text: str) -> list[str]:
    lines = []
    for paragraph in cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):  # click's sign for lines that stay as they are
            kept = paragraph.removeprefix("\b").strip("\n").splitlines()
            lines += [".PP", ".nf", *map(_plain, kept), ".fi"]
        else:
            lines += [".PP", _plain(" ".join(paragraph.split()))]
    return lines


def _plain(text: str) -> str:
    """Write text that roff takes as it is."""
    written = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{written}" if written.startswith((".", "'")) else written
