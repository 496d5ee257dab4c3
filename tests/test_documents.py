import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from chat_tui.config.actions import ACTIONS
from chat_tui.config.key_labels import key_label, keys_label
from chat_tui.config.load import load
from chat_tui.config.model import AppSection
from chat_tui.config.theme import load_theme, load_themes
from chat_tui.providers.openai.presets import PRESETS
from chat_tui.registry import DEFAULT, ENTRY_POINT_GROUP
from chat_tui.resources import theme_files
from tests import file_table
from tests.documents import DOCUMENTS, ROOT, Block, anchors, blocks, inline_code, links

README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE = ROOT / "config.example.toml"
DOCS = ROOT / "docs"
PICTURES = sorted(DOCS.glob("*.svg"))
NOT_CONFIGURATION = {"theme", "entry points"}
"""Marks of TOML that something else reads."""
OTHERS_KEYS = {"Enter", "Up", "Down", "Ctrl+C"}
"""Keys that the README names beside those of actions."""


def test_the_file_table_of_contributing_is_what_the_docstrings_say() -> None:
    assert file_table.written() == file_table.table(), "run: python -m tests.file_table"


def keys_table() -> list[tuple[str, str]]:
    table = README.partition("## Keys")[2].partition("\n## ")[0]
    return re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.MULTILINE)[1:]


def test_every_key_of_the_application_is_in_the_readme() -> None:
    table = "\n".join(f"{keys} {words}" for keys, words in keys_table())
    for action in ACTIONS:
        if action.built:
            assert keys_label(action.keys).split(",")[0] in table, action.name


def test_the_keys_of_the_readme_are_keys_of_the_application_and_each_is_there_once() -> None:
    bound = {key_label(key) for action in ACTIONS for key in action.keys.split(",")}
    named = [
        key
        for keys, _ in keys_table()
        for key in re.findall(r"(?:(?:Ctrl|Alt|Shift)\+)+\w+|\bF\d+|\b(?:Esc|Tab|Enter)\b", keys)
    ]
    assert set(named) <= bound | OTHERS_KEYS
    alone = [keys for keys, _ in keys_table()]
    assert len(set(alone)) == len(alone)


def test_every_kind_is_in_the_readme_with_its_key_and_has_a_page() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| .*? \| (.+?) \|$", README, re.MULTILINE))
    pages = "".join(page.read_text("utf-8") for page in (DOCS / "providers").glob("*.md"))
    for name in DEFAULT.names():
        key = DEFAULT.get(name).key_env
        assert table[name] == (f"`{key}`" if key else "none"), name
        assert name == "demo" or f'kind = "{name}"' in pages, name


def test_the_readme_counts_presets_and_kinds_rightly() -> None:
    services = [name for name in DEFAULT.names() if name != "demo"]
    assert f"{len(services)} kinds, {len(PRESETS)} presets" in README
    assert f"one of {len(PRESETS)} [presets]" in README
    assert f"one of {len(PRESETS)} services" in "".join(
        page.read_text("utf-8") for page in (DOCS / "providers").glob("*.md")
    )


def test_every_theme_is_in_the_readme_and_in_the_page_of_themes() -> None:
    themes, warnings = load_themes(theme_files())
    assert not warnings
    page = (DOCS / "themes.md").read_text("utf-8")
    for name in themes:
        assert f"`{name}`" in README
        assert f"`{name}`" in page


@pytest.mark.parametrize(
    "block", [one for one in blocks("toml") if one.mark not in NOT_CONFIGURATION], ids=str
)
def test_the_configuration_in_a_document_loads(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(block.text, "utf-8")
    config = load(path, registry=DEFAULT, explicit=True)
    assert list(config.providers) == list(tomllib.loads(block.text).get("providers", {}))
    assert not config.broken
    assert not config.warnings


def test_the_theme_in_the_documents_loads(tmp_path: Path) -> None:
    (block,) = [one for one in blocks("toml") if one.mark == "theme"]
    path = tmp_path / "paper.toml"
    path.write_text(block.text, "utf-8")
    assert load_theme(path).name == "paper"


def test_the_entry_point_in_the_documents_is_that_of_the_example() -> None:
    (block,) = [one for one in blocks("toml") if one.mark == "entry points"]
    example = tomllib.loads((ROOT / "tests/third_party_kind/pyproject.toml").read_text("utf-8"))
    points = tomllib.loads(block.text)["project"]["entry-points"]
    assert points == example["project"]["entry-points"]
    assert list(points) == [ENTRY_POINT_GROUP]


@pytest.mark.parametrize("uncommented", [False, True])
def test_the_example_loads_also_with_everything_of_the_app(
    tmp_path: Path, uncommented: bool
) -> None:
    app, rest = EXAMPLE.read_text("utf-8").split("\n[keys]\n")
    if uncommented:
        app = re.sub(r"^# (\w+ = )", r"\1", app, flags=re.MULTILINE)
    text = f"{app}\n[keys]\n{rest}"
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    config = load(path, registry=DEFAULT, explicit=True)
    assert not config.warnings
    assert not config.broken
    if uncommented:
        fields = {one.encode_name for one in msgspec.structs.fields(AppSection)}
        assert set(tomllib.loads(text)["app"]) == fields


def test_the_example_has_every_kind_and_every_preset() -> None:
    text = EXAMPLE.read_text("utf-8")
    assert {f'kind = "{kind}"' for kind in DEFAULT.names()} <= set(
        re.findall(r'kind = "\w+"', text)
    )
    for name in PRESETS:
        assert re.search(rf"[ #]{name}\b", text), name


@pytest.mark.parametrize("name", DEFAULT.names())
def test_the_example_names_every_key_of_a_kind(name: str) -> None:
    text = EXAMPLE.read_text("utf-8")
    for one in msgspec.structs.fields(DEFAULT.get(name).options):
        key = one.encode_name
        assert re.search(rf"^(# +)?({key} = |\[providers\.\w+\.{key})", text, re.MULTILINE), key


@pytest.mark.parametrize("name", ["run", "tests"])
def test_the_readme_has_one_line_that_sets_up_and(name: str) -> None:
    block = README.partition(f"<!-- {name} -->")[2].partition("<!-- end -->")[0]
    lines = block.strip().splitlines()
    assert lines[0] == "```sh"
    assert lines[-1] == "```"
    assert len(lines) == 3
    assert lines[1].startswith("python3 -m venv .venv && .venv/bin/pip install")


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) <= 260


def test_links_in_the_documents_lead_somewhere() -> None:
    for path in DOCUMENTS:
        for link in links(path):
            target, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", target):
                assert target.startswith("https://"), f"{path.name}: {link}"
                continue
            place = path.parent / target if target else path
            assert place.exists(), f"{path.name}: {link}"
            assert place.resolve().is_relative_to(ROOT), f"{path.name}: {link}"
            if anchor:
                assert anchor in anchors(place), f"{path.name}: {link}"


def test_files_that_are_named_in_the_documents_are_there() -> None:
    for path in DOCUMENTS:
        for code in inline_code(path):
            if re.fullmatch(r"(chat_tui|tests|benchmarks|docs|themes)/[\w./-]*", code):
                assert (ROOT / code).exists() or "NAME" in code, f"{path.name}: {code}"


def test_the_index_names_every_document() -> None:
    index = {(DOCS / link).resolve() for link in links(DOCS / "README.md")}
    pages = {path for path in DOCUMENTS if path.is_relative_to(DOCS)} - {DOCS / "README.md"}
    assert pages <= index


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_well_formed_loads_nothing_and_is_shown_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    ET.fromstring(text)
    assert not re.search(r"""href=["']?http|url\(["']?http|@import|<script|<image""", text)
    assert "/tmp/" not in text
    assert f"docs/{path.name}" in README


def test_every_picture_is_made_by_the_script() -> None:
    script = (DOCS / "make_pictures.py").read_text("utf-8")
    for path in PICTURES:
        assert f'"{path.stem}": ' in script


def test_variables_that_are_named_in_the_documents_are_read_somewhere() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "chat_tui").rglob("*.py"))
    code += "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "e2e").glob("*.py"))
    for path in DOCUMENTS:
        for name in re.findall(r"\bCHAT_TUI_[A-Z_]*[A-Z]\b", path.read_text("utf-8")):
            assert name in code, f"{path.name}: {name}"
