"""What a good configuration means."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_tui.config.load import load, load_provider_file
from chat_tui.config.model import Config
from chat_tui.keys.secrets import (
    CommandKey,
    DefaultKey,
    EnvKey,
    KeyringKey,
    NoKey,
    PlainKey,
    Secret,
)
from chat_tui.registry import Registry

Load = Callable[[str], Config]

CANARY = "sk-canary-4f1d0b"


def test_without_a_file_everything_has_its_default(config_file: Path, registry: Registry) -> None:
    config = load(config_file, registry=registry, explicit=False)
    assert config == Config()
    assert config.app.measure == 100
    assert config.app.images == "auto"
    assert config.app.notify == "unfocused"
    assert config.app.idle_timeout_s == 120
    assert config.app.max_event_bytes == 64 * 1024 * 1024


def test_an_empty_file_is_all_defaults(loaded: Load) -> None:
    assert loaded("") == Config()


def test_a_byte_order_mark_is_no_mistake(loaded: Load) -> None:
    assert loaded("\ufeff[app]\nmeasure = 7\n").app.measure == 7


def test_app_values_are_read(loaded: Load) -> None:
    app = loaded(
        "[app]\nmeasure = 0\ntheme = 'nowhere'\nimages = 'off'\nnotify = 'never'\n"
        "idle_timeout_s = 0.5\nmax_event_mb = 0.25\nsystem_prompt = 'Be brief.'\n"
    ).app
    assert (app.measure, app.theme, app.images, app.notify) == (0, "nowhere", "off", "never")
    assert (app.idle_timeout_s, app.max_event_bytes) == (0.5, 256 * 1024)
    assert app.system_prompt == "Be brief."


def test_the_demo_is_always_a_provider(loaded: Load) -> None:
    assert loaded("[app]\nprovider = 'demo'\n").app.provider == "demo"


def test_providers_keep_the_order_of_the_file(loaded: Load) -> None:
    config = loaded("".join(f"[providers.{name}]\nkind = 'cloud'\n" for name in "zam"))
    assert list(config.providers) == ["z", "a", "m"]


def test_options_and_parameters_are_read(loaded: Load) -> None:
    entry = loaded(
        "[providers.p]\nkind = 'cloud'\nmodel = 'big'\nbase_url = 'http://[::1]:8080/v1'\n"
        "timeout_s = 3\nheaders = { X-A = 'b' }\n"
        "[providers.p.parameters]\ntemperature = -0.7\nnested = { a = [1, 'b', true] }\n"
    ).providers["p"]
    assert entry.model == "big"
    assert entry.kind.name == "cloud"
    assert entry.options.timeout_s == 3
    assert entry.options.headers == {"X-A": "b"}
    assert entry.options.parameters == {"temperature": -0.7, "nested": {"a": [1, "b", True]}}


def test_each_key_source_is_read(loaded: Load) -> None:
    sources = {
        "{ env = 'A_KEY' }": EnvKey("A_KEY"),
        "{ keyring = 'work' }": KeyringKey("work"),
        "{ command = ['op', 'read', 'op://x'] }": CommandKey(("op", "read", "op://x")),
        f"'{CANARY}'": PlainKey(Secret(CANARY)),
    }
    for written, source in sources.items():
        config = loaded(f"[providers.p]\nkind = 'cloud'\napi_key = {written}\n")
        assert config.providers["p"].key == source


def test_the_service_of_the_kind_needs_a_key(loaded: Load) -> None:
    key = loaded("[providers.p]\nkind = 'cloud'\n").providers["p"].key
    assert key == DefaultKey("CLOUD_API_KEY", "p", required=True)


def test_writing_out_the_address_of_the_kind_changes_nothing(loaded: Load) -> None:
    text = "[providers.p]\nkind = 'cloud'\nbase_url = 'https://api.cloud.test/v1/'\n"
    assert loaded(text).providers["p"].key == DefaultKey("CLOUD_API_KEY", "p", required=True)


def test_an_address_of_the_users_needs_no_key(loaded: Load) -> None:
    text = "[providers.p]\nkind = 'cloud'\nbase_url = 'http://localhost:1'\n"
    assert loaded(text).providers["p"].key == DefaultKey("CLOUD_API_KEY", "p", required=False)


def test_a_kind_may_need_no_key_at_its_usual_address(loaded: Load) -> None:
    key = loaded("[providers.p]\nkind = 'flow'\nchatflow_id = 'x'\n").providers["p"].key
    assert key == DefaultKey("FLOW_API_KEY", "p", required=False)


def test_a_kind_without_a_service_has_no_key(loaded: Load) -> None:
    assert loaded("[providers.p]\nkind = 'plain'\n").providers["p"].key == NoKey()


def test_a_plain_key_is_taken_with_a_warning(loaded: Load, config_file: Path) -> None:
    config_file.touch(mode=0o600)
    config = loaded(f"[providers.p]\nkind = 'cloud'\napi_key = '{CANARY}'\n")
    (warning,) = config.warnings
    assert "providers.p.api_key" in warning
    assert "keyring" in warning
    assert "chmod" not in warning
    assert CANARY not in warning


def test_a_plain_key_that_others_can_read_says_so(loaded: Load, config_file: Path) -> None:
    config_file.touch()
    config_file.chmod(0o644)
    config = loaded(f"[providers.p]\nkind = 'cloud'\napi_key = '{CANARY}'\n")
    assert "chmod 600" in config.warnings[0]


def test_a_header_that_holds_a_key_is_warned_of_over_plain_http(loaded: Load) -> None:
    text = "[providers.p]\nkind = 'cloud'\nbase_url = 'http://{}/v1'\nheaders = {{ {} = 'v' }}\n"
    [warning] = loaded(text.format("example.test", "Authorization")).warnings
    assert "providers.p.headers: the key is not sent" in warning
    assert loaded(text.format("example.test", "X-Title")).warnings == ()
    assert loaded(text.format("localhost", "Authorization")).warnings == ()


def test_a_key_over_plain_http_is_warned_of_but_not_to_this_machine(loaded: Load) -> None:
    text = "[providers.p]\nkind = 'cloud'\napi_key = {{ env = 'A' }}\nbase_url = 'http://{}/v1'\n"
    [warning] = loaded(text.format("example.test")).warnings
    assert "is not sent, without allow_insecure = true, over plain http to example.test" in warning
    [warning] = loaded(f"{text.format('example.test')}allow_insecure = true\n").warnings
    assert "the key goes over plain http to example.test" in warning
    for here in ("127.0.0.1:80", "localhost", "[::1]", "app.localhost"):
        assert loaded(text.format(here)).warnings == ()


def test_a_key_shows_in_no_repr(loaded: Load) -> None:
    config = loaded(
        f"[providers.p]\nkind = 'cloud'\napi_key = '{CANARY}'\n"
        f"headers = {{ X-Token = '{CANARY}' }}\nparameters = {{ token = '{CANARY}' }}\n"
    )
    assert CANARY not in repr(config)
    assert CANARY not in str(config)
    assert CANARY not in f"{config.providers['p'].options}"
    assert CANARY not in repr(list(config.providers["p"].options.__rich_repr__()))


def test_every_action_has_its_usual_key(loaded: Load) -> None:
    keys = loaded("").keys
    assert keys["prompt.newline"] == "shift+enter,alt+enter,ctrl+j"
    assert keys["reply.stop"] == "escape"


def test_a_key_is_rebound_and_spelt_in_one_way(loaded: Load) -> None:
    config = loaded('[keys]\n"conversation.new" = "Shift+CTRL+Left, pgup"\n"scroll.up" = "f9"\n')
    assert config.keys["conversation.new"] == "ctrl+shift+left,pageup"
    assert config.keys["scroll.up"] == "f9"
    assert config.keys["app.quit"] == "ctrl+q"


def test_two_actions_may_change_places(loaded: Load) -> None:
    keys = loaded('[keys]\n"prompt.send" = "ctrl+j"\n"prompt.newline" = "enter"\n').keys
    assert (keys["prompt.send"], keys["prompt.newline"]) == ("ctrl+j", "enter")


@pytest.fixture
def providers_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "providers"
    folder.mkdir()
    return folder


def test_a_provider_file_adds_a_provider(loaded: Load, providers_dir: Path) -> None:
    (providers_dir / "extra.toml").write_text("kind = 'cloud'\nmodel = 'x'\n")
    (providers_dir / "notes.txt").write_text("not a provider")
    config = loaded("[providers.p]\nkind = 'cloud'\n[app]\nprovider = 'extra'\n")
    assert list(config.providers) == ["p", "extra"]
    assert config.providers["extra"].path == providers_dir / "extra.toml"


def test_a_broken_provider_file_leaves_the_others_alone(loaded: Load, providers_dir: Path) -> None:
    (providers_dir / "bad.toml").write_text("kind = 'cloud'\n\nbse_url = 'x'\n")
    (providers_dir / "folder.toml").mkdir()
    (providers_dir / "good.toml").write_text("kind = 'cloud'\n")
    (providers_dir / "spaced name.toml").write_text("kind = 'cloud'\n")
    os.mkfifo(providers_dir / "pipe.toml")
    config = loaded("")
    assert list(config.providers) == ["good"]
    errors = {one.name: str(one.error) for one in config.broken}
    assert set(errors) == {"bad", "folder", "pipe", "spaced name"}
    expected = f"{providers_dir / 'bad.toml'}:3: bse_url: unknown key (did you mean 'base_url'?)"
    assert errors["bad"] == expected
    assert "not a regular file" in errors["pipe"]


def test_a_kind_that_cannot_be_imported_is_named_with_its_key_and_stops_no_other(
    config_file: Path,
) -> None:
    config_file.write_text("[providers.p]\nkind = 'gone'\n[providers.q]\nkind = 'echo'\n")
    kinds = {"gone": "no_such_module:KIND", "echo": "chat_tui.providers.openai.provider:OPENAI"}
    config = load(config_file, registry=Registry(kinds), explicit=True)
    (warning,) = config.warnings
    assert re.search(r":2: providers\.p\.kind: .*'gone' cannot be loaded", warning)
    assert [one.name for one in config.broken] == ["p"]
    assert list(config.providers) == ["q"]


def test_choosing_a_broken_provider_is_no_error_of_the_main_file(
    loaded: Load, providers_dir: Path
) -> None:
    (providers_dir / "bad.toml").write_text("kind = 'nothing'\n")
    assert loaded("[app]\nprovider = 'bad'\n").app.provider == "bad"


def test_the_main_file_wins_over_a_provider_file(loaded: Load, providers_dir: Path) -> None:
    (providers_dir / "p.toml").write_text("kind = 'nothing'\n")
    config = loaded("[providers.p]\nkind = 'cloud'\n")
    assert config.providers["p"].kind.name == "cloud"
    assert config.broken == ()
    assert "p.toml: not used" in config.warnings[0]


def test_one_provider_file_is_loaded_by_itself(providers_dir: Path, registry: Registry) -> None:
    path = providers_dir / "one.toml"
    path.write_text("kind = 'cloud'\napi_key = { keyring = 'one' }\n")
    entry, warnings = load_provider_file(path, registry=registry)
    assert (entry.name, entry.key, warnings) == ("one", KeyringKey("one"), [])


def test_a_folder_of_providers_that_is_a_file_is_a_warning(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "providers").write_text("")
    assert "cannot be read: not a directory" in loaded("").warnings[0]


_json = st.recursive(
    st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parameters=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), _json, max_size=4)
)
def test_parameters_come_back_as_they_were_written(
    config_file: Path, registry: Registry, parameters: dict[str, object]
) -> None:
    import tomli_w

    table = {"providers": {"p": {"kind": "cloud", "parameters": parameters}}}
    config_file.write_text(tomli_w.dumps(table), encoding="utf-8", newline="")
    config = load(config_file, registry=registry, explicit=True)
    assert config.providers["p"].options.parameters == parameters
