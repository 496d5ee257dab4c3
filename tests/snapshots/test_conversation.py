from chat_tui.conversation import Conversation
from tests.app.desk import Desk
from tests.snapshots.compare import Compare


def test_a_conversation(desk: Desk, compare: Compare, lighthouses: Conversation) -> None:
    compare(desk.app(conversation=lighthouses), size=(120, 40))


def test_a_conversation_on_a_light_ground(
    desk: Desk, compare: Compare, lighthouses: Conversation
) -> None:
    compare(desk.app(app='theme = "dawn"', conversation=lighthouses), size=(80, 24))


def test_a_conversation_in_high_contrast(
    desk: Desk, compare: Compare, lighthouses: Conversation
) -> None:
    compare(desk.app(app='theme = "contrast"', conversation=lighthouses), size=(120, 40))


def test_replies_that_ended_badly(desk: Desk, compare: Compare, endings: Conversation) -> None:
    compare(desk.app(conversation=endings), size=(100, 36))
