"""The files that come with the program: beside the package in a checkout, within it in a wheel."""

from pathlib import Path


def theme_files() -> tuple[Path, ...]:
    """The bundled themes, sorted by file name."""
    return tuple(sorted((_root() / "themes").glob("*.toml")))


def example_config() -> Path:
    """The commented example of a configuration file."""
    return _root() / "config.example.toml"


def _root() -> Path:
    package = Path(__file__).resolve().parent
    bundled = package / "bundled"
    return bundled if bundled.is_dir() else package.parent
