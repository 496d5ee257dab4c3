"""Files that want more than to be imported."""

import asyncio
import base64
import hashlib
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError
from chat_tui.events import ImageResult
from chat_tui.exporting import document, write_document
from chat_tui.ids import ConversationId, MessageId
from chat_tui.importing.elements import elements
from chat_tui.importing.keys import derived_id
from chat_tui.message import Attachment, Message, TextPart, blank_reply, user_message
from chat_tui.transcripts.json_form import to_json
from chat_tui.transcripts.markdown import to_markdown
from tests.importing.conftest import Home
from tests.importing.strategies import picture

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def naming(path: str) -> Conversation:
    attached = Attachment(path=path, name="n", media_type="text/plain", size_bytes=3)
    turn = user_message("Read", parent=None, attachments=(attached,))
    reply = blank_reply(parent=turn.id, provider="p", model="m")
    shown = msgspec.structs.replace(reply, parts=(ImageResult("j", 0, path),))
    return Conversation(messages=[turn, shown])


@pytest.mark.parametrize("form", ["json", "md"])
async def test_a_path_to_somewhere_else_is_forgotten(home: Home, form: str) -> None:
    secret = home.file("id_rsa", "the private key")
    for number, place in enumerate([str(secret), "assets/../id_rsa", "/etc/passwd", "../x"]):
        conversation = naming(place)
        page = to_markdown(conversation).encode() if form == "md" else to_json(conversation)
        report = await home.take(home.file(f"talk{number}.{form}", page))
        assert report.imported == 1
        assert report.left_out.total() == 1
        assert place not in str(
            [part for one in await home.conversations() for m in one for part in m.parts]
        )
    assert not home.media.path.exists()


async def test_a_kept_copy_is_only_trusted_with_its_content(home: Home) -> None:
    kept = home.media.save(picture("red")).path
    await home.take(home.file("a.json", to_json(naming(str(kept)))))
    (result,) = (await home.only()).path()[1].parts
    assert isinstance(result, ImageResult)
    assert result.path == str(kept)
    home.file(f"media/{'0' * 2}/{'0' * 64}.txt", "not of that hash")
    report = await home.take(
        home.file("b.json", to_json(naming(str(home.media.path / "00" / f"{'0' * 64}.txt"))))
    )
    assert report.left_out == {"picture or file that lies elsewhere on a disk": 1}


async def test_a_link_beside_a_page_is_not_followed(home: Home) -> None:
    secret = home.file("secret.txt", "the private key")
    name = hashlib.sha256(secret.read_bytes()).hexdigest()
    (home.path / "assets").mkdir()
    (home.path / "assets" / f"{name}.txt").symlink_to(secret)
    report = await home.take(home.file("t.md", to_markdown(naming(f"assets/{name}.txt"))))
    assert report.left_out == {"picture or file that is not there": 1}


async def test_ids_of_another_form_become_ones_of_ours(home: Home) -> None:
    message = Message(id=MessageId("../../m"), role="user", parts=(TextPart("x"),), created=NOW)
    conversation = Conversation(ConversationId("../\x1b[31m"), created=NOW, messages=[message])
    await home.take(home.file("t.json", to_json(conversation)))
    found = await home.only()
    assert found.id == derived_id("chat-tui", "../\x1b[31m")
    assert (await home.take(home.path / "t.json")).unchanged == 1


async def test_messages_of_another_conversation_are_not_taken(home: Home) -> None:
    conversation = Conversation(messages=[user_message("mine", parent=None)])
    await home.store.create(conversation)
    other = to_json(conversation).replace(conversation.id.encode(), derived_id("x").encode())
    report = await home.take(home.file("t.json", other))
    assert report.skipped == {"its messages are in another conversation already": 1}


async def test_what_is_stored_is_never_changed(home: Home) -> None:
    conversation = Conversation(messages=[user_message("mine", parent=None)])
    await home.store.create(conversation)
    await home.store.rename(conversation.id, "My name")
    changed = to_json(conversation).replace(b'"mine"', b'"theirs"')
    assert (await home.take(home.file("t.json", changed))).unchanged == 1
    found = await home.only()
    assert (found.title, found.path()[0].text) == ("My name", "mine")


async def test_what_is_in_the_bin_stays_there(home: Home) -> None:
    conversation = Conversation(messages=[user_message("mine", parent=None)])
    await home.store.create(conversation)
    await home.store.put_into_bin(conversation.id)
    report = await home.take(home.file("t.json", to_json(conversation)))
    assert list(report.skipped) == ["it is in the bin: `chat-tui delete --undo ID` has it back"]


async def test_a_path_that_is_shown_goes_on_only_where_it_is_followed(home: Home) -> None:
    turn = user_message("Why?", parent=None)
    conversation = Conversation(messages=[turn, user_message("here", parent=turn.id)])
    await home.store.create(conversation)
    leaf = conversation.leaf
    longer = Conversation(
        conversation.id, messages=[turn, user_message("elsewhere", parent=turn.id)]
    )
    assert (await home.take(home.file("t.json", to_json(longer)))).extended == 1
    assert (await home.only()).leaf == leaf


async def test_a_reply_that_streamed_has_an_end(home: Home) -> None:
    turn = user_message("Why?", parent=None)
    reply = blank_reply(parent=turn.id, provider="p", model="m")
    await home.take(home.file("t.json", to_json(Conversation(messages=[turn, reply]))))
    assert (await home.only()).path()[1].status == "interrupted"


async def test_a_page_in_an_archive_has_its_pictures(home: Home) -> None:
    kept = home.media.save(picture("red")).path
    conversation = Conversation(
        messages=[
            user_message(
                "Look",
                parent=None,
                attachments=(
                    Attachment(path=str(kept), name="n", media_type="image/png", size_bytes=1),
                ),
            )
        ]
    )
    made = document(conversation, "md")
    with zipfile.ZipFile(home.path / "talks.zip", "w") as file:
        file.writestr("talks/one.md", made.data)
        for name, data in made.assets.items():
            file.writestr(f"talks/assets/{name}", data)
    kept.unlink()
    assert (await home.take(home.path / "talks.zip")).files == 1
    assert kept.exists()


async def test_an_archive_that_is_damaged_or_empty_is_told(home: Home) -> None:
    with zipfile.ZipFile(home.path / "empty.zip", "w") as file:
        file.writestr("readme.txt", "nothing")
    with pytest.raises(TranscriptError, match="holds no file"):
        await home.take(home.path / "empty.zip")
    with zipfile.ZipFile(home.path / "cut.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("conversations.json", json.dumps([{"x": number} for number in range(999)]))
    data = bytearray((home.path / "cut.zip").read_bytes())
    data[60:90] = b"\0" * 30
    with pytest.raises(TranscriptError, match=r"archive .*cut\.zip cannot be read"):
        await home.take(home.file("cut.zip", bytes(data)))


async def test_what_was_read_before_an_error_is_imported(home: Home) -> None:
    for name, text in (("talks/a.md", "first"), ("talks/b.md", "second")):
        home.file(name, to_markdown(Conversation(messages=[user_message(text, parent=None)])))
    home.file("talks/c.md", "only a note")
    with pytest.raises(TranscriptError, match=r"c\.md"):
        await home.take(home.path / "talks", form="md")
    assert {one.path()[0].text for one in await home.conversations()} == {"first", "second"}


async def test_what_is_not_there_or_no_file_is_told(home: Home) -> None:
    with pytest.raises(TranscriptError, match="no such file"):
        await home.take(home.path / "gone")
    with pytest.raises(TranscriptError, match="neither a file nor a folder"):
        await home.take(Path("/dev/null"))


async def test_an_edited_page_is_read_with_the_edits(home: Home) -> None:
    conversation = Conversation(messages=[user_message("mine", parent=None)])
    page = (
        to_markdown(conversation).replace("\nmine\n", "yours, on\ntwo lines").replace("\n", "\r\n")
    )
    await home.take(home.file("t.md", page))
    assert (await home.only()).path()[0].text == "yours, on\ntwo lines"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<!-- chat-tui:end -->", ""),
        ("<!-- chat-tui:text -->", "<!-- chat-tui:text {} ->"),
        ("<!-- chat-tui:text -->", "<!-- chat-tui:unheard -->"),
        ('"role": "user"', '"role": "root"'),
        ("format: chat-tui/1", "format: chat-tui/2"),
        ("date: ", "date: not "),
        ("\n---\n", "\n--- \n"),
    ],
)
async def test_a_damaged_page_is_skipped_with_the_reason(home: Home, old: str, new: str) -> None:
    page = to_markdown(Conversation(messages=[user_message("mine", parent=None)]))
    report = await home.take(home.file("t.md", page.replace(old, new, 1)))
    assert report.imported == 0
    assert report.skipped.total() == 1


async def test_a_list_that_was_cut_off_gives_what_is_whole(home: Home) -> None:
    turn = {"role": "user", "content": "x"}
    whole = json.dumps([{"messages": [turn, {**turn, "content": str(n)}]} for n in range(3)])
    report = await home.take(home.file("t.json", whole[:-10]))
    assert report.imported == 2
    assert report.skipped == {"the file is damaged from here on, or was cut off": 1}


def test_a_long_list_is_read_a_value_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    values = [{"n": n, "text": "é" * 50_000} for n in range(100)]
    path.write_text(json.dumps(values, ensure_ascii=False))
    with path.open("rb") as file:
        read = elements(file)
        assert next(read) == values[0]
        assert file.tell() < path.stat().st_size / 2
        assert list(read) == values[1:]


async def test_a_transcript_is_whole_on_another_machine(home: Home, tmp_path: Path) -> None:
    kept = home.media.save(picture("red")).path
    made = document(naming(str(kept)), "json")
    kept.unlink()
    await write_document(made, tmp_path / "t.json", overwrite=False)
    assert (await home.take(tmp_path / "t.json")).files == 1
    assert kept.read_bytes() == picture("red")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
async def test_a_damaged_archive_is_refused_whatever_packed_it(home: Home, method: int) -> None:
    path = home.file("export.zip", b"")
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("conversations.json", '[{"chat_messages": []}]' * 2_000)
    damaged = bytearray(path.read_bytes())
    damaged[60:100] = bytes(byte ^ 0xFF for byte in damaged[60:100])
    path.write_bytes(damaged)
    with pytest.raises(TranscriptError, match=r"cannot be read|cannot read"):
        await home.take(path)


async def test_an_archive_with_names_that_are_no_text_is_refused(home: Home) -> None:
    path = home.file("export.zip", b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversätions.json", "[]")
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xff\xff"))
    with pytest.raises(TranscriptError, match="archive"):
        await home.take(path)


async def test_a_text_in_the_place_of_a_picture_is_not_taken_for_one(home: Home) -> None:
    document = json.loads(to_json(naming("assets/a.txt")))
    document["files"] = {"assets/a.txt": base64.b64encode(b"only words").decode()}
    report = await home.take(home.file("a.json", document))
    assert report.imported == 1
    (result,) = (await home.only()).path()[1].parts
    assert isinstance(result, ImageResult)
    assert result.path is None


async def test_an_import_that_is_cancelled_while_it_reads_ends_as_cancelled(home: Home) -> None:
    long = {"chat_messages": [{"sender": "human", "text": "a" * 100} for _ in range(20_000)]}
    path = home.file("long.json", [long] * 4)
    importing = asyncio.create_task(home.take(path))
    reading = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(reading.set_result, None)
    await reading
    importing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await importing
