from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import get_args
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from chat_tui.document.block_rows import INDENT
from chat_tui.document.message_view import MessageView
from chat_tui.document.pictures.picture_block import PictureBlock
from chat_tui.document.pictures.picture_slots import HasPictures, PictureSlot
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    JobState,
    Notice,
    StopAnswer,
    StreamError,
    StreamEvent,
    TextDelta,
)
from chat_tui.folding import fold
from chat_tui.ids import MessageId
from chat_tui.message import Message
from tests.streaming.clock import Clock

WIDTH = 80
LINES = 18
"""Of a picture that nobody asked a shape for."""
QUEUED = ImageProgress("j", "queued", queue_position=3, elapsed_s=0.0)
RUNNING = ImageProgress("j", "running", 0.4, elapsed_s=3.0)
PREVIEW = ImagePreview("j", 0, "image/png", data=b"preview")
DONE = ImageResult(
    "j", 0, path="/media/a.png", width_px=1024, height_px=768, seed=42, elapsed_s=5.24
)
CANCELLED = Finished("cancelled", 12.0)
STOP = Finished("stop", 6.0)


class Runs:
    """What earlier jobs took."""

    def __init__(self, seconds: float | None = None, *, words: bool = False) -> None:
        self.seconds, self.words = seconds, words

    def usual_s(self, provider: str, model: str) -> float | None:
        return self.seconds if (provider, model) == ("fal", "flux") else None

    def makes_words(self, provider: str, model: str) -> bool:
        return self.words and (provider, model) == ("fal", "flux")


def blank(parameters: Mapping[str, object] | None = None) -> Message:
    return Message(
        id=MessageId("m"),
        role="assistant",
        created=datetime(2026, 3, 14, 14, 2, tzinfo=UTC),
        provider="fal",
        model="flux",
        parameters=parameters or {},
    )


def view(
    *events: StreamEvent,
    pictures: bool = True,
    parameters: Mapping[str, object] | None = None,
    clock: Clock | None = None,
    runs: Runs | None = None,
) -> MessageView:
    """A view that these events came to, one by one, as to a reader."""
    shown = MessageView(
        blank(parameters),
        pictures=pictures,
        asked="harbour at dusk",
        runs=runs,
        clock=clock or Clock(),
    )
    for event in events:
        shown.feed([event])
        shown.commit()
        shown.height(WIDTH)
    return shown


def rows(shown: MessageView, width: int = WIDTH) -> list[str]:
    """The rows below the header."""
    return [
        "".join(span.text for span in shown.row(index, width))[INDENT:]
        for index in range(1, shown.height(width))
    ]


def slots(shown: MessageView, width: int = WIDTH) -> list[tuple[PictureSlot, int]]:
    """The pictures in the rows, with their columns."""
    found: list[tuple[PictureSlot, int]] = []
    for index in range(shown.height(width)):
        spot = shown.spot(index, width)
        block = shown.blocks[spot.block]
        if isinstance(block, HasPictures):
            for slot, column, row in block.picture_at(spot.row, width - INDENT):
                assert 0 <= row < slot.lines
                if row == 0:
                    found.append((slot, column))
    return found


def block_of(shown: MessageView) -> PictureBlock:
    (block,) = (block for block in shown.blocks if isinstance(block, PictureBlock))
    return block


def test_room_is_kept_from_the_first_word_on() -> None:
    shown = rows(view(QUEUED))
    assert shown[0] == "┌" + "─" * 34 + "┐"
    assert shown[1] == "│" + " " * 34 + "│"
    assert shown[LINES - 1] == "└" + "─" * 34 + "┘"
    assert shown[LINES] == "◌ queued  position 3"
    assert len(shown) == LINES + 1


def test_the_shape_that_was_asked_for_is_kept_free() -> None:
    shown = view(RUNNING, parameters={"image_size": "landscape_16_9"})
    assert shown.height(WIDTH) == 1 + 17 + 1


def test_progress_is_a_bar_with_percent_and_times() -> None:
    clock = Clock()
    shown = view(replace(RUNNING, fraction=0.0, elapsed_s=0.0), clock=clock)
    clock.tick(4)
    shown.feed([replace(RUNNING, elapsed_s=4.0)])
    assert rows(shown)[-1] == "█" * 9 + "░" * 15 + " 40 %  4 s · 6 s left"
    clock.tick(2)
    assert rows(shown)[-1].endswith(" 40 %  6 s · 4 s left")


def test_without_a_fraction_the_bar_goes_by_what_is_usual_and_says_so() -> None:
    clock = Clock()
    shown = view(replace(RUNNING, fraction=None, elapsed_s=0.0), clock=clock, runs=Runs(10.0))
    clock.tick(2.5)
    assert rows(shown)[-1] == "█" * 6 + "░" * 18 + "  2 s · about 8 s left"


def test_without_anything_known_only_the_time_is_told() -> None:
    clock = Clock()
    shown = view(replace(RUNNING, fraction=None, elapsed_s=0.0), clock=clock)
    assert rows(shown)[-1] == "◌ generating"
    clock.tick(12)
    assert rows(shown)[-1] == "◌ generating  12 s"


def test_a_narrow_row_gives_up_the_bar_and_not_the_words() -> None:
    shown = view(RUNNING)
    assert rows(shown, 30)[-1] == "█" * 6 + "░" * 11 + " 40 %  3 s"
    assert rows(shown, 18)[-1] == " 40 %  3 s"


def test_what_the_server_says_beside_it_follows_as_far_as_there_is_room() -> None:
    shown = view(replace(RUNNING, note="step 2 of 4"))
    assert rows(shown)[-1].endswith("3 s  step 2 of 4")


def test_previews_take_each_others_place() -> None:
    shown = view(RUNNING, PREVIEW)
    assert slots(shown) == [(PictureSlot("", b"preview", 36, LINES), 0)]
    shown.feed([replace(PREVIEW, data=b"sharper")])
    assert slots(shown) == [(PictureSlot("", b"sharper", 36, LINES), 0)]


def test_the_picture_takes_the_place_of_its_preview_with_a_caption() -> None:
    shown = view(RUNNING, PREVIEW, DONE, STOP)
    assert slots(shown) == [(PictureSlot("/media/a.png", None, 36, LINES), 0)]
    assert rows(shown)[LINES] == "flux · 1024×768 · seed 42 · 5.2 s"


def test_beneath_a_picture_stands_what_it_shows() -> None:
    assert any("harbour at dusk" in row for row in rows(view(RUNNING, DONE, STOP)))


def test_a_preview_that_comes_before_its_job_is_shown_with_it() -> None:
    assert len(slots(view(PREVIEW, RUNNING))) == 1


def test_several_pictures_stand_side_by_side() -> None:
    results = [replace(DONE, index=index, seed=index) for index in range(3)]
    shown = view(RUNNING, *results, STOP, parameters={"n": 3})
    assert [column for _, column in slots(shown)] == [0, 26, 52]
    assert rows(shown)[12].split("  ")[0] == "1 · seed 0"
    assert rows(shown)[13] == "flux · 3 pictures · 1024×768 · 5.2 s"


def test_the_progress_stays_until_the_last_picture_is_there() -> None:
    first, second = DONE, replace(DONE, index=1)
    assert rows(view(RUNNING, first, parameters={"n": 2}))[-1].startswith("◌ generating")
    assert rows(view(RUNNING, first, second, parameters={"n": 2}))[-1].startswith("flux")


def test_a_picture_of_several_that_did_not_come_is_missed() -> None:
    shown = rows(view(RUNNING, DONE, STOP, parameters={"n": 2}))
    assert any("did not come" in row for row in shown)
    assert shown[13].startswith("flux · 1 of 2 pictures")


def test_a_marked_picture_is_covered_until_it_is_opened() -> None:
    shown = view(RUNNING, replace(DONE, flagged=True), STOP)
    assert slots(shown) == []
    assert any("marked as unsafe" in row for row in rows(shown))
    height = shown.height(WIDTH)
    assert shown.toggle(1)
    assert [slot.picture for slot, _ in slots(shown)] == ["/media/a.png"]
    assert shown.height(WIDTH) == height
    assert shown.opened == {0: True}
    assert shown.toggle(1)
    assert slots(shown) == []


def test_a_picture_that_is_not_marked_cannot_be_covered() -> None:
    assert not view(RUNNING, DONE, STOP).toggle(1)


def test_a_stopped_job_keeps_what_came_of_it_and_says_so() -> None:
    shown = view(RUNNING, PREVIEW, CANCELLED)
    assert len(slots(shown)) == 1
    assert rows(shown)[LINES] == ("■ cancelled at 40 % after 12 s · it may go on at the provider")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("confirmed", "confirmed by the provider"),
        ("too_late", "it was finished there already"),
        ("unanswered", "not confirmed by the provider"),
    ],
)
def test_a_stopped_job_says_what_its_provider_said(answer: StopAnswer, words: str) -> None:
    told = view(QUEUED, Finished("cancelled", 12.0, stop_answer=answer))
    assert rows(told, 120)[0] == f"■ picture cancelled while queued after 12 s · {words}"
    assert len(rows(told, 120)) == 1


def test_a_stopped_job_without_a_picture_gives_its_room_back() -> None:
    words = rows(view(QUEUED, CANCELLED))[0]
    assert words.startswith("■ picture cancelled while queued after 12 s · ")


@pytest.mark.parametrize("outcome", [Finished("incomplete"), StreamError("network", "lost")])
@pytest.mark.parametrize("pictures", [True, False])
def test_a_job_that_broke_off_is_not_finished(
    outcome: Finished | StreamError, pictures: bool
) -> None:
    shown = MessageView(fold([RUNNING, outcome], blank()), pictures=pictures)
    assert rows(shown)[0] == "■ picture not finished at 40 %"


@pytest.mark.parametrize("pictures", [True, False])
def test_progress_of_a_reply_in_words_does_not_stay(pictures: bool) -> None:
    full = replace(RUNNING, fraction=1.0)
    assert rows(view(full, TextDelta("Hello."), pictures=pictures)) == ["Hello."]
    assert rows(view(full, TextDelta("Hello."), STOP, pictures=pictures)) == ["Hello."]


def test_words_before_a_job_do_not_hide_it() -> None:
    shown = rows(view(TextDelta("Here it is:"), RUNNING))
    assert shown[:2] == ["Here it is:", ""]
    assert len(shown) == 2 + LINES + 1


def test_a_picture_after_words_after_its_job_is_shown() -> None:
    assert len(slots(view(RUNNING, TextDelta("Soon."), DONE, STOP))) == 1


def test_a_model_that_made_words_last_time_gets_no_room_in_advance() -> None:
    assert rows(view(RUNNING, runs=Runs(words=True))) == ["◌ generating 40 %, 3 s so far"]


def test_a_picture_that_was_not_kept_is_told_by_its_address() -> None:
    elsewhere = replace(DONE, path=None, url="https://fal.media/a.png")
    assert rows(view(RUNNING, elsewhere, STOP))[-1].endswith("https://fal.media/a.png")


def test_where_pictures_are_not_drawn_a_job_is_one_line_of_words() -> None:
    clock = Clock()
    start = replace(RUNNING, fraction=0.0, elapsed_s=0.0)
    shown = view(start, clock=clock, pictures=False)
    clock.tick(8)
    shown.feed([replace(RUNNING, elapsed_s=8.0)])
    assert rows(shown) == ["◌ generating 40 %, 12 s left, 8 s so far"]
    shown.feed([DONE, STOP])
    assert rows(shown)[:2] == [
        "picture: harbour at dusk · 1024×768 · seed 42 · 5.2 s · /media/a.png",
    ]


def test_a_line_that_counts_is_never_wrapped() -> None:
    shown = view(RUNNING, pictures=False)
    assert rows(shown, 20) == ["◌ generating 40…"]


@pytest.mark.usefixtures("in_ascii")
def test_in_ascii_everything_is_ascii() -> None:
    for events in ([RUNNING], [RUNNING, PREVIEW], [RUNNING, DONE, STOP]):
        for pictures in (True, False):
            assert all(row.isascii() for row in rows(view(*events, pictures=pictures)))


def test_only_the_row_that_counts_is_new_when_progress_comes() -> None:
    shown = view(RUNNING)
    height = shown.height(WIDTH)
    shown.feed([replace(RUNNING, fraction=0.5)])
    assert shown.commit() == 1
    assert shown.ticking(WIDTH) == [height - 1]


def test_what_has_ended_does_not_count() -> None:
    assert view(RUNNING).ticks
    for ended in (view(RUNNING, DONE), view(RUNNING, CANCELLED), view(TextDelta("a"))):
        assert not ended.ticks
        assert ended.ticking(WIDTH) == []


def test_all_of_a_picture_is_copied_with_its_path() -> None:
    assert block_of(view(RUNNING, DONE, STOP)).text.splitlines() == [
        "picture: harbour at dusk · 1024×768 · seed 42 · 5.2 s · /media/a.png",
        "flux · 1024×768 · seed 42 · 5.2 s",
    ]


def test_as_markdown_a_picture_is_a_picture() -> None:
    assert block_of(view(RUNNING, DONE, STOP)).source == "![harbour at dusk](/media/a.png)"


def test_the_words_of_a_caption_are_found_where_they_stand() -> None:
    results = [replace(DONE, index=index, seed=index + 7) for index in range(3)]
    block = block_of(view(RUNNING, *results, STOP, parameters={"n": 3}))
    start = block.text.index("seed 8", block.text.index("\n2 ·"))
    row = block.row_of(start, WIDTH)
    columns = block.columns_of(row, start, start + len("seed 8"), WIDTH)
    assert columns == (30, 36)
    assert block.offset_at(row, 30, WIDTH) == start
    assert "".join(span.text for span in block.row(row, WIDTH))[30:36] == "seed 8"


paths = st.none() | st.sampled_from(["/a.png", "/b.png"])
of_jobs: st.SearchStrategy[StreamEvent] = st.one_of(
    st.builds(
        ImageProgress,
        st.sampled_from("ab"),
        st.sampled_from(get_args(JobState)),
        st.none() | st.floats(min_value=0, max_value=1),
        st.none() | st.integers(min_value=0, max_value=9),
        st.text(max_size=4),
        st.none() | st.floats(min_value=0, max_value=1e6),
    ),
    st.builds(
        ImagePreview,
        st.sampled_from("ab"),
        st.integers(min_value=0, max_value=1),
        st.just("image/png"),
        data=st.binary(max_size=2),
    ),
    st.builds(
        ImageResult,
        st.sampled_from("ab"),
        st.integers(min_value=0, max_value=1),
        path=paths,
        width_px=st.none() | st.integers(min_value=1, max_value=4000),
        height_px=st.none() | st.integers(min_value=1, max_value=4000),
        seed=st.none() | st.integers(),
        flagged=st.none() | st.booleans(),
        elapsed_s=st.none() | st.floats(min_value=0, max_value=1e6),
    ),
    st.builds(Notice, st.just("n")),
)


@given(
    st.lists(of_jobs, max_size=10),
    st.sampled_from([1, 7, 20, 57, 80, 200]),
    st.sampled_from([{}, {"size": "1536x1024"}, {"image_size": "portrait_16_9"}]),
)
def test_a_job_has_the_same_height_from_its_first_word_to_its_last(
    events: Sequence[StreamEvent], width: int, shape: Mapping[str, object]
) -> None:
    shown = MessageView(blank({**shape, "n": 2}), pictures=True, clock=Clock())
    heights: dict[int, int] = {}
    for event in events:
        shown.feed([event])
        shown.commit()
        shown.height(width)
        inner = max(1, width - INDENT)
        jobs = [block for block in shown.blocks if isinstance(block, PictureBlock)]
        for number, block in enumerate(jobs):
            assert heights.setdefault(number, block.height(inner)) == block.height(inner)
        assert len(jobs) == len(heights)


@given(
    st.lists(of_jobs | st.builds(TextDelta, st.sampled_from(["", "a", "\n"])), max_size=10),
    st.lists(st.sampled_from([STOP, CANCELLED, StreamError("network", "lost")]), max_size=1),
    st.sampled_from([1, 2, 5, 20, 80]),
    st.booleans(),
    st.integers(min_value=0, max_value=3),
)
def test_whatever_comes_is_drawn_within_its_width_and_every_place_is_found(
    events: list[StreamEvent], end: list[StreamEvent], width: int, pictures: bool, asked: int
) -> None:
    shown = MessageView(blank({"n": asked}), pictures=pictures, asked="a\tb\x1b", clock=Clock())
    for event in (*events, *end):
        shown.feed([event])
        shown.commit()
        shown.height(width)
    slots(shown, width)
    inner = max(1, width - INDENT)
    for block in shown.blocks:
        if block.kind != "picture":
            continue
        height, text = block.height(inner), block.text
        assert not any("\x1b" in line for line in text.splitlines())
        for index in range(height):
            row = block.row(index, inner)
            assert sum(cell_len(span.text) for span in row) <= max(inner, len("■ x"))
            assert not any(category(sign) == "Cc" for span in row for sign in span.text)
            assert all(0 <= block.offset_at(index, x, inner) <= len(text) for x in (-1, 0, 9, 99))
            columns = block.columns_of(index, 0, len(text), inner)
            assert columns is None or 0 <= columns[0] <= columns[1] <= max(inner, 3)
        for offset in (0, len(text) // 2, len(text)):
            assert 0 <= block.row_of(offset, inner) < height


def test_a_stopped_job_without_pictures_says_in_words_what_its_provider_said() -> None:
    told = view(TextDelta("So"), Finished("cancelled", 12.0, stop_answer="confirmed"))
    assert rows(told)[-1] == "■ stopped · confirmed by the provider"
