"""Files that are attached: what is taken, what is kept, what a request gets of it."""

import os
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import msgspec
import pytest

from chat_tui import attachments
from chat_tui.attachments import TakesNoPictures, attach, check_taken, load
from chat_tui.conversation import Conversation
from chat_tui.errors import MediaError
from chat_tui.events import Notice, StreamError, StreamEvent
from chat_tui.folding import replay
from chat_tui.media.files import MediaFolder
from chat_tui.message import Attachment, Message, user_message
from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.session.session import Session
from chat_tui.simulator.script import Done, Finish, Say, Script
from chat_tui.simulator.server import Simulator
from chat_tui.store.rows import part_from_row, part_row
from chat_tui.store.store import Store
from chat_tui.transcripts.json_form import from_json, to_json
from chat_tui.transcripts.markdown import to_markdown
from tests.media.pictures import gif, jpeg, png, webp_lossy
from tests.providers.asking import openai

CAT = png(3, 4)


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


class Nobody:
    """A provider of whom only the abilities matter."""

    name = "nobody"
    base_url = model = ""
    parameters: dict[str, object] = {}  # noqa: RUF012 - a value of the protocol

    def __init__(
        self, *, images_in: bool = False, history: bool = True, remote_history: bool = False
    ) -> None:
        self.capabilities = Capabilities(
            images_in=images_in, history=history, remote_history=remote_history
        )

    def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        raise AssertionError("nobody is asked")

    async def models(self) -> Sequence[ModelInfo]:
        return ()

    async def check(self) -> str:
        return ""

    async def aclose(self) -> None:
        pass


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "kind", "size"),
    [
        (png(3, 4), "image/png", (3, 4)),
        (jpeg(5, 6), "image/jpeg", (5, 6)),
        (gif(7, 8), "image/gif", (7, 8)),
        (webp_lossy(9, 10), "image/webp", (9, 10)),
    ],
)
def test_a_picture_is_known_by_its_bytes_and_kept_by_its_hash(
    tmp_path: Path, media: MediaFolder, data: bytes, kind: str, size: tuple[int, int]
) -> None:
    found = attach(put(tmp_path, "cat.txt", data), media)
    assert (found.name, found.media_type, found.size_bytes) == ("cat.txt", kind, len(data))
    assert (found.width_px, found.height_px) == size
    assert Path(found.path).is_relative_to(media.path)
    assert Path(found.path).read_bytes() == data


def test_a_text_is_kept_as_it_is(tmp_path: Path, media: MediaFolder) -> None:
    found = attach(put(tmp_path, "a.png", "é\n".encode()), media)
    assert (found.media_type, found.width_px) == ("text/plain", None)
    assert Path(found.path).read_bytes() == "é\n".encode()
    assert Path(found.path).stat().st_mode & 0o777 == 0o600


def test_what_is_attached_stays_when_the_users_file_changes(
    tmp_path: Path, media: MediaFolder
) -> None:
    path = put(tmp_path, "a.txt", b"before")
    found = attach(path, media)
    path.write_bytes(b"after")
    assert Path(found.path).read_bytes() == b"before"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b"a\0b", "neither a picture"),
        (b"\xff\xfe", "neither a picture"),
        (b"%PDF-1.7\n\xe2\xe3", "neither a picture"),
        (CAT[:20], "the picture is not a PNG"),
        (png(100_000, 100_000), "megapixels"),
        (b"a" * (attachments.MAX_TEXT_BYTES + 1), "of a text, up to 1 MiB are sent"),
    ],
)
def test_anything_else_is_refused_with_one_clear_line(
    tmp_path: Path, media: MediaFolder, data: bytes, why: str
) -> None:
    path = put(tmp_path, "a.bin", data)
    with pytest.raises(MediaError) as refused:
        attach(path, media)
    assert refused.value.message.startswith(f"{str(path)!r} is not attached: ")
    assert why in refused.value.message
    assert "\n" not in refused.value.message
    assert not media.path.exists()


def test_a_picture_that_is_too_large_is_not_even_read(tmp_path: Path, media: MediaFolder) -> None:
    path = put(tmp_path, "a.png", CAT)
    os.truncate(path, attachments.MAX_PICTURE_BYTES + 1)
    with pytest.raises(MediaError, match="up to 20 MiB are sent"):
        attach(path, media)
    os.truncate(path, attachments.MAX_PICTURE_BYTES)
    assert attach(path, media).size_bytes == attachments.MAX_PICTURE_BYTES


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, media: MediaFolder) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (
        ("pipe", "it is not a file"),
        ("", "it is a folder"),
        ("missing", "no such file"),
        ("a\0b", "no file can have that name"),
        ("x" * 300, "file name too long"),
    ):
        with pytest.raises(MediaError, match=why):
            attach(tmp_path / name, media)
    with pytest.raises(MediaError, match="it is not a file"):
        attach(Path("/dev/zero"), media)


def kept(media: MediaFolder, folder: Path, name: str, data: bytes) -> Attachment:
    return attach(put(folder, name, data), media)


def lose(attachment: Attachment) -> None:
    Path(attachment.path).unlink()


def talk(*turns: tuple[Attachment, ...]) -> list[Message]:
    return [user_message("a", parent=None, attachments=each) for each in turns]


def test_a_provider_without_pictures_refuses_them_by_name(
    tmp_path: Path, media: MediaFolder
) -> None:
    cat = kept(media, tmp_path, "cat.png", CAT)
    with pytest.raises(TakesNoPictures, match=r"'nobody' takes no pictures: 'cat.png'"):
        check_taken([cat], Nobody())
    check_taken([cat], Nobody(images_in=True))
    check_taken([kept(media, tmp_path, "a.txt", b"a")], Nobody())


def large(media: MediaFolder, folder: Path, number: int, size_mib: int) -> Attachment:
    return kept(media, folder, f"{number}.png", png(1, 1, bytes([number]) * (size_mib << 20)))


def test_a_turn_takes_only_so_much(tmp_path: Path, media: MediaFolder) -> None:
    two = [large(media, tmp_path, number, 11) for number in (1, 2)]
    check_taken(two[:1], Nobody(images_in=True))
    with pytest.raises(MediaError, match="up to 20 MiB of files go into one turn"):
        check_taken(two, Nobody(images_in=True))


def test_earlier_pictures_go_along_newest_first_as_far_as_they_fit(
    tmp_path: Path, media: MediaFolder
) -> None:
    small, first, second, last = (
        large(media, tmp_path, number, size) for number, size in ((1, 1), (2, 9), (3, 6), (4, 5))
    )
    loaded = load(talk((small,), (first,), (second,), (last,)), Nobody(images_in=True))
    assert loaded.files.keys() == {second.path, last.path}
    assert loaded.notices == ("2 files of earlier turns not sent: a request takes up to 20 MiB",)


def test_a_file_that_is_in_several_turns_is_read_once(tmp_path: Path, media: MediaFolder) -> None:
    cat = large(media, tmp_path, 1, 11)
    loaded = load(talk((cat,), (cat,)), Nobody(images_in=True))
    assert loaded.files.keys() == {cat.path}
    assert loaded.notices == ()


def test_earlier_pictures_stay_away_from_who_takes_none(tmp_path: Path, media: MediaFolder) -> None:
    cat, text = kept(media, tmp_path, "cat.png", CAT), kept(media, tmp_path, "a.txt", b"a")
    loaded = load(talk((cat, text), ()), Nobody())
    assert loaded.files == {text.path: b"a"}
    assert loaded.notices == ("1 file of earlier turns not sent: nobody takes no pictures",)


@pytest.mark.parametrize("can", [{"history": False}, {"remote_history": True}])
def test_nothing_earlier_is_read_for_who_does_not_get_it(
    tmp_path: Path, media: MediaFolder, can: dict[str, bool]
) -> None:
    cat, text = kept(media, tmp_path, "cat.png", CAT), kept(media, tmp_path, "a.txt", b"a")
    loaded = load(talk((cat,), (text,)), Nobody(images_in=True, **can))
    assert loaded.files == {text.path: b"a"}
    assert loaded.notices == ()


def test_a_kept_copy_that_is_gone_is_missed(tmp_path: Path, media: MediaFolder) -> None:
    cat = kept(media, tmp_path, "cat.png", CAT)
    lose(cat)
    assert load(talk((cat,), ()), Nobody(images_in=True)).notices == (
        "1 file of earlier turns not sent: the kept copy cannot be read",
    )
    with pytest.raises(MediaError, match=r"the kept copy of 'cat.png' cannot be read"):
        load(talk((cat,)), Nobody(images_in=True))


OK = Script((Say("ok"), Finish(), Done()))


async def test_a_session_sends_stores_and_sends_again(tmp_path: Path, media: MediaFolder) -> None:
    store = Store(tmp_path / "c.db")
    async with Simulator() as simulator:
        simulator.enqueue(OK, OK)
        provider = openai(simulator, model="m")
        session = Session(Conversation(), store, media=media)
        cat = session.attach(put(tmp_path, "cat.png", CAT))
        await session.send("what is this?", provider, attachments=[cat])
        await session.wait()
        again = Session(await store.load(session.conversation.id), store, media=media)
        assert again.conversation.path()[0].attachments == (cat,)
        await again.send("and now?", provider)
        await again.wait()
        await session.aclose()
        await again.aclose()
        await provider.aclose()
    await store.close()
    for call in simulator.calls:
        content = call.json["messages"][0]["content"]
        assert [part["type"] for part in content] == ["text", "image_url"]


async def test_what_is_left_out_is_said_before_the_answer(
    tmp_path: Path, media: MediaFolder
) -> None:
    async with Simulator() as simulator:
        simulator.enqueue(OK, OK)
        provider = openai(simulator, model="m")
        session = Session(Conversation(), None, media=media)
        cat = session.attach(put(tmp_path, "cat.png", CAT))
        await session.send("a", provider, attachments=[cat])
        await session.wait()
        lose(cat)
        reply = await session.send("b", provider)
        await session.wait()
        parts = session.conversation[reply.id].parts
        await provider.aclose()
    assert isinstance(parts[0], Notice)
    assert "the kept copy cannot be read" in parts[0].text


async def test_a_turn_whose_file_is_gone_is_not_sent(tmp_path: Path, media: MediaFolder) -> None:
    async with Simulator() as simulator:
        provider = openai(simulator, model="m")
        session = Session(Conversation(), None, media=media)
        cat = session.attach(put(tmp_path, "cat.png", CAT))
        lose(cat)
        await session.send("a", provider, attachments=[cat])
        ended = await session.wait()
        await provider.aclose()
    assert isinstance(ended, StreamError)
    assert (ended.kind, ended.hint) == ("rejected", "attach the file again")
    assert simulator.calls == []


def test_a_session_without_a_place_for_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="there is no place for files"):
        Session(Conversation(), None).attach(tmp_path / "cat.png")


ODD = Attachment(
    path="/media/ab/abc.png",
    name="<!-- chat-tui:end --> [a](b)\n\x1b[31m.png",
    media_type="image/png",
    size_bytes=3,
    width_px=1,
    height_px=2,
)


def test_a_file_in_the_store_keeps_everything_and_is_found_by_its_name() -> None:
    kind, text, _ = row = part_row(ODD)
    assert (kind, text) == ("attachment", ODD.name)
    assert part_from_row(row, "here") == ODD
    lone = msgspec.structs.replace(ODD, name="a\udcff.png")
    assert part_from_row(part_row(lone), "here") == msgspec.structs.replace(ODD, name="a\ufffd.png")


def test_a_file_in_a_transcript_keeps_everything_and_acts_on_nothing() -> None:
    conversation = Conversation(messages=[user_message("a", parent=None, attachments=[ODD])])
    assert from_json(to_json(conversation)).path()[0].attachments == (ODD,)
    page = to_markdown(conversation)
    assert "\x1b" not in page
    assert page.count("<!-- chat-tui:end -->") == 2
    assert "](/media/ab/abc.png)" in page


def test_a_reply_is_never_made_of_files() -> None:
    turn = user_message("a", parent=None, attachments=[ODD])
    assert not any(isinstance(event, Attachment) for event in replay(turn))
