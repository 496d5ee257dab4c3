"""Pictures inside a reply."""

import base64

import pytest

from chat_tui.errors import ProtocolViolation
from chat_tui.events import ImageResult, Notice
from chat_tui.providers.inline_pictures import picture_at, picture_bytes, shown_url

DATA = bytes(range(256))
ENCODED = base64.b64encode(DATA).decode()


@pytest.mark.parametrize("encoded", [ENCODED, base64.encodebytes(DATA).decode(), f" {ENCODED}\r\n"])
def test_base64_may_be_broken_into_lines(encoded: str) -> None:
    assert picture_bytes(encoded) == DATA


@pytest.mark.parametrize("encoded", ["", " ", "a", "****", "é", "\ud800", "AAAA=AAA"])
def test_what_is_not_base64_is_no_picture(encoded: str) -> None:
    with pytest.raises(ProtocolViolation, match="not base64"):
        picture_bytes(encoded)


@pytest.mark.parametrize("head", ["data:image/webp;base64", "DATA:Image/WebP;charset=x;BASE64"])
def test_a_data_url_is_a_picture_and_its_address_only_a_type(head: str) -> None:
    [picture] = picture_at(f"{head},{ENCODED}", job="j", index=3)
    assert picture == ImageResult(
        "j", 3, url=head.partition(";")[0], media_type="image/webp", data=DATA
    )


def test_a_data_url_may_leave_out_its_type() -> None:
    [picture] = picture_at(f"data:;base64,{ENCODED}", job="j", index=0)
    assert isinstance(picture, ImageResult)
    assert picture.media_type is None


@pytest.mark.parametrize("url", ["data:image/png", "data:,abc", "data:image/svg+xml,<svg/>"])
def test_a_data_url_without_base64_is_refused(url: str) -> None:
    with pytest.raises(ProtocolViolation):
        list(picture_at(url, job="j", index=0))


@pytest.mark.parametrize("url", ["https://x.test/a.png", "HTTP://x.test/a.png"])
def test_an_address_is_told_as_it_is(url: str) -> None:
    assert list(picture_at(url, job="j", index=0)) == [ImageResult("j", 0, url=url)]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "/a.png", "", "javascript:x", "ftp://x/a"])
def test_any_other_address_is_only_mentioned(url: str) -> None:
    [notice] = picture_at(url, job="j", index=0)
    assert notice == Notice("the server sent a picture at an address that is not http or https")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.test/a,b;c", "https://x.test/a,b;c"),
        ("data:image/png;base64,AAAA", "data:image/png"),
        ("Data:text/plain,secret", "Data:text/plain"),
        ("data:", "data:"),
    ],
)
def test_a_data_url_is_shown_without_its_data(url: str, shown: str) -> None:
    assert shown_url(url) == shown
