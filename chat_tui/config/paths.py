"""Where the program's files are."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from chat_tui.errors import ConfigError


class Paths(msgspec.Struct, frozen=True, kw_only=True):
    """Every file and folder of the program, absolute; nothing is created."""

    config_file: Path
    config_explicit: bool
    """The user named it, so that it must be there."""
    providers_dir: Path
    themes_dir: Path
    prompts_dir: Path
    state_dir: Path
    data_dir: Path
    log_file: Path

    @property
    def state_file(self) -> Path:
        return self.state_dir / "state.toml"

    @property
    def picture_runs(self) -> Path:
        return self.state_dir / "picture-runs.json"

    @property
    def database(self) -> Path:
        return self.data_dir / "conversations.db"

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"


def find_paths(
    *, config: Path | None = None, data_dir: Path | None = None, environ: Mapping[str, str]
) -> Paths:
    """Say where everything is: arguments first, then variables, then the system's usual places.

    Args:
        config: What `--config` says.
        data_dir: What `--data-dir` says.
        environ: Where the `CHAT_TUI_` variables are looked up; an empty one counts as unset.

    Raises:
        ConfigError: there is no home directory, and not everything was named.
    """
    try:
        return _find_paths(config, data_dir, environ)
    except RuntimeError as error:  # so says platformdirs
        raise ConfigError(
            "there is no home directory to keep anything in",
            hint="set HOME; or name the places: --config, --data-dir and CHAT_TUI_STATE_DIR",
        ) from error


def _find_paths(config: Path | None, data_dir: Path | None, environ: Mapping[str, str]) -> Paths:
    from platformdirs import PlatformDirs

    usual = PlatformDirs("chat-tui", appauthor=False)
    named = config or _path(environ, "CHAT_TUI_CONFIG")
    config_file = _absolute(named or Path(usual.user_config_dir) / "config.toml")
    state_dir = _absolute(_path(environ, "CHAT_TUI_STATE_DIR") or Path(usual.user_state_dir))
    return Paths(
        config_file=config_file,
        config_explicit=named is not None,
        providers_dir=config_file.parent / "providers",
        themes_dir=config_file.parent / "themes",
        prompts_dir=config_file.parent / "prompts",
        state_dir=state_dir,
        data_dir=_absolute(
            data_dir or _path(environ, "CHAT_TUI_DATA_DIR") or Path(usual.user_data_dir)
        ),
        log_file=_absolute(_path(environ, "CHAT_TUI_LOG") or state_dir / "chat-tui.log"),
    )


def private_dir(path: Path) -> Path:
    """Create a folder, and those above it, for the user alone; one that is there stays as it is.

    Raises:
        OSError: it cannot be created, or something else has its name.
    """
    missing = []
    folder = path
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    if not path.is_dir():
        raise NotADirectoryError(f"not a folder: {str(path)!r}")
    return path


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name, "")
    return Path(value) if value else None


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:  # ~somebody who is not there
        return path.absolute()
