"""The export of ChatGPT."""

import json
import zipfile
from pathlib import Path

from chat_tui.events import Finished, ImageResult, Source, SourceRefs, ToolCall
from chat_tui.message import Attachment, ReasoningPart, TextPart
from tests.importing.conftest import Home, content
from tests.importing.exports import chatgpt, node
from tests.importing.strategies import picture

POINTER = "sediment://file_00000000abcd"


def talk() -> dict[str, object]:
    return chatgpt(
        node("root", None),
        node("u1", "root", "user", "Why?"),
        node("a1", "u1", "assistant", "First answer", metadata={"model_slug": "gpt-4o"}),
        node("a2", "u1", "assistant", "Second answer", metadata={"model_slug": "gpt-5"}),
        node("u2", "a2", "user", "And then?", at=1_700_000_060),
    )


async def test_all_branches_are_kept_and_the_shown_one_is_shown(home: Home) -> None:
    report = await home.take(home.file("conversations.json", [talk()]))
    assert (report.imported, report.messages) == (1, 4)
    conversation = await home.only()
    assert conversation.title == "Red"
    assert [one.text for one in conversation.path()] == ["Why?", "Second answer", "And then?"]
    first, second = (conversation[one] for one in conversation.children(conversation.path()[0].id))
    assert (first.text, second.text) == ("First answer", "Second answer")
    assert (first.model, second.model, second.provider) == ("gpt-4o", "gpt-5", "chatgpt")
    assert second.outcome == Finished("stop")


async def test_a_later_export_adds_what_is_new_and_shows_it(home: Home) -> None:
    await home.take(home.file("conversations.json", [talk()]))
    before = await home.only()
    grown = talk()
    mapping = grown["mapping"]
    assert isinstance(mapping, dict)
    mapping["a3"] = node("a3", "u2", "assistant", "So.")
    grown["current_node"] = "a3"
    report = await home.take(home.file("later.json", [grown]))
    assert (report.imported, report.extended, report.messages) == (0, 1, 1)
    after = await home.only()
    assert [one.text for one in after.path()][-1] == "So."
    assert list(after)[:4] == list(before)


async def test_a_model_that_newer_exports_leave_out_stays_unknown(home: Home) -> None:
    nodes = [node("u", None, "user", "Hi"), node("a", "u", "assistant", "Hello")]
    await home.take(home.file("conversations.json", [chatgpt(*nodes)]))
    assert (await home.only()).path()[1].model == ""


async def test_tools_between_pieces_of_a_reply_become_part_of_it(home: Home) -> None:
    code = {"content_type": "code", "language": "python", "text": "1+1"}
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "Sum", "content": "Add."}]}
    cited = {"content_references": [{"items": [{"title": "T", "url": "https://x.example/a"}]}]}
    export = chatgpt(
        node("u", None, "user", "Add"),
        node("t", "u", "assistant", content=thoughts),
        node("c", "t", "assistant", content=code, recipient="python"),
        node("r", "c", "tool", content={"content_type": "execution_output", "text": "2"}),
        node("a", "r", "assistant", "Two\ue200cite\ue202x\ue201.", metadata=cited),
    )
    await home.take(home.file("conversations.json", [export]))
    _, reply = (await home.only()).path()
    assert reply.parts == (
        ReasoningPart("Sum\n\nAdd."),
        ToolCall("c", "python", "1+1", "2", "done"),
        TextPart("Two."),
        SourceRefs((Source("T", "https://x.example/a"),)),
    )


def pictured() -> dict[str, object]:
    pointer = {"content_type": "image_asset_pointer", "width": 7, "height": 5}
    made = {**pointer, "asset_pointer": POINTER, "metadata": {"dalle": {"seed": 7, "prompt": "r"}}}
    gone = {**pointer, "asset_pointer": "file-service://file-Gone12345"}
    return chatgpt(
        node("u", None, "user", gone, "Like this", kind="multimodal_text"),
        node("p", "u", "tool", made, kind="multimodal_text"),
    )


def archive(home: Home) -> Path:
    path = home.path / "export.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("user.json", "{}")
        file.writestr("conversations-000.json", json.dumps([pictured()]))
        file.writestr("conversations-001.json", json.dumps([{**talk(), "conversation_id": "c-2"}]))
        file.writestr("user-1/file_00000000abcd-sanitized.png", picture("red"))
    return path


async def test_the_archive_is_read_with_all_its_files_and_pictures(home: Home) -> None:
    report = await home.take(archive(home))
    assert (report.imported, report.files) == (2, 1)
    assert report.left_out == {"picture or file that is not there": 1}
    (found,) = [one for one in await home.conversations() if len(one) == 2]
    turn, reply = found.path()
    (result,) = reply.parts
    assert isinstance(result, ImageResult)
    assert content(result.path) == picture("red")
    assert (result.seed, result.revised_prompt, result.media_type) == (7, "r", "image/png")
    (attached,) = [part for part in turn.parts if isinstance(part, Attachment)]
    assert attached.path == ""


async def test_pictures_around_an_unpacked_export_are_found(home: Home) -> None:
    home.file("export/user-1/file_00000000abcd.png", picture("red"))
    report = await home.take(home.file("export/conversations.json", [pictured()]))
    assert report.files == 1


async def test_a_folder_with_a_split_export_is_read_as_a_whole(home: Home) -> None:
    home.file("export/conversations-000.json", [talk()])
    home.file("export/conversations-001.json", [{**talk(), "conversation_id": "c-2"}])
    home.file("export/other.json", {"no": "conversation"})
    assert (await home.take(home.path / "export")).imported == 2


async def test_what_has_no_place_is_counted_by_what_it_is(home: Home) -> None:
    sound = {"content_type": "audio_asset_pointer"}
    hidden = {"is_visually_hidden_from_conversation": True}
    export = chatgpt(
        node("h", None, "user", "about me", metadata=hidden),
        node("u", "h", "user", sound, "Hi", kind="multimodal_text"),
    )
    report = await home.take(home.file("conversations.json", [export, chatgpt(node("root", None))]))
    assert report.left_out == {"sound or film": 1, "instruction that ChatGPT does not show": 1}
    assert report.skipped == {"it has no messages": 1}


async def test_nodes_in_a_ring_are_skipped(home: Home) -> None:
    export = chatgpt(node("a", "b", "user", "x"), node("b", "a", "user", "y"))
    report = await home.take(home.file("conversations.json", [export]))
    assert report.skipped == {"its messages follow each other in a ring": 1}
