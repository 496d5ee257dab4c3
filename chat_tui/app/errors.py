"""An error as the application tells it."""

from chat_tui.errors import ChatTuiError


def told(error: ChatTuiError) -> str:
    """Write what happened and, below it, what to do; once, where it says so itself."""
    text = str(error)
    return text if error.hint in text else f"{text}\n{error.hint}"
