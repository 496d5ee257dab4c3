"""What a result of fal has in it: pictures where its apps put them, and other files.

Vendor page: https://docs.fal.ai/model-apis (read 2026-11-20).
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

MAX_FILES: Final = 100

_MAX_S: Final = 1e6

_OTHER_MEDIA: Final = ("video/", "audio/")


class Found(msgspec.Struct, frozen=True):
    """One picture of a result."""

    url: str
    """An address, or a `data:` URL."""
    media_type: str | None = None
    width_px: int | None = None
    height_px: int | None = None

    @property
    def inline(self) -> bool:
        return self.url[:5].lower() == "data:"


def pictures_in(result: dict[str, Any]) -> tuple[Found, ...]:
    """Find the pictures of a result, in its order; the first place that has any is taken."""
    output, data = result.get("output"), result.get("data")
    places: list[Any] = [result.get("images"), result.get("image")]
    for inner in (output, data):
        if isinstance(inner, dict):
            places += [inner.get("images"), inner.get("image")]
    if isinstance(output, list) or is_inline_picture(output):
        places.append(output)
    for place in places:
        if found := tuple(_pictures_at(place))[:MAX_FILES]:
            return found
    return ()


def files_in(result: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Find what else a result points to: the name of the field, and the URL."""
    shown = {picture.url for picture in pictures_in(result)}
    found: list[tuple[str, str]] = []
    for inner in (result, result.get("output"), result.get("data")):
        if isinstance(inner, dict):
            for name, value in inner.items():
                files = value if isinstance(value, list) else [value]
                for file in files[:MAX_FILES]:
                    match file:
                        case {"url": str(url)} if url and url not in shown:
                            found.append((name, url))
    return tuple(dict.fromkeys(found))[:MAX_FILES]


def seed_in(result: dict[str, Any]) -> int | None:
    """The number that makes the same picture again."""
    seed = result.get("seed")
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 1 << 63:
        return None
    return seed


def took_in(result: dict[str, Any]) -> float | None:
    """How many seconds the app worked; null where it does not say."""
    match result.get("timings"):
        case {"inference": told}:
            return seconds(told)
        case _:
            return None


def seconds(told: object) -> float | None:
    """A duration; null where it is none."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told < _MAX_S:
        return None
    return float(told)


def flagged_in(result: dict[str, Any], index: int) -> bool | None:
    """Whether a picture of a result is marked as unsafe; null where that is not said."""
    match result.get("has_nsfw_concepts"):
        case bool(flag):
            return flag
        case [*flags] if index < len(flags):
            return flags[index] if isinstance(flags[index], bool) else None
        case {} as flags if flags:
            return any(flag is True for flag in flags.values())
        case _:
            return None


def is_inline_picture(value: object) -> bool:
    return isinstance(value, str) and value[:11].lower() == "data:image/"


def _pictures_at(place: Any) -> Iterator[Found]:
    for value in place if isinstance(place, list) else [place]:
        match value:
            case str(url) if url.lower().startswith(("http://", "https://", "data:image/")):
                yield Found(url)
            case {"content_type": str(kind)} if kind.lower().startswith(_OTHER_MEDIA):
                pass
            case {"url": str(url)} if url:
                yield _described(url, value)
            case {"file_data": str(encoded)} if encoded:
                kind = value.get("content_type")
                head = f"data:{kind if isinstance(kind, str) else 'image/png'};base64"
                yield _described(f"{head},{encoded}", value)


def _described(url: str, file: dict[str, Any]) -> Found:
    kind = file.get("content_type")
    return Found(
        url,
        kind.lower() if isinstance(kind, str) and kind.lower().startswith("image/") else None,
        _pixels(file.get("width")),
        _pixels(file.get("height")),
    )


def _pixels(value: object) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 31
    return value if fits and isinstance(value, int) else None
