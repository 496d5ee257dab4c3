"""What a picture was made with: everything that is needed to make it again."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import msgspec

from chat_tui import __version__
from chat_tui.errors import MediaError
from chat_tui.events import ImageResult
from chat_tui.message import Message

MAX_BYTES: Final = 256 << 10
"""Of the JSON form; what is longer is not read."""
MAX_TEXT_CHARS: Final = 16_000
MAX_VALUE_CHARS: Final = 2_000
"""Of one parameter: a picture that went along as text is not written into another one."""

_USUAL_NAMES: Final = {
    "num_inference_steps": "Steps",
    "steps": "Steps",
    "sampler": "Sampler",
    "scheduler": "Sampler",
    "guidance_scale": "CFG scale",
    "cfg_scale": "CFG scale",
    "strength": "Denoising strength",
}
"""What other programs call what providers call so; these stand first, in this order."""
_SAID_ELSEWHERE: Final = frozenset({"prompt", "negative_prompt", "seed", "model", "size"})


class Recipe(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="format",
    tag="chat-tui/1",
):
    """Empty and null is what is not known."""

    prompt: str = ""
    revised_prompt: str = ""
    """What the provider made of the prompt, and drew."""
    provider: str = ""
    """The user's name for it."""
    model: str = ""
    seed: int | None = None
    width_px: int | None = None
    height_px: int | None = None
    created: datetime | None = None
    parameters: Mapping[str, object] = {}
    """What went into the request beside the prompt and the model."""

    @property
    def size(self) -> str:
        """Such as `1024x768`; empty where it is not known."""
        return f"{self.width_px}x{self.height_px}" if self.width_px and self.height_px else ""


_decoder: msgspec.json.Decoder[Recipe] = msgspec.json.Decoder(Recipe)


def recipe_of(turn: Message | None, reply: Message, picture: ImageResult) -> Recipe:
    """Gather what is known about a picture of a reply.

    Args:
        turn: What the reply answers, if it is there.
        reply: With keys in its parameters masked by the caller, where this leaves the program.
        picture: Of the reply.
    """
    return Recipe(
        prompt=(turn.text if turn is not None else "")[:MAX_TEXT_CHARS],
        revised_prompt=(picture.revised_prompt or "")[:MAX_TEXT_CHARS],
        provider=reply.provider,
        model=reply.model,
        seed=picture.seed,
        width_px=picture.width_px,
        height_px=picture.height_px,
        created=reply.created,
        parameters={
            name: value for name, value in reply.parameters.items() if not _too_long(value)
        },
    )


def to_json(recipe: Recipe) -> str:
    """Write a recipe down; lone surrogates become U+FFFD."""
    try:
        return msgspec.json.encode(recipe).decode()
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(recipe), ensure_ascii=False)
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def from_json(text: bytes) -> Recipe:
    """Read what `to_json` wrote, from wherever it comes.

    Raises:
        MediaError: it is something else.
    """
    if len(text) > MAX_BYTES:
        raise MediaError(f"its settings have over {MAX_BYTES >> 10} KiB")
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MediaError(f"its settings are not what chat-tui writes: {error}") from error


def to_parameters(recipe: Recipe) -> str:
    """Write a recipe as AUTOMATIC1111 does in its chunk `parameters`, which many programs read."""
    lines = [recipe.prompt]
    negative = recipe.parameters.get("negative_prompt")
    if isinstance(negative, str) and negative:
        lines.append(f"Negative prompt: {negative}")
    lines.append(", ".join(f"{name}: {_quoted(value)}" for name, value in _fields(recipe)))
    return "\n".join(lines)


def _fields(recipe: Recipe) -> Iterator[tuple[str, str]]:
    plain = {
        name: str(value)
        for name, value in recipe.parameters.items()
        if isinstance(value, str | int | float) and name not in _SAID_ELSEWHERE
    }
    for name, usual in _USUAL_NAMES.items():
        if name in plain:
            yield usual, plain.pop(name)
    if recipe.seed is not None:
        yield "Seed", str(recipe.seed)
    if recipe.size:
        yield "Size", recipe.size
    if recipe.model:
        yield "Model", recipe.model
    if recipe.provider:
        yield "Provider", recipe.provider
    yield from ((name.replace("_", " ").capitalize(), value) for name, value in plain.items())
    yield "Version", f"chat-tui {__version__}"


def _quoted(value: str) -> str:
    odd = any(sign in value for sign in ',:\n"')
    return json.dumps(value, ensure_ascii=False) if odd else value


def _too_long(value: object) -> bool:
    return len(json.dumps(value, default=str)) > MAX_VALUE_CHARS
