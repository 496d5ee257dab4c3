"""What Flowise says when it fails, and which of our errors that is.

It answers a wrong key with status 500, an unknown flow with 404 or 500, and puts the name of the
function that failed before its words (3.1.2).
"""

import re
from typing import Final

from chat_tui.errors import AuthFailed, ProviderError, ProviderFailed, WrongId
from chat_tui.net.error_text import one_line

URL_HINT: Final = (
    "base_url is the address of Flowise itself, such as http://localhost:3000, without /api/v1"
)
ID_HINT: Final = "chatflow_id is the last part of the flow's address in Flowise; F2 lists all flows"
MODEL_KEY_HINT: Final = "that is the key of the model: it is set in the flow, at the server"

_KEY_REFUSED: Final = "the flow does not answer without the API key that it is bound to"
_PLACE: Final = re.compile(r"(?:Error: )?(?:predictionsServices|chatflowsService)\.\w+ - ")
_UNAUTHORIZED: Final = re.compile(r"(?:^|\w\.\w+ - )Unauthorized(?: Access)?\s*$")
_MODEL_KEY: Final = re.compile(r"\b401\b.*\bAPI key\b", re.IGNORECASE)
_NO_FLOW: Final = re.compile(r"\bchatflow \S+ not found|\binvalid chatflow id", re.IGNORECASE)


def plain(text: str) -> str:
    """Take the names of Flowise's own functions out of its words."""
    return one_line(_PLACE.sub("", text))


def failure(said: str) -> ProviderError:
    """Make the error of what a flow reports in its stream; the hint about a key is left empty."""
    if _UNAUTHORIZED.search(said):
        return AuthFailed(_KEY_REFUSED)
    text = plain(said) or "the flow failed without saying why"
    if _NO_FLOW.search(text):
        return WrongId(text, hint=ID_HINT)
    return ProviderFailed(text, hint=MODEL_KEY_HINT if _MODEL_KEY.search(text) else "")


def translated(error: ProviderError) -> ProviderError:
    """Say an error of HTTP as what it means in Flowise; the same object where it can stay."""
    if error.status is not None and error.status >= 500 and _UNAUTHORIZED.search(error.message):
        return AuthFailed(_KEY_REFUSED, status=error.status)
    text = plain(error.message)
    if error.status in {400, 404, 500} and (found := _NO_FLOW.search(text)):
        return WrongId(text[found.start() :], hint=ID_HINT, status=error.status)
    error.message = text
    error.args = (text,)
    return error
