"""The last choices, kept between runs; losing them loses nothing."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from chat_tui.config.check import convert_mapping
from chat_tui.config.chosen import Chosen
from chat_tui.config.paths import private_dir
from chat_tui.config.toml_file import read_toml
from chat_tui.errors import ConfigError
from chat_tui.files import write_atomically


class PanePlace(msgspec.Struct, frozen=True, kw_only=True, tag="pane", omit_defaults=True):
    """What one pane showed."""

    conversation: str = ""
    """Its id; empty for one in which nothing was said."""
    branch: str = ""
    """The reply that it showed of several that were compared."""
    provider: str = ""
    model: str = ""
    draft: str = ""
    """Where it is kept what is being written, where nothing was said."""


class SplitPlace(msgspec.Struct, frozen=True, kw_only=True, tag="split"):
    """Two places beside each other, or one below the other."""

    axis: Literal["right", "down"]
    """Where the second one stands."""
    ratio: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    """What the first one has of both."""
    first: "PanePlace | SplitPlace"
    second: "PanePlace | SplitPlace"


class LayoutState(msgspec.Struct, frozen=True, kw_only=True):
    """The panes of the last run; only where there were several."""

    tree: PanePlace | SplitPlace
    current: int = 0
    """Which one had the keys, counted from the left and from the top."""
    zoomed: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen last; empty is "nothing yet"."""

    provider: str = ""
    models: dict[str, str] = msgspec.field(default_factory=dict)
    """The model by the provider's name."""
    theme: str = ""
    """Empty: it follows the terminal's background."""
    light: bool = False
    """The terminal's background was light when it was last asked."""
    chosen: Chosen = Chosen()
    """What was set in the program."""
    save_dir: str = ""
    """The folder of the last saved transcript."""
    layout: LayoutState | None = None
    favourites: list[list[str]] = []
    """Providers with their models, the oldest mark first."""
    recent: list[list[str]] = []
    """Providers with their models, the latest first."""
    windows: dict[str, int] = msgspec.field(default_factory=dict)
    """How many tokens models take in, by provider and model with a space between."""
    names: dict[str, str] = msgspec.field(default_factory=dict)
    """What models are called whose ids say nothing, by the same."""


def load_state(path: Path) -> tuple[State, str | None]:
    """Read the last choices.

    Returns:
        The choices, and a warning where the file cannot be followed: then they are empty.
    """
    try:
        file = read_toml(path, only_regular=True)
        known = {name: file.table[name] for name in State.__struct_fields__ if name in file.table}
        # What a newer version wrote beside them is not our business.
        return convert_mapping(file, [], known, State), None
    except FileNotFoundError:
        return State(), None
    except ConfigError as error:
        return State(), f"the last choices are forgotten: {error}"


def save_state(path: Path, state: State) -> None:
    """Write the last choices, atomically and for the user alone.

    Raises:
        OSError: the disk refused.
    """
    import tomli_w

    table = {name: value for name, value in msgspec.to_builtins(state).items() if value}
    try:
        content = tomli_w.dumps(table).encode()
    except UnicodeEncodeError:  # a folder whose name is not text
        table.pop("save_dir", None)
        content = tomli_w.dumps(table).encode(errors="replace")
    private_dir(path.parent)
    write_atomically(path, content, overwrite=True)
