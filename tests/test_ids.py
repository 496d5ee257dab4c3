import time
import uuid

from chat_tui.ids import new_conversation_id, new_message_id, uuid7


def milliseconds(identifier: str) -> int:
    return uuid.UUID(identifier).int >> 80


def test_an_identifier_is_a_uuid_of_version_7() -> None:
    for _ in range(200):
        identifier = uuid.UUID(uuid7())
        assert identifier.version == 7
        assert identifier.variant == uuid.RFC_4122


def test_an_identifier_is_written_as_a_uuid_is() -> None:
    identifier = uuid7()
    assert str(uuid.UUID(identifier)) == identifier


def test_an_identifier_begins_with_the_time_it_was_made() -> None:
    began = time.time_ns() // 1_000_000
    made = milliseconds(uuid7())
    assert began <= made <= time.time_ns() // 1_000_000


def test_identifiers_of_later_times_sort_later() -> None:
    made = [uuid7() for _ in range(2_000)]
    assert sorted(map(milliseconds, made)) == [milliseconds(each) for each in sorted(made)]


def test_identifiers_made_at_once_differ() -> None:
    assert len({uuid7() for _ in range(5_000)}) == 5_000


def test_conversations_and_messages_have_such_identifiers() -> None:
    for identifier in (new_conversation_id(), new_message_id()):
        assert uuid.UUID(identifier).version == 7
