import pytest

from chat_tui.conversation import Conversation
from tests.app.desk import Desk
from tests.snapshots.compare import Compare


@pytest.mark.usefixtures("in_ascii")
def test_a_reply_in_markdown_in_ascii(desk: Desk, compare: Compare, markdown: Conversation) -> None:
    compare(desk.app(conversation=markdown), size=(100, 40))


@pytest.mark.usefixtures("in_ascii")
def test_replies_that_ended_badly_in_ascii(
    desk: Desk, compare: Compare, endings: Conversation
) -> None:
    compare(desk.app(conversation=endings), size=(80, 24))
