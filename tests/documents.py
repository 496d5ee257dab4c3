"""The documents of the repository, and what is in them: blocks, inline code, links, headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
DOCUMENTS: Final = tuple(sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")}))
_FENCE: Final = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_MARK: Final = re.compile(r"<!-- ([a-z ]+) -->\s*\Z")
_INLINE: Final = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block."""

    path: Path
    language: str
    text: str
    mark: str
    """What the comment right above it says."""

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}: {self.text.strip().splitlines()[0][:40]}"


def blocks(language: str | None = None) -> list[Block]:
    """All fenced blocks of all documents; of one language, where it is named."""
    found = []
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        for match in _FENCE.finditer(text):
            mark = _MARK.search(text[: match.start()])
            if language in (None, match[2]):
                found.append(Block(path, match[2], match[3], mark[1] if mark else ""))
    return found


def inline_code(path: Path) -> list[str]:
    """What stands between single backticks in a document, outside of blocks."""
    return _INLINE.findall(_FENCE.sub("", path.read_text("utf-8")))


def links(path: Path) -> list[str]:
    """Where the links and pictures of a document lead."""
    text = _INLINE.sub("", _FENCE.sub("", path.read_text("utf-8")))
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(path: Path) -> set[str]:
    """What a link may name behind `#`."""
    text = _FENCE.sub("", path.read_text("utf-8"))
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def shell_lines() -> Iterator[tuple[Path, str]]:
    """The lines that a reader may copy into a shell: of `sh` blocks, and of indented ones."""
    for block in blocks("sh"):
        for line in block.text.splitlines():
            yield block.path, line
    for path in DOCUMENTS:
        text = _FENCE.sub("", path.read_text("utf-8"))
        for line in re.findall(r"^    (chat-tui .+)$", text, re.MULTILINE):
            yield path, line
