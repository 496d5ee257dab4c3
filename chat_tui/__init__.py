"""chat-tui: a terminal chat application."""

__version__ = "0.1.0"
