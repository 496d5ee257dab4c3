"""The dialect of fal: streams of apps, and the queue before them.

Follows https://docs.fal.ai/model-apis/model-endpoints (read 2026-11-20). On the real hosts, apps
are at `https://fal.run/` and the queue at `https://queue.fal.run/`; here at `/fal/run/` and
`/fal/queue/`. The script of a job is played on its stream of states, and with `Finish` the job is
completed; a client that inquires instead sees one more state of it with each inquiry. A script
that ends without `Finish` leaves the job to the next script.
"""

import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, assert_never

from chat_tui.simulator.dialect import Answer, Call, Outcome, Prompt, Question, Route, Turn, to_json
from chat_tui.simulator.fal_job import Job
from chat_tui.simulator.fal_results import Reply, words_frame
from chat_tui.simulator.openai import Handle
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

RUN = "/fal/run"
QUEUE = "/fal/queue"
FILES = "/fal/files"
MAX_PICTURES = 4
MAX_KEPT = 100
"""Jobs and files; the oldest are forgotten."""

_APP = "(?P<app>[^/]+/[^/]+(?:/[^/]+)*?)"
_REQUEST = f"{QUEUE}/(?P<app>[^/]+/[^/]+(?:/[^/]+)?)/requests/(?P<id>[^/]+)"
_TYPE = "x-fal-error-type"


def routes(*, key: str | None = None) -> tuple[Route, ...]:
    """The dialect's routes.

    Args:
        key: What a caller has to show as Key; none is asked for when null. Files are for all.
    """
    dialect = _Dialect()
    return (
        Route("POST", f"{RUN}/{_APP}/stream", _guarded(dialect.stream, key)),
        Route("POST", f"{RUN}/{_APP}", _guarded(dialect.run, key)),
        Route("GET", f"{_REQUEST}/status/stream", _guarded(dialect.watch, key)),
        Route("GET", f"{_REQUEST}/status", _guarded(dialect.inquire, key)),
        Route("PUT", f"{_REQUEST}/cancel", _guarded(dialect.cancel, key)),
        Route("GET", f"{_REQUEST}(?:/response)?", _guarded(dialect.result, key)),
        Route("POST", f"{QUEUE}/{_APP}", _guarded(dialect.submit, key)),
        Route("GET", f"{FILES}/(?P<name>[0-9a-f]+)[.]png", dialect.file),
    )


def refusal(status: int, detail: object, *, error_type: str = "") -> Answer:
    """An error response in the dialect's form."""
    body = {"detail": detail, **({"error_type": error_type} if error_type else {})}
    return Answer(to_json(body), status=status, headers={_TYPE: error_type} if error_type else {})


def _guarded(handle: Handle, key: str | None) -> Handle:
    def check(call: Call, names: Mapping[str, str]) -> Outcome:
        shown = call.headers.get("authorization", "")
        if key is None or hmac.compare_digest(shown.encode(), f"Key {key}".encode()):
            return handle(call, names)
        app = "/".join(names["app"].split("/")[:2])
        return refusal(
            401,
            f"Cannot access application '{app}'."
            " Authentication is required to access this application.",
        )

    return check


class _Dialect:
    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._files: dict[str, bytes] = {}

    def stream(self, call: Call, names: Mapping[str, str]) -> Outcome:
        return self._asked(call, names["app"], streamed=True)

    def run(self, call: Call, names: Mapping[str, str]) -> Outcome:
        return self._asked(call, names["app"], streamed=False)

    def submit(self, call: Call, names: Mapping[str, str]) -> Answer:
        app = names["app"]
        read = self._read(call, app)
        if isinstance(read, Answer):
            return read
        prompt, reply = read
        job_id = str(uuid.uuid4())
        parts = app.split("/")
        # The rest of the path belongs to the submission only.
        owner_and_alias = "/".join(parts[: 3 if parts[0] in {"workflows", "comfy"} else 2])
        place = f"{_origin(call)}{QUEUE}/{owner_and_alias}/requests/{job_id}"
        job = Job(job_id, place, prompt, reply)
        _keep(self._jobs, job_id, job)
        return Answer(to_json({**job.ticket(), "queue_position": job.position}))

    def watch(self, call: Call, names: Mapping[str, str]) -> Outcome:
        job = self._jobs.get(names["id"])
        if job is None:
            return _unknown()
        if job.over:
            body = b"data: " + job.state(job.lines) + b"\n\n"
            return Answer(body, content_type="text/event-stream")
        return Question(job.prompt, _StatusEncoder(job, logs=_wants_logs(call)), streamed=True)

    def inquire(self, call: Call, names: Mapping[str, str]) -> Outcome:
        job = self._jobs.get(names["id"])
        if job is None:
            return _unknown()
        encoder = _StatusEncoder(job, logs=_wants_logs(call))
        if job.over or job.waiting:
            return encoder.next_state()
        return Question(job.prompt, encoder, streamed=False)

    def cancel(self, call: Call, names: Mapping[str, str]) -> Answer:
        job = self._jobs.get(names["id"])
        if job is None:
            return Answer(to_json({"status": "NOT_FOUND"}), status=404)
        if job.over:
            return Answer(to_json({"status": "ALREADY_COMPLETED"}), status=400)
        job.cancelled = True
        return Answer(to_json({"status": "CANCELLATION_REQUESTED"}), status=202)

    def result(self, call: Call, names: Mapping[str, str]) -> Answer:
        job = self._jobs.get(names["id"])
        if job is None:
            return _unknown()
        if not job.over:
            return refusal(400, "Request is still in progress", error_type="bad_request")
        if job.failure is not None:
            return _failed(job.failure)
        return Answer(to_json(job.reply.result()), headers={"x-fal-request-id": job.id})

    def file(self, call: Call, names: Mapping[str, str]) -> Answer:
        data = self._files.get(names["name"])
        if data is None:
            return Answer(b"not found", status=404, content_type="text/plain")
        return Answer(data, content_type="image/png")

    def _asked(self, call: Call, app: str, *, streamed: bool) -> Outcome:
        read = self._read(call, app)
        if isinstance(read, Answer):
            return read
        prompt, reply = read
        return Question(prompt, _StreamEncoder(reply), streamed)

    def _read(self, call: Call, app: str) -> tuple[Prompt, Reply] | Answer:
        try:
            body = call.json
        except ValueError:
            return refusal(422, [_remark(["body"], "JSON decode error", "json_invalid", None)])
        match body:
            case {"prompt": str(asked)}:
                pass
            case {"prompt": other}:
                remark = _remark(
                    ["body", "prompt"], "Input should be a valid string", "string_type", other
                )
                return refusal(422, [remark])
            case _:
                return refusal(
                    422, [_remark(["body", "prompt"], "Field required", "missing", body)]
                )
        in_words = "llm" in app or app.startswith("openrouter/")
        count = body.get("num_images", 1)
        pictures = count if isinstance(count, int) and 1 <= count <= MAX_PICTURES else 1
        try:
            images = count_arguments(body, single="image_url", several="image_urls")
        except NoPicture as error:
            remark = _remark(["body", "image_url"], str(error), "image_load_error", "")
            return refusal(422, [remark])
        turn = Turn("user", asked, images)
        prompt = Prompt(app, (turn,), pictures=0 if in_words else pictures, seed=_seed(body))
        origin = _origin(call)

        def address(data: bytes) -> str:
            name = sha256(data).hexdigest()[:16]
            _keep(self._files, name, data)
            return f"{origin}{FILES}/{name}.png"

        return prompt, Reply(
            asked, _seed(body), None if body.get("sync_mode") is True else address, words=in_words
        )


@dataclass(slots=True)
class _StreamEncoder:
    reply: Reply

    def frame(self, act: Content) -> bytes:
        reply = self.reply
        match act:
            case Say() | Think():
                reply.take(act)
                return words_frame(reply, partial=True)
            case Finish():
                return words_frame(reply, partial=False) if reply.words else b""
            case Fail(message=message, code=code):
                if reply.words:
                    return words_frame(reply, partial=False, error=message)
                return _data({"detail": message, "error_type": str(code)})
            case Preview(data=data, index=index):
                return _data(reply.preview(data, index))
            case Picture():
                reply.take(act)
                return _data(reply.result())
            case Progress(fraction=float(fraction), note=note):
                return _data({"progress": fraction, "message": note or "Generating..."})
            case Progress(queue_position=int(position)):
                return _data({"status": "IN_QUEUE", "queue_position": position})
            case Usage():
                reply.take(act)
                return b""
            case Comment(text=text):
                return f": {text}\n\n".encode()
            case Progress() | Done():
                return b""
            case Work() | Cite() | UseTool() | Suggest() | AskApproval():
                return b""  # the dialect has nothing for these
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        for act in acts:
            if isinstance(act, Fail):
                return _failed(act)
            self.reply.take(act)
        return Answer(to_json(self.reply.result()))


@dataclass(slots=True)
class _StatusEncoder:
    job: Job
    logs: bool

    def frame(self, act: Content) -> bytes:
        if isinstance(act, Comment):
            return f": {act.text}\n\n".encode()
        told = len(self.job.lines)
        if not self.job.take(act):
            return b""
        new = self.job.lines[told:] if self.logs else None
        return b"data: " + self.job.state(new) + b"\n\n"

    def whole(self, acts: Sequence[Content]) -> Answer:
        self.job.waiting.extend(acts)
        return self.next_state()

    def next_state(self) -> Answer:
        """The next thing that the queue has to say."""
        job = self.job
        while job.waiting and not job.take(job.waiting.popleft()):
            pass
        return Answer(job.state(job.lines if self.logs else None), status=200 if job.over else 202)


def _failed(failure: Fail) -> Answer:
    status = failure.code if isinstance(failure.code, int) and 400 <= failure.code <= 599 else 500
    return refusal(status, failure.message, error_type=str(failure.code))


def _unknown() -> Answer:
    return refusal(404, "Request not found", error_type="bad_request")


def _remark(loc: list[str], message: str, kind: str, given: Any) -> dict[str, object]:
    return {"loc": loc, "msg": message, "type": kind, "input": given}


def _data(value: object) -> bytes:
    return b"data: " + to_json(value) + b"\n\n"


def _seed(body: Mapping[str, Any]) -> int:  # as the client wrote it
    seed = body.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) else 6252023


def _wants_logs(call: Call) -> bool:
    return any(part in {"logs=1", "logs=true"} for part in call.query.split("&"))


def _origin(call: Call) -> str:
    return f"http://{call.headers.get('host', '')}"


def _keep(kept: dict[str, Any], name: str, value: object) -> None:
    kept[name] = value
    while len(kept) > MAX_KEPT:
        del kept[next(iter(kept))]
