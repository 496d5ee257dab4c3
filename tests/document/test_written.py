import pytest

from chat_tui.document.markdown.markdown import MarkdownDocument
from chat_tui.document.markdown.written import written


def copied(markdown: str) -> str:
    document = MarkdownDocument()
    document.feed(markdown)
    document.finish()
    return written(document.leaves)


def part(markdown: str, start: str, end: str) -> str:
    """What is copied from the first place of one text to behind that of another."""
    document = MarkdownDocument()
    document.feed(markdown)
    document.finish()
    text = "\n\n".join(leaf.text for leaf in document.leaves)
    return written(document.leaves, text.index(start), text.index(end) + len(end))


@pytest.mark.parametrize(
    "markdown",
    [
        "one\n\ntwo",
        "- one\n- two\n  - three\n- four",
        "- one\n\n- two",
        "3. one\n4. two",
        "- [ ] to do\n- [x] done",
        "1. [ ] to do",
        "> said\n>\n> > again",
        "> - one\n> - two",
        "text\n\n---\n\ntext",
    ],
)
def test_lists_and_quotes_keep_their_signs_and_their_closeness(markdown: str) -> None:
    assert copied(markdown) == markdown


def test_a_line_break_in_an_item_stays_below_its_text() -> None:
    assert copied("- one\\\n  two") == "- one\n  two"


def test_code_is_copied_as_it_is() -> None:
    assert copied("- do\n\n  ```\n  a\n    b\n  ```\n- then") == "- do\n\na\n  b\n- then"


def test_what_is_left_out_at_the_ends_takes_its_sign_along() -> None:
    assert part("- one a\n- two b\n- three c", "a", "three") == "a\n- two b\n- three"


def test_of_one_item_alone_there_is_its_text() -> None:
    assert part("- one\n- two", "two", "two") == "two"
    assert part("> said", "said", "said") == "said"
