"""The last choices come back, and a broken file costs nothing but them."""

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_tui.config.state import State, load_state, save_state

_text = st.text(st.characters(exclude_categories=["Cs"]))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(provider=_text, models=st.dictionaries(_text, _text, max_size=3), theme=_text)
def test_what_was_chosen_comes_back(
    tmp_path: Path, provider: str, models: dict[str, str], theme: str
) -> None:
    state = State(provider=provider, models=models, theme=theme, save_dir="/tmp/x")
    save_state(tmp_path / "state.toml", state)
    assert load_state(tmp_path / "state.toml") == (state, None)


def test_nothing_chosen_yet_is_no_warning(tmp_path: Path) -> None:
    assert load_state(tmp_path / "state.toml") == (State(), None)


def test_the_file_and_its_folder_are_the_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "state.toml"
    save_state(path, State(provider="flow"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content", [b"provider = ", b"\xff", b"provider = 3", b"[models]\na = 1", b"models = []"]
)
def test_a_broken_file_is_a_warning_of_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.toml"
    path.write_bytes(content)
    state, warning = load_state(path)
    assert state == State()
    assert warning is not None
    assert warning.isprintable()
    assert str(path) in warning


def test_what_a_newer_version_wrote_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    path.write_text("theme = 'dawn'\nhovercraft = 'eels'\n")
    assert load_state(path) == (State(theme="dawn"), None)


def test_a_folder_whose_name_is_not_text_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    save_state(path, State(theme="dawn", save_dir="/x/\udcff"))
    assert load_state(path) == (State(theme="dawn"), None)
