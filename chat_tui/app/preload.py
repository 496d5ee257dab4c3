"""Loading beforehand, while somebody types, what the first request and its reply need."""

from typing import Final

_ANSWER: Final = """\
# Of everything

Words *and* [more](https://a.test), www.a.test, and words that are not marked any more.

1. one
- two

| a | b |
|---|---|
| c | d |

```python
e = f
```
"""


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

    anyio.run(anyio.sleep, 0)  # httpcore's locks are anyio's, whose backend is loaded at first use
    _write(_ANSWER)
    line_lexer("python")
    "a.test".encode("idna")  # as every host's name is
    if keyring:
        from chat_tui.keys.entries import load_keyring

        load_keyring()


def _write(answer: str) -> None:
    """Bring a small answer to rows, as it comes: patterns are compiled, and parsers made."""
    from chat_tui.document.markdown.markdown import MarkdownDocument

    document = MarkdownDocument()
    for at in range(0, len(answer), 8):
        document.feed(answer[at : at + 8])
        document.commit()
        for row in range(document.height(80)):
            document.row(row, 80)
