"""Writer's errors, in answers of HTTP and in streams.

Vendor page: https://dev.writer.com/api-reference/error-handling (read 2026-11-20).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from chat_tui.errors import Rejected
from chat_tui.net.frames import Frame
from chat_tui.net.reply import Reply
from chat_tui.providers.connection import Connection
from chat_tui.providers.frame_data import failed, object_in

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
    """Raise for a frame that is an error, whatever its event is called.

    Raises:
        ProviderFailed: it is one.
    """
    if '"errors"' not in frame.data:
        return
    body = object_in(frame)
    if body is not None and "choices" not in body and is_error(body):
        raise failed(body)
