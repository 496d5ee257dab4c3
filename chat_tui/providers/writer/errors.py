"""Writer's errors, in answers of HTTP and in streams.

Vendor page: https://dev.writer.com/api-reference/error-handling (read 2026-11-20).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from chat_tui.errors import ProtocolViolation, ProviderFailed, Rejected
from chat_tui.net.error_text import error_message
from chat_tui.net.frames import Frame
from chat_tui.net.json import decode_json
from chat_tui.net.reply import Reply
from chat_tui.providers.connection import Connection

NOT_WRITER_HINT: Final = "is base_url really that of Writer, with /v1 at its end?"
_RIGHTS_HINT: Final = "the key may lack rights to this model, application or Knowledge Graph"


class WriterConnection(Connection):
    """Requests to one Writer account."""

    @asynccontextmanager
    async def open(self, method: str, path: str, *, json: object = None) -> AsyncIterator[Reply]:
        """Send a request; see `Connection.open`."""
        try:
            async with super().open(method, path, json=json) as reply:
                yield reply
        except Rejected as error:
            if error.status == 403:
                error.hint = error.hint or _RIGHTS_HINT
            raise


def is_error(body: dict[str, Any]) -> bool:
    """Tell whether an object in a reply is an error of Writer's."""
    return isinstance(body.get("errors"), list) and ("tpe" in body or bool(body["errors"]))


def refuse_error(frame: Frame) -> None:
    """Raise for a frame that is an error.

    Raises:
        ProviderFailed: it is one, called `error` or not.
    """
    named = frame.event == "error"
    if not named and '"errors"' not in frame.data:
        return
    try:
        body = decode_json(frame.data.strip())
    except ProtocolViolation:
        body = None
    if named or (isinstance(body, dict) and "choices" not in body and is_error(body)):
        raise ProviderFailed(error_message(frame.data if body is None else body))
