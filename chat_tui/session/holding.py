"""Having a stored conversation for oneself where nobody could read along: commands, plain mode."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from chat_tui.errors import StoreError
from chat_tui.ids import ConversationId
from chat_tui.session.refusals import OpenElsewhere
from chat_tui.session.saving import PATIENCE_S
from chat_tui.store.leases import BEAT_S
from chat_tui.store.store import Store


async def take(store: Store, conversation: ConversationId) -> None:
    """Have a conversation for oneself until the store is closed, and no other one any more.

    Where nothing can be written, nobody has to be kept away: whoever saves says so. Where that
    takes long, it is gone on with beside it.

    Raises:
        OpenElsewhere: another instance has it.
    """
    with suppress(StoreError):
        try:
            async with asyncio.timeout(PATIENCE_S):
                others = await store.hold([conversation])
        except TimeoutError:
            others = await store.holders([conversation])
        if conversation in others:
            raise OpenElsewhere(
                f"this conversation is open in {others[conversation].words}",
                hint="go on with it there, or close it there first",
            )


@asynccontextmanager
async def held(store: Store, conversation: ConversationId) -> AsyncGenerator[None]:
    """Take what nobody else can have yet, or was taken, and renew that until the block ends."""
    renewing = asyncio.create_task(_renew(store, conversation), name="renew the lease")
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait({renewing})


async def _renew(store: Store, conversation: ConversationId) -> None:
    while True:
        with suppress(StoreError):
            await store.hold([conversation])
        await asyncio.sleep(BEAT_S)
