"""The configured providers, by name."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from chat_tui.config.load import load
from chat_tui.errors import ConfigError, Rejected
from chat_tui.events import Finished, TextDelta
from chat_tui.ids import ConversationId
from chat_tui.message import user_message
from chat_tui.providers.base import Request
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.roster.roster import Roster
from chat_tui.simulator.script import Finish, Say, Script
from chat_tui.simulator.server import Simulator
from tests.net.server import answer, answering, serve

TWO = """
[providers.hosted]
kind = "openai"
model = "large"
api_key = { env = "HOSTED_KEY" }
[providers.near]
kind = "openai"
base_url = "http://127.0.0.1:9/v1"
"""


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def _roster(folder: Path, text: str = TWO, *, demo: bool = False, **environ: str) -> Roster:
    file = folder / "config.toml"
    file.write_text(text)
    config = load(file, registry=KINDS, explicit=True)
    return Roster(config, environ=environ, registry=KINDS, demo=demo)


def _broken(folder: Path) -> None:
    (folder / "providers").mkdir()
    (folder / "providers" / "bad.toml").write_text("kind = 1")


def test_names_keep_the_order_of_the_file_and_end_with_the_demo(tmp_path: Path) -> None:
    _broken(tmp_path)
    assert _roster(tmp_path).names() == ("hosted", "near", "bad", "demo")


def test_a_provider_that_the_user_calls_demo_stands_in_its_place(tmp_path: Path) -> None:
    roster = _roster(tmp_path, '[providers.demo]\nkind = "openai"\nmodel = "mine"\n' + TWO)
    assert roster.names() == ("demo", "hosted", "near")
    assert roster.provider("demo").model == "mine"


def test_a_provider_is_built_once(tmp_path: Path) -> None:
    roster = _roster(tmp_path)
    assert roster.provider("hosted") is roster.provider("hosted")
    assert roster.provider("hosted").model == "large"


def test_an_unknown_name_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no provider 'hostd' \(did you mean 'hosted'\?\)"):
        _roster(tmp_path).provider("hostd")


def test_a_broken_file_is_told_when_its_provider_is_wanted(tmp_path: Path) -> None:
    _broken(tmp_path)
    with pytest.raises(ConfigError, match=r"bad\.toml"):
        _roster(tmp_path).require("bad")


async def test_listings_say_whether_there_is_a_key(tmp_path: Path) -> None:
    _broken(tmp_path)
    hosted, near, bad, demo = await _roster(tmp_path).listings()
    assert (hosted.kind, hosted.model) == ("openai", "large")
    assert (hosted.state, hosted.reason) == ("needs a key", "HOSTED_KEY is not set")
    assert (near.state, demo.state) == ("ready", "ready")
    assert (bad.state, bad.kind) == ("not reachable", "")
    assert "bad.toml" in bad.reason


async def test_a_key_in_the_environment_makes_it_ready(tmp_path: Path) -> None:
    hosted, *_ = await _roster(tmp_path, HOSTED_KEY="abc").listings()
    assert (hosted.state, hosted.reason) == ("ready", "variable HOSTED_KEY")


async def test_check_counts_the_models(tmp_path: Path) -> None:
    roster = _roster(tmp_path)
    demo = await roster.check("demo")
    assert demo.state == "ready"
    assert re.fullmatch(r"\d+ models", demo.reason)
    await roster.aclose()


async def test_check_tells_a_server_that_is_not_there(tmp_path: Path) -> None:
    roster = _roster(tmp_path)
    near = await roster.check("near")
    assert near.state == "not reachable"
    assert "127.0.0.1:9" in near.reason
    await roster.aclose()


async def test_check_tells_a_key_that_is_refused(tmp_path: Path) -> None:
    async with Simulator(key="right") as simulator:
        roster = _roster(tmp_path, _at(simulator), HOSTED_KEY="wrong")
        listing = await roster.check("sim")
        assert listing.state == "needs a key"
        assert "wrong" not in listing.reason
        await roster.aclose()


async def test_check_does_not_wait_for_ever(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/v1"
        roster = _roster(tmp_path, TWO.replace("http://127.0.0.1:9/v1", url))
        near = await roster.check("near", timeout_s=0.05)
        assert (near.state, near.reason) == ("not reachable", "no answer in 0.05 s")
        await roster.aclose()


async def test_check_without_a_key_asks_nobody(tmp_path: Path) -> None:
    async with Simulator() as simulator:
        listing = await _roster(tmp_path, _at(simulator)).check("sim")
        assert listing.state == "needs a key"
        assert simulator.calls == []


@pytest.mark.parametrize(
    ("text", "options", "last", "chosen"),
    [
        (TWO, {}, None, "near"),
        (TWO, {"HOSTED_KEY": "k"}, None, "hosted"),
        (TWO, {"HOSTED_KEY": "k"}, "near", "near"),
        (TWO, {}, "hosted", "hosted"),
        (TWO, {}, "gone", "near"),
        (TWO, {}, "", "near"),
        ('[app]\nprovider = "hosted"\n' + TWO, {}, "near", "hosted"),
        ('[app]\nprovider = "hosted"\n' + TWO, {"demo": True}, "near", "demo"),
        ("", {}, None, "demo"),
    ],
)
async def test_the_default_is_the_one_that_was_meant(
    tmp_path: Path, text: str, options: dict[str, Any], last: str | None, chosen: str
) -> None:
    assert await _roster(tmp_path, text, **options).default(last) == chosen


async def test_a_broken_file_is_no_default(tmp_path: Path) -> None:
    _broken(tmp_path)
    assert await _roster(tmp_path).default("bad") == "near"


async def test_providers_answer_and_are_closed(tmp_path: Path) -> None:
    async with Simulator() as simulator:
        simulator.enqueue(Script((Say("hi"), Finish())))
        roster = _roster(tmp_path, _at(simulator), HOSTED_KEY="k")
        request = Request(
            conversation=ConversationId("c"), messages=(user_message("hi", parent=None),)
        )
        events = [event async for event in roster.provider("sim").stream(request)]
        assert TextDelta("hi") in events
        assert isinstance(events[-1], Finished)
        await roster.aclose()
        await roster.aclose()


def _at(simulator: Simulator) -> str:
    return (
        f'[providers.sim]\nkind = "openai"\nmodel = "m"\nbase_url = "{simulator.url}/v1"\n'
        'api_key = { env = "HOSTED_KEY" }\n'
    )


async def test_pictures_in_a_private_network_are_fetched_only_for_a_provider_that_is_there(
    tmp_path: Path,
) -> None:
    roster = _roster(tmp_path)
    near, hosted = (roster.fetch_for(roster.provider(name)) for name in ("near", "hosted"))
    async with serve(answering(answer(b"picture"))) as gallery:
        assert await near(gallery.url) == b"picture"
        with pytest.raises(Rejected, match=r"127\.0\.0\.1 is not on the public internet"):
            await hosted(gallery.url)
    await roster.aclose()
    assert gallery.connections == 1


async def test_pictures_are_fetched_through_the_proxy_of_the_user(tmp_path: Path) -> None:
    async with serve(answering(answer(b"picture"))) as proxy:
        roster = _roster(tmp_path, HTTP_PROXY=proxy.url)
        fetch = roster.fetch_for(roster.provider("hosted"))
        assert await fetch("http://cdn.test/a") == b"picture"
        await roster.aclose()
    assert proxy.requests[0].target == "http://cdn.test/a"
