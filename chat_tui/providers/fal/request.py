"""Requests to fal's apps: the path of one, and the body it is sent.

Vendor page: https://docs.fal.ai/model-apis/model-endpoints (read 2026-11-20).
"""

import re
from typing import Final

from chat_tui.errors import Rejected
from chat_tui.providers.attached import last_said, picture_argument
from chat_tui.providers.base import Request
from chat_tui.text import clean

EXAMPLE_APP: Final = "fal-ai/flux/schnell"

_SEGMENT: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.~-]*")
_OLD_APP: Final = re.compile(r"([0-9]+)-([a-zA-Z0-9-]+)")
_WORD_APPS: Final = ("fal-ai/any-llm", "openrouter/")
"""Apps that answer in words, and take a system prompt."""
_LIST_APPS: Final = ("/edit", "/edit-image", "/multi", "/vision")
"""How the apps end that take a list of pictures, such as fal-ai/nano-banana/edit."""


def app_path(model: str, *, path: str) -> str:
    """Make the path of an app of its id: `owner/alias`, with what follows.

    Args:
        model: The app id; a `path` at its end does not count, and `123-name` is `123/name`.
        path: What is appended to stream.

    Raises:
        Rejected: it is not an app id.
    """
    app = model.strip().strip("/")
    ending = path.strip("/")
    if ending:
        app = app.removesuffix(f"/{ending}")
    if old := _OLD_APP.fullmatch(app):
        app = f"{old[1]}/{old[2]}"
    segments = app.split("/")
    if len(segments) < 2 or not all(map(_SEGMENT.fullmatch, segments)):
        wrong = f"{model[:80]!r} is not the id of a fal app" if model else "no model is set"
        raise Rejected(wrong, hint=f"set model to an app id, such as {EXAMPLE_APP}")
    return app


def encode(request: Request, *, app: str, image_parameter: str = "") -> dict[str, object]:
    """Build the body: the last turn is the prompt, and the user's parameters win.

    Args:
        request: The turn to be answered.
        app: The app.
        image_parameter: What the app calls its pictures; empty goes by its name.

    Raises:
        Rejected: the app takes one picture, and there are several.
    """
    body: dict[str, object] = {"prompt": last_said(request)}
    if request.system_prompt and app.startswith(_WORD_APPS):
        body["system_prompt"] = clean(request.system_prompt)
    body |= picture_argument(
        request,
        model=app,
        name=image_parameter,
        single="image_url",
        several="image_urls",
        list_endings=_LIST_APPS,
    )
    return {**body, **request.parameters}
