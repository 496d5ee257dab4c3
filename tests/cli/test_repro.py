"""`chat-tui repro` as a process, on pictures that `ask -o` saved."""

import shlex
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from chat_tui.media.metadata import recipe_of_file, with_recipe
from chat_tui.media.recipe import Recipe
from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import Picture, Script
from chat_tui.simulator.server import Simulator
from tests.cli.conftest import User

DRAWN = Script((Picture(landscape("a fox")),))


@pytest.fixture
async def painter(user: User) -> AsyncIterator[Simulator]:
    """A server of pictures that the user has configured."""
    async with Simulator() as simulator:
        user.configure(
            '[providers.painter]\nkind = "openai"\nmodel = "m-1"\nendpoint = "images"\n'
            f'base_url = "{simulator.url}/v1"\n'
            '[providers.painter.parameters]\nquality = "high"\n'
        )
        yield simulator


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def saved(user: User, recipe: Recipe, name: str = "fox.png") -> Path:
    path = user.home / name
    path.write_bytes(with_recipe(landscape("a fox"), recipe))
    return path


async def test_a_picture_that_was_asked_for_says_how(user: User, painter: Simulator) -> None:
    painter.enqueue(DRAWN)
    ran = await user.run("ask", "-o", "fox.png", "a fox's\ntail")
    assert (ran.code, ran.out) == (0, f"{user.home}/fox.png\n")
    ran = await user.run("repro", "fox.png")
    assert (ran.code, ran.err) == (0, "")
    command, _, settings = ran.out.partition("\n\n")
    assert shlex.split(command) == [
        "chat-tui", "ask", "-p", "painter", "-m", "m-1", "--", "a fox's\ntail",
    ]  # fmt: skip
    found = tomllib.loads(settings)
    assert found["prompt"] == "a fox's\ntail"
    assert found["size"] == "256x256"
    assert found["providers"]["painter"]["parameters"] == {"quality": "high"}


async def test_the_pixels_of_a_saved_picture_are_those_that_came(
    user: User, painter: Simulator
) -> None:
    painter.enqueue(DRAWN)
    await user.run("ask", "-o", "fox.png", "a fox")
    with Image.open(user.home / "fox.png") as picture:
        assert picture.info["parameters"].startswith("a fox\nSize: 256x256, Model: m-1")
        assert picture.size == (256, 256)


async def test_a_kept_original_stays_as_it_came(user: User, painter: Simulator) -> None:
    painter.enqueue(DRAWN)
    ran = await user.run("ask", "a fox")
    assert read(ran.out.strip()) == landscape("a fox")


async def test_the_same_is_asked_for_again(user: User, painter: Simulator) -> None:
    recipe = Recipe(
        prompt="a fox", provider="painter", model="m-2", seed=7, parameters={"quality": "low"}
    )
    saved(user, recipe)
    painter.enqueue(DRAWN)
    ran = await user.run("repro", "fox.png", "--run", "-o", "again.png")
    assert (ran.code, ran.out) == (0, f"{user.home}/again.png\n")
    (call,) = painter.calls
    assert {name: call.json[name] for name in ("prompt", "model", "seed", "quality")} == {
        "prompt": "a fox", "model": "m-2", "seed": 7, "quality": "low",
    }  # fmt: skip
    assert recipe_of_file(user.home / "again.png").parameters["seed"] == 7


async def test_another_provider_gets_its_own_model(user: User, painter: Simulator) -> None:
    saved(user, Recipe(prompt="a fox", provider="gone", model="other"))
    painter.enqueue(DRAWN)
    ran = await user.run("repro", "fox.png", "--run", "-p", "painter", "-o", "again.png")
    assert ran.code == 0
    assert painter.calls[0].json["model"] == "m-1"


async def test_a_masked_key_is_neither_printed_nor_sent(user: User, painter: Simulator) -> None:
    saved(user, Recipe(prompt="x", provider="painter", parameters={"token": "••••", "n": 1}))
    painter.enqueue(DRAWN)
    await user.run("repro", "fox.png", "--run", "-o", "again.png")
    assert "token" not in painter.calls[0].json


async def test_what_a_file_says_cannot_act(user: User) -> None:
    recipe = Recipe(
        prompt="-x '; rm -rf ~ \x1b[2J\u202e",
        provider='a"]\nevil = 1 #\x1b[2J',
        model="$(touch x)",
        parameters={"a\nb": [None, {"c": None, "d": "\x1b]0;x\x07"}]},
    )
    saved(user, recipe)
    ran = await user.run("repro", "fox.png")
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    words = shlex.split(ran.out.partition("\n\n")[0])
    assert words[-3:-1] == ["$(touch x)", "--"]
    assert words[-1].startswith("-x '; rm -rf ~ ")
    assert "evil" not in tomllib.loads(ran.out.partition("\n\n")[2])


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.png", landscape("x"), "'a.png' does not say what it was made with"),
        ("a.txt", b"hello", "'a.txt': the picture is not a PNG, JPEG, WebP or GIF file"),
        ("a.png", b"", "is not a PNG"),
        ("a.png", None, "'a.png' cannot be read: no such file or directory"),
    ],
)
async def test_a_file_that_says_nothing_is_one_clear_line(
    user: User, name: str, data: bytes | None, told: str
) -> None:
    if data is not None:
        (user.home / name).write_bytes(data)
    ran = await user.run("repro", name)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("recipe", "more", "told"),
    [
        (Recipe(prompt="x", provider="gone"), ("--run",), "no provider 'gone'"),
        (Recipe(prompt="x"), ("--run",), "does not name a provider"),
        (Recipe(provider="p"), ("--run",), "does not say what was asked for"),
        (Recipe(prompt="x"), ("-o", "b.png"), "go with --run"),
    ],
)
async def test_what_cannot_be_asked_again_says_why(
    user: User, recipe: Recipe, more: tuple[str, ...], told: str
) -> None:
    saved(user, recipe)
    ran = await user.run("repro", "fox.png", *more)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("size_bytes", "told"), [(60_000_000, "57.3 MiB"), ((32 << 20) + 1, "32.1 MiB")]
)
async def test_a_file_that_is_too_large_is_told_with_its_size_and_the_limit(
    user: User, size_bytes: int, told: str
) -> None:
    path = saved(user, Recipe(prompt="x"))
    with path.open("r+b") as file:
        file.truncate(size_bytes)
    ran = await user.run("repro", "fox.png")
    assert ran.code == 2
    assert f"the picture has {told}; up to 32 MiB are kept" in ran.err
