"""The demo responder: answers about chat-tui, at the pace of a model, with none behind them."""

import re
import zlib
from collections.abc import Iterator, Sequence

from chat_tui.simulator import demo_answers, demo_flows, pictures
from chat_tui.simulator.demo_answers import Reply
from chat_tui.simulator.dialect import Prompt
from chat_tui.simulator.script import (
    Act,
    Done,
    Fail,
    Finish,
    Pause,
    Picture,
    Preview,
    Progress,
    Say,
    Script,
    Think,
    Usage,
)

MODEL = "demo"
SLOW_MODEL = "demo-slow"
PICTURE_MODEL = "demo-picture"
PICTURE_APPS = {"demo/picture": 0.5, "demo/slow-picture": 2.5}
"""Apps of fal and models of get3w, where the way to a picture is told in full, and how many
seconds lie between two messages of it; asked for an `error`, they fail half way."""
MODELS = (MODEL, SLOW_MODEL, PICTURE_MODEL)

PAUSE_S = 0.0095
"""Between two tokens on average: with the work of sending them, about 100 tokens a second."""
SLOW_PAUSE_S = 0.08
SPREAD = 0.4
"""A pause is up to so much shorter or longer than the average, as a share of it."""
STALL_S = 3.0
PICTURE_PAUSE_S = 0.5
"""Before each preview and the picture."""
APP_QUEUE = (3, 2, 1)
APP_STEPS = 12
"""Of progress; a fourth of the way lies between two previews."""

_FAILING = frozenset({"error", "fail", "failure"})
_TOKEN = re.compile(r"\s?\w{1,7}|\s?[^\w\s]{1,3}|\s+")


def reply(prompt: Prompt) -> Script:
    """Write the demo's reply; the same prompt gets the same script."""
    if (script := demo_flows.reply(prompt)) is not None:
        return script
    turns = [turn for turn in prompt.turns if turn.role == "user"]
    asked = turns[-1].text if turns else ""
    if prompt.pictures:
        return _drawing(prompt, asked)
    images = turns[-1].images if turns else 0
    answer = demo_answers.answer(asked, turn_number=len(turns), images=images)
    slow = answer.slow or prompt.model == SLOW_MODEL
    pace = _Pace(asked, SLOW_PAUSE_S if slow else PAUSE_S)
    acts: list[Act] = [*pace.deltas(answer.thinking, Think), *pace.deltas(answer.text, Say)]
    if answer.slow:
        acts.insert(_end_of_introduction(acts), Pause(STALL_S))
    acts += _ending(prompt, answer)
    return Script(tuple(acts))


class _Pace:
    """Cuts texts into tokens with pauses that vary, but by the question alone."""

    def __init__(self, seed: str, pause_s: float) -> None:
        self._state = zlib.crc32(seed.encode(errors="surrogatepass"))
        self._pause_s = pause_s
        self._begun = False

    def deltas(self, text: str, kind: type[Say] | type[Think]) -> Iterator[Act]:
        for token in _TOKEN.findall(text):
            if self._begun:  # the first token of a reply comes at once
                yield Pause(self._next_pause_s())
            self._begun = True
            yield kind(token)

    def _next_pause_s(self) -> float:
        self._state = zlib.crc32(b"next", self._state)
        share = self._state / 0xFFFF_FFFF
        return self._pause_s * (1 - SPREAD + 2 * SPREAD * share)


def _drawing(prompt: Prompt, asked: str) -> Script:
    seed = "" if prompt.seed is None else f" {prompt.seed}"
    drawn = [f"{asked}{seed}{number or ''}" for number in range(prompt.pictures)]
    acts: list[Act] = []
    if (pause_s := PICTURE_APPS.get(prompt.model)) is not None:
        acts += _told_in_full(drawn, pause_s)
        if asked.strip().lower() in _FAILING:
            return Script((*acts[: len(acts) // 2], Fail(demo_answers.FAILURE)))
    else:
        for preview in pictures.previews(drawn[0]):
            acts += (Pause(PICTURE_PAUSE_S), Preview(preview))
    acts += (Pause(PICTURE_PAUSE_S), Usage(len(asked.split()), 0))
    acts += (Picture(pictures.landscape(words)) for words in drawn)
    return Script((*acts, Finish()))


def _told_in_full(drawn: Sequence[str], pause_s: float) -> Iterator[Act]:
    """The place in the queue, then how far the pictures are, with previews of all of them."""
    for position in APP_QUEUE:
        yield Progress(queue_position=position)
        yield Pause(pause_s)
    rounds = list(zip(*map(pictures.previews, drawn), strict=True))
    for step in range(APP_STEPS):
        fraction = step / APP_STEPS
        yield Progress(fraction, note=f"step {step} of {APP_STEPS}")
        if step and not step % (APP_STEPS // 4):
            for index, preview in enumerate(rounds[step // (APP_STEPS // 4) - 1]):
                yield Preview(preview, index)
        yield Pause(pause_s)


def _end_of_introduction(acts: list[Act]) -> int:
    """Where the second paragraph ends: the first one is the label."""
    breaks = [i for i, act in enumerate(acts) if isinstance(act, Say) and "\n\n" in act.text]
    return breaks[1]


def _ending(prompt: Prompt, answer: Reply) -> tuple[Act, ...]:
    if answer.error:
        return (Fail(answer.error, "simulated_failure"),)
    asked_words = sum(len(turn.text.split()) for turn in prompt.turns)
    said_words = len(answer.thinking.split()) + len(answer.text.split())
    return (Finish("stop"), Usage(asked_words, said_words), Done())
