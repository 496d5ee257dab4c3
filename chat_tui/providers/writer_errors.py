"""What Writer's errors say, in one line.

Vendor page: https://dev.writer.com/api-reference/error-handling (read 2026-11-20).
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from chat_tui.errors import (
    AuthFailed,
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
    Rejected,
)
from chat_tui.net.error_text import error_message, one_line, redact
from chat_tui.net.frames import Frame
from chat_tui.net.json import decode_json
from chat_tui.net.reply import Reply
from chat_tui.providers.connection import Connection

NOT_WRITER_HINT: Final = "is base_url really that of Writer, with /v1 at its end?"

_DESCRIPTION: Final = re.compile(r'"description":"((?:[^"\\]|\\.)+)')
_KEY: Final = re.compile(r"\b(?:key|token|credential)s?\b", re.IGNORECASE)
_BODY: Final = re.compile(r'\{"(?:tpe|errors|extras)":')


class WriterConnection(Connection):
    """Requests to one Writer account, with its errors in words."""

    @asynccontextmanager
    async def open(self, method: str, path: str, *, json: object = None) -> AsyncIterator[Reply]:
        """Send a request; see `Connection.open`."""
        secret = await self._services.secret(self._name)
        try:
            async with super().open(method, path, json=json) as reply:
                yield reply
        except ProviderError as error:
            told = in_words(error)
            if secret is not None:  # in JSON a key may look like something else
                told.message = redact(told.message, [secret.reveal()])
                told.args = (told.message,)
            raise told from error.__cause__


def said(body: object) -> str:
    """Find the message in a decoded error body of Writer's, or of a proxy before it."""
    match body:
        case {"errors": [{} as first, *_]}:
            words, key = first.get("description"), first.get("key")
            text = words if isinstance(words, str) and words.strip() else key
            if isinstance(text, str) and text.strip():
                match first.get("extras"):
                    case {"guardrail_name": str() as guardrail} if guardrail:
                        text = f"{text} (guardrail {guardrail!r})"
                return one_line(text)
    return error_message(body)


def in_words(error: ProviderError) -> ProviderError:
    """Put the words of Writer's error body in the place of its JSON, which may have been cut.

    Returns:
        The same error, but for a 403: the JSON of each has the word "key", whatever it is about.
    """
    if isinstance(error, ProtocolViolation) and "OpenAI" in error.hint:
        error.message = error.message.replace("the OpenAI dialect", "Writer's API")
        error.hint = NOT_WRITER_HINT
    elif found := _BODY.search(error.message):
        head = error.message[: found.start()]
        words, tail = _words(error.message, found.start())
        if isinstance(error, AuthFailed) and error.status == 403 and not _KEY.search(words):
            host = head.partition(" ")[0]
            return Rejected(
                f"{host} does not allow this request: {words}",
                hint="the key may lack rights to this model, application or Knowledge Graph",
                status=403,
            )
        error.message = f"{head}{words}{tail}"
    error.args = (error.message,)
    return error


def _words(message: str, start: int) -> tuple[str, str]:
    """What the JSON in a message says, and what stands behind it."""
    try:
        body, end = json.JSONDecoder().raw_decode(message, start)
    except ValueError:
        description = _DESCRIPTION.search(message, start)
        if description is None:
            return message[start:], ""
        return one_line(re.sub(r"\\(.)", r"\1", description[1])), ""
    return said(body), message[end:]


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
        raise ProviderFailed(said(frame.data if body is None else body))
