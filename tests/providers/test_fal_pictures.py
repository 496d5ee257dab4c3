"""Where results of fal's apps have their pictures and files."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.providers.fal.pictures import (
    Found,
    files_in,
    flagged_in,
    pictures_in,
    seed_in,
    took_in,
)

A, B = "https://x.test/a.png", "https://x.test/b.png"
INLINE = "data:image/png;base64,AAAA"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["images", "image", "output", "data", "url", "file_data", "width"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "result",
    [
        {"images": [{"url": A}, {"url": B}]},
        {"images": [A, B]},
        {"images": [{"url": A}, {"url": B}], "image": {"url": "https://x.test/c.png"}},
        {"output": {"images": [{"url": A}, {"url": B}]}},
        {"data": {"images": [{"url": A}, {"url": B}]}},
        {"output": [A, B]},
        {"images": [], "output": {"images": [A, B]}},
    ],
)
def test_pictures_are_found_where_apps_put_them(result: dict[str, Any]) -> None:
    assert pictures_in(result) == (Found(A), Found(B))


@pytest.mark.parametrize(
    "result",
    [
        {"image": {"url": INLINE}},
        {"image": INLINE},
        {"output": INLINE},
        {"output": {"image": {"url": INLINE}}},
        {"image": {"file_data": "AAAA", "content_type": "image/png"}},
        {"image": {"file_data": "AAAA"}},
    ],
)
def test_one_picture_may_come_inline(result: dict[str, Any]) -> None:
    (picture,) = pictures_in(result)
    assert picture.inline
    assert picture.url == INLINE


def test_a_picture_is_described_by_its_file() -> None:
    file = {"url": A, "width": 1024, "height": 768, "content_type": "IMAGE/jpeg"}
    assert pictures_in({"image": file}) == (Found(A, "image/jpeg", 1024, 768),)


@pytest.mark.parametrize(
    "file",
    [
        {"url": A, "width": None, "content_type": "application/octet-stream"},
        {"url": A, "width": 0, "height": -1},
        {"url": A, "width": True, "height": "768"},
        {"url": A, "width": 1.5},
    ],
)
def test_a_description_that_means_nothing_is_left_out(file: dict[str, Any]) -> None:
    assert pictures_in({"image": file}) == (Found(A),)


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"images": None, "image": 3, "output": "a text, see https://x.test", "data": [1.5]},
        {"images": ["ftp://x.test/a.png", {"url": ""}, {"url": 3}, []]},
        {"image": {"url": A, "content_type": "video/mp4"}},
    ],
)
def test_what_is_no_picture_is_not_found(result: dict[str, Any]) -> None:
    assert pictures_in(result) == ()


def test_other_files_are_found_by_their_field() -> None:
    result = {
        "video": {"url": "https://x.test/a.mp4"},
        "audio_files": [{"url": "https://x.test/1.mp3"}, {"url": "https://x.test/2.mp3"}],
        "images": [{"url": A}],
        "output": {"mesh": {"url": "https://x.test/a.glb"}},
        "timings": {"inference": 1.0},
    }
    assert files_in(result) == (
        ("video", "https://x.test/a.mp4"),
        ("audio_files", "https://x.test/1.mp3"),
        ("audio_files", "https://x.test/2.mp3"),
        ("mesh", "https://x.test/a.glb"),
    )


@pytest.mark.parametrize(
    ("timings", "took_s"),
    [
        ({"inference": 1.25}, 1.25),
        ({"inference": 2}, 2.0),
        ({"inference": 0}, None),
        ({"inference": -1.0}, None),
        ({"inference": True}, None),
        ({"inference": "2"}, None),
        ({"inference": 1e9}, None),
        ({}, None),
        (None, None),
        ([1], None),
    ],
)
def test_how_long_it_took_is_told_where_it_is_known(timings: Any, took_s: float | None) -> None:
    assert took_in({"timings": timings}) == took_s


def test_a_video_among_the_images_is_a_file() -> None:
    assert files_in({"images": [{"url": B, "content_type": "video/mp4"}]}) == (("images", B),)


@pytest.mark.parametrize(
    ("seed", "read"),
    [(42, 42), (0, 0), (None, None), ("42", None), (True, None), (-1, None), (1 << 70, None)],
)
def test_a_seed_is_a_number(seed: object, read: int | None) -> None:
    assert seed_in({"seed": seed}) == read


@pytest.mark.parametrize(
    ("flags", "first", "second"),
    [
        ([False, True], False, True),
        ([True], True, None),
        ([None, "x"], None, None),
        (True, True, True),
        ({"nudity": False, "gore": True}, True, True),
        ({"nudity": False}, False, False),
        ({}, None, None),
        (None, None, None),
        ("yes", None, None),
    ],
)
def test_a_flag_stands_for_each_picture_or_for_all(
    flags: object, first: bool | None, second: bool | None
) -> None:
    result = {"has_nsfw_concepts": flags}
    assert (flagged_in(result, 0), flagged_in(result, 1)) == (first, second)


@given(st.dictionaries(st.sampled_from(["images", "image", "output", "data", "x"]), JSON))
def test_no_result_is_too_strange(result: dict[str, Any]) -> None:
    shown = {picture.url for picture in pictures_in(result)}
    assert all(url and url not in shown for _, url in files_in(result))
    assert all(picture.url for picture in pictures_in(result))
