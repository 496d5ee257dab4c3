"""Loading beforehand, while somebody types, what the first request and its reply need."""


def load_network(*, keyring: bool = False) -> None:
    """Import what would otherwise make the first reply wait; meant for a thread.

    Args:
        keyring: The first request asks for its key there.
    """
    import anyio

    import chat_tui.document.code.highlight
    import chat_tui.net.client
    import chat_tui.net.download
    import chat_tui.net.transport  # noqa: F401
    from chat_tui.document.code.lexers import line_lexer
    from chat_tui.document.markdown.inline import inline_spans

    anyio.run(anyio.sleep, 0)  # httpcore's locks are anyio's, whose backend is loaded at first use
    inline_spans("*", {})
    inline_spans("* www.a", {})  # text with bare addresses has a parser of its own
    line_lexer("python")
    "a.test".encode("idna")  # as every host's name is
    if keyring:
        from chat_tui.keys.entries import load_keyring

        load_keyring()
