"""Running the application: with the conversation that the command line asks for, until it is left."""

import asyncio

from chat_tui.app.chat_app import ChatApp
from chat_tui.app.opening import AppOptions, stored_conversation
from chat_tui.app.terminal import run_on_terminal


def run(options: AppOptions) -> int:
    """Run the application until it is left.

    Returns:
        The exit code.

    Raises:
        ChatTuiError: the conversation to resume cannot be found or read.
    """
    conversation = None
    news: list[str] = []
    if options.resume is not None or options.latest:
        conversation = asyncio.run(stored_conversation(options, news.append))
    app = ChatApp(options, conversation)
    app.tell_later(news)
    return run_on_terminal(app)
