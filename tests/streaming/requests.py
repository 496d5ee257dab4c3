"""A question, put to a provider."""

from chat_tui.ids import new_conversation_id
from chat_tui.message import user_message
from chat_tui.providers.base import Provider, Request
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.worker import StreamWorker


def ask(
    provider: Provider, text: str = "hello", *, retry: RetryPolicy | None = None
) -> StreamWorker:
    """Make the worker of one request, not started yet."""
    request = Request(
        conversation=new_conversation_id(), messages=(user_message(text, parent=None),)
    )
    return StreamWorker(lambda: provider.stream(request), retry=retry)
