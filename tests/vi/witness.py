"""The real Vim, asked what keys leave of a text."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

_SCRIPT = r"""
set nocompatible encoding=utf-8 expandtab shiftwidth=4 tabstop=4 backspace=start,eol,indent
set viminfo= noswapfile nomodeline nojoinspaces
let [text, row, column, keys] = json_decode(join(readfile('case.json'), "\n"))
call setline(1, text)
call cursor(row, column)
call feedkeys(keys, 'tx')
let place = getpos('.')
call writefile([json_encode([getline(1, '$'), place[1], place[2]])], 'seen.json')
qall!
"""


def seen_in_vim(text: str, at: int, keys: str, folder: Path) -> tuple[str, int]:
    """What the text is then, and where the cursor is in it."""
    lines = text.split("\n")
    before = text[:at].split("\n")
    case = [lines, len(before), len(before[-1].encode()) + 1, keys]
    (folder / "case.json").write_text(json.dumps(case), "utf-8")
    (folder / "keys.vim").write_text(_SCRIPT, "utf-8")
    (folder / "seen.json").unlink(missing_ok=True)
    command = ["vim", "-u", "NONE", "-i", "NONE", "-N", "-es", "-S", "keys.vim"]
    # A motion that leads nowhere is an error to Vim too: what it left is looked at, not its status.
    subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, timeout=20, check=False)
    then, row, column = json.loads((folder / "seen.json").read_text("utf-8"))
    return "\n".join(then), _place(then, row, column)


def _place(lines: Sequence[str], row: int, column: int) -> int:
    before = sum(len(line) + 1 for line in lines[: row - 1])
    return before + len(lines[row - 1].encode()[: column - 1].decode())
