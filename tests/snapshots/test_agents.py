from textual.pilot import Pilot

from chat_tui.conversation import Conversation
from chat_tui.events import (
    Approval,
    Finished,
    FollowUps,
    Source,
    SourceRefs,
    Step,
    Terminal,
    ToolCall,
)
from chat_tui.message import Part, TextPart
from chat_tui.screens.sources import SourcesScreen
from tests.app.desk import Desk, chat, until
from tests.snapshots.compare import Compare
from tests.snapshots.conftest import Talk

STOP = Finished("stop", 6.2, 2.4)
STEPS = (
    Step("1", "Router", "done", "", 0.3),
    Step("2", "Research", "done", "3 agents", 12.6),
    Step("3", "Search documents", "done", "4 sources", 1.8, "2"),
    Step("4", "Ask the archive", "failed", "the archive answered with 503", 10.0, "2"),
    Step("5", "Read optics.pdf", "done", "page 12\npage 13", 0.7, "2"),
    Step("6", "Writer", "running", "", 4.1),
)
TOOL = ToolCall(
    "7",
    "nautical_miles",
    '{"candela":10000000,"height_m":[55.5,2]}',
    '{"reach":33,"unit":"nm"}',
    "done",
)
SOURCES = SourceRefs(
    (
        Source("notes.txt", None, "Augustin Fresnel, 1822: the first lens for Cordouan.", 0.91),
        Source(
            "The modern lighthouse service",
            "https://lighthouse.example/lens",
            "What is left is thin enough to be pressed in one piece, and light enough to turn on a "
            "bearing of mercury.",
            0.874,
        ),
        Source("bank.example", "https://evil.example/login"),
    )
)


def talk(*parts: Part, outcome: Terminal | None) -> Conversation:
    made = Talk()
    made.you("Which of them is the strongest?")
    made.reply(*parts, outcome=outcome, provider="support", model="agent")
    return made.conversation()


def test_an_agent_at_work(desk: Desk, compare: Compare) -> None:
    async def open_tool(pilot: Pilot[int]) -> None:
        await pilot.press("tab", "enter", "escape")

    compare(
        desk.app(conversation=talk(*STEPS, TOOL, outcome=None)), size=(100, 32), before=open_tool
    )


def test_an_agent_that_waits_for_a_decision(desk: Desk, compare: Compare) -> None:
    conversation = talk(
        *STEPS[:-1],
        TOOL,
        TextPart("Dear keeper, the lamp of Créac'h reaches 33 nautical miles [2]."),
        SOURCES,
        Approval("a", "Send this reply to the keeper?", "Proceed", "Reject", feedback=True),
        outcome=Finished("tool_calls", 6.2, 2.4),
    )
    compare(desk.app(conversation=conversation), size=(100, 24))


def test_what_to_ask_next(desk: Desk, compare: Compare) -> None:
    async def go_to_choices(pilot: Pilot[int]) -> None:
        await pilot.press("alt+0", "right")

    conversation = talk(
        TextPart("Créac'h on Ushant: it reaches 33 nautical miles."),
        FollowUps(("Can I visit it?", "How heavy is its lens?", "Who keeps it?")),
        outcome=STOP,
    )
    compare(
        desk.app(app='theme = "dawn"', conversation=conversation),
        size=(80, 24),
        before=go_to_choices,
    )


def test_the_sources(desk: Desk, compare: Compare) -> None:
    async def open_sources(pilot: Pilot[int]) -> None:
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SourcesScreen))
        await pilot.press("down")
        await until(pilot, lambda: chat(pilot).screen.query_one("#passage-where").size.height == 2)

    conversation = talk(TextPart("It reaches 33 nautical miles [2]."), SOURCES, outcome=STOP)
    compare(desk.app(conversation=conversation), size=(100, 24), before=open_sources)
