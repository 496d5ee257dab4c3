import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import msgspec
import pytest

from chat_tui.cli.main import chat_tui
from chat_tui.commands.table import BY_NAME, COMMANDS
from chat_tui.config.actions import ACTIONS
from chat_tui.events import (
    Finished,
    ImageResult,
    Source,
    SourceRefs,
    Started,
    TextDelta,
    Usage,
)
from tests.documents import DOCUMENTS, ROOT, blocks, inline_code, shell_lines

WRITTEN = [path for path in DOCUMENTS if path.name != "CONTRIBUTING.md"]
"""One of its tables is made from the code."""
PATHS_OF_ADDRESSES = {"api", "edit", "images", "models", "multi", "stream", "vision"}
OPERATORS = frozenset({"|", "&&", ";", ">", "<", "||", "&"})


def commands_of(line: str) -> Iterator[list[str]]:
    """The arguments of each `chat-tui` in a line of shell, those in `$(...)` among them."""
    for inner in re.findall(r"\$\((chat-tui [^)]*)\)", line):
        yield from commands_of(inner)
    words = shlex.shlex(
        re.sub(r"\$\(chat-tui [^)]*\)", "x", line), posix=True, punctuation_chars=True
    )
    words.whitespace_split = True
    command: list[str] | None = None
    skipped = False
    for word in [*words, ";"]:
        if word in OPERATORS:
            if command is not None and word not in "><":
                yield command
                command = None
            skipped = word in "><"
        elif word in ("chat-tui", ".venv/bin/chat-tui") and command is None:
            command = []
        elif command is not None and not skipped:
            command.append(word)


def parse(arguments: list[str]) -> None:
    """Have click take a whole command line, without doing what it says."""
    command: click.Command = chat_tui
    parent = None
    name = "chat-tui"
    while True:
        context = command.make_context(name, list(arguments), parent=parent)
        if not isinstance(command, click.Group):
            return
        rest = [*context._protected_args, *context.args]
        if not rest:
            return
        found, inner, arguments = command.resolve_command(context, rest)
        assert found is not None
        assert inner is not None
        name, command, parent = found, inner, context


def test_every_command_line_of_the_documents_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    count = 0
    for path, line in shell_lines():
        for arguments in commands_of(line):
            if "--help" in arguments or "--version" in arguments or "--reset-terminal" in arguments:
                continue
            count += 1
            for word in arguments:  # files that a command wants to be there
                if re.fullmatch(r"[a-z-]+\.(md|png|zip|json)|talks", word):
                    (tmp_path / word).touch()
            try:
                parse(arguments)
            except click.UsageError as error:
                pytest.fail(f"{path.relative_to(ROOT)}: {line.strip()}: {error.format_message()}")
    assert count > 30


@pytest.mark.parametrize(
    "line",
    [
        "chat-tui ask --jsn hello",
        "git diff | chat-tui aks review",
        'eval "$(chat-tui completion csh)"',
        "chat-tui export",
    ],
)
def test_a_command_line_that_is_none_would_be_found(line: str) -> None:
    (arguments,) = commands_of(line)
    with pytest.raises(click.UsageError):
        parse(arguments)


MAIN = click.Context(chat_tui, **chat_tui.context_settings)
"""What holds for every command: click keeps the options that it makes in the first context."""


def options_of(name: str) -> set[str]:
    """The options of a command and of all below it, in all their forms."""
    context = MAIN
    command = chat_tui if not name else chat_tui.get_command(context, name)
    assert command is not None, name
    below = list(command.commands.values()) if name and isinstance(command, click.Group) else []
    return {
        form
        for one in (command, *below)
        for parameter in one.get_params(click.Context(one, MAIN))
        for form in (*parameter.opts, *parameter.secondary_opts)
    }


def test_the_commands_and_options_that_are_mentioned_exist() -> None:
    context = MAIN
    known = set(chat_tui.list_commands(context))
    mentions = [(path, code) for path in DOCUMENTS for code in inline_code(path)]
    mentions += [(one.path, line) for one in blocks("") for line in one.text.splitlines()]
    for path, code in mentions:
        said = re.fullmatch(r"(?:.*\| )?chat-tui((?: +[^|].*)?)", code)
        if said is None:
            continue
        named = re.match(r"(?: +-[\w-]+(?: (?:NAME|ID|demo-picture))?)* +([a-z]+)\b(?!-)", said[1])
        name = named[1] if named else ""
        assert not name or name in known, f"{path.name}: {code}"
        for option in re.findall(r"(?<=[\s\[])--?[a-z][\w-]*", said[1]):
            assert option in options_of(name) | options_of(""), f"{path.name}: {code}: {option}"


def test_the_readme_names_every_command_and_every_option() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme.partition("## Command line")[2].partition("\n## ")[0]
    lines = dict(re.findall(r"^chat-tui ([a-z]+)(.*)$", table, re.MULTILINE))
    context = MAIN
    assert sorted(lines) == sorted(chat_tui.list_commands(context))
    everywhere = {"--help", "--config", "--data-dir"}
    for name, usage in lines.items():
        command = chat_tui.get_command(context, name)
        assert command is not None
        for parameter in command.get_params(click.Context(command, MAIN)):
            if isinstance(parameter, click.Option) and not everywhere & set(parameter.opts):
                assert any(form in usage for form in parameter.opts), f"{name}: {parameter.opts}"


def test_slash_commands_that_are_mentioned_exist_and_all_are_in_their_page() -> None:
    for path in WRITTEN:
        for code in inline_code(path):
            found = re.fullmatch(r"/([a-z]+)(?: [^/]*)?", code)
            if found and found[1] not in PATHS_OF_ADDRESSES:
                assert found[1] in BY_NAME, f"{path.name}: {code}"
    page = (ROOT / "docs" / "prompt.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"`/{command.name}" in page, command.name


def test_actions_that_are_mentioned_exist() -> None:
    names = {action.name for action in ACTIONS}
    groups = {name.partition(".")[0] for name in names}
    for path in WRITTEN:
        for code in inline_code(path):
            for group, rest in re.findall(r'(?:^|")([a-z]+)\.([a-z_]+|\*)(?=$|")', code):
                if group in groups and rest not in {"md", "toml", "py", "json", "db"}:
                    assert rest == "*" or f"{group}.{rest}" in names, f"{path.name}: {code}"


SAMPLES: Mapping[str, Sequence[object]] = {
    "ask": [
        Started("fal", "fox"),
        TextDelta("hello"),
        SourceRefs((Source("A page", "https://example.org", None, None),)),
        ImageResult("j", 0, path="/tmp/fox.png", seed=7),
        Usage(1, 2, None),
        Finished("stop"),
    ],
    "providers": [[{"name": "flow", "kind": "flowapi", "model": "", "state": "needs a key"}]],
    "list": [[{"id": "01a1", "title": "hello"}]],
    "search": [[{"conversation": "01a1", "message": "2", "title": "hello", "snippet": "hi"}]],
    "doctor": [{"findings": [{"state": "problem", "remedy": "try this"}]}],
}


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_filters_for_jq_find_something() -> None:
    page = (ROOT / "docs" / "scripting.md").read_text("utf-8")
    lines = re.findall(r"^chat-tui ([a-z]+) .*?\| jq ([^|'\n]*'[^'\n]*')", page, re.MULTILINE)
    assert len(lines) > 7
    for command, filter_ in lines:
        given = b"\n".join(msgspec.json.encode(one) for one in SAMPLES[command])
        done = subprocess.run(
            ["jq", *shlex.split(filter_)], input=given, capture_output=True, check=True
        )
        assert done.stdout.strip() not in (b"", b"null"), filter_
