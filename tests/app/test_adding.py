"""A provider is added, changed and removed without leaving the keyboard."""

import stat
import tomllib
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from chat_tui.app.chat_app import ChatApp
from chat_tui.app.opening import AppOptions
from chat_tui.config.load import load
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.roster.probing import PLACES, Place
from chat_tui.screens.add_provider import AddProvider
from chat_tui.screens.dialog import ScrollingBox
from chat_tui.screens.provider_form import ProviderForm
from chat_tui.screens.provider_menu import ProviderMenu
from chat_tui.simulator.flowise import AGENTFLOW
from chat_tui.simulator.server import Simulator
from tests.app.desk import Desk, ask, chat, idle, notes, reply, shown, transcript_rows, until
from tests.file_keyring import FileKeyring
from tests.touching import slow_disk

KEY = "sk-right"


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncGenerator[Desk, None]:
    """A desk whose server wants a key."""
    async with Simulator(key=KEY) as simulator:
        yield Desk(tmp_path, simulator)


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[FileKeyring]:
    ring = FileKeyring(tmp_path / "keyring.json")
    with ring.in_use():
        yield ring


def bare_app(
    desk: Desk, *, environ: Mapping[str, str] | None = None, places: tuple[Place, ...] = ()
) -> ChatApp:
    """The application as it starts where nothing is configured."""
    config = load(desk.paths.config_file, registry=KINDS, explicit=False)
    options = AppOptions(config=config, paths=desk.paths, probe_places=places)
    return ChatApp(options, environ=environ or {})


def place(desk: Desk, name: str) -> Place:
    """The usual place of a server, at the simulator's port."""
    found = next(one for one in PLACES if one.name == name)
    return replace(found, port=int(desk.simulator.url.rpartition(":")[2]))


def written(desk: Desk, name: str) -> dict[str, object]:
    return tomllib.loads((desk.paths.providers_dir / f"{name}.toml").read_text())


def said(pilot: Pilot[int]) -> str:
    return str(pilot.app.screen.query_one("#form-said", Static).visual)


async def choose(pilot: Pilot[int], query: str) -> None:
    """Open the list by F2 and its key, and choose by typing."""
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
    await pilot.press("ctrl+n")
    await until(pilot, lambda: isinstance(pilot.app.screen, AddProvider))
    await pilot.press(*query)
    await until(
        pilot,
        lambda: bool(pilot.app.screen.query_one(OptionList).option_count) and query in shown(pilot),
    )
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ProviderForm))


def fill(pilot: Pilot[int], name: str, value: str) -> None:
    one = next(one for one in pilot.app.screen.query(Input) if one.name == name)
    one.value = value


async def back(pilot: Pilot[int]) -> None:
    """Wait until the conversation is there again, whatever asks for a model in between."""
    await until(pilot, lambda: not isinstance(pilot.app.screen, ProviderForm))
    await pilot.pause()
    if isinstance(pilot.app.screen, ProviderMenu):
        menu = pilot.app.screen
        await until(pilot, lambda: bool(menu.shown) and bool(menu.shown[-1].choice.model))
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


async def test_a_provider_is_added_tested_stored_and_answers(
    guarded: Desk, ring: FileKeyring
) -> None:
    desk = guarded
    async with bare_app(desk).run_test(size=(100, 40)) as pilot:
        await choose(pilot, "groq")
        field = pilot.app.screen.query_one("#form-key", Input)
        assert field.has_focus
        assert field.password
        fill(pilot, "base_url", f"{desk.simulator.url}/v1")
        fill(pilot, "model", "sim-model")
        field.value = "sk-wrong"
        await pilot.press("enter")
        await until(pilot, lambda: "not kept" in said(pilot))
        assert "did not accept the key" in said(pilot)
        assert not (desk.paths.providers_dir / "groq.toml").exists()
        field.value = KEY
        assert KEY not in shown(pilot)
        await pilot.press("enter")
        await back(pilot)
        assert chat(pilot).pane.provider == "groq"
        desk.simulator.enqueue(reply("from the new one"))
        await ask(pilot, "hi")
        assert "from the new one" in shown(pilot)
        assert KEY not in shown(pilot)
    assert written(desk, "groq") == {
        "preset": "groq",
        "base_url": f"{desk.simulator.url}/v1",
        "model": "sim-model",
        "api_key": {"keyring": "groq"},
    }
    assert ring.entries() == {"chat-tui/groq": KEY}
    assert stat.S_IMODE((desk.paths.providers_dir / "groq.toml").stat().st_mode) == 0o600
    assert tomllib.loads(desk.state_file.read_text())["provider"] == "groq"


async def test_asking_again_while_a_provider_is_written_changes_nothing(desk: Desk) -> None:
    async with bare_app(desk).run_test(size=(100, 40)) as pilot:
        await choose(pilot, "ollama")
        form = pilot.app.screen
        assert isinstance(form, ProviderForm)
        with slow_disk("os.link") as (disk, seen):
            form.action_keep()
            await disk.reached.wait()
            form.action_keep()
            await pilot.pause()
            disk.go_on()
            await until(pilot, lambda: pilot.app.screen is not form)
        await idle(pilot)
    assert [touch.event for touch in seen].count("os.link") == 1
    assert "ollama is ready" in notes(pilot)


async def test_whoever_leaves_while_a_provider_is_written_has_it(desk: Desk) -> None:
    async with bare_app(desk).run_test(size=(100, 40)) as pilot:
        await choose(pilot, "ollama")
        form = pilot.app.screen
        assert isinstance(form, ProviderForm)
        with slow_disk("os.link") as (disk, _):
            form.action_keep()
            await disk.reached.wait()
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen is not form)
            disk.go_on()
            roster = chat(pilot)._wiring.roster
            await until(pilot, lambda: "ollama" in roster.names())
        await idle(pilot)


async def test_without_a_keyring_the_key_goes_into_a_file_for_the_user_alone(
    guarded: Desk,
) -> None:
    async with bare_app(guarded).run_test(size=(100, 40)) as pilot:
        await choose(pilot, "xai")
        fill(pilot, "base_url", f"{guarded.simulator.url}/v1")
        fill(pilot, "model", "sim-model")
        pilot.app.screen.query_one("#form-key", Input).value = KEY
        await pilot.press("enter")
        await back(pilot)
        guarded.simulator.enqueue(reply("a reply"))
        await ask(pilot, "hi")
        await pilot.press("ctrl+q")
    (key_file,) = [one for one in guarded.folder.iterdir() if one.name == "keys.toml"]
    assert tomllib.loads(key_file.read_text()) == {"xai": KEY}
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert KEY not in (guarded.paths.providers_dir / "xai.toml").read_text()


async def test_in_a_low_terminal_what_is_wrong_is_in_sight(desk: Desk) -> None:
    async with bare_app(desk).run_test(size=(60, 16)) as pilot:
        await choose(pilot, "openrouter")
        form = pilot.app.screen
        fill(pilot, "base_url", "ftp://somewhere")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "http or https" in said(pilot))
        await pilot.pause()
        box, words = form.query_one(ScrollingBox), form.query_one("#form-said")
        assert words.region.height > 0
        assert box.content_region.contains_region(words.region)


async def test_what_cannot_be_followed_is_said_and_nothing_is_written(desk: Desk) -> None:
    async with bare_app(desk).run_test(size=(100, 40)) as pilot:
        await choose(pilot, "flowise")
        fill(pilot, "", "")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "needs a name" in said(pilot))
        fill(pilot, "", "no name of a file/")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "letters, digits" in said(pilot))
        fill(pilot, "", "flows")
        fill(pilot, "base_url", "ftp://somewhere")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "http or https" in said(pilot))
        assert said(pilot).startswith("not kept: base_url: expected")
        assert "flows.toml" not in said(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
    assert not desk.paths.providers_dir.exists()


async def test_a_flow_that_is_added_is_called_by_its_name_at_once(desk: Desk) -> None:
    async with bare_app(desk).run_test(size=(100, 40)) as pilot:
        await choose(pilot, "flowise")
        fill(pilot, "base_url", desk.simulator.url)
        fill(pilot, "chatflow_id", AGENTFLOW)
        await pilot.press("enter")
        await back(pilot)
        assert "flowise · Research" in chat(pilot).pane.status.line
    assert written(desk, "flowise")["chatflow_id"] == AGENTFLOW


async def test_a_provider_can_be_kept_without_a_test(desk: Desk) -> None:
    async with bare_app(desk).run_test(size=(100, 40)) as pilot:
        await choose(pilot, "vllm")
        fill(pilot, "base_url", "http://127.0.0.1:9/v1")
        await pilot.press("enter")
        await until(pilot, lambda: "nothing is listening" in said(pilot))
        await pilot.press("ctrl+s")
        await back(pilot)
        assert chat(pilot).pane.provider == "vllm"
    assert written(desk, "vllm") == {"preset": "vllm", "base_url": "http://127.0.0.1:9/v1"}


async def test_an_own_provider_is_changed_and_removed(desk: Desk) -> None:
    desk.paths.providers_dir.mkdir()
    (desk.paths.providers_dir / "mine.toml").write_text(
        f'kind = "openai"\nbase_url = "{desk.simulator.url}/v1"\nmodel = "old"\ntimeout_s = 5\n'
    )
    async with bare_app(desk).run_test(size=(100, 40)) as pilot:
        await until(pilot, lambda: chat(pilot).pane.provider == "mine")
        await choose(pilot, "mine")
        fill(pilot, "model", "new")
        await pilot.press("ctrl+s")
        await back(pilot)
        await until(pilot, lambda: chat(pilot).pane.status.line.startswith("mine · new"))
        assert written(desk, "mine")["timeout_s"] == 5
        await choose(pilot, "mine")
        fill(pilot, "", "renamed")
        await pilot.press("ctrl+s")
        await back(pilot)
        assert chat(pilot).pane.provider == "renamed"
        assert not (desk.paths.providers_dir / "mine.toml").exists()
        await choose(pilot, "renamed")
        await pilot.press("ctrl+d")
        await until(pilot, lambda: "once more" in said(pilot))
        await pilot.press("ctrl+d")
        await back(pilot)
        assert chat(pilot).pane.provider == "demo"
    assert list(desk.paths.providers_dir.iterdir()) == []


async def test_a_name_that_is_taken_is_not_taken_again(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 40)) as pilot:
        await choose(pilot, "ollama")
        fill(pilot, "", "sim")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "there is a provider 'sim' already" in said(pilot))


async def test_a_first_start_says_what_was_found_and_one_key_takes_it(desk: Desk) -> None:
    app = bare_app(desk, environ={"GROQ_API_KEY": "gsk-never-shown"}, places=(place(desk, "vllm"),))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "vLLM is running with 3 models" in shown(pilot))
        rows = [row.strip() for row in transcript_rows(pilot)]
        assert any("Alt+1  GROQ_API_KEY is set" in row for row in rows)
        assert any("Ctrl+P, then: Add a provider" in row for row in rows)
        assert "gsk-never-shown" not in shown(pilot)
        assert chat(pilot).pane.provider == "demo"
        await pilot.press("alt+2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
        await back(pilot)
        assert chat(pilot).pane.provider == "vllm"
        assert "Found on this machine" not in shown(pilot)
        desk.simulator.enqueue(reply("hello from here"))
        await ask(pilot, "hi")
    assert written(desk, "vllm")["base_url"] == f"{desk.simulator.url}/v1"


async def test_nothing_found_is_said_and_nothing_is_looked_for_once_there_is_a_provider(
    desk: Desk,
) -> None:
    async with bare_app(desk).run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "no server of models" in shown(pilot))
    calls = len(desk.simulator.calls)
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert "Found" not in shown(pilot)
    assert len(desk.simulator.calls) == calls


async def test_a_key_that_was_found_and_does_not_work_opens_the_form(desk: Desk) -> None:
    app = bare_app(desk, environ={"FLOWISE_API_KEY": "x"})
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "Alt+1" in shown(pilot))
        await until(pilot, lambda: chat(pilot).pane.pick_found is not None)
        await pilot.press("alt+1")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProviderForm))
        await until(pilot, lambda: "leave it empty to use FLOWISE_API_KEY" in shown(pilot))
        assert said(pilot).startswith("not kept: nothing is listening")
        assert pilot.app.screen.query_one("#form-said").has_class("-failed")
