"""What a reply is made of: the request that leaves, and all that its stream passes through."""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import TYPE_CHECKING

from chat_tui.attachments import with_files
from chat_tui.continuing import asked_to_go_on, begun
from chat_tui.conversation import Conversation
from chat_tui.events import StreamEvent
from chat_tui.media.fetching import Fetch
from chat_tui.media.files import PicturePlace
from chat_tui.media.keep import keep_pictures
from chat_tui.message import Message, blank_reply
from chat_tui.providers.base import Provider, Request
from chat_tui.session.reply import Contender, Reply
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.worker import StreamWorker

if TYPE_CHECKING:
    from chat_tui.config.prices import Price


class Preparing:
    """Makes the replies of one conversation."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        media: PicturePlace | None,
        fetch_for: Callable[[Provider], Fetch] | None,
        retry: RetryPolicy | None,
        prices: "Mapping[str, Price]",
    ) -> None:
        """Say what all of them have in common; see `Session`."""
        self._conversation = conversation
        self._media = media
        self._fetch_for = fetch_for
        self._retry = retry
        self._prices = prices

    def prepare(self, turn: Message, contender: Contender) -> Reply:
        """Add an empty reply to a turn of the conversation; its worker is not started."""
        provider = contender.provider
        blank = blank_reply(
            parent=turn.id,
            provider=provider.name,
            model=contender.model or provider.model,
            parameters={
                **provider.parameters,
                **self._conversation.parameters,
                **contender.parameters,
            },
        )
        if contender.goes_on_from is not None:
            blank = begun(blank, self._conversation[contender.goes_on_from])
        self._conversation.add(blank)
        worker = StreamWorker(
            lambda: self._stream(provider, blank),
            retry=self._retry,
            name=f"reply {blank.id}",
        )
        return Reply(blank, worker)

    def _stream(self, provider: Provider, blank: Message) -> AsyncGenerator[StreamEvent, None]:
        request = Request(
            conversation=self._conversation.id,
            messages=(
                asked_to_go_on(self._conversation.path(blank.parent), blank)
                if blank.parts
                else self._conversation.path(blank.parent)
            ),
            model=blank.model,
            system_prompt=self._conversation.system_prompt,
            parameters=blank.parameters,
        )
        if any(message.attachments for message in request.messages):
            events = with_files(request, provider)
        else:
            events = provider.stream(request)
        if (price := self._prices.get(blank.model)) is not None:
            from chat_tui.streaming.pricing import priced

            events = priced(events, price)
        if self._media is None:
            return events
        fetch = self._fetch_for(provider) if self._fetch_for is not None else None
        return keep_pictures(events, self._media, fetch)
