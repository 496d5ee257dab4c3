"""What people install: the wheel and the source archive, by pip, pipx and uv."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from chat_tui import __version__

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, env=env, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(archives: Path) -> Path:
    (found,) = archives.glob("*.whl")
    return found


def assert_it_works(program: Path, home: Path) -> None:
    """With nothing but an empty home."""
    home.mkdir()
    env = {"HOME": str(home), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    assert run(program, "--version", env=env) == f"chat-tui {__version__}\n"
    assert "simulator" in run(program, "ask", "--no-save", "hello", env=env)


def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "chat_tui/bundled/themes/dusk.toml" in names
    assert "chat_tui/bundled/config.example.toml" in names
    assert any(name.endswith("share/man/man1/chat-tui.1") for name in names)
    assert not any(name.startswith("tests/") for name in names)


def test_the_source_archive_can_be_tested(archives: Path) -> None:
    (archive,) = archives.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"tests/test_layers.py", "themes/dusk.toml", "README.md", "CHANGELOG.md"} <= names


def test_pip_installs_it(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    run(tmp_path / "venv/bin/pip", "install", "-q", wheel)
    assert_it_works(tmp_path / "venv/bin/chat-tui", tmp_path / "home")


@pytest.mark.parametrize("tool", ["pipx", "uv"])
def test_other_installers_install_it(tool: str, wheel: Path, tmp_path: Path) -> None:
    program = shutil.which(tool)
    if program is None:
        pytest.skip(f"{tool} is not installed")
    env = {
        **os.environ,
        "PIPX_HOME": str(tmp_path / "tools"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "UV_TOOL_DIR": str(tmp_path / "tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
    }
    if tool == "pipx":
        run(program, "install", "--python", sys.executable, wheel, env=env)
    else:
        run(program, "tool", "install", "--python", sys.executable, wheel, env=env)
    assert_it_works(tmp_path / "bin/chat-tui", tmp_path / "home")
