"""A title that a provider makes for a conversation, when somebody asks for one."""

import asyncio
import unicodedata
from contextlib import aclosing
from typing import Final

from chat_tui.conversation import TITLE_MAX_CHARS, Conversation
from chat_tui.errors import ChatTuiError
from chat_tui.events import StreamError, TextDelta
from chat_tui.ids import new_conversation_id
from chat_tui.message import Message, user_message
from chat_tui.providers.base import Provider, Request
from chat_tui.text import clean_line

TIMEOUT_S: Final = 60.0
QUOTED_CHARS: Final = 50
_SAID_CHARS: Final = 1500
"""Of each message: the beginning tells what it is about."""
_MESSAGES: Final = 4
_WORDS: Final = (
    "Write a title for the conversation below: at most six words, in its own language, without"
    " quotes and without a full stop. Answer with the title alone."
)
_AROUND: Final = "\"'`*_# "
_QUOTES: Final = ("Pi", "Pf", "Ps")
"""Unicode's categories of quotation marks; a low one counts as a bracket."""


class NoTitle(ChatTuiError):
    """The provider made none."""


async def ask_for_title(provider: Provider, conversation: Conversation, model: str = "") -> str:
    """Ask a provider what to call a conversation; nothing of it is kept.

    Args:
        provider: Who is asked.
        conversation: Something has been said in it.
        model: Empty means the provider's own default.

    Returns:
        One clean line of at most `TITLE_MAX_CHARS` characters.

    Raises:
        ChatTuiError: the provider or the network failed, or there was no title in the answer.
    """
    if not provider.capabilities.text:
        raise NoTitle(f"{provider.name} writes no text", hint="type a title instead")
    request = Request(
        # Not this conversation's: a service that remembers it must not take this for a turn.
        conversation=new_conversation_id(),
        messages=(user_message(_question(conversation), parent=None),),
        model=model,
    )
    pieces: list[str] = []
    try:
        async with asyncio.timeout(TIMEOUT_S), aclosing(provider.stream(request)) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    pieces.append(event.text)
                elif isinstance(event, StreamError):
                    raise NoTitle(f"no title: {event.message}", hint=event.hint)
    except TimeoutError as error:
        raise NoTitle(f"no title: {provider.name} took more than {TIMEOUT_S:.0f} s") from error
    title = title_in("".join(pieces))
    if not title:
        raise NoTitle(f"{provider.name} answered without a title", hint="type one instead")
    return title


def title_in(answer: str) -> str:
    """Take the title out of an answer: its first line, without what models put around one."""
    for line in answer.splitlines():
        words = _bare(_bare(line).removeprefix("Title:")).rstrip(".")
        if words:
            return clean_line(words, TITLE_MAX_CHARS)
    return ""


def quoted_title(title: str) -> str:
    """Name a conversation in a sentence."""
    return repr(clean_line(title, QUOTED_CHARS)) if title else "a conversation without a title"


def _bare(line: str) -> str:
    """Take away quotation marks and the signs of Markdown around a title."""
    start, end = 0, len(line)
    while start < end and (line[start] in _AROUND or _is_quote(line[start])):
        start += 1
    while end > start and (line[end - 1] in _AROUND or _is_quote(line[end - 1])):
        end -= 1
    return line[start:end].strip()


def _is_quote(char: str) -> bool:
    return not char.isascii() and unicodedata.category(char) in _QUOTES


def _question(conversation: Conversation) -> str:
    said = [_said(message) for message in conversation.path() if message.text.strip()]
    return "\n\n".join([_WORDS, *said[:_MESSAGES]])


def _said(message: Message) -> str:
    who = "User" if message.role == "user" else "Assistant"
    return f"{who}: {message.text.strip()[:_SAID_CHARS]}"
