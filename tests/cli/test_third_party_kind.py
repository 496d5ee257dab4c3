"""A package that adds a kind of provider: really installed, and used."""

import asyncio
import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, User, ended

EXAMPLE = Path(__file__).resolve().parents[1] / "third_party_kind"

BROKEN_METADATA = {
    "METADATA": "Metadata-Version: 2.1\nName: broken-kind\nVersion: 1.0\n",
    "entry_points.txt": "[chat_tui.kinds]\nbroken = broken_kind:KIND\nodd = chat_tui:__version__\n",
}
LOUD = '[providers.loud]\nkind = "shout"\n'


@pytest.fixture
def place(user: User, tmp_path: Path) -> Path:
    """A folder of packages beside those of the environment."""
    folder = tmp_path / "packages"
    folder.mkdir()
    user.environ["PYTHONPATH"] = f"{folder}:{user.environ.get('PYTHONPATH', '')}"
    return folder


async def install(place: Path) -> Ran:
    source = place.parent / "source"
    shutil.copytree(EXAMPLE, source)  # what building leaves behind stays out of the checkout
    return await ended(
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--no-build-isolation",
            "--disable-pip-version-check",
            "--target",
            str(place),
            str(source),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    )


def break_kind(place: Path) -> None:
    (place / "broken_kind.py").write_text("raise SystemExit('boom')\n")
    metadata = place / "broken_kind-1.0.dist-info"
    metadata.mkdir()
    for name, text in BROKEN_METADATA.items():
        (metadata / name).write_text(text)


async def test_an_installed_package_adds_a_kind_that_answers(user: User, place: Path) -> None:
    installed = await install(place)
    assert installed.code == 0, installed.err
    user.configure(f'{LOUD}mark = "!!"\n')
    ran = await user.run("ask", "-p", "loud", "is anybody there?")
    assert (ran.code, ran.out.strip()) == (0, "IS ANYBODY THERE?!!")
    listed = json.loads((await user.run("providers", "--check", "--json")).out)
    assert next((one["kind"], one["state"]) for one in listed) == ("shout", "ready")
    user.configure(f'{LOUD}marc = "!!"\n')
    ran = await user.run("providers")
    assert ran.code == 2
    assert "did you mean 'mark'?" in ran.err


@pytest.mark.parametrize("kind", ["broken", "odd"])
async def test_a_broken_package_is_one_line_and_takes_nobody_down(
    user: User, place: Path, kind: str
) -> None:
    break_kind(place)
    user.configure(f'[providers.bad]\nkind = "{kind}"\n')
    ran = await user.run("ask", "--no-save", "-p", "demo", "hello")
    assert ran.code == 0
    (line,) = [line for line in ran.err.splitlines() if "bad" in line]
    assert "Traceback" not in ran.err
    assert "boom" not in line
    ran = await user.run("ask", "--no-save", "-p", "bad", "hello")
    assert ran.code == 2
    assert "Traceback" not in ran.err


async def test_packages_are_only_looked_at_for_a_kind_that_is_not_ours(
    user: User, place: Path
) -> None:
    (place / "sitecustomize.py").write_text(
        "import importlib.metadata as m, sys\n"
        "known = m.entry_points\n"
        "def watched(**which):\n"
        "    print('looked for', which.get('group'), file=sys.stderr)\n"
        "    return known(**which)\n"
        "m.entry_points = watched\n"
    )
    user.configure('[providers.mine]\nkind = "openai"\n')
    assert "looked for chat_tui.kinds" not in (await user.run("providers")).err
    user.configure('[providers.mine]\nkind = "opnai"\n')
    ran = await user.run("providers")
    assert "looked for chat_tui.kinds" in ran.err
    assert "did you mean 'openai'?" in ran.err
