"""Files and long pastes on their way into a turn, in the running application."""

import shlex
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from chat_tui.attachments import attach
from chat_tui.document.pictures.picture_slots import draw_pictures
from chat_tui.media.files import MediaFolder
from chat_tui.message import Attachment, user_message
from chat_tui.widgets.prompt.attachment_bar import FileChip
from chat_tui.widgets.prompt.attachment_pictures import ROWS, AttachmentPictures
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    drafts_read,
    held,
    notes,
    reply,
    shown,
    streaming,
    transcript_rows,
    until,
    write,
)
from tests.media.pictures import png

CAT = png(3, 4)


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "my cat.png"
    path.write_bytes(CAT)
    return path


@pytest.fixture
def memo(tmp_path: Path) -> Path:
    path = tmp_path / "memo.txt"
    path.write_text("remember\n")
    return path


async def paste(pilot: Pilot[int], text: str) -> None:
    """Paste as a terminal does, into what has the focus."""
    chat(pilot).pane.prompt.post_message(events.Paste(text))
    await pilot.pause()


def chips(pilot: Pilot[int]) -> list[str]:
    prompt = chat(pilot).pane.prompt
    return [chip.words for chip in prompt.attaching.bar.chips] if prompt.has_chips else []


async def chipped(pilot: Pilot[int], count: int) -> None:
    await until(pilot, lambda: len(chips(pilot)) == count)


def content_of(attachment: Attachment) -> bytes:
    return Path(attachment.path).read_bytes()


def sent(desk: Desk) -> list[object]:
    """The content of each turn of the last request."""
    messages = desk.simulator.calls[-1].json["messages"]
    return [message["content"] for message in messages if message["role"] == "user"]


async def test_a_dropped_picture_becomes_a_chip_and_goes_along(desk: Desk, cat: Path) -> None:
    desk.simulator.enqueue(reply("a cat"))
    async with desk.app().run_test() as pilot:
        await paste(pilot, shlex.quote(str(cat)))
        await chipped(pilot, 1)
        assert chips(pilot) == ["◆ my cat.png 33 B"]
        assert "◆ my cat.png 33 B ✕" in shown(pilot)
        assert chat(pilot).pane.prompt.text == ""
        await ask(pilot, "what is this?")
        assert chips(pilot) == []
        assert any("◆ my cat.png  33 B  3×4" in row for row in transcript_rows(pilot))
    (content,) = sent(desk)
    assert isinstance(content, list)
    assert [part["type"] for part in content] == ["text", "image_url"]
    turn = (await desk.stored()).path()[0]
    assert content_of(turn.attachments[0]) == CAT


@pytest.mark.parametrize("form", ["lines", "quoted", "url"])
async def test_several_dropped_files_become_chips_in_their_order(
    desk: Desk, cat: Path, memo: Path, form: str
) -> None:
    text = {
        "lines": f"{cat}\n{memo}\n",
        "quoted": f"{shlex.quote(str(cat))} {memo} ",
        "url": f"{cat.as_uri()}\r\n{memo.as_uri()}",
    }[form]
    async with desk.app().run_test() as pilot:
        await paste(pilot, text)
        await chipped(pilot, 2)
        assert chips(pilot) == ["◆ my cat.png 33 B", "◆ memo.txt 9 B"]


async def test_what_is_typed_right_after_a_drop_goes_with_the_file(desk: Desk, memo: Path) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        prompt = chat(pilot).pane.prompt
        prompt.post_message(events.Paste(str(memo)))
        await pilot.press("h", "i", "enter")
        await answered(pilot)
    assert sent(desk) == ["hi\n\nmemo.txt:\n\n```\nremember\n```"]


async def test_a_path_within_words_is_text(desk: Desk, cat: Path) -> None:
    async with desk.app().run_test() as pilot:
        await paste(pilot, f"look at {cat}")
        assert chat(pilot).pane.prompt.text == f"look at {cat}"
        assert chips(pilot) == []


async def test_a_dropped_file_that_cannot_be_sent_says_why_and_stays_text(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(b"\0")
    async with desk.app().run_test() as pilot:
        await paste(pilot, str(path))
        await until(pilot, lambda: chat(pilot).pane.prompt.text == str(path))
        await until(pilot, lambda: "neither a picture" in notes(pilot))
        assert chips(pilot) == []


async def test_a_long_paste_is_a_chip_and_is_sent_below_the_words(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    text = "\n".join(f"line {number}" for number in range(42))
    async with desk.app().run_test() as pilot:
        await paste(pilot, text)
        await chipped(pilot, 1)
        assert chips(pilot) == ["◆ pasted 42 lines"]
        await ask(pilot, "explain")
    assert sent(desk) == [f"explain\n\n{text}"]


async def test_a_long_paste_alone_is_sent(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await paste(pilot, "x\n" * 11)
        await chipped(pilot, 1)
        await pilot.press("enter")
        await answered(pilot)
    assert sent(desk) == ["x\n" * 11]


async def test_a_short_paste_stands_in_the_prompt(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await paste(pilot, "x\n" * 9)
        assert chat(pilot).pane.prompt.text == "x\n" * 9


async def test_a_file_alone_is_not_sent(desk: Desk, cat: Path) -> None:
    async with desk.app().run_test() as pilot:
        await paste(pilot, str(cat))
        await chipped(pilot, 1)
        await pilot.press("enter")
        await until(pilot, lambda: "write what is to be done with it" in notes(pilot))
        assert len(chips(pilot)) == 1
    assert desk.simulator.calls == []


async def test_backspace_in_an_empty_prompt_removes_the_last_chip(
    desk: Desk, cat: Path, memo: Path
) -> None:
    async with desk.app().run_test() as pilot:
        await paste(pilot, f"{cat}\n{memo}")
        await chipped(pilot, 2)
        await pilot.press("a", "backspace")
        assert len(chips(pilot)) == 2
        await pilot.press("backspace")
        assert chips(pilot) == ["◆ my cat.png 33 B"]
        await pilot.press("backspace", "backspace")
        assert chips(pilot) == []
        assert "◆" not in shown(pilot)


async def test_keys_go_to_the_chips_and_back(desk: Desk, cat: Path, memo: Path) -> None:
    async with desk.app().run_test() as pilot:
        await paste(pilot, f"{cat}\n{memo}")
        await chipped(pilot, 2)
        await pilot.press("shift+tab")
        bar = chat(pilot).pane.prompt.attaching.bar
        assert bar.has_focus
        assert "into the prompt" in shown(pilot)
        await pilot.press("right", "backspace")
        assert chips(pilot) == ["◆ my cat.png 33 B"]
        await pilot.press("escape")
        assert chat(pilot).pane.prompt.has_focus


async def test_a_chip_unfolds_into_the_prompt(desk: Desk, cat: Path) -> None:
    async with desk.app().run_test() as pilot:
        await paste(pilot, "x\n" * 12)
        await paste(pilot, str(cat))
        await chipped(pilot, 2)
        await pilot.press("shift+tab", "enter")
        assert chat(pilot).pane.prompt.text == "x\n" * 12
        assert chat(pilot).pane.prompt.has_focus
        await pilot.press("shift+tab", "enter")
        assert chat(pilot).pane.prompt.text == "x\n" * 12 + str(cat)
        assert chips(pilot) == []


async def test_the_mouse_removes_a_chip_by_its_sign(desk: Desk, cat: Path, memo: Path) -> None:
    async with desk.app().run_test() as pilot:
        await paste(pilot, f"{cat}\n{memo}")
        await chipped(pilot, 2)
        bar = chat(pilot).pane.prompt.attaching.bar
        await pilot.click(bar, offset=(bar.line.index("✕"), 0))
        assert chips(pilot) == ["◆ memo.txt 9 B"]


async def test_a_provider_without_pictures_says_so_and_nothing_is_lost(
    desk: Desk, cat: Path
) -> None:
    texts = (
        '[providers.texts]\nkind = "writer"\nendpoint = "completions"\n'
        f'base_url = "{desk.simulator.url}/writer/v1"'
    )
    async with desk.app(more=texts, provider="texts").run_test() as pilot:
        await paste(pilot, str(cat))
        await chipped(pilot, 1)
        await write(pilot, "what is this?")
        await pilot.press("enter")
        await until(pilot, lambda: "takes no pictures" in notes(pilot))
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "what is this?")
        assert chips(pilot) == ["◆ my cat.png 33 B"]
    assert desk.simulator.calls == []


async def test_what_waits_for_a_reply_keeps_its_files(desk: Desk, cat: Path) -> None:
    gate, script = held("first")
    desk.simulator.enqueue(script, reply("second"))
    async with desk.app().run_test() as pilot:
        await write(pilot, "one")
        await pilot.press("enter")
        await streaming(pilot, "first")
        await paste(pilot, str(cat))
        await chipped(pilot, 1)
        await write(pilot, "two")
        await pilot.press("enter")
        assert chips(pilot) == []
        await pilot.press("up")  # taken back, and sent again
        assert chips(pilot) == ["◆ my cat.png 33 B"]
        await pilot.press("enter")
        gate.open()
        await until(pilot, lambda: len(desk.simulator.calls) == 2)
        await answered(pilot)
    assert [isinstance(content, list) for content in sent(desk)] == [False, True]


async def test_chips_stay_with_their_conversation(desk: Desk, cat: Path) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        first = chat(pilot).pane.session
        await paste(pilot, str(cat))
        await chipped(pilot, 1)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: chat(pilot).pane.session is not first)
        assert chips(pilot) == []
        chat(pilot).pane.open(first)
        await chipped(pilot, 1)


async def test_a_path_after_an_at_sign_is_completed_and_attached(
    desk: Desk, cat: Path, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cat.parent)
    async with desk.app().run_test() as pilot:
        await write(pilot, "what is @my")
        await until(pilot, lambda: chat(pilot).pane.prompt.completing)
        assert "@my cat.png" in shown(pilot)
        await pilot.press("tab")
        await chipped(pilot, 1)
        assert chips(pilot) == ["◆ my cat.png 33 B"]
        assert chat(pilot).pane.prompt.text == "what is "
        await write(pilot, "@memo.txt")
        await pilot.press("enter")
        await chipped(pilot, 2)
        assert chat(pilot).pane.prompt.text == "what is "


async def test_an_at_sign_that_leads_nowhere_is_sent_as_it_is(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "write to @nobody-of-that-name")
    assert sent(desk) == ["write to @nobody-of-that-name"]


async def test_escape_closes_the_list_of_paths(
    desk: Desk, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(memo.parent)
    async with desk.app().run_test() as pilot:
        await write(pilot, "@me")
        await until(pilot, lambda: chat(pilot).pane.prompt.completing)
        await pilot.press("escape")
        assert not chat(pilot).pane.prompt.completing
        assert chat(pilot).pane.prompt.text == "@me"


async def test_a_folder_is_gone_into(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my notes").mkdir()
    (tmp_path / "my notes" / "a.txt").write_text("a")
    monkeypatch.chdir(tmp_path)
    async with desk.app().run_test() as pilot:
        await write(pilot, "@my")
        await pilot.press("tab")
        assert chat(pilot).pane.prompt.text == '@"my notes/'
        await pilot.press("tab")
        await chipped(pilot, 1)
        assert chat(pilot).pane.prompt.text == ""


async def test_a_key_begins_a_path(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await write(pilot, "look at")
        await pilot.press("alt+a")
        assert chat(pilot).pane.prompt.text == "look at @"


async def test_the_slash_command_attaches(desk: Desk, cat: Path) -> None:
    async with desk.app().run_test() as pilot:
        await write(pilot, f"/attach {cat}")
        await pilot.press("enter")
        await chipped(pilot, 1)


async def test_a_hostile_name_is_shown_literally(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "[bold]x\x1b[31m.txt"
    path.write_text("a")
    async with desk.app().run_test() as pilot:
        chip = FileChip(attach(path, MediaFolder(desk.paths.media_dir)), "")
        chat(pilot).pane.prompt.attaching.bar.add(chip, chat(pilot).pane.session.conversation.id)
        await pilot.pause()
        assert "[bold]x␛[31m.txt" in shown(pilot)
        turn = user_message("a", parent=None, attachments=[chip.attachment])
        chat(pilot).pane.transcript.add(turn)
        await until(pilot, lambda: any("␛[31m.txt" in row for row in transcript_rows(pilot)))


async def test_what_goes_along_is_there_at_the_next_start(
    desk: Desk, cat: Path, memo: Path
) -> None:
    async with desk.app().run_test() as pilot:
        await paste(pilot, str(memo))
        await chipped(pilot, 1)
        await paste(pilot, "line\n" * 40)
        await chipped(pilot, 2)
        await paste(pilot, str(cat))
        await chipped(pilot, 3)
        before = chips(pilot)
        await write(pilot, "what are these")
        await pilot.press("ctrl+q")
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await chipped(pilot, 3)
        assert chips(pilot) == before
        assert chat(pilot).pane.prompt.text == "what are these"
        await ask(pilot, "?")
        assert chips(pilot) == []
    (content,) = sent(desk)
    assert isinstance(content, list)
    assert "remember" in content[0]["text"]
    assert content[0]["text"].count("line") >= 40
    async with desk.app().run_test() as pilot:
        await drafts_read(pilot)
        assert chips(pilot) == []


async def test_a_chip_without_words_is_kept_and_one_that_was_taken_away_is_not(
    desk: Desk, memo: Path
) -> None:
    async with desk.app().run_test() as pilot:
        await paste(pilot, str(memo))
        await chipped(pilot, 1)
    async with desk.app().run_test() as pilot:
        await chipped(pilot, 1)
        await pilot.press("backspace")
        await chipped(pilot, 0)
    async with desk.app().run_test() as pilot:
        await drafts_read(pilot)
        assert chips(pilot) == []


async def test_what_goes_along_moves_with_the_draft_into_a_new_conversation(
    desk: Desk, memo: Path
) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        first = chat(pilot).pane.session
        await paste(pilot, str(memo))
        await chipped(pilot, 1)
        await write(pilot, "about this")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: chat(pilot).pane.session is not first)
        await drafts_read(pilot)
        assert chips(pilot) == ["◆ memo.txt 9 B"]
        chat(pilot).pane.open(first)
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "")
        assert chips(pilot) == []


async def test_pictures_make_room_on_a_low_screen_and_come_back(desk: Desk, cat: Path) -> None:
    draw_pictures(True)
    try:
        async with desk.app(app='images = "halfblock"').run_test(size=(80, 24)) as pilot:
            await paste(pilot, shlex.quote(str(cat)))
            await chipped(pilot, 1)
            pictures = pilot.app.screen.query_one(AttachmentPictures)
            await until(pilot, lambda: pictures.size.height == ROWS)
            await pilot.resize_terminal(80, 16)
            await until(pilot, lambda: not pictures.display)
            await pilot.resize_terminal(80, 24)
            await until(pilot, lambda: pictures.size.height == ROWS)
    finally:
        draw_pictures(False)
