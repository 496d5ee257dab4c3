"""What a shell completes: the names of providers, and the ids of conversations."""

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_IDS: Final = 200


def provider_names(
    ctx: click.Context, _parameter: click.Parameter, beginning: str
) -> "list[CompletionItem]":
    """Complete the name of a provider; nothing where the configuration cannot be read."""
    from click.shell_completion import CompletionItem

    from chat_tui.cli.options import paths_of, roster_of
    from chat_tui.config.load import load
    from chat_tui.errors import ChatTuiError
    from chat_tui.registry import DEFAULT

    paths = paths_of(ctx, unchecked=True)
    try:
        config = load(
            paths.config_file,
            registry=DEFAULT,
            explicit=paths.config_explicit,
            providers_dir=paths.providers_dir,
        )
    except ChatTuiError:
        return []
    return [
        CompletionItem(name) for name in roster_of(config).names() if name.startswith(beginning)
    ]


def conversation_ids(
    ctx: click.Context, _parameter: click.Parameter, beginning: str
) -> "list[CompletionItem]":
    """Complete the id of a conversation, with its title where the shell shows such notes."""
    import asyncio

    from click.shell_completion import CompletionItem

    from chat_tui.cli.options import paths_of
    from chat_tui.errors import ChatTuiError
    from chat_tui.store.listing import ConversationSummary
    from chat_tui.store.store import Store
    from chat_tui.text import clean_line

    database = paths_of(ctx, unchecked=True).database
    if not database.exists():
        return []

    async def latest() -> list[ConversationSummary]:
        store = Store(database)
        try:
            return list(await store.list(limit=_IDS))
        finally:
            await store.close()

    try:
        found = asyncio.run(latest())
    except ChatTuiError:
        return []
    return [
        CompletionItem(one.id, help=clean_line(one.title, 60))
        for one in found
        if one.id.startswith(beginning)
    ]
