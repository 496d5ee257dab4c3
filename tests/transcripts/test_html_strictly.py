"""The HTML transcript as the standard's own parsing rules see it."""

import pytest
from hypothesis import given, settings

from chat_tui.conversation import Conversation
from chat_tui.transcripts.html_page import to_html
from tests.transcripts.test_laws import conversations

html5lib = pytest.importorskip("html5lib", reason="the dev extra has html5lib")


@settings(max_examples=30)
@given(conversations())
def test_every_page_is_html_without_a_single_error(conversation: Conversation) -> None:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(to_html(conversation, {}))
    assert len(tree.findall(".//article")) == len(conversation.path())
    assert tree.findall(".//script") == []
