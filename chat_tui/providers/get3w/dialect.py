"""The get3w dialect: one prompt to a body, and predictions, streamed or polled, to events.

Vendor pages: https://get3w.com/docs/core-concepts/streaming and
https://get3w.com/docs/api-reference (read 2026-11-20).
"""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from chat_tui.errors import ProtocolViolation, ProviderError, ProviderFailed, WrongId
from chat_tui.events import (
    Finished,
    ImageProgress,
    ImageResult,
    Notice,
    Started,
    StreamEvent,
    TextDelta,
)
from chat_tui.net.frames import Frame, is_keepalive
from chat_tui.net.sse import DONE
from chat_tui.providers.attached import last_said, picture_argument
from chat_tui.providers.bad_frames import BadFrames
from chat_tui.providers.base import ModelInfo, Request
from chat_tui.providers.frame_data import object_in
from chat_tui.providers.get3w.outputs import previews, results
from chat_tui.providers.get3w.prediction import Prediction, read_prediction, refusal
from chat_tui.providers.model_list import decode_models

NOT_GET3W_HINT: Final = "is base_url really that of get3w, with /api/v3 or /v1 at its end?"
_LIST_MODELS: Final = ("/edit", "/edit-plus", "/multi")
"""How the models end that take a list of pictures, such as google/nano-banana/edit."""
_LISTS: Final = ("models", "items", "records", "list")


def encode(
    request: Request,
    *,
    parameters: Mapping[str, object],
    stream: bool,
    model: str = "",
    image_parameter: str = "",
) -> dict[str, object]:
    """Build the request body: the last turn is the prompt, and the user's parameters win.

    Args:
        request: The turn to be answered.
        parameters: The provider's own; the request's go before them.
        stream: Ask for events, which only the v3 API has.
        model: Who draws.
        image_parameter: What the model calls its pictures; empty goes by its name.

    Raises:
        Rejected: the model takes one picture, and there are several.
    """
    body: dict[str, object] = {"prompt": last_said(request)}
    if stream:
        body["stream"] = True
    body |= picture_argument(
        request,
        model=model,
        name=image_parameter,
        single="image",
        several="images",
        list_endings=_LIST_MODELS,
    )
    return {**body, **parameters, **request.parameters}


def model_path(model: str) -> str:
    """Turn a model's name into the path below the base URL.

    Raises:
        WrongId: there is none, or it is no path.
    """
    parts = model.strip("/").split("/")
    if not model.strip("/"):
        raise WrongId(
            "no model is chosen", hint="set model for this provider, such as get3w/flux-dev"
        )
    if not {"", ".", ".."}.isdisjoint(parts):
        raise WrongId(f"{model!r} is not the name of a model", hint="check model")
    return "/" + "/".join(quote(part, safe="") for part in parts)


def read_models(body: object, *, host: str) -> tuple[ModelInfo, ...]:
    """Read a list of models: bare, or in an envelope, the names as `model_id` or `id`.

    Raises:
        ProviderError: it is a refusal, or not a list.
    """
    match body:
        case {"data": {**inner}}:
            found = next((inner[key] for key in _LISTS if isinstance(inner.get(key), list)), body)
        case {"data": [*entries]} | {"models": [*entries]} | [*entries]:
            found = entries
        case {"code": _} | {"error": _}:
            raise refusal(body, host=host)
        case _:
            found = body
    if isinstance(found, list):
        found = [_entry(entry) for entry in found]
    return decode_models(found)


def read_balance(body: object) -> float | None:
    """Read what is left on the account; null where the answer does not say."""
    match body:
        case {"data": {"balance": int() | float() as balance}}:
            return None if isinstance(balance, bool) else float(balance)
        case _:
            return None


class Get3wDecoder:
    """Reads one reply, whichever way its states come."""

    def __init__(self, *, provider: str, model: str, job: str, host: str) -> None:
        """Start a reply.

        Args:
            provider: The user's name for the provider.
            model: What was asked for.
            job: The name of the job in our events.
            host: Who answers, for messages.
        """
        self.task = ""
        """The server's id of the task, once it named it."""
        self.poll_url = ""
        """Where the server says that its result is; not to be trusted."""
        self.over = False
        """The task has ended, well or not."""
        self._provider = provider
        self._model = model
        self._job = job
        self._host = host
        self._bad_frames = BadFrames(NOT_GET3W_HINT)
        self._scale = _Scale()
        self._started: Started | None = None
        self._progress: ImageProgress | None = None
        self._previewed = False

    @property
    def begun(self) -> bool:
        """The server took the task: asking anew would make, and cost, another one."""
        return self._started is not None

    def decode(self, frame: Frame) -> Iterator[StreamEvent]:
        """Yield the events of one frame.

        Raises:
            ProviderError: the task failed or was refused.
            ProtocolViolation: a picture in it is broken, or too much nonsense came.
        """
        data = frame.data.strip()
        # The mark of the end is not of this dialect, but a gateway may add it.
        if self.over or not data or data == DONE or is_keepalive(frame):
            return
        prediction = self._understood(object_in(frame, failure=self._refusal))
        if prediction is None:
            yield self._bad_frames.skip()
        else:
            yield from self.advance(prediction)

    def read(self, body: object) -> Prediction:
        """Read a reply that came as one JSON document, or the answer to an inquiry.

        Raises:
            ProviderError: the task failed or was refused.
            ProtocolViolation: it is something else.
        """
        prediction = self._understood(body)
        if prediction is None:
            raise ProtocolViolation(
                f"the answer of {self._host} is not a prediction",
                hint=NOT_GET3W_HINT,
            )
        return prediction

    def advance(self, prediction: Prediction) -> Iterator[StreamEvent]:
        """Yield what a state of the task adds to those before it.

        Raises:
            ProtocolViolation: it is completed, but with nothing that can be shown.
        """
        self.task = prediction.id or self.task
        self.poll_url = prediction.poll_url or self.poll_url
        started = Started(self._provider, prediction.model or self._model, self.task or None)
        if self._started is None or self._started.remote_id != started.remote_id:
            self._started = started
            yield started
        if prediction.status == "completed":
            yield from self._completed(prediction)
            return
        progress = ImageProgress(
            self._job,
            "queued" if prediction.status == "created" else "running",
            self._scale.fraction(prediction.progress),
            note=f"about {prediction.expected_s:g} s" if prediction.expected_s else "",
        )
        if progress != self._progress:
            self._progress = progress
            yield progress
        for preview in previews(prediction, job=self._job):
            self._previewed = True
            yield preview

    def end(self) -> Iterator[StreamEvent]:
        """Yield how a reply ended that came to no end, and whose task nobody can ask for.

        Raises:
            ProtocolViolation: nothing came that is worth keeping.
        """
        if self.over:
            return
        if not self._previewed:
            raise ProtocolViolation(
                "the stream ended early, without a result",
                hint="the task may go on at the provider; its page lists the latest ones",
            )
        self.over = True
        yield Notice("the stream ended early, before the result was complete")
        yield Finished("incomplete")

    def _refusal(self, said: object) -> ProviderError:
        return refusal(said, host=self._host)

    def _understood(self, body: object) -> Prediction | None:
        prediction = read_prediction(body, host=self._host)
        if prediction is not None and prediction.status == "failed":
            self.task = prediction.id or self.task
            self.over = True
            raise ProviderFailed(prediction.error)
        return prediction

    def _completed(self, prediction: Prediction) -> Iterator[StreamEvent]:
        self.over = True
        took_s = (prediction.inference_ms or 0.0) / 1000
        yield ImageProgress(
            self._job, "saving", 1.0, note=f"made in {took_s:.1f} s" if took_s > 0 else ""
        )
        told = answered = False
        for event in results(prediction, job=self._job):
            told = True
            answered = answered or isinstance(event, ImageResult | TextDelta)
            yield event
        if not told and True in prediction.flagged:
            yield Notice("the server made nothing that it considers safe to show")
            yield Finished("filtered")
            return
        if not told:
            raise ProtocolViolation("the task is completed, but has no output")
        yield Finished("stop" if answered else "unknown")


class _Scale:
    """Brings progress to 0..1, from whichever scale the server counts on, never backwards."""

    def __init__(self) -> None:
        self._percent = False
        self._parts = False
        self._reached: float | None = None

    def fraction(self, told: float | None) -> float | None:
        if told is None:
            return self._reached
        self._percent = self._percent or told > 1
        self._parts = self._parts or 0 < told < 1
        # A first 1 is one of a hundred: a task at its end is completed, not at work.
        one_percent = told == 1 and not self._parts
        fraction = told / 100 if self._percent or one_percent else told
        self._reached = max(self._reached or 0.0, min(1.0, fraction))
        return self._reached


def _entry(entry: object) -> object:
    match entry:
        case {"model_id": str() as model_id, **rest} if model_id:
            return {**rest, "id": model_id}
        case _:
            return entry
