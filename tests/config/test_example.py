"""The example that comes with the program is a configuration that works."""

import re
import tomllib
from pathlib import Path

import pytest

from chat_tui.config.load import load
from chat_tui.config.model import AppSection
from chat_tui.registry import DEFAULT
from chat_tui.resources import example_config

TEXT = example_config().read_text(encoding="utf-8")
PROVIDERS = list(tomllib.loads(TEXT)["providers"])


def test_every_section_of_the_example_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(TEXT, encoding="utf-8")
    config = load(path, registry=DEFAULT, explicit=True)
    assert list(config.providers) == PROVIDERS
    assert {entry.kind.name for entry in config.providers.values()} == set(DEFAULT.names())
    assert config.warnings == ()
    assert config.broken == ()


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_provider_of_the_example_works_by_itself(tmp_path: Path, name: str) -> None:
    import tomli_w

    folder = tmp_path / "providers"
    folder.mkdir()
    table = tomllib.loads(TEXT)["providers"][name]
    (folder / f"{name}.toml").write_text(tomli_w.dumps(table), encoding="utf-8")
    config = load(tmp_path / "none.toml", registry=DEFAULT, explicit=False)
    assert [*config.providers, *(str(one.error) for one in config.broken)] == [name]


def test_the_example_shows_the_defaults_of_app() -> None:
    shown = tomllib.loads(TEXT)["app"]
    assert shown.pop("theme") == "dusk"
    assert AppSection(**shown) == AppSection()


def test_the_example_names_every_key_of_app() -> None:
    named = set(re.findall(r"^#? ?(\w+) += ", TEXT.partition("[keys]")[0], re.MULTILINE))
    assert named == set(AppSection.__struct_fields__)
