"""One request in fal's queue, and what the queue says of it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from chat_tui.simulator.dialect import Prompt, to_json
from chat_tui.simulator.fal_results import Reply
from chat_tui.simulator.script import Content, Fail, Finish, Progress


@dataclass(slots=True)
class Job:
    """As far as it is known."""

    id: str
    place: str
    """Its whole address."""
    prompt: Prompt
    reply: Reply
    status: str = "IN_QUEUE"
    position: int = 0
    lines: list[str] = field(default_factory=list)
    failure: Fail | None = None
    cancelled: bool = False
    waiting: deque[Content] = field(default_factory=deque)
    """What inquiries have not seen."""

    @property
    def over(self) -> bool:
        return self.status == "COMPLETED"

    def take(self, act: Content) -> bool:
        """Let an act happen; true when the queue has something to say of it."""
        match act:
            case Progress(queue_position=int(position)):
                self.position = position
            case Progress(note=note):
                self.status = "IN_PROGRESS"
                if note:
                    self.lines.append(note)
            case Finish():
                self.status = "COMPLETED"
            case Fail():
                self.status, self.failure = "COMPLETED", act
            case _:
                self.reply.take(act)
                if self.status != "IN_QUEUE":
                    return False
                self.status = "IN_PROGRESS"
        return True

    def state(self, lines: Sequence[str] | None) -> bytes:
        """What the queue says of it; null lines were not asked for."""
        said: dict[str, object] = {"status": self.status, **self.ticket()}
        if self.status == "IN_QUEUE":
            return to_json({**said, "queue_position": self.position})
        said["logs"] = None if lines is None else [_log_entry(line) for line in lines]
        if self.over:
            said["metrics"] = {"inference_time": 3.42}
        if self.failure is not None:
            said |= {"error": self.failure.message, "error_type": str(self.failure.code)}
        return to_json(said)

    def ticket(self) -> dict[str, str]:
        return {
            "request_id": self.id,
            "response_url": self.place,
            "status_url": f"{self.place}/status",
            "cancel_url": f"{self.place}/cancel",
        }


def _log_entry(line: str) -> dict[str, str]:
    return {
        "message": line,
        "level": "INFO",
        "source": "USER",
        "timestamp": "2026-02-17T10:30:01.123Z",
    }
