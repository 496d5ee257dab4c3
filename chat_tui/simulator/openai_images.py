"""The OpenAI images dialect: one prompt, pictures that grow sharper.

Follows https://platform.openai.com/docs/api-reference/images and its streaming events (read
2026-11-20).
"""

import base64
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from chat_tui.simulator.dialect import Answer, Call, Outcome, Prompt, Question, Route, Turn, to_json
from chat_tui.simulator.openai import guarded, refusal
from chat_tui.simulator.pictures import SIZE_PX
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

MAX_PICTURES = 10
MAX_PREVIEWS = 3

_FORM = {
    "size": f"{SIZE_PX}x{SIZE_PX}",
    "quality": "low",
    "background": "opaque",
    "output_format": "png",
}


def routes(*, key: str | None = None) -> tuple[Route, ...]:
    """The dialect's routes.

    Args:
        key: What a caller has to show as Bearer; none is asked for when null.
    """
    return (Route("POST", "/v1/images/generations", guarded(_generate, key)),)


def _generate(call: Call, names: Mapping[str, str]) -> Outcome:
    try:
        body = call.json
    except ValueError:
        return refusal(400, "We could not parse the JSON body of your request.")
    match body:
        case {"prompt": str(asked)} if asked:
            pass
        case _:
            return refusal(400, "Missing required parameter: 'prompt'.")
    count = _number(body.get("n", 1), 1, MAX_PICTURES)
    if count is None:
        return refusal(400, f"Invalid 'n': expected 1 to {MAX_PICTURES}.")
    previews = _number(body.get("partial_images", 0), 0, MAX_PREVIEWS)
    if previews is None:
        return refusal(400, f"Invalid 'partial_images': expected 0 to {MAX_PREVIEWS}.")
    prompt = Prompt(str(body.get("model", "")), (Turn("user", asked),), pictures=count)
    return Question(prompt, _Encoder(int(time.time()), previews), body.get("stream") is True)


@dataclass(slots=True)
class _Encoder:
    created: int
    previews: int
    """How many the caller asked for; the latest ones of a script are left out."""
    shown: int = 0
    usage: Usage | None = None

    def frame(self, act: Content) -> bytes:
        match act:
            case Preview(data=data):
                if self.shown == self.previews:
                    return b""
                self.shown += 1
                return self._event("partial_image", data, {"partial_image_index": self.shown - 1})
            case Picture(data=data):
                totals = {"usage": _totals(self.usage)} if self.usage else {}
                return self._event("completed", data, totals)
            case Usage():
                self.usage = act
                return b""
            case Fail(message=message, code=code):
                error = {"type": "image_generation_server_error", "code": code, "message": message}
                return (
                    b"event: error\ndata: " + to_json({"type": "error", "error": error}) + b"\n\n"
                )
            case Comment(text=text):
                return f": {text}\n\n".encode()
            case Say() | Think() | Finish() | Done():
                return b""  # the dialect has no words, and no mark behind the last picture
            case Progress() | Work() | Cite() | UseTool() | Suggest() | AskApproval():
                return b""
            case _:
                assert_never(act)

    def whole(self, acts: Sequence[Content]) -> Answer:
        pictures: list[dict[str, object]] = []
        reply: dict[str, object] = {"created": self.created, "data": pictures, **_FORM}
        for act in acts:
            match act:
                case Fail(message=message, code=code):
                    return refusal(500, message, type_="server_error", code=code)
                case Picture(data=data):
                    pictures.append({"b64_json": base64.b64encode(data).decode()})
                case Usage():
                    reply["usage"] = _totals(act)
                case _:
                    pass
        return Answer(to_json(reply))

    def _event(self, name: str, data: bytes, more: Mapping[str, object]) -> bytes:
        event = {
            "type": f"image_generation.{name}",
            "b64_json": base64.b64encode(data).decode(),
            "created_at": self.created,
            **_FORM,
            **more,
        }
        return f"event: image_generation.{name}\ndata: ".encode() + to_json(event) + b"\n\n"


def _number(value: Any, least: int, most: int) -> int | None:  # as the client wrote it
    if value is None:
        return least
    return value if isinstance(value, int) and least <= value <= most else None


def _totals(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
