"""What came of an import, in numbers and in words."""

from collections import Counter
from dataclasses import dataclass, field

from chat_tui.ids import ConversationId
from chat_tui.text import clean_line

_REASON_CHARS = 300


@dataclass(slots=True)
class Report:
    """Counts; they grow while an import goes on."""

    imported: int = 0
    """Conversations that are new."""
    extended: int = 0
    """Conversations that were there, and went on with messages that are new."""
    unchanged: int = 0
    """Conversations that were there as they are."""
    messages: int = 0
    """New ones, in all of these."""
    files: int = 0
    """Pictures and texts that came with the new messages."""
    skipped: Counter[str] = field(default_factory=Counter)
    """What was not imported, by the reason."""
    left_out: Counter[str] = field(default_factory=Counter)
    """What has no place with us in what was imported, by what it is."""
    conversations: list[ConversationId] = field(default_factory=list)
    """Those that are new or went on, in the order of the file."""

    @property
    def seen(self) -> int:
        """Conversations that were looked at."""
        return self.imported + self.extended + self.unchanged + self.skipped.total()

    def skip(self, reason: str) -> None:
        """Count something that is not imported."""
        self.skipped[clean_line(reason, _REASON_CHARS)] += 1

    def summary(self) -> str:
        """One line: what came in."""
        said = [
            f"imported {_many(self.imported, 'conversation')}"
            f" with {_many(self.messages, 'message')}"
            if not self.extended
            else f"imported {_many(self.imported, 'conversation')}"
            f" and went on with {self.extended}, {_many(self.messages, 'message')} in all"
        ]
        if self.files:
            said.append(_many(self.files, "picture or file", "pictures and files"))
        if self.unchanged:
            said.append(
                f"{self.unchanged} {'was' if self.unchanged == 1 else 'were'} there already"
            )
        return ", ".join(said)

    def remarks(self) -> list[str]:
        """A line for each reason why something is not there."""
        skipped = [f"skipped {times}: {reason}" for reason, times in self.skipped.most_common()]
        left = [f"left out {times}: {what}" for what, times in self.left_out.most_common() if times]
        return skipped + left

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "imported": self.imported,
            "extended": self.extended,
            "unchanged": self.unchanged,
            "messages": self.messages,
            "files": self.files,
            "skipped": [
                {"reason": reason, "count": times} for reason, times in self.skipped.most_common()
            ],
            "left_out": [
                {"what": what, "count": times}
                for what, times in self.left_out.most_common()
                if times
            ],
            "conversations": list(self.conversations),
        }


def _many(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"
