"""`python -m tests.fuzz.run TARGET`: feeds a target with inputs that atheris makes up.

Atheris (https://github.com/google/atheris) is no dependency: `pip install atheris`. A finding is
written to the current folder as `crash-...`; keep it under `tests/fuzz/cases/TARGET/`, where
`tests/fuzz/test_cases.py` tries it for ever after.
"""

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

_HERE: Final = Path(__file__).parent
_CHECKOUT: Final = _HERE.parents[1]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("target", choices=("sse", "markdown", "config"))
    asked.add_argument("--seconds", type=int, default=180, help="how long (180)")
    options = asked.parse_args()

    atheris: Any = import_module("atheris")  # which not every environment has

    with atheris.instrument_imports(include=["chat_tui"]):
        from tests.fuzz.targets import TARGETS
    with tempfile.TemporaryDirectory(prefix="chat-tui-seeds-") as folder:
        _seed(options.target, Path(folder))
        arguments = [
            sys.argv[0],
            f"-max_total_time={options.seconds}",
            "-max_len=4096",
            "-timeout=20",
            "-rss_limit_mb=4096",
            folder,
            str(_HERE / "cases" / options.target),
        ]
        atheris.Setup(arguments, TARGETS[options.target])
        atheris.Fuzz()


def _seed(target: str, folder: Path) -> None:
    """Begin with what is known to be interesting."""
    for number, seed in enumerate(_seeds(target)):
        (folder / f"{number}").write_bytes(seed)


def _seeds(target: str) -> list[bytes]:
    match target:
        case "sse":
            lines = (_CHECKOUT / "tests" / "net" / "sse.jsonl").read_bytes().splitlines()
            captures = sorted((_CHECKOUT / "tests" / "captures").rglob("*.sse"))
            return [b"\x03" + one for one in (*lines, *(path.read_bytes() for path in captures))]
        case "markdown":
            from tests.document.drawing import spec_examples  # loads what is instrumented first

            return [b"\x05" + one.encode() for one in spec_examples()]
        case _:
            example = (_CHECKOUT / "config.example.toml").read_bytes()
            return [example[:4096], *(b"[" + one for one in example.split(b"\n[") if one.strip())]


if __name__ == "__main__":
    main()
