"""Measures what one more delta costs, for messages of many lengths, and what short ones weigh."""

import argparse
import gc
import itertools
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from chat_tui.document.markdown.markdown import MarkdownDocument

TOKEN_CHARS = 4
WIDTH, ROWS = 100, 40
TOKENS = (1_000, 10_000, 50_000, 200_000)
WORDS = [
    "the",
    "lens",
    "bends",
    "light",
    "at",
    "each",
    "ring",
    "by",
    "the",
    "slope",
    "that",
    "a",
    "thick",
    "one",
    "has",
    "there",
    "and",
    "so",
    "a",
    "lamp",
    "of",
    "**small**",
    "size",
    "is",
    "seen",
    "from",
    "*far*",
    "away",
    "as",
    "the",
    "`glass`",
    "weighs",
    "little",
]


def prose() -> Iterator[str]:
    """Yield paragraphs of five hundred characters, with some markup."""
    words = itertools.cycle(WORDS)
    for _ in itertools.count():
        yield " ".join(itertools.islice(words, 90)) + ".\n\n"


def fence() -> Iterator[str]:
    """Yield one fence without end."""
    yield "```python\n"
    for number in itertools.count():
        yield f"def refract_{number % 97}(n1, n2, theta):\n"
        yield "    # Snell's law\n"
        yield "    return asin(n1 / n2 * sin(theta)), 'text', 42\n\n"


def table() -> Iterator[str]:
    """Yield one table without end."""
    yield "| name | value | note |\n|------|------:|:----:|\n"
    for number in itertools.count():
        yield f"| row {number % 997} | {number % 89 * 13} | some *note* with `code` |\n"


def bullets() -> Iterator[str]:
    """Yield one list without end."""
    for number in itertools.count():
        yield f"- item {number} with **bold** and some more words to fill the line\n"
        yield "  - nested one with `code`\n"


KINDS: dict[str, Callable[[], Iterator[str]]] = {
    "prose": prose,
    "fence": fence,
    "table": table,
    "list": bullets,
}


def text_of(kind: str, tokens: int) -> str:
    """Make the beginning of a message."""
    parts: list[str] = []
    length = 0
    for part in KINDS[kind]():
        parts.append(part)
        length += len(part)
        if length >= tokens * TOKEN_CHARS:
            break
    return "".join(parts)[: tokens * TOKEN_CHARS]


def delta_us(kind: str, tokens: int, steps: int) -> float:
    """Measure CPU time of a delta behind so many tokens: commit, height and the changed rows."""
    text = text_of(kind, tokens + steps)
    head = len(text) - steps * TOKEN_CHARS
    document = MarkdownDocument()
    document.feed(text[:head])
    while document.pending:
        document.commit()
    paint(document, 0)
    gc.collect()
    gc.disable()
    began_s = time.process_time()
    for at in range(head, len(text), TOKEN_CHARS):
        document.feed(text[at : at + TOKEN_CHARS])
        if (leaf := document.commit()) is not None:
            paint(document, document.changed_row(leaf, WIDTH))
    took_s = time.process_time() - began_s
    gc.enable()
    return took_s / steps * 1e6


def paint(document: MarkdownDocument, first: int) -> None:
    """Ask for the rows that a screen shows, from the first one on that has changed."""
    height = document.height(WIDTH)
    for index in range(max(first, height - ROWS), height):
        document.row(index, WIDTH)


def memory_kib(messages: int) -> float:
    """Measure what a short message weighs beside its text, once it was looked at."""
    texts = [
        f"Message {n} with *some* text.\n\n- one\n- two `code`\n\nAnd an end of {n} words."
        for n in range(messages)
    ]
    before = resident_kib()
    kept: list[MarkdownDocument] = []
    for text in texts:
        document = MarkdownDocument()
        document.feed(text)
        document.finish()
        document.height(WIDTH)
        kept.append(document)
    return (resident_kib() - before) / len(kept)


def resident_kib() -> float:
    """Read the resident size; the largest so far where the system does not tell."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=5, help="runs; the median counts")
    parser.add_argument("--steps", type=int, default=400, help="deltas in each")
    parser.add_argument("--assert-ratio", type=float, help="exit code 1 above it")
    options = parser.parse_args()
    print(
        f"{'CPU us per delta':<18}" + "".join(f"{tokens:>10,}" for tokens in TOKENS) + "     ratio"
    )
    worst = 0.0
    for kind in KINDS:
        runs = [[delta_us(kind, n, options.steps) for n in TOKENS] for _ in range(options.n)]
        medians = [statistics.median(column) for column in zip(*runs, strict=True)]
        ratio = medians[-1] / medians[0]
        worst = max(worst, ratio)
        print(f"{kind:<18}" + "".join(f"{us:>10.0f}" for us in medians) + f"{ratio:>10.2f}")
    print(f"\n10,000 short messages: {memory_kib(10_000):.2f} KiB each, with their text's document")
    return 1 if options.assert_ratio is not None and worst > options.assert_ratio else 0


if __name__ == "__main__":
    sys.exit(main())
