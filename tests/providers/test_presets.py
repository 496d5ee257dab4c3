"""Presets: what they fill in, and what is said of them."""

import re
from pathlib import Path

import msgspec
import pytest

from chat_tui.config.load import load
from chat_tui.config.model import Config
from chat_tui.errors import ConfigError
from chat_tui.keys.secrets import DefaultKey
from chat_tui.providers.openai.presets import PRESETS
from chat_tui.registry import DEFAULT
from chat_tui.roster.offers import KEY_VARIABLES, TITLES, keys_found, offers
from chat_tui.roster.roster import Roster
from chat_tui.simulator.server import Simulator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-providers.md"


def loaded(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return load(path, registry=DEFAULT, explicit=True)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_in_the_address_and_the_variable_of_the_key(
    tmp_path: Path, name: str
) -> None:
    preset = PRESETS[name]
    config = loaded(tmp_path, f'[providers.p]\npreset = "{name}"\nmodel = "m"\n')
    entry = config.providers["p"]
    assert config.warnings == ()
    assert msgspec.structs.asdict(entry.options)["base_url"] == preset.base_url
    assert entry.kind.name == "openai"
    assert isinstance(entry.key, DefaultKey)
    assert (entry.key.env, entry.key.required) == (preset.key_env, preset.key_env is not None)


def test_what_the_user_says_wins_over_the_preset(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        '[providers.p]\nkind = "openai"\npreset = "groq"\nbase_url = "http://localhost:1/v1"\n',
    )
    entry = config.providers["p"]
    assert msgspec.structs.asdict(entry.options)["base_url"] == "http://localhost:1/v1"
    assert isinstance(entry.key, DefaultKey)
    assert not entry.key.required


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('preset = "openruter"', r":2: providers\.p\.preset: no preset 'openruter' .*'openrouter'"),
        ("preset = 3", r"providers\.p\.preset: expected text, got an integer"),
        ('preset = "groq"\nkind = "fal"', r"providers\.p\.preset: unknown key"),
        ('preset = "groq"\nkind = "flowapi"', r"providers\.p\.preset: unknown key"),
        ('preset = "groq"\nbse_url = "x"', r"providers\.p\.bse_url: unknown key .*'base_url'"),
    ],
)
def test_a_wrong_preset_names_the_place_and_the_nearest_one(
    tmp_path: Path, table: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        loaded(tmp_path, f"[providers.p]\n{table}\n")


async def test_a_service_without_a_list_of_models_is_not_asked_for_it(tmp_path: Path) -> None:
    async with Simulator() as simulator:
        table = f'preset = "github"\nbase_url = "{simulator.url}/v1"\nmodel = "m"'
        config = loaded(tmp_path, f"[providers.p]\n{table}\n")
        roster = Roster(config, environ={}, registry=DEFAULT)
        listing = await roster.check("p")
        assert (listing.state, listing.reason) == (
            "ready",
            "not asked: this service has no list of models",
        )
        assert await roster.provider("p").models() == ()
        assert simulator.calls == []
        await roster.aclose()


def test_the_documented_table_is_that_of_the_code() -> None:
    text = PAGE.read_text("utf-8")
    table = text.partition("<!-- presets -->")[2].partition("<!-- end -->")[0]
    rows = re.findall(r"^\| `(.*?)` \| (.*?) \| `(.*?)` \| (.*?) \|$", table, re.MULTILINE)
    assert rows == [
        (name, one.title, one.base_url, f"`{one.key_env}`" if one.key_env else "none")
        for name, one in PRESETS.items()
    ]


def test_the_presets_are_sorted_and_their_addresses_have_no_end() -> None:
    assert list(PRESETS) == sorted(PRESETS)
    assert not [name for name, one in PRESETS.items() if one.base_url.endswith("/")]


def test_the_variables_of_the_kinds_are_those_that_the_kinds_say() -> None:
    kinds = {name: DEFAULT.get(name).key_env for name in DEFAULT.names()}
    assert {env: name for name, env in kinds.items() if env} == KEY_VARIABLES
    assert set(TITLES) == set(kinds) - {"demo"}


def test_keys_in_the_environment_are_found_by_name_and_never_shown() -> None:
    found = keys_found({"XAI_API_KEY": "secret-1", "FAL_KEY": "secret-2", "GROQ_API_KEY": " "})
    assert [(one.name, one.found) for one in found] == [
        ("fal", "FAL_KEY is set"),
        ("xai", "XAI_API_KEY is set"),
    ]
    assert "secret" not in repr(found)


def test_everything_can_be_added_but_the_demo() -> None:
    names = [one.name for one in offers(DEFAULT)]
    assert len(names) == len(set(names))
    assert set(names) == {*DEFAULT.names(), *PRESETS} - {"demo"}
