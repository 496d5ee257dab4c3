"""The parameters that a kind of provider is known to take: what a form can ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from chat_tui.providers.kinds import ProviderOptions

Sort: TypeAlias = Literal["number", "integer", "text", "truth", "any"]
_WORDS: Final[Mapping[Sort, str]] = {
    "number": "a number",
    "integer": "an integer",
    "text": "text",
    "truth": "true or false",
    "any": "",
}
_COUNTED: Final = ("number", "integer")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One key of the request body."""

    name: str
    help: str
    sort: Sort = "any"
    low: float | None = None
    """The least value, itself allowed; null: none is known."""
    high: float | None = None

    @property
    def expected(self) -> str:
        """What it takes, in words; empty where anything may be right."""
        words = _WORDS[self.sort]
        if self.sort not in _COUNTED:
            return words
        if self.low is not None and self.high is not None:
            return f"{words} from {self.low:g} to {self.high:g}"
        return f"{words} of {self.low:g} or more" if self.low is not None else words

    def takes(self, value: object) -> bool:
        """Whether a value can be right."""
        match self.sort:
            case "text":
                return isinstance(value, str)
            case "truth":
                return isinstance(value, bool)
            case "any":
                return True
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if self.sort == "integer" and not isinstance(value, int):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


_SAMPLING: Final = (
    Parameter("temperature", "higher is more varied", "number", 0, 2),
    Parameter("top_p", "only the likeliest words up to this share", "number", 0, 1),
    Parameter("max_tokens", "the longest answer", "integer", 1),
    Parameter("stop", "ends the answer where it comes"),
)
_CHAT: Final = (
    *_SAMPLING,
    Parameter("seed", "the same again, as far as it goes", "integer"),
    Parameter("frequency_penalty", "against repeating", "number", -2, 2),
    Parameter("presence_penalty", "for new subjects", "number", -2, 2),
    Parameter("reasoning_effort", "how long it thinks: low, medium, high", "text"),
)
_IMAGES: Final = (
    Parameter("size", "such as 1024x1024", "text"),
    Parameter("n", "how many pictures", "integer", 1, 10),
    Parameter("quality", "such as low, medium, high", "text"),
    Parameter("background", "transparent, opaque or auto", "text"),
    Parameter("output_format", "png, jpeg or webp", "text"),
)
_FAL: Final = (
    Parameter("image_size", "such as landscape_4_3, or width and height"),
    Parameter("num_images", "how many pictures", "integer", 1),
    Parameter("seed", "the same again", "integer"),
    Parameter("num_inference_steps", "more take longer", "integer", 1),
    Parameter("guidance_scale", "how close to the words", "number", 0),
)
_GET3W: Final = (
    Parameter("size", "such as 1024*1024", "text"),
    Parameter("seed", "the same again", "integer"),
)
_BY_KIND: Final[Mapping[str, tuple[Parameter, ...]]] = {
    "demo": _SAMPLING,
    "flowapi": _CHAT,
    "openai": _CHAT,
    "openai/images": _IMAGES,
    "writer": _SAMPLING,
    "fal": _FAL,
    "get3w": _GET3W,
}


def declared(options: ProviderOptions, own: tuple[Parameter, ...] = ()) -> tuple[Parameter, ...]:
    """Say what a provider is known to take; it may take more.

    Args:
        options: As it is configured.
        own: What its kind declares itself, as that of a plugin may.
    """
    endpoint = str(getattr(options, "endpoint", ""))
    usual = _BY_KIND.get(f"{options.kind}/{endpoint}", _BY_KIND.get(options.kind, ()))
    return own or usual
