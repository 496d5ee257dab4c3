"""The bundled files are found, from a checkout and from an installed package."""

import shutil
import subprocess
import sys
from pathlib import Path

from chat_tui.resources import example_config, theme_files

ROOT = Path(__file__).resolve().parent.parent


def test_a_checkout_has_its_themes_and_its_example() -> None:
    names = [path.stem for path in theme_files()]
    assert {"dusk", "dawn", "contrast"} <= set(names)
    assert names == sorted(names)
    assert example_config() == ROOT / "config.example.toml"
    assert example_config().is_file()


def test_an_installed_package_has_them_within_itself(tmp_path: Path) -> None:
    package = tmp_path / "chat_tui"
    bundled = package / "bundled"
    bundled.mkdir(parents=True)
    shutil.copytree(ROOT / "themes", bundled / "themes")
    shutil.copy(ROOT / "config.example.toml", bundled)
    for name in ("__init__.py", "resources.py"):
        shutil.copy(ROOT / "chat_tui" / name, package)
    text = (
        "from chat_tui.resources import example_config, theme_files\n"
        "print(*sorted(path.parent for path in theme_files())[:1], example_config(), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.split() == [str(bundled / "themes"), str(bundled / "config.example.toml")]
