"""Files are where the system keeps them, unless the user says otherwise."""

import stat
from pathlib import Path

import pytest

from chat_tui.config.paths import find_paths, private_dir


def test_arguments_come_before_variables(tmp_path: Path) -> None:
    environ = {"CHAT_TUI_CONFIG": "/env/c.toml", "CHAT_TUI_DATA_DIR": "/env/data"}
    paths = find_paths(config=tmp_path / "c.toml", data_dir=tmp_path / "d", environ=environ)
    assert paths.config_file == tmp_path / "c.toml"
    assert paths.config_explicit
    assert paths.providers_dir == tmp_path / "providers"
    assert paths.themes_dir == tmp_path / "themes"
    assert paths.database == tmp_path / "d" / "conversations.db"
    assert paths.media_dir == tmp_path / "d" / "media"


def test_variables_come_before_the_usual_places() -> None:
    paths = find_paths(
        environ={
            "CHAT_TUI_CONFIG": "/env/c.toml",
            "CHAT_TUI_STATE_DIR": "/env/state",
            "CHAT_TUI_DATA_DIR": "/env/data",
        }
    )
    assert paths.config_file == Path("/env/c.toml")
    assert paths.config_explicit
    assert paths.state_file == Path("/env/state/state.toml")
    assert paths.log_file == Path("/env/state/chat-tui.log")
    assert paths.data_dir == Path("/env/data")


def test_the_log_may_be_elsewhere() -> None:
    paths = find_paths(environ={"CHAT_TUI_STATE_DIR": "/s", "CHAT_TUI_LOG": "/l/x.log"})
    assert paths.log_file == Path("/l/x.log")
    assert paths.state_dir == Path("/s")


def test_an_empty_variable_says_nothing() -> None:
    assert find_paths(environ={"CHAT_TUI_CONFIG": ""}) == find_paths(environ={})


def test_the_usual_places_are_absolute_and_the_programs_own() -> None:
    paths = find_paths(environ={})
    assert not paths.config_explicit
    assert paths.config_file.name == "config.toml"
    for path in (paths.config_file, paths.state_file, paths.data_dir, paths.log_file):
        assert path.is_absolute()
        assert "chat-tui" in str(path)


def test_relative_paths_and_homes_are_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    paths = find_paths(config=Path("c.toml"), data_dir=Path("~/d"), environ={})
    assert paths.config_file == tmp_path / "c.toml"
    assert paths.data_dir == tmp_path / "home" / "d"
    unknown = find_paths(data_dir=Path("~nobody-of-that-name/d"), environ={})
    assert unknown.data_dir == tmp_path / "~nobody-of-that-name/d"


def test_a_private_folder_and_those_above_it_are_the_users_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder = private_dir(tmp_path / "a" / "b")
    assert private_dir(folder) == folder
    for made in (folder, folder.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_file_in_the_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(NotADirectoryError):
        private_dir(tmp_path / "a")
