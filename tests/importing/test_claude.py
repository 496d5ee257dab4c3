"""The export of Claude."""

from chat_tui.events import ToolCall
from chat_tui.message import ReasoningPart, TextPart
from tests.importing.conftest import Home
from tests.importing.conftest import content as content_of
from tests.importing.exports import claude, claude_message


async def test_messages_follow_each_other(home: Home) -> None:
    export = [claude(claude_message("1", "human", "Why?"), claude_message("2", "assistant", "So."))]
    report = await home.take(home.file("conversations.json", export))
    assert (report.imported, report.messages) == (1, 2)
    conversation = await home.only()
    assert conversation.title == "Blue"
    assert [(one.role, one.text) for one in conversation.path()] == [
        ("user", "Why?"),
        ("assistant", "So."),
    ]
    assert conversation.path()[1].provider == "claude"
    again = await home.take(home.file("again.json", export))
    assert (again.imported, again.unchanged) == (0, 1)


async def test_named_parents_make_a_tree(home: Home) -> None:
    root = "00000000-0000-4000-8000-000000000000"
    export = claude(
        claude_message("1", "human", "Why?", parent_message_uuid=root),
        claude_message("2", "assistant", "So.", parent_message_uuid="1"),
        claude_message("3", "assistant", "Thus.", parent_message_uuid="1"),
        current_leaf_message_uuid="2",
    )
    await home.take(home.file("conversations.json", [export]))
    conversation = await home.only()
    assert [one.text for one in conversation.path()] == ["Why?", "So."]
    assert len(conversation) == 3


async def test_thinking_tools_and_texts_that_were_sent_are_kept(home: Home) -> None:
    content = [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "tool_use", "id": "t", "name": "search", "input": {"q": 1}},
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "R"}]},
        {"type": "text", "text": "So."},
    ]
    sent = {"file_name": "n.txt", "file_size": 5, "extracted_content": "notes"}
    export = claude(
        claude_message("1", "human", "Read", attachments=[sent], files=[{"file_name": "p.png"}]),
        claude_message("2", "assistant", "", content=content),
    )
    report = await home.take(home.file("conversations.json", [export]))
    turn, reply = (await home.only()).path()
    assert reply.parts == (
        ReasoningPart("Hm."),
        ToolCall("t", "search", '{"q": 1}', "R", "done"),
        TextPart("So."),
    )
    (attachment,) = turn.attachments
    assert (attachment.name, content_of(attachment.path)) == ("n.txt", b"notes")
    assert report.left_out == {"file that the export names and does not hold": 1}
