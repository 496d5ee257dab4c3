"""Makes what the benchmarks stream: Markdown as answers have it, the same in every run."""

import random
from collections.abc import Callable, Iterator
from typing import Final

TOKEN_CHARS: Final = 4
FIRST: Final = "QZFIRST"
"""The first word of every stream. Neither mark occurs anywhere else in it."""
LAST: Final = "QZLAST"
"""The last word of every stream, followed by the stream's number and a full stop."""

_SENTENCES: Final = (
    "a harbour at dusk keeps its *own* time and `tide_table()` knows, **roughly**, when the next "
    "boat comes in, who is on [board](https://example.com/log) and what the wind has left of the "
    "morning's plan; nobody counts the ~~gulls~~ ropes"
)
_WORDS: Final = _SENTENCES.split()

_CODE: Final = '''\
def moor_{n}(boat: Boat, berth: str, *, lines: int = {n}) -> dict[str, float]:
    """Tie up, and say how much each line holds."""
    for attempt in range(lines):
        try:
            return {{line: boat.pull(line, 1.5 * attempt) for line in boat.lines}}  # newtons
        except (SlipError, ValueError) as error:
            log.warning("try %d at %s failed: %r", attempt, berth, error)
    raise RuntimeError(f"{{boat}} drifts after {{lines}} tries")

'''


def prose(rng: random.Random) -> Iterator[str]:
    """Yield paragraphs of fifty to a hundred words."""
    while True:
        yield " ".join(rng.choices(_WORDS, k=rng.randint(50, 100))) + ".\n\n"


def fence(rng: random.Random) -> Iterator[str]:
    """Yield a code fence, open to the end."""
    yield "```python\n"
    while True:
        yield _CODE.format(n=rng.randint(2, 99))


def table(rng: random.Random) -> Iterator[str]:
    """Yield one table."""
    yield "| no | boat | metres | note |\n|---:|---|---|---|\n"
    number = 0
    while True:
        number += 1
        words = rng.choices(_WORDS, k=5)
        yield f"| {number} | {' '.join(words[:2])} | {rng.random():.4f} | {' '.join(words[2:])} |\n"


def bullets(rng: random.Random) -> Iterator[str]:
    """Yield one list."""
    while True:
        yield f"- {' '.join(rng.choices(_WORDS, k=rng.randint(8, 20)))}\n"


_SECTION: Final[tuple[tuple[Callable[[random.Random], Iterator[str]], int, str], ...]] = (
    (prose, 150, "\n\n"),
    (bullets, 100, "\n"),
    (fence, 200, "```\n\n"),
    (prose, 120, "\n\n"),
    (table, 80, "\n"),
)
"""What a section is made of: how many tokens of each, and what closes it."""


def mixed(tokens: int, seed: int = 1) -> str:
    """Make an answer of about so many tokens: headings, prose, lists, code and tables."""
    rng = random.Random(seed)
    parts: list[str] = []
    length = 0
    while length < tokens * TOKEN_CHARS:
        section = [f"## {rng.choice(('Low', 'High', 'Slack'))} water {rng.randint(1, 99)}\n\n"]
        for make, share, end in _SECTION:
            section.append(_at_least(make(rng), share * TOKEN_CHARS) + end)
        parts += section
        length += sum(map(len, section))
    return "".join(parts)[: tokens * TOKEN_CHARS]


def short(number: int) -> str:
    """Make one of the short messages that a long conversation is made of, none like another."""
    rng = random.Random(number)
    text = f"Entry {number}: {' '.join(rng.choices(_WORDS, k=rng.randint(12, 40)))}.\n\n"
    if number % 2:
        text += _at_least(bullets(rng), 120) + "\n"
    if number % 16 == 1:
        text += _at_least(fence(rng), 200) + "```\n"
    return text


def deltas(tokens: int, *, stream: int = 0) -> list[str]:
    """Cut an answer into the deltas of a stream: its marks, and so many tokens between them."""
    text = mixed(tokens, seed=stream + 1)
    cut = [text[at : at + TOKEN_CHARS] for at in range(0, len(text), TOKEN_CHARS)]
    # Whatever was open when the text was cut off ends before the last mark does.
    fences = sum(line.startswith("```") for line in text.splitlines())
    return [f"{FIRST} ", *cut, "\n```\n\n" if fences % 2 else "\n\n", last_mark(stream)]


def last_mark(stream: int) -> str:
    """Say how a stream ends."""
    return f"{LAST}{stream}."


def _at_least(pieces: Iterator[str], chars: int) -> str:
    text = ""
    while len(text) < chars:
        text += next(pieces)
    return text
