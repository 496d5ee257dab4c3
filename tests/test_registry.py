"""Kinds are known by name, and imported when they are needed."""

import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui.errors import ConfigError
from chat_tui.providers.kinds import Kind
from chat_tui.registry import DEFAULT, Registry

KIND_FILE = """
from chat_tui.providers.kinds import Kind, ProviderOptions

def build(name, options, services):
    raise NotImplementedError

ECHO = Kind(name="echo", options=ProviderOptions, key_env=None, default_base_url="", build=build)
OTHER = "not a kind"
"""


@pytest.fixture
def kind_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "echo_kind.py").write_text(KIND_FILE)
    (tmp_path / "broken_kind.py").write_text("raise RuntimeError('boom')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "echo_kind", raising=False)
    return tmp_path


def test_a_kind_is_imported_when_it_is_asked_for(kind_folder: Path) -> None:
    registry = Registry({"echo": "echo_kind:ECHO"})
    assert registry.names() == ("echo",)
    assert "echo_kind" not in sys.modules
    kind = registry.get("echo")
    assert isinstance(kind, Kind)
    assert registry.get("echo") is kind


def test_an_unknown_kind_lists_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no provider kind 'eco' \(there are echo, other\)"):
        Registry({"other": "a:B", "echo": "a:B"}).get("eco")


@pytest.mark.parametrize("place", ["broken_kind:X", "nowhere_kind:X", "echo_kind:MISSING", "x"])
def test_a_kind_that_cannot_be_loaded_is_one_clear_error(kind_folder: Path, place: str) -> None:
    with pytest.raises(ConfigError, match="'echo' cannot be loaded") as raised:
        Registry({"echo": place}).get("echo")
    assert "boom" not in str(raised.value)


def test_something_else_than_a_kind_is_refused(kind_folder: Path) -> None:
    with pytest.raises(ConfigError, match="is not a provider kind"):
        Registry({"echo": "echo_kind:OTHER"}).get("echo")


def test_an_installed_package_adds_a_kind_and_replaces_none(kind_folder: Path) -> None:
    metadata = kind_folder / "echo_plugin-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: echo-plugin\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[chat_tui.test_kinds]\necho = echo_kind:ECHO\ntaken = echo_kind:OTHER\n"
    )
    echo = Registry({"echo": "echo_kind:ECHO"}).get("echo")
    registry = Registry({"taken": echo}, group="chat_tui.test_kinds")
    assert registry.names() == ("echo", "taken")
    assert registry.get("echo") is echo
    assert registry.get("taken") is echo


def test_the_usual_registry_knows_the_kinds_of_this_package() -> None:
    assert {"demo", "flowapi", "openai"} <= set(DEFAULT.names())


def test_naming_the_kinds_imports_none_of_them() -> None:
    text = (
        "import sys; from chat_tui.registry import DEFAULT; DEFAULT.names(); "
        "print([m for m in ('httpx', 'keyring', 'chat_tui.providers.openai.provider') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"
