import pytest

from chat_tui.conversation import Conversation
from tests.app.desk import Desk
from tests.snapshots.compare import Compare


@pytest.mark.parametrize("theme", ["dusk", "dawn"])
def test_a_reply_in_markdown(
    desk: Desk, compare: Compare, markdown: Conversation, theme: str
) -> None:
    compare(desk.app(app=f'theme = "{theme}"', conversation=markdown), size=(100, 40))


def test_a_reply_in_markdown_without_colour(
    desk: Desk, compare: Compare, markdown: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    compare(desk.app(conversation=markdown), size=(100, 40))
