"""Conversations become files, with the pictures and texts that belong to them."""

import base64
import hashlib
import io
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from chat_tui.conversation import Conversation
from chat_tui.errors import TranscriptError, TranscriptExists
from chat_tui.events import ImageResult, Notice
from chat_tui.exporting import document, export_to, joined
from chat_tui.media.files import MediaFolder
from chat_tui.media.metadata import recipe_in
from chat_tui.message import Attachment, Part, TextPart, blank_reply, user_message
from chat_tui.transcripts.forms import FORMS, Form
from tests.transcripts.html_reader import Page
from tests.transcripts.test_laws import read_back

TIME = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


def picture(colour: str, form: str = "png") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (7, 5), colour).save(file, form)
    return file.getvalue()


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def talk(*answered: Part, attached: tuple[Attachment, ...] = ()) -> Conversation:
    turn = user_message("A red field", parent=None, attachments=attached)
    reply = msgspec.structs.replace(
        blank_reply(parent=turn.id, provider="fal", model="flux", parameters={"steps": 4}),
        parts=answered,
        created=TIME,
    )
    return Conversation(title="Red", created=TIME, messages=[turn, reply])


@pytest.fixture
def pictured(media: MediaFolder) -> Conversation:
    """A turn with a picture and a text, and a reply with a picture."""
    sent = media.save(picture("blue"))
    notes = media.save_text("näch notes".encode())
    made = media.save(picture("red"))
    return talk(
        TextPart("Here."),
        ImageResult("job", 0, str(made.path), seed=11),
        attached=(
            Attachment(path=str(sent.path), name="a.png", media_type="image/png", size_bytes=1),
            Attachment(path=str(notes), name="n.txt", media_type="text/plain", size_bytes=1),
        ),
    )


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def copies(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "assets").iterdir()}


async def test_markdown_has_copies_beside_it(pictured: Conversation, folder: Path) -> None:
    made = await export_to(pictured, "md", folder / "red.md", overwrite=False)
    assert made.remarks == ()
    assert names_in(folder) == ["assets", "red.md"]
    kept = copies(folder)
    assert {hashlib.sha256(data).hexdigest() for data in kept.values()} == {
        Path(name).stem for name in kept
    }
    assert sorted(Path(name).suffix for name in kept) == [".png", ".png", ".txt"]
    for name in kept:
        path = folder / "assets" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "assets").stat().st_mode) == 0o700


async def test_the_page_and_its_marks_lead_to_the_copies(
    pictured: Conversation, folder: Path
) -> None:
    await export_to(pictured, "md", folder / "red.md", overwrite=False)
    page = (folder / "red.md").read_text("utf-8")
    assert "/media/" not in page
    named = [
        part.path
        for _, parts in read_back(page)
        for part in parts
        if isinstance(part, ImageResult | Attachment)
    ]
    assert sorted(map(str, named)) == sorted(f"assets/{name}" for name in copies(folder))
    for path in named:
        assert f"]({path})" in page


async def test_a_copy_says_what_it_was_made_with(pictured: Conversation, folder: Path) -> None:
    await export_to(pictured, "md", folder / "red.md", overwrite=False)
    recipes = [recipe for data in copies(folder).values() if (recipe := recipe_in(data))]
    assert [(one.prompt, one.model, one.seed) for one in recipes] == [("A red field", "flux", 11)]


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
async def test_a_copy_of_a_copy_is_the_same_file(
    media: MediaFolder, folder: Path, form: str
) -> None:
    made = media.save(picture("red", form))
    await export_to(
        talk(ImageResult("job", 0, str(made.path), seed=11)),
        "md",
        folder / "one.md",
        overwrite=False,
    )
    before = copies(folder)
    (name,) = before
    again = talk(ImageResult("job", 0, str(folder / "assets" / name), seed=12))
    await export_to(again, "md", folder / "two.md", overwrite=False)
    assert copies(folder) == before


async def test_two_transcripts_share_their_copies(pictured: Conversation, folder: Path) -> None:
    await export_to(pictured, "md", folder / "one.md", overwrite=False)
    before = copies(folder)
    await export_to(pictured, "md", folder / "two.md", overwrite=False)
    assert copies(folder) == before
    assert (folder / "one.md").read_bytes() == (folder / "two.md").read_bytes()


async def test_a_page_that_is_there_stays_and_nothing_stands_beside_it(
    pictured: Conversation, folder: Path
) -> None:
    (folder / "red.md").write_text("mine")
    with pytest.raises(TranscriptExists):
        await export_to(pictured, "md", folder / "red.md", overwrite=False)
    assert names_in(folder) == ["red.md"]
    await export_to(pictured, "md", folder / "red.md", overwrite=True)
    assert len(copies(folder)) == 3


async def test_nothing_is_written_through_a_link(
    pictured: Conversation, folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "assets").symlink_to(elsewhere)
    with pytest.raises(TranscriptError, match="link to elsewhere"):
        await export_to(pictured, "md", folder / "red.md", overwrite=True)
    assert list(elsewhere.iterdir()) == []
    assert not (folder / "red.md").exists()


async def test_a_copy_that_is_somebody_elses_stays(pictured: Conversation, folder: Path) -> None:
    await export_to(pictured, "md", folder / "red.md", overwrite=False)
    victim = next((folder / "assets").iterdir())
    victim.write_bytes(b"mine")
    with pytest.raises(TranscriptExists, match=victim.name):
        await export_to(pictured, "md", folder / "two.md", overwrite=False)
    assert victim.read_bytes() == b"mine"


async def test_a_file_in_the_place_of_the_folder_is_told(
    pictured: Conversation, folder: Path
) -> None:
    (folder / "assets").write_text("mine")
    with pytest.raises(TranscriptError, match="assets"):
        await export_to(pictured, "md", folder / "red.md", overwrite=True)
    assert (folder / "assets").read_text() == "mine"


@pytest.mark.parametrize("form", FORMS)
async def test_only_markdown_has_a_folder(pictured: Conversation, folder: Path, form: Form) -> None:
    await export_to(pictured, form, folder / "talk", overwrite=False)
    assert (folder / "assets").exists() == (form == "md")


def test_a_page_holds_every_picture(pictured: Conversation) -> None:
    read = Page(document(pictured, "html").data.decode())
    assert len(read.all("img")) == 2
    assert "näch notes" in read.texts("pre")


def test_jsonl_holds_the_pictures_of_turns(pictured: Conversation) -> None:
    (user, _) = json.loads(document(pictured, "jsonl").data)["messages"]
    assert [one["type"] for one in user["content"]] == ["text", "image_url"]


def test_on_stdout_markdown_leads_to_the_originals(pictured: Conversation) -> None:
    made = document(pictured, "md", beside=False)
    assert not made.assets
    assert b"/media/" in made.data


def test_files_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    text = tmp_path / "not-a-picture.png"
    text.write_text("text")
    conversation = talk(
        ImageResult("j", 0, str(tmp_path / "gone.png")),
        ImageResult("j", 1, str(text)),
        ImageResult("j", 2, None, "https://a.example/p.png"),
    )
    assert document(conversation, "html").remarks == (
        "2 files are not in it, as they could not be read",
    )


def test_a_text_that_we_did_not_keep_is_not_taken_along(tmp_path: Path) -> None:
    secret = tmp_path / "id_rsa"
    secret.write_text("the private key")
    attached = Attachment(path=str(secret), name="n", media_type="text/plain", size_bytes=1)
    for form in FORMS:
        made = document(talk(attached=(attached,)), form)
        assert b"the private key" not in made.data
        assert not made.assets


@pytest.mark.parametrize("form", FORMS)
def test_masked_keys_are_told(form: Form) -> None:
    key = "sk-proj-abcdefghijklmnop1234"
    made = document(talk(Notice(f"{key} {key}")), form)
    assert key.encode() not in made.data
    assert made.remarks == ("2 keys were masked",)


@pytest.mark.parametrize("form", ["md", "json", "jsonl", "html"])
def test_a_key_in_a_text_that_was_attached_is_masked(media: MediaFolder, form: Form) -> None:
    notes = media.save_text(b"export KEY=sk-proj-abcdefghijklmnop1234\n")
    attached = Attachment(path=str(notes), name="n", media_type="text/plain", size_bytes=1)
    made = document(talk(attached=(attached,)), form)
    everything = b"".join([made.data, *made.assets.values()])
    assert b"abcdefghijklmnop" not in everything
    assert base64.b64encode(b"sk-proj-abcdefghijklmnop1234")[4:-4] not in everything
    assert made.remarks == ("1 key was masked",)


def test_lines_are_joined() -> None:
    made = joined([document(talk(Notice("sk-abcdefgh12345678")), "jsonl")] * 2)
    assert len(made.data.splitlines()) == 2
    assert made.remarks == ("2 keys were masked",)
