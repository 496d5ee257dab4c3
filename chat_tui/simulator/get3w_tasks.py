"""The simulator's get3w tasks: what each has made so far, and what inquiries are told of it."""

import base64
import itertools
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from chat_tui.simulator.dialect import Answer, Call, Prompt, to_json
from chat_tui.simulator.script import (
    Content,
    Fail,
    Finish,
    Picture,
    Progress,
    Say,
)

FAILED_CODE: Final = 5004
CREATED_AT: Final = "2024-01-01T12:00:00.000Z"
TASKS_KEPT: Final = 200
"""The oldest tasks, and their pictures, are forgotten above this."""
State: TypeAlias = dict[str, object]


@dataclass(slots=True)
class Task:
    id: str
    model: str
    site: str
    prompt: Prompt
    v1: bool
    base64: bool
    states: list[State] = field(default_factory=list)
    """What the next inquiries are told; the last one is told from then on."""
    broken_off: bool = False
    """Its stream ended before it did: how it goes on is another script."""
    pictures: list[bytes] = field(default_factory=list, repr=False)
    words: list[str] = field(default_factory=list)

    def state(self, status: str, **more: object) -> State:
        """A prediction as an inquiry is told it."""
        head: State = {"id": self.id, "model": self.model, "status": status}
        if not self.v1:
            head |= {"urls": {"get": f"{self.site}/api/v3/predictions/{self.id}"}}
            head |= {"created_at": CREATED_AT}
        return head | more

    def outputs(self) -> list[str]:
        drawn = [
            base64.b64encode(data).decode()
            if self.base64
            else f"{self.site}/get3w/outputs/{self.id}-{number}.png"
            for number, data in enumerate(self.pictures)
        ]
        return [*(["".join(self.words)] if self.words else []), *drawn]

    def completed(self, reason: str) -> State:
        unsafe = reason in {"filtered", "content_filter"}
        outputs = self.outputs()
        return {
            "outputs": outputs,
            "timings": {"inference": 2500},
            "has_nsfw_contents": [unsafe] * max(1, len(outputs)),
        }


class Tasks:
    """The tasks of one simulator, the oldest first."""

    def __init__(self) -> None:
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._numbers = itertools.count(1)

    def add(self, **fields: Any) -> Task:
        task = Task(id=f"pred_sim{next(self._numbers)}", **fields)
        self._tasks[task.id] = task
        while len(self._tasks) > TASKS_KEPT:
            self._tasks.popitem(last=False)
        return task

    def get(self, task: str) -> Task | None:
        return self._tasks.get(task)

    def remove(self, task: str) -> bool:
        return self._tasks.pop(task, None) is not None

    def picture(self, call: Call, names: Mapping[str, str]) -> Answer:
        task, number = self._tasks.get(names["task"]), int(names["number"])
        if task is None or number >= len(task.pictures):
            return Answer(b"Not found", status=404, content_type="text/plain")
        return Answer(task.pictures[number], content_type="image/png")


def next_state(task: Task) -> Answer:
    """Answer an inquiry."""
    state = task.states[0] if task.states else task.state("processing")
    if len(task.states) > 1:
        del task.states[0]
    return Answer(to_json(state if task.v1 else enveloped(state)))


def enveloped(data: object) -> State:
    return {"code": 200, "message": "success", "data": data}


def refused(status: int, message: str, *, v1: bool) -> State:
    if v1:
        return {"code": status, "error": message}
    return {"code": status, "message": message, "data": None}


def states_in(task: Task, acts: Sequence[Content]) -> list[State] | Answer:
    """What inquiries are told in turn; a script without an end leaves the task at work."""
    states: list[State] = []
    for act in acts:
        match act:
            case Progress(fraction=None):
                states.append(task.state("created"))
            case Progress():
                states.append(task.state("processing"))
            case Picture(data=data):
                task.pictures.append(data)
            case Say(text=text):
                task.words.append(text)
            case Finish(reason=reason):
                states.append(task.state("completed", **task.completed(reason)))
                break
            case Fail(message=message, code=code):
                if (status := http_status(code)) is not None:
                    return Answer(to_json(refused(status, message, v1=task.v1)), status=status)
                states.append(failed(task, act))
                break
            case _:
                pass
    return states or [task.state("processing")]


def failed(task: Task, act: Fail) -> State:
    code: State = {"code": failed_code(act.code)} if task.v1 else {}
    return task.state("failed", **code, error=act.message)


def failed_code(code: str | int) -> int:
    return code if isinstance(code, int) else FAILED_CODE


def http_status(code: str | int) -> int | None:
    """A refusal of the request, told apart from a task that fails by its code."""
    return code if isinstance(code, int) and 400 <= code <= 599 else None
