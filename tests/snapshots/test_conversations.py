import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from textual.pilot import Pilot

from chat_tui.conversation import Conversation
from chat_tui.events import Finished
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message, TextPart
from chat_tui.screens.branches import BranchesScreen
from chat_tui.screens.conversations import ConversationsScreen
from tests.app.desk import Desk, idle, painted, until
from tests.snapshots.compare import Compare

BEGAN = datetime(2020, 3, 14, 14, 2, tzinfo=UTC)
SIZES = [(120, 40), (80, 24)]
THEMES = ["dusk", "dawn"]
TALKS = (
    (
        "Lighthouses of Brittany",
        "How does a Fresnel lens work?",
        "It replaces thick glass by rings.",
    ),
    ("", "A name for a boat, please", "Storm Petrel; or Lens, after the glass."),
    ("Tides", "When is high water in Brest?", "That depends on the moon."),
    ("灯台の光", "What is written there?", "A Fresnel lens, it says: [bold]bright[/]."),
)


def said(id_: str, parent: str | None, text: str, minute: int) -> Message:
    asked = parent is None or id_.startswith("you")
    return Message(
        id=MessageId(id_),
        parent=None if parent is None else MessageId(parent),
        role="user" if asked else "assistant",
        parts=(TextPart(text),),
        created=BEGAN + timedelta(minutes=minute),
        provider="" if asked else "sim",
        model="" if asked else "sim-model",
        outcome=None if asked else Finished("stop"),
    )


def fill(desk: Desk) -> None:
    async def store() -> None:
        async with desk.store() as store:
            for number, (title, question, answer) in enumerate(TALKS):
                one = Conversation(
                    ConversationId(f"talk-{number}"),
                    title=title,
                    created=BEGAN,
                    messages=[
                        said(f"you-{number}", None, question, number),
                        said(f"reply-{number}", f"you-{number}", answer, number),
                    ],
                )
                await store.create(one)
            await store.pin(ConversationId("talk-0"), True)

    asyncio.run(store())


def branched() -> Conversation:
    return Conversation(
        created=BEGAN,
        messages=[
            said("you-a", None, "How does a Fresnel lens work?", 0),
            said("r-1", "you-a", "It replaces thick glass by rings.", 1),
            said("you-b", "r-1", "And who made the first one?", 2),
            said("r-2", "you-b", "Augustin Fresnel, in 1822.", 3),
            said("r-3", "you-a", "It bends the light in many small prisms.", 4),
            said("you-c", "r-3", "Are they made of glass?", 5),
            said("you-d", "r-3", "How many prisms?", 6),
            said("r-4", "you-d", "Some hundred.", 7),
        ],
    )


async def open_list(pilot: Pilot[int]) -> None:
    await pilot.press("f3")
    await until(pilot, lambda: isinstance(pilot.app.screen, ConversationsScreen))
    await idle(pilot)
    await pilot.pause()


async def search(pilot: Pilot[int]) -> None:
    await open_list(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, ConversationsScreen)
    await pilot.press(*"lens")
    await until(pilot, lambda: len(screen._known.hits) == 3)
    await pilot.press("down")
    await pilot.pause()


async def rename(pilot: Pilot[int]) -> None:
    await open_list(pilot)
    await pilot.press("down", "ctrl+r")
    await pilot.pause()


async def open_tree(pilot: Pilot[int]) -> None:
    await painted(pilot)
    await pilot.press("tab", "t")
    await until(pilot, lambda: isinstance(pilot.app.screen, BranchesScreen))
    await pilot.pause()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_the_list(desk: Desk, compare: Compare, size: tuple[int, int], theme: str) -> None:
    fill(desk)
    compare(desk.app(app=f'theme = "{theme}"'), size=size, before=open_list)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_what_was_found(desk: Desk, compare: Compare, size: tuple[int, int], theme: str) -> None:
    fill(desk)
    compare(desk.app(app=f'theme = "{theme}"'), size=size, before=search)


def test_a_title_is_being_changed(desk: Desk, compare: Compare) -> None:
    fill(desk)
    compare(desk.app(), size=(80, 24), before=rename)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_the_tree_of_branches(
    desk: Desk, compare: Compare, size: tuple[int, int], theme: str
) -> None:
    compare(
        desk.app(app=f'theme = "{theme}"', conversation=branched()), size=size, before=open_tree
    )


def test_a_message_with_siblings_says_so(desk: Desk, compare: Compare) -> None:
    compare(desk.app(conversation=branched()), size=(80, 24), before=painted)
