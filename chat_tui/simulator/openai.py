"""The OpenAI chat-completions dialect.

Follows https://platform.openai.com/docs/api-reference/chat (read 2026-11-20). Reasoning, which
that page has no field for, is `reasoning_content` as DeepSeek sends it, and pictures are `images`
as OpenRouter sends them.
"""

import base64
import hmac
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from chat_tui.simulator.dialect import (
    Answer,
    Call,
    Outcome,
    Prompt,
    Question,
    Route,
    Turn,
    to_json,
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
from chat_tui.simulator.uploads import NoPicture, picture_at

FINGERPRINT = "fp_simulator"
MODELS_CREATED = 1_700_000_000
"""The same for every model, so that a listing is the same each time."""

Handle: TypeAlias = Callable[[Call, Mapping[str, str]], Outcome]


def routes(models: Sequence[str], *, key: str | None = None) -> tuple[Route, ...]:
    """The dialect's routes.

    Args:
        models: What the listing names, in this order.
        key: What a caller has to show as Bearer; none is asked for when null.
    """
    dialect = _Dialect(models)
    return (
        Route("POST", "/v1/chat/completions", guarded(dialect.complete, key)),
        Route("GET", "/v1/models", guarded(dialect.list_models, key)),
        Route("GET", "/v1/models/(?P<model>.+)", guarded(dialect.describe_model, key)),
    )


def guarded(handle: Handle, key: str | None) -> Handle:
    """Ask for the key before a call is handled; for none when it is null."""

    def check(call: Call, names: Mapping[str, str]) -> Outcome:
        shown = call.headers.get("authorization", "")
        if key is None or hmac.compare_digest(shown.encode(), f"Bearer {key}".encode()):
            return handle(call, names)
        if not shown:
            return refusal(401, "You didn't provide an API key.")
        return refusal(401, "Incorrect API key provided.", code="invalid_api_key")

    return check


def refusal(
    status: int,
    message: str,
    *,
    type_: str = "invalid_request_error",
    code: str | int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An error response in the dialect's form."""
    return Answer(to_json(_error(message, type_, code)), status=status, headers=headers or {})


class _Dialect:
    def __init__(self, models: Sequence[str]) -> None:
        self._models = tuple(models)
        self._numbers = itertools.count(1)

    def complete(self, call: Call, names: Mapping[str, str]) -> Outcome:
        try:
            body = call.json
        except ValueError:
            return refusal(400, "We could not parse the JSON body of your request.")
        match body:
            case {"model": str(model), "messages": [*messages]} if messages:
                pass
            case {"model": str(_)}:
                return refusal(400, "Missing required parameter: 'messages'.")
            case _:
                return refusal(400, "you must provide a model parameter")
        include_usage = False
        match body.get("stream_options"):
            case {"include_usage": True}:
                include_usage = True
        encoder = _Encoder(
            id=f"chatcmpl-sim{next(self._numbers)}",
            created=int(time.time()),
            model=model,
            include_usage=include_usage,
        )
        try:
            prompt = Prompt(model, tuple(turn_of(message) for message in messages))
        except NoPicture as error:
            return refusal(400, f"Invalid image: {error}.", code="invalid_image_url")
        return Question(prompt, encoder, streamed=body.get("stream") is True)

    def list_models(self, call: Call, names: Mapping[str, str]) -> Answer:
        return Answer(to_json({"object": "list", "data": [_model(name) for name in self._models]}))

    def describe_model(self, call: Call, names: Mapping[str, str]) -> Answer:
        name = names["model"]
        if name in self._models:
            return Answer(to_json(_model(name)))
        return refusal(404, f"The model '{name}' does not exist", code="model_not_found")


@dataclass(slots=True)
class _Encoder:
    id: str
    created: int
    model: str
    include_usage: bool
    opened: bool = False
    pictures: int = 0

    def frame(self, act: Content) -> bytes:
        match act:
            case Say(text=text):
                return self._open() + self._delta({"content": text})
            case Think(text=text):
                return self._open() + self._delta({"content": None, "reasoning_content": text})
            case Picture(data=data):
                images = [{"index": self.pictures, **_image(data)}]
                self.pictures += 1
                return self._open() + self._delta({"content": None, "images": images})
            case Preview() | Progress() | Work() | Cite() | UseTool() | Suggest() | AskApproval():
                return b""  # the dialect has nothing for these
            case Finish(reason=reason):
                return self._open() + self._delta({}, reason)
            case Usage():
                return self._data(self._chunk([], act)) if self.include_usage else b""
            case Done():
                return b"data: [DONE]\n\n"
            case Fail(message=message, code=code):
                return self._data(_error(message, "server_error", code))
            case Comment(text=text):
                return f": {text}\n\n".encode()
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        for act in acts:
            if isinstance(act, Fail):
                status = act.code if isinstance(act.code, int) and 400 <= act.code <= 599 else 500
                return refusal(status, act.message, type_="server_error", code=act.code)
        said = "".join(act.text for act in acts if isinstance(act, Say))
        thought = "".join(act.text for act in acts if isinstance(act, Think))
        reasons = [act.reason for act in acts if isinstance(act, Finish)]
        totals = [act for act in acts if isinstance(act, Usage)]
        message: dict[str, object] = {"role": "assistant", "content": said, "refusal": None}
        if thought:
            message["reasoning_content"] = thought
        if images := [_image(act.data) for act in acts if isinstance(act, Picture)]:
            message["images"] = images
        reply: dict[str, object] = {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "system_fingerprint": FINGERPRINT,
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "logprobs": None,
                    "finish_reason": reasons[-1] if reasons else None,
                }
            ],
        }
        if totals:
            reply["usage"] = _usage(totals[-1])
        return Answer(to_json(reply))

    def _open(self) -> bytes:
        """The first delta names the role."""
        if self.opened:
            return b""
        self.opened = True
        return self._delta({"role": "assistant", "content": "", "refusal": None})

    def _delta(self, delta: Mapping[str, object], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return self._data(self._chunk([choice], None))

    def _chunk(self, choices: Sequence[object], usage: Usage | None) -> dict[str, object]:
        chunk: dict[str, object] = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "system_fingerprint": FINGERPRINT,
            "choices": choices,
        }
        if self.include_usage:
            chunk["usage"] = None if usage is None else _usage(usage)
        return chunk

    @staticmethod
    def _data(value: object) -> bytes:
        return b"data: " + to_json(value) + b"\n\n"


def turn_of(message: Any) -> Turn:  # as the client wrote it; taken apart here
    """Read one message of a history.

    Raises:
        NoPicture: it has something else where a picture should be.
    """
    match message:
        case {"role": str(role), "content": str(text)}:
            return Turn(role, text)
        case {"role": str(role), "content": [*parts]}:
            texts: list[str] = []
            images = 0
            for part in parts:
                match part:
                    case {"type": "text", "text": str(text)}:
                        texts.append(text)
                    case {"type": "image_url", "image_url": {"url": url}}:
                        picture_at(url)
                        images += 1
                    case {"type": "image_url"}:
                        raise NoPicture("image_url has a url")
            return Turn(role, "\n".join(texts), images)
        case {"role": str(role)}:
            return Turn(role, "")
        case _:
            return Turn("", "")


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": MODELS_CREATED, "owned_by": "chat-tui"}


def _image(data: bytes) -> dict[str, object]:
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _error(message: str, type_: str, code: str | int | None) -> dict[str, object]:
    return {"error": {"message": message, "type": type_, "param": None, "code": code}}
