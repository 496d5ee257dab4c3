"""`chat-tui providers`."""

import json

import pytest

from chat_tui.cli.main import main
from tests.cli.conftest import User

CONFIG = """
[providers.hosted]
kind = "openai"
model = "large"
api_key = { env = "CHAT_TUI_TEST_KEY" }
[providers.near]
kind = "openai"
base_url = "http://127.0.0.1:9/v1"
"""


def test_providers_are_listed_in_columns(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    at_home.configure(CONFIG)
    assert main(["providers"]) == 0
    assert capsys.readouterr().out == (
        "name    kind    model  state        reason\n"
        "hosted  openai  large  needs a key  CHAT_TUI_TEST_KEY is not set\n"
        "near    openai  -      ready        no key\n"
        "demo    demo    demo   ready        no key\n"
    )


def test_json_has_every_field(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    at_home.configure(CONFIG)
    assert main(["providers", "--json"]) == 0
    hosted, near, demo = json.loads(capsys.readouterr().out)
    assert hosted == {
        "name": "hosted",
        "kind": "openai",
        "model": "large",
        "state": "needs a key",
        "reason": "CHAT_TUI_TEST_KEY is not set",
    }
    assert (near["state"], demo["state"]) == ("ready", "ready")


def test_check_asks_each_server(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    at_home.configure(CONFIG)
    assert main(["providers", "--check", "--json"]) == 0
    hosted, near, demo = json.loads(capsys.readouterr().out)
    assert hosted["state"] == "needs a key"
    assert near["state"] == "not reachable"
    assert "127.0.0.1:9" in near["reason"]
    assert demo["state"] == "ready"
    assert demo["reason"].endswith(" models")


def test_config_is_taken_before_and_after_the_command(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    (at_home.home / "other.toml").write_text('[providers.other]\nkind = "demo"\n')
    assert main(["--config", "other.toml", "providers"]) == 0
    before = capsys.readouterr().out
    assert main(["providers", "--config", "other.toml"]) == 0
    assert capsys.readouterr().out == before
    assert before.splitlines()[1].startswith("other")


def test_a_warning_of_the_configuration_goes_to_stderr(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    at_home.configure('[providers.a]\nkind = "openai"\napi_key = "abcdefgh"\n')
    assert main(["providers"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("chat-tui: ")
    assert "abcdefgh" not in said.err + said.out
