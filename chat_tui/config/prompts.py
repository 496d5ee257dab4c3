"""Prompt templates: Markdown files with places to fill in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chat_tui.errors import ConfigError
from chat_tui.text import clean, clean_line

MAX_BYTES: Final = 256 * 1024
_FENCE: Final = "---"
_PLACE: Final = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_-]{0,63})\s*\}\}")
_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,63})\s*:\s*(.*)")


@dataclass(frozen=True, slots=True)
class Template:
    """One prompt with places in it."""

    name: str
    text: str
    description: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What a place holds unless something else is written, by the place's name."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The places, each once, in the order of the text."""
        return tuple(dict.fromkeys(_PLACE.findall(self.text)))

    def filled(self, values: Mapping[str, str]) -> str:
        """Write the prompt; a place without a value or a default is left empty."""

        def value(place: re.Match[str]) -> str:
            return values.get(place[1], self.defaults.get(place[1], ""))

        return _PLACE.sub(value, self.text)


def template_names(folder: Path) -> tuple[str, ...]:
    """The templates in a folder, sorted; none where there is no such folder."""
    try:
        return tuple(sorted(path.stem for path in folder.iterdir() if path.suffix == ".md"))
    except OSError:
        return ()


def load_template(folder: Path, name: str) -> Template:
    """Read one template.

    Raises:
        ConfigError: there is none of that name, or it cannot be read.
    """
    names = template_names(folder)
    if name not in names:
        from chat_tui.config.toml_file import nearest

        hint = nearest(name, names) if names else f"a template is a file {folder}/NAME.md"
        raise ConfigError(f"no prompt template {clean_line(name, 64)!r}", hint=hint)
    path = folder / f"{name}.md"
    try:
        if not path.is_file():
            raise ConfigError("is not a regular file", path=path)
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {(error.strerror or 'failed').lower()}", path=path
        ) from error
    if len(content) > MAX_BYTES:
        raise ConfigError("is over 256 KiB, too large for a prompt", path=path)
    try:
        return read_template(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8", path=path) from error
    except ValueError as error:
        raise ConfigError(str(error), path=path) from error


def read_template(name: str, written: str) -> Template:
    """Take a template apart.

    Args:
        name: What it is called.
        written: The text, which may begin with lines `name: value` between two `---`: the
            `description`, and what places hold unless something else is written.

    Raises:
        ValueError: the head has no end, or a line of it is no `name: value`.
    """
    lines = clean(written).split("\n")
    defaults: dict[str, str] = {}
    if lines[0].rstrip() == _FENCE:
        end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
        if end is None:
            raise ValueError("the head that begins with --- has no second ---")
        for number, line in enumerate(lines[1:end], 2):
            if not line.strip() or line.startswith("#"):
                continue
            if (found := _FIELD.fullmatch(line.strip())) is None:
                raise ValueError(f"line {number} of the head is not 'name: value'")
            defaults[found[1]] = _plain(found[2])
        lines = lines[end + 1 :]
    description = defaults.pop("description", "")
    return Template(name, "\n".join(lines).strip("\n"), description, defaults)


def _plain(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
