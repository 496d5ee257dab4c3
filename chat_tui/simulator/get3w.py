"""The get3w dialect: tasks that are streamed, or submitted and asked for.

Follows https://get3w.com/docs/api-reference and https://get3w.com/docs/core-concepts/streaming
(read 2026-11-20); what these leave out is as https://wavespeed.ai/docs has it. The v3 API is at its
own place; v1 is at `/get3w/v1`, because other dialects are at `/v1` here.
"""

import base64
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, assert_never

from chat_tui.simulator.dialect import Answer, Call, Outcome, Prompt, Question, Route, Turn, to_json
from chat_tui.simulator.get3w_tasks import (
    State,
    Task,
    Tasks,
    enveloped,
    failed,
    failed_code,
    http_status,
    next_state,
    refused,
    states_in,
)
from chat_tui.simulator.script import (
    AskApproval,
    Cite,
    Comment,
    Content,
    Done,
    Fail,
    Finish,
    Picture,
    Preview,
    Progress,
    Say,
    Suggest,
    Think,
    Usage,
    UseTool,
    Work,
)
from chat_tui.simulator.uploads import NoPicture, count_arguments

MODELS: Final = (
    "get3w/flux-dev",
    "get3w/flux-schnell",
    "get3w/any-llm",
    "demo/picture",
    "demo/slow-picture",
)
"""Those whose name ends in `llm` answer with words; the last two tell how far they are."""
BALANCE_USD: Final = 42.5

Handle: TypeAlias = Callable[[Call, Mapping[str, str]], Outcome]


def routes(*, key: str | None = None) -> tuple[Route, ...]:
    """The dialect's routes; pictures are handed out to everybody.

    Args:
        key: What a caller has to show as Bearer; none is asked for when null.
    """
    tasks = Tasks()
    v3, v1 = _Api(tasks, v1=False, key=key), _Api(tasks, v1=True, key=key)
    task = "(?P<task>[^/]+)"
    return (
        Route("GET", "/api/v3/models", v3.guarded(v3.models)),
        Route("GET", "/api/v3/balance", v3.guarded(v3.balance)),
        Route("GET", f"/api/v3/predictions/{task}(?:/result)?", v3.guarded(v3.result)),
        Route("DELETE", f"/api/v3/predictions/{task}", v3.guarded(v3.delete)),
        Route("POST", "/api/v3/(?P<model>.+)", v3.guarded(v3.submit)),
        Route("GET", f"/get3w/v1/requests/{task}", v1.guarded(v1.result)),
        Route("POST", "/get3w/v1/(?P<model>.+)", v1.guarded(v1.submit)),
        Route("GET", f"/get3w/outputs/{task}-(?P<number>[0-9]+)\\.png", tasks.picture),
    )


class _Api:
    """One of the two APIs; both know the same tasks."""

    def __init__(self, tasks: Tasks, *, v1: bool, key: str | None) -> None:
        self._tasks = tasks
        self._v1 = v1
        self._key = key

    def guarded(self, handle: Handle) -> Handle:
        def check(call: Call, names: Mapping[str, str]) -> Outcome:
            shown = call.headers.get("authorization", "")
            wanted = f"Bearer {self._key}".encode()
            if self._key is None or hmac.compare_digest(shown.encode(), wanted):
                return handle(call, names)
            if not shown:
                return self.refusal(401, "Missing Authorization header")
            return self.refusal(401, "Invalid or revoked API key")

        return check

    def refusal(self, status: int, message: str) -> Answer:
        return Answer(to_json(refused(status, message, v1=self._v1)), status=status)

    def submit(self, call: Call, names: Mapping[str, str]) -> Outcome:
        try:
            body = call.json
        except ValueError:
            return self.refusal(400, "Invalid parameters")
        match body:
            case {"prompt": str(asked)} if asked:
                pass
            case _:
                return self.refusal(400, "Invalid parameters")
        if self._v1:
            at_once = "sync=true" in call.query.split("&")
        else:
            at_once = body.get("enable_sync_mode") is True
        count = body.get("num_images", 1)
        model = names["model"]
        words = model.endswith("llm")
        pictures = count if isinstance(count, int) and 1 <= count <= 4 else 1
        try:
            images = count_arguments(body, single="image", several="images")
        except NoPicture as error:
            return self.refusal(400, f"Invalid parameters: {error}")
        turn = Turn("user", asked, images)
        prompt = Prompt(model, (turn,), pictures=0 if words else pictures)
        task = self._tasks.add(
            model=model,
            site=f"http://{call.headers.get('host', '')}",
            prompt=prompt,
            v1=self._v1,
            base64=body.get("enable_base64_output") is True,
        )
        streamed = body.get("stream") is True and not self._v1
        return Question(prompt, _Encoder(task, at_once=at_once), streamed)

    def result(self, call: Call, names: Mapping[str, str]) -> Outcome:
        task = self._tasks.get(names["task"])
        if task is None:
            return self.refusal(404, "Not found")
        if task.broken_off:
            return Question(task.prompt, _Resumed(task), streamed=False)
        return next_state(task)

    def delete(self, call: Call, names: Mapping[str, str]) -> Answer:
        if not self._tasks.remove(names["task"]):
            return self.refusal(404, "Not found")
        return Answer(to_json(enveloped({"id": names["task"], "status": "deleted"})))

    def models(self, call: Call, names: Mapping[str, str]) -> Answer:
        return Answer(to_json(enveloped([_model(name) for name in MODELS])))

    def balance(self, call: Call, names: Mapping[str, str]) -> Answer:
        return Answer(to_json(enveloped({"balance": BALANCE_USD})))


class _Encoder:
    """Puts one task into a stream, or into the states that inquiries are told."""

    def __init__(self, task: Task, *, at_once: bool) -> None:
        self._task = task
        self._at_once = at_once
        self._named = False
        """The stream has told the task's id, which it does only where a script says so."""

    def frame(self, act: Content) -> bytes:
        task = self._task
        task.broken_off = not task.states
        match act:
            case Progress(fraction=None):
                self._named = True
                return _data(_left_out(task.state("created"), "created_at"))
            case Progress(fraction=fraction):
                return self._event("processing", progress=fraction)
            case Preview(data=data):
                encoded = base64.b64encode(data).decode()
                return self._event("processing", outputs=[f"data:image/png;base64,{encoded}"])
            case Picture(data=data):
                task.pictures.append(data)
                return b""  # all outputs come with the end
            case Say(text=text):
                task.words.append(text)
                return b""
            case Finish(reason=reason):
                end = task.completed(reason)
                self._tell_from_now_on(task.state("completed", **end))
                return self._event(
                    "completed", **(end if self._named else {"outputs": end["outputs"]})
                )
            case Fail(message=message, code=code):
                if (status := http_status(code)) is not None:
                    return _data(refused(status, message, v1=task.v1))
                self._tell_from_now_on(failed(task, act))
                self._named = True
                return self._event("failed", code=failed_code(code), error=message)
            case Comment(text=text):
                return f": {text}\n\n".encode()
            case Done() | Think() | Work() | Cite() | UseTool() | Suggest() | AskApproval():
                return b""  # the dialect has nothing for these
            case Usage():
                return b""
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        task = self._task
        states = states_in(task, acts)
        if isinstance(states, Answer):
            return states
        task.states = states
        if self._at_once:
            task.states = states[-1:]
            return next_state(task)
        if task.v1:
            submitted: State = {"id": task.id, "status": "created", "estimated_duration": 52}
            return Answer(to_json(submitted))
        return Answer(to_json(enveloped(task.state("created"))))

    def _event(self, status: str, **more: object) -> bytes:
        head: State = {"id": self._task.id} if self._named else {}
        return _data({**head, "status": status, **more})

    def _tell_from_now_on(self, state: State) -> None:
        self._task.states = [state]
        self._task.broken_off = False


class _Resumed:
    """Tells how a task goes on whose stream ended before it did."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def frame(self, act: Content) -> bytes:
        return b""  # inquiries are not streamed

    def whole(self, acts: Sequence[Content]) -> Answer:
        states = states_in(self._task, acts)
        if isinstance(states, Answer):
            return states
        self._task.states = states
        self._task.broken_off = False
        return next_state(self._task)


def _left_out(state: State, *names: str) -> State:
    return {name: value for name, value in state.items() if name not in names}


def _data(value: object) -> bytes:
    return b"data: " + to_json(value) + b"\n\n"


def _model(name: str) -> State:
    words = name.endswith("llm")
    return {
        "model_id": name,
        "name": name,
        "base_price": 0.01,
        "description": "A model of the simulator.",
        "type": "text-to-text" if words else "text-to-image",
    }
