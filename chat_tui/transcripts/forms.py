"""The forms of a transcript, and the ending of a file name that stands for each."""

from pathlib import Path
from typing import Final, Literal, TypeAlias

Form: TypeAlias = Literal["md", "json", "jsonl", "html", "txt"]

FORMS: Final[tuple[Form, ...]] = ("md", "json", "jsonl", "html", "txt")
WHAT_THEY_ARE: Final[dict[Form, str]] = {
    "md": "Markdown, pictures in assets/",
    "json": "JSON with all branches",
    "jsonl": "JSONL, the OpenAI messages form",
    "html": "one HTML file, pictures in it",
    "txt": "plain text",
}
_OTHER_ENDINGS: Final[dict[str, Form]] = {"markdown": "md", "htm": "html", "text": "txt"}


def form_named(word: str) -> Form | None:
    """The form of that name, if there is one."""
    return next((form for form in FORMS if form == word), None)


def form_of(path: Path) -> Form | None:
    """The form that the ending of a file name stands for, if it stands for one."""
    ending = path.suffix.lower().removeprefix(".")
    return form_named(ending) or _OTHER_ENDINGS.get(ending)
