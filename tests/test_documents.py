import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from chat_tui.config.actions import ACTIONS
from chat_tui.config.key_labels import keys_label
from chat_tui.config.load import load
from chat_tui.config.theme import load_themes
from chat_tui.registry import DEFAULT
from chat_tui.resources import theme_files
from tests import file_table

ROOT = file_table.ROOT
README = (ROOT / "README.md").read_text("utf-8")


def test_the_file_table_of_contributing_is_what_the_docstrings_say() -> None:
    assert file_table.written() == file_table.table(), "run: python -m tests.file_table"


def test_every_key_of_the_application_is_in_the_readme() -> None:
    table = README.partition("## Keys")[2].partition("\n## ")[0]
    for action in ACTIONS:
        if action.built:
            assert keys_label(action.keys).split(",")[0] in table, action.name


def test_every_kind_is_in_the_readme_and_in_the_example() -> None:
    example = (ROOT / "config.example.toml").read_text("utf-8")
    for kind in DEFAULT.names():
        assert f"| `{kind}` |" in README
        assert f'kind = "{kind}"' in example


def test_every_theme_is_in_the_readme() -> None:
    themes, warnings = load_themes(theme_files())
    assert not warnings
    for name in themes:
        assert f"`{name}`" in README


def test_the_configuration_in_the_readme_loads(tmp_path: Path) -> None:
    snippet = "\n".join(re.findall(r"```toml\n(.*?)```", README, re.DOTALL))
    path = tmp_path / "config.toml"
    path.write_text(snippet, "utf-8")
    assert list(load(path, registry=DEFAULT, explicit=True).providers) == list(
        tomllib.loads(snippet)["providers"]
    )


@pytest.mark.parametrize("name", ["run", "tests"])
def test_the_readme_has_one_line_that_sets_up_and(name: str) -> None:
    block = README.partition(f"<!-- {name} -->")[2].partition("<!-- end -->")[0]
    lines = block.strip().splitlines()
    assert lines[0] == "```sh"
    assert lines[-1] == "```"
    assert len(lines) == 3
    assert lines[1].startswith("python3 -m venv .venv && .venv/bin/pip install")


def test_every_command_in_the_readme_exists() -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "chat_tui", "--help"], capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r"^chat-tui ([a-z]+)", README, re.MULTILINE)
    assert commands
    for command in commands:
        assert re.search(rf"^\s+{command}\b", helped, re.MULTILINE), command


def test_links_in_the_documents_lead_to_files() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text("utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), f"{name}: {target}"
