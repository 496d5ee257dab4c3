"""Why a session does not do what it was asked for."""

from chat_tui.errors import ChatTuiError


class ReplyRunning(ChatTuiError):
    """A conversation answers one turn at a time."""


class OpenElsewhere(ChatTuiError):
    """Another instance of the program has the conversation open."""


class AlreadyDecided(ChatTuiError):
    """A decision is made once, and only about the last reply."""
