import importlib
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping

import pytest

from chat_tui.document.pictures.picture_slots import draw_pictures
from tests.documents import ROOT

SHOWN = {
    "start": "Flowise&#160;is&#160;running",
    "chat-tui": "Simulated&#160;reply",
    "agents": "manual_search",
    "compare": "fastest",
    "menu": "needs&#160;a&#160;key",
    "search": "stable",
    "branches": "without&#160;sorting",
    "light": "sorted",
    "picture": "seed",
}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def gallery(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Mapping[str, Callable[[], Awaitable[str]]]]:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    monkeypatch.delitem(sys.modules, "make_pictures", raising=False)
    made: Mapping[str, Callable[[], Awaitable[str]]] = importlib.import_module(
        "make_pictures"
    ).GALLERY
    yield made
    draw_pictures(False)


def test_every_picture_is_looked_at(gallery: Mapping[str, object]) -> None:
    assert set(gallery) == set(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
async def test_a_picture_of_the_readme_can_be_made_and_shows_what_it_is_for(
    gallery: Mapping[str, Callable[[], Awaitable[str]]], name: str
) -> None:
    assert SHOWN[name] in await gallery[name]()
