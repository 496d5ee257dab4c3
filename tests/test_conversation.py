from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.conversation import TITLE_MAX_CHARS, Conversation
from chat_tui.ids import ConversationId, MessageId, new_message_id
from chat_tui.message import Message, Role, TextPart, user_message


def message(id: str, parent: str | None = None, role: Role = "user", text: str = "") -> Message:  # noqa: A002 - the field's word
    return Message(
        id=MessageId(id),
        parent=None if parent is None else MessageId(parent),
        role=role,
        parts=(TextPart(text),) if text else (),
        created=datetime(2025, 1, 2, tzinfo=UTC),
    )


@st.composite
def trees(draw: st.DrawFn) -> list[Message]:
    messages: list[Message] = []
    for number in range(draw(st.integers(min_value=1, max_value=12))):
        at = draw(st.integers(min_value=-1, max_value=number - 1))
        messages.append(message(str(number), None if at < 0 else str(at)))
    return messages


def forked() -> Conversation:
    return Conversation(
        messages=[
            message("ask"),
            message("first", "ask", "assistant"),
            message("second", "ask", "assistant"),
            message("more", "first"),
        ]
    )


def ids(messages: tuple[Message, ...]) -> list[str]:
    return [str(each.id) for each in messages]


@given(trees())
def test_every_path_goes_from_a_root_from_parent_to_child(messages: list[Message]) -> None:
    conversation = Conversation(messages=messages)
    for end in conversation:
        path = conversation.path(end.id)
        assert path[0].parent is None
        assert path[-1] is end
        assert [each.parent for each in path[1:]] == [each.id for each in path[:-1]]


@given(trees())
def test_every_message_is_among_its_siblings_once(messages: list[Message]) -> None:
    conversation = Conversation(messages=messages)
    for each in conversation:
        assert conversation.siblings(each.id).count(each.id) == 1


@given(trees())
def test_siblings_have_one_parent_and_stand_in_the_order_they_came(messages: list[Message]) -> None:
    conversation = Conversation(messages=messages)
    came = [each.id for each in messages]
    for each in messages:
        siblings = conversation.siblings(each.id)
        assert {conversation[sibling].parent for sibling in siblings} == {each.parent}
        assert list(siblings) == sorted(siblings, key=came.index)


@given(trees())
def test_the_tree_keeps_every_message_in_order(messages: list[Message]) -> None:
    conversation = Conversation(messages=messages)
    assert list(conversation) == messages
    assert len(conversation) == len(messages)


@given(trees())
def test_the_roots_and_all_children_are_all_messages(messages: list[Message]) -> None:
    conversation = Conversation(messages=messages)
    found = list(conversation.children(None))
    for each in messages:
        found += conversation.children(each.id)
    assert sorted(found) == sorted(each.id for each in messages)


def test_a_conversation_starts_empty() -> None:
    conversation = Conversation()
    assert len(conversation) == 0
    assert conversation.leaf is None
    assert conversation.path() == ()
    assert conversation.title == ""


def test_a_conversation_gets_an_id_and_the_time() -> None:
    began = datetime.now(UTC)
    one, other = Conversation(), Conversation()
    assert one.id != other.id
    assert began <= one.created <= datetime.now(UTC)
    assert one.created.utcoffset() == timedelta(0)


def test_a_conversation_keeps_what_it_is_given() -> None:
    created = datetime(2025, 1, 2, tzinfo=UTC)
    conversation = Conversation(
        ConversationId("c"), title="Ships", created=created, system_prompt="Be brief."
    )
    assert (conversation.id, conversation.title) == ("c", "Ships")
    assert (conversation.created, conversation.system_prompt) == (created, "Be brief.")


def test_without_messages_it_is_the_same_conversation_before_anything_was_said() -> None:
    conversation = forked()
    conversation.system_prompt = "Be brief."
    empty = conversation.without_messages()
    assert len(empty) == 0
    assert (empty.id, empty.created) == (conversation.id, conversation.created)
    assert (empty.named, empty.system_prompt) == (False, "Be brief.")
    assert len(conversation) == 4


def test_the_last_message_is_shown() -> None:
    assert ids(forked().path()) == ["ask", "first", "more"]


def test_the_path_can_end_elsewhere_without_showing_it() -> None:
    conversation = forked()
    assert ids(conversation.path(MessageId("second"))) == ["ask", "second"]
    assert conversation.leaf == "more"


def test_another_branch_can_be_shown() -> None:
    conversation = forked()
    conversation.show(MessageId("second"))
    assert ids(conversation.path()) == ["ask", "second"]


def test_the_branch_to_show_can_be_given_at_the_start() -> None:
    whole = forked()
    conversation = Conversation(messages=whole, leaf=MessageId("second"))
    assert ids(conversation.path()) == ["ask", "second"]


def test_nothing_can_be_shown_yet() -> None:
    conversation = forked()
    conversation.show(None)
    assert conversation.path() == ()


def test_a_message_that_is_not_there_cannot_be_shown() -> None:
    conversation = forked()
    with pytest.raises(KeyError):
        conversation.show(MessageId("nowhere"))
    assert conversation.leaf == "more"


def test_a_message_can_be_looked_up() -> None:
    conversation = forked()
    assert "ask" in conversation
    assert "nowhere" not in conversation
    assert conversation[MessageId("ask")].id == "ask"


def test_a_new_message_is_shown() -> None:
    conversation = forked()
    conversation.add(message("last", "second"))
    assert ids(conversation.path()) == ["ask", "second", "last"]


def test_branches_are_siblings() -> None:
    assert forked().siblings(MessageId("first")) == ("first", "second")


def test_roots_are_siblings() -> None:
    conversation = forked()
    conversation.add(message("ask again"))
    assert conversation.siblings(MessageId("ask")) == ("ask", "ask again")


def test_what_is_added_later_is_a_child_as_well() -> None:
    conversation = forked()
    assert conversation.children(MessageId("second")) == ()
    conversation.add(message("last", "second"))
    conversation.add(message("third", "ask", "assistant"))
    assert conversation.children(MessageId("second")) == ("last",)
    assert conversation.siblings(MessageId("first")) == ("first", "second", "third")


def test_a_message_without_followers_has_no_children() -> None:
    assert forked().children(MessageId("second")) == ()


def test_an_unknown_parent_is_refused() -> None:
    conversation = forked()
    with pytest.raises(ValueError, match="parent 'nowhere' is not in the conversation"):
        conversation.add(message("lost", "nowhere"))
    assert "lost" not in conversation


def test_a_second_message_with_one_id_is_refused() -> None:
    with pytest.raises(ValueError, match="message 'ask' is already in the conversation"):
        forked().add(message("ask"))


def test_a_later_state_takes_the_place_of_a_message() -> None:
    conversation = forked()
    conversation.update(message("first", "ask", "assistant", "Yes"))
    assert conversation[MessageId("first")].text == "Yes"
    assert ids(tuple(conversation)) == ["ask", "first", "second", "more"]


def test_a_path_is_as_it_was_when_somebody_asked() -> None:
    conversation = forked()
    before = conversation.path()
    conversation.update(message("first", "ask", "assistant", "Yes"))
    assert [each.text for each in before] == ["", "", ""]
    assert [each.text for each in conversation.path()] == ["", "Yes", ""]
    assert conversation.path(MessageId("first"))[-1].text == "Yes"
    conversation.add(message("last", "more"))
    assert ids(conversation.path()) == ["ask", "first", "more", "last"]
    conversation.show(None)
    assert conversation.path() == ()


def test_an_update_does_not_change_what_is_shown() -> None:
    conversation = forked()
    conversation.update(message("second", "ask", "assistant", "Yes"))
    assert conversation.leaf == "more"


def test_an_update_cannot_move_a_message() -> None:
    conversation = forked()
    moved = msgspec.structs.replace(conversation[MessageId("more")], parent=MessageId("second"))
    with pytest.raises(ValueError, match="message 'more' cannot move"):
        conversation.update(moved)
    assert ids(conversation.path()) == ["ask", "first", "more"]


def test_an_update_of_a_message_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        forked().update(message("nowhere"))


def test_the_title_is_the_first_words_of_the_first_turn() -> None:
    conversation = Conversation(
        messages=[
            message("hello", role="assistant", text="How can I help?"),
            message("ask", "hello", text="  What is\n\ta frigate? "),
            message("then", "ask", text="And a sloop?"),
        ]
    )
    assert conversation.title == "What is a frigate?"
    assert not conversation.named


def test_a_long_title_ends_after_a_whole_word() -> None:
    conversation = Conversation(messages=[user_message("seven words " * 20, parent=None)])
    assert conversation.title.endswith(("seven…", "words…"))


@given(st.text())
def test_a_title_is_one_line_that_is_not_too_long(text: str) -> None:
    title = Conversation(messages=[user_message(text, parent=None)]).title
    assert len(title) <= TITLE_MAX_CHARS
    assert len(title.splitlines()) <= 1


def test_a_title_that_was_chosen_stays() -> None:
    conversation = Conversation(messages=[user_message("What is a frigate?", parent=None)])
    conversation.title = "Ships"
    conversation.add(message(new_message_id(), text="And a sloop?"))
    assert conversation.title == "Ships"
    assert conversation.named


@given(trees(), st.data())
def test_flipping_leads_through_all_siblings_and_back(
    messages: list[Message], data: st.DataObject
) -> None:
    conversation = Conversation(messages=messages)
    start = at = data.draw(st.sampled_from(messages)).id
    seen = []
    for _ in conversation.siblings(start):
        conversation.show(conversation.leaf_below(at))
        assert at in {each.id for each in conversation.path()}
        which, of = conversation.place_among_siblings(at)
        assert (which, of) == (
            conversation.siblings(at).index(at) + 1,
            len(conversation.siblings(at)),
        )
        seen.append(at)
        at = conversation.sibling(at, 1)
    assert at == start
    assert set(seen) == set(conversation.siblings(start))


def test_a_branch_is_shown_as_it_was_seen_last() -> None:
    conversation = forked()
    conversation.add(message("other", "first"))
    conversation.show(MessageId("more"))
    assert ids(conversation.path()) == ["ask", "first", "more"]
    conversation.show(MessageId("second"))
    assert conversation.path()
    assert conversation.leaf_below(MessageId("first")) == "more"


def test_a_branch_nobody_saw_is_shown_to_its_newest_end() -> None:
    conversation = forked()
    conversation.add(message("other", "first"))
    assert conversation.leaf_below(MessageId("ask")) == "second"
    assert conversation.leaf_below(MessageId("first")) == "other"


@given(trees(), st.data())
def test_a_fork_says_the_same_and_shares_no_id(
    messages: list[Message], data: st.DataObject
) -> None:
    conversation = Conversation(messages=messages, title="t", system_prompt="s")
    at = data.draw(st.sampled_from(messages)).id
    fork = conversation.fork(at)
    assert [each.parts for each in fork.path()] == [each.parts for each in conversation.path(at)]
    assert not {each.id for each in fork} & {each.id for each in conversation}
    assert (fork.title, fork.system_prompt) == ("t", "s")
    assert fork.id != conversation.id
    assert len(conversation) == len(messages)
