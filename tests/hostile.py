"""The hostile texts, and what a terminal may get of them."""

import base64
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chat_tui.text import harm_in

CORPUS: tuple[dict[str, Any], ...] = tuple(
    json.loads(line)
    for line in Path(__file__).with_name("hostile.jsonl").read_text("utf-8").splitlines()
)
MAX_CHARS = 2000
"""What is longer is there for its size, and other tests look at that."""

# All that our screen is painted with: styles, places, modes, and the questions of the start.
_OURS = re.compile(
    r"\x1b\[[0-9;:]*m"
    r"|\x1b\[\d+;\d+H"
    r"|\x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1049|2004|2026|2048)[hl]"
    r"|\x1b\[\?(?:2026|2048|2027)\$p"
    r"|\x1b\[[<>=][0-9;]*u"
    r"|\x1b\[(?:2J|H|K|\?u|>q|c|0?c|1[46]t)"
    r"|\x1b\[\d*[ABCDG]"
    r"|\x1b[78]"
    r"|\x1b\]8;(?:id=\d+;(?:https?://|mailto:)[!-~]*|;)\x1b\\"
    r"|\x1b\]11;\?\x1b\\"
    r"|\x1b\]22;[a-z-]*\x07"
    r"|\x1b_Gi=31;?[^\x1b]*\x1b\\"
    r"|\x1bP\+q[0-9a-f]*\x1b\\"
)
# A line of a command that is written over.
_WRITTEN_OVER = re.compile(r"\r\x1b\[K")


def texts(every: int = 1) -> Sequence[str]:
    """The texts that are not there for their size; every so many, for a sample."""
    decoded = [base64.b64decode(case["text_base64"]).decode() for case in CORPUS]
    return [text for text in decoded if len(text) <= MAX_CHARS][::every]


def harm_at_terminal(output: bytes) -> list[str]:
    """Find what a program should not have written to a terminal.

    Two looks that know nothing of each other: whatever is not known to be ours, and the byte
    sequences that each text of the corpus is known to do harm with.
    """
    shown = _OURS.sub("", _WRITTEN_OVER.sub("", output.decode("utf-8", "surrogateescape")))
    at = [shown.find(sign) for sign in sorted(set(harm_in(shown)) - {"\r", "\n", "\t"})]
    found = [f"{shown[max(0, place - 20) : place + 40]!a}" for place in at]
    return found + [
        case["name"]
        for case in CORPUS
        for harm in case["must_not_reach_terminal"]
        # A control at the end may as well begin the next sequence of ours.
        if not harm.endswith("\x1b")
        and not _OURS.fullmatch(harm)
        and harm.encode("utf-8", "surrogatepass") in output
    ]
