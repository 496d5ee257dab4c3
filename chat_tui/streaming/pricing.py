"""The cost of a reply, by a price list, where the provider does not tell it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from chat_tui.config.prices import Price
from chat_tui.events import StreamEvent, Usage


async def priced(
    events: AsyncGenerator[StreamEvent, None], price: Price
) -> AsyncGenerator[StreamEvent, None]:
    """Pass a stream on, with a cost in each `Usage` that has none.

    Args:
        events: What a provider yields; closing this generator closes the other.
        price: Of the model that answers.
    """
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Usage) and event.cost_usd is None:
                cost = price.of(event.input_tokens, event.output_tokens)
                yield msgspec.structs.replace(event, cost_usd=cost)
            else:
                yield event
