"""Compares chat-tui with other terminal chats while an answer streams, where they are installed."""

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.server import serving
from benchmarks.streaming import OURS, PACED, RATE, Column, Program, compare, show
from benchmarks.terminal import ProgramFailed, need_linux

TOKENS: Final = 1_000


def elia(path: str) -> Program:
    """Elia (elia-chat 1.10), which talks to servers of the OpenAI dialect through LiteLLM."""

    def command(folder: Path, url: str) -> list[str]:
        config = folder / ".config" / "elia" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            'default_model = "bench"\n[[models]]\nid = "bench"\nname = "openai/harbour"\n'
            f'display_name = "bench"\nprovider = "bench"\napi_base = "{url}"\napi_key = "none"\n',
            encoding="utf-8",
        )
        # Otherwise it asks the network for prices first.
        return ["env", "LITELLM_LOCAL_MODEL_COST_MAP=True", "TERM=xterm-256color", path]

    return Program("elia", command, "Welcome to Elia", send="\n")


PEERS: Final[dict[str, Callable[[str], Program]]] = {"elia": elia}


def main() -> int:
    """Measure, print a table for each peer, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--runs", type=int, default=3, help="of each program (default 3)")
    parser.add_argument("--tokens", type=int, default=TOKENS, help=f"default {TOKENS:,}")
    for name in PEERS:
        parser.add_argument(f"--{name}", metavar="PATH", help=f"where {name} is, if not on PATH")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    need_linux()
    failed = False
    for name, peer in PEERS.items():
        path = getattr(options, name) or shutil.which(name)
        if path is None:
            print(f"{name} is not installed")
            continue
        try:
            with serving() as server:
                programs = (peer(path), OURS)
                theirs, ours = compare(
                    server, programs, runs=options.runs, tokens=options.tokens, rate=RATE
                )
        except ProgramFailed as failure:
            print(f"{name}: {failure}", file=sys.stderr)
            failed = True
            continue
        print(f"{options.tokens:,} tokens at {RATE:g} a second, medians of {options.runs} runs")
        ungated = [Column(column.title, column.value, column.digits) for column in PACED]
        show(ungated, theirs, ours, name)
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
