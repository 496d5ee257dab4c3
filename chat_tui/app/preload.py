"""Loading beforehand, while somebody types, what the first request and its reply need."""


def load_network() -> None:
    """Import what would otherwise make the first reply wait; meant for a thread."""
    import anyio

    import chat_tui.document.highlight
    import chat_tui.net.client
    import chat_tui.net.transport  # noqa: F401
    from chat_tui.document.inline import inline_spans
    from chat_tui.document.lexers import line_lexer

    anyio.run(anyio.sleep, 0)  # httpcore's locks are anyio's, whose backend is loaded at first use
    inline_spans("*", {})
    line_lexer("python")
