"""The HTML transcript in a real browser: pictures are shown, and nothing is asked for."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from chat_tui.conversation import Conversation
from chat_tui.events import ImageResult, Source, SourceRefs, Step
from chat_tui.exporting import document
from chat_tui.media.files import MediaFolder
from chat_tui.message import Attachment, ReasoningPart, TextPart, blank_reply, user_message
from tests.e2e.browser import Tab, browser, tab
from tests.importing.strategies import picture

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

HOSTILE = """\
<script>document.title = "ran"</script><img src="http://127.0.0.1:9/x.png" onerror="document.title='ran'">

![tracker](http://127.0.0.1:9/pixel.png) [run](javascript:document.title='ran') and `code`
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    media = MediaFolder(folder / "media")
    made, sent = media.save(picture("red")).path, media.save(picture("blue")).path
    attached = Attachment(path=str(sent), name="blue", media_type="image/png", size_bytes=1)
    turn = user_message("Draw", parent=None, attachments=(attached,))
    reply = msgspec.structs.replace(
        blank_reply(parent=turn.id, provider="p", model="m"),
        parts=(
            ReasoningPart("Hm, folded."),
            Step("s", "Draws", "done"),
            TextPart(HOSTILE),
            ImageResult("j", 0, str(made)),
            SourceRefs((Source("One", "https://a.example/1"), Source("Two", None))),
        ),
    )
    path = folder / "talk.html"
    path.write_bytes(document(Conversation(title="Talk", messages=[turn, reply]), "html").data)
    return path


@pytest.fixture(scope="module")
def opened(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    program = browser()
    if program is None:
        pytest.skip("no browser is installed; apt-get install chromium")
    with tab(program, tmp_path_factory.mktemp("profile")) as one:
        one.open(page)
        yield one


def test_every_picture_is_shown(opened: Tab) -> None:
    widths = "[...document.images].map(image => [image.complete, image.naturalWidth])"
    assert opened.value(widths) == [[True, 7], [True, 7]]


def test_nothing_is_asked_for_and_nothing_runs(opened: Tab) -> None:
    assert opened.value("document.title") == "Talk"
    assert opened.value("document.scripts.length") == 0
    assert opened.asked_for == []
    assert opened.complaints == []


def test_its_own_style_is_taken(opened: Tab) -> None:
    assert opened.value("getComputedStyle(document.querySelector('h2')).fontSize") == "16px"
    assert opened.value("document.styleSheets[0].cssRules.length > 20")


def test_steps_and_reasoning_are_folded_and_on_paper_open(opened: Tab) -> None:
    folded = "[...document.querySelectorAll('details')].map(one => one.open)"
    assert opened.value(folded) == [False, False]
    height = "document.querySelector('details p').getBoundingClientRect().height > 0"
    visible = "document.querySelector('details p').checkVisibility({contentVisibilityAuto: true})"
    assert opened.value(visible) is False
    opened.call("Emulation.setEmulatedMedia", media="print")
    assert opened.value(height) is True  # first: it has the page laid out anew
    assert opened.value(visible) is True
    opened.call("Emulation.setEmulatedMedia", media="")


def test_sources_are_numbered(opened: Tab) -> None:
    assert opened.value("document.querySelectorAll('.sources ol > li').length") == 2


def test_it_can_be_printed(opened: Tab) -> None:
    assert len(opened.call("Page.printToPDF")["data"]) > 1_000


def test_a_page_that_asks_for_something_would_be_seen(opened: Tab, page: Path) -> None:
    other = page.with_name("other.html")
    other.write_text("<img src='http://127.0.0.1:9/pixel.png'>")
    opened.open(other)
    assert opened.asked_for == ["http://127.0.0.1:9/pixel.png"]
