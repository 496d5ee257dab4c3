import base64
import json
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from chat_tui.conversation import Conversation
from chat_tui.errors import ProviderFailed
from chat_tui.events import (
    Finished,
    ImageProgress,
    ImageResult,
    Notice,
    Source,
    SourceRefs,
    Step,
    StreamError,
    ToolCall,
)
from chat_tui.ids import new_message_id
from chat_tui.message import Message, Part, ReasoningPart, TextPart
from chat_tui.providers.base import ModelInfo
from chat_tui.roster.listing import Listing
from chat_tui.roster.model_rows import Choice
from chat_tui.screens.menu_tools import MenuTools
from chat_tui.screens.provider_menu import ProviderMenu
from chat_tui.screens.save import SaveScreen
from chat_tui.simulator.script import Fail, Say, Script
from tests.app.desk import Desk, answered, ask, chat, painted, reply, rows, shown, until

MARKUP = "[bold]x[/] [@click=app.quit]y[/] [link=https://e.example]z[/link]"
CODES = "\x1b[31mred\x1b]0;t\x07 \u202egnp.exe \x9b2J \u200b\x7f"
HOSTILE = f"{MARKUP} {CODES}"
SIZE = (240, 40)

CORPUS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "hostile.jsonl").read_text("utf-8").splitlines()
]


def unclean(text: str) -> set[str]:
    """What may stand in no row of a screen: controls, and signs that cannot be seen."""
    allowed = "\u200c\u200d\n"
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in allowed}


def links(pilot: Pilot[int]) -> set[str]:
    """Links and actions that text has made of itself, but for bare addresses."""
    found: set[str] = set()
    for strip in pilot.app.screen._compositor.render_strips():
        for segment in strip:
            if segment.style is not None:
                link = str(segment.style.link or segment.text)
                found |= set() if link == segment.text else {link}
                found |= {key for key in segment.style.meta if key.startswith("@")}
    return found


def is_harmless(pilot: Pilot[int]) -> bool:
    return not unclean(shown(pilot)) and not links(pilot)


def reply_of(*parts: Part, outcome: StreamError | Finished) -> Message:
    return Message(
        id=new_message_id(),
        role="assistant",
        parts=parts,
        created=datetime(2026, 1, 2, tzinfo=UTC),
        provider=HOSTILE,
        model=HOSTILE,
        outcome=outcome,
    )


async def test_what_the_server_says_is_shown_literally(desk: Desk) -> None:
    desk.simulator.enqueue(reply(*HOSTILE))
    async with desk.app().run_test(size=SIZE) as pilot:
        await ask(pilot, "hi")
        assert MARKUP in shown(pilot)
        assert is_harmless(pilot)


async def test_what_the_user_says_is_shown_literally_also_as_title(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test(size=SIZE) as pilot:
        await ask(pilot, "[bold]x[/]\x1b[31m\u202e")
        assert rows(pilot.app.screen)[0].startswith(" [bold]x[/]␛[31m<U+202E>")
        assert is_harmless(pilot)


async def test_a_model_name_is_shown_literally(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app(model=HOSTILE).run_test(size=SIZE) as pilot:
        await ask(pilot, "hi")
        assert MARKUP in chat(pilot).pane.status.line
        assert any("▌ sim · " in row and MARKUP in row for row in rows(pilot.app.screen))
        assert is_harmless(pilot)


async def test_an_error_message_is_shown_literally(desk: Desk) -> None:
    desk.simulator.enqueue(Script((Say("so far"), Fail(HOSTILE))))
    async with desk.app().run_test(size=SIZE) as pilot:
        await ask(pilot, "hi")
        assert MARKUP in shown(pilot)
        assert is_harmless(pilot)


async def test_every_part_of_a_message_is_shown_literally(desk: Desk) -> None:
    parts = (
        ReasoningPart(HOSTILE, 2.0),
        Step("1", HOSTILE, "done", HOSTILE, 1.0),
        ToolCall("2", HOSTILE, HOSTILE, HOSTILE, "done"),
        TextPart(HOSTILE),
        TextPart(HOSTILE, refusal=True),
        SourceRefs((Source(HOSTILE, HOSTILE, HOSTILE, 0.5), Source(url=HOSTILE))),
        ImageProgress("3", "running", 0.5, note=HOSTILE),
        ImageResult("4", 0, path=HOSTILE),
        Notice(HOSTILE),
    )
    failed = reply_of(*parts, outcome=StreamError("provider", HOSTILE, HOSTILE))
    async with desk.app(conversation=Conversation(messages=(failed,))).run_test(
        size=(240, 90)
    ) as pilot:
        await painted(pilot)
        assert shown(pilot).count("[bold]x[/]") >= 13
        assert is_harmless(pilot)


async def test_a_notice_is_shown_literally(desk: Desk) -> None:
    async with desk.app().run_test(size=SIZE, notifications=True) as pilot:
        pilot.app.notify("[bold]x[/]\x1b[31m", title="[b]t[/]\u202e", markup=True)
        await until(pilot, lambda: "[bold]x[/]␛[31m" in shown(pilot))
        assert "[b]t[/]<U+202E>" in shown(pilot)
        assert is_harmless(pilot)


def note_names(menu: ProviderMenu, name: str) -> bool:
    return name in str(menu.query_one(".note", Static).visual)


def menu_of(
    listings: tuple[Listing, ...], models: Callable[[str], Awaitable[Sequence[ModelInfo]]]
) -> ProviderMenu:
    async def list_providers() -> tuple[Listing, ...]:
        return listings

    async def check(name: str) -> Listing:
        return next(one for one in listings if one.name == name)

    async def keep_key(name: str, key: str) -> Listing:
        raise ProviderFailed(HOSTILE)

    tools = MenuTools(
        listings=list_providers,
        check=check,
        models=models,
        may_ask=lambda name: True,
        forget=lambda name: None,
        favourites=list,
        recent=list,
        toggle_favourite=lambda choice: None,
        keep_key=keep_key,
    )
    return ProviderMenu(tools, Choice("", ""))


async def test_the_provider_menu_shows_everything_literally(desk: Desk) -> None:
    listings = (
        Listing(name="[b]n[/]\x1b", kind="k", model="[b]m[/]\x1b", state="ready", reason=""),
        Listing(name="keyless", kind="k", model="", state="needs a key", reason=HOSTILE),
        Listing(name="broken", kind="", model="", state="not reachable", reason=HOSTILE),
    )

    async def list_models(provider: str) -> tuple[ModelInfo, ...]:
        return (ModelInfo(id=HOSTILE, label=HOSTILE),)

    async with desk.app().run_test(size=SIZE) as pilot:
        menu = menu_of(listings, list_models)
        await pilot.app.push_screen(menu)
        options = menu.query_one(OptionList)
        await until(pilot, lambda: options.option_count == 4)
        await pilot.pause()
        assert "[b]n[/]␛" in shown(pilot)
        assert "[b]m[/]␛" in shown(pilot)
        assert "[bold]x[/]" in shown(pilot)
        assert is_harmless(pilot)
        await pilot.press("down", "down", "enter")
        await until(pilot, partial(note_names, menu, "broken"))
        await pilot.pause()
        assert is_harmless(pilot)
        await pilot.press("up", "enter")
        await until(pilot, partial(note_names, menu, "keyless"))
        await pilot.press("x", "enter")
        await until(pilot, partial(note_names, menu, "not kept"))
        await pilot.pause()
        assert is_harmless(pilot)


async def test_a_failing_list_of_models_says_why_literally(desk: Desk) -> None:
    listings = (Listing(name="a", kind="k", model="", state="ready", reason=""),)

    async def list_models(provider: str) -> tuple[ModelInfo, ...]:
        raise ProviderFailed(HOSTILE)

    async with desk.app().run_test(size=SIZE) as pilot:
        await pilot.app.push_screen(menu_of(listings, list_models))
        await until(pilot, lambda: "no list of models" in shown(pilot))
        assert "[bold]x[/]" in shown(pilot)
        assert is_harmless(pilot)


async def test_a_paste_into_a_filter_is_one_clean_line(desk: Desk) -> None:
    from textual import events

    async with desk.app().run_test(size=SIZE) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
        pilot.app.post_message(events.Paste("[b]a[/]\x1b[31m\u202e\nb"))
        await until(pilot, lambda: "[b]a[/]␛[31m<U+202E> b" in shown(pilot))
        assert is_harmless(pilot)


async def test_the_save_dialog_shows_paths_and_reasons_literally(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "[b]d[@click=app.quit]\x1b[31m\u202e"
    odd.mkdir()
    monkeypatch.chdir(odd)
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test(size=SIZE, notifications=True) as pilot:
        await ask(pilot, "hi")
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        await pilot.pause()
        assert "[b]d[@click=app.quit]␛[31m<U+202E>" in shown(pilot)
        assert is_harmless(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1 and "saved " in shown(pilot))
        await until(pilot, lambda: "[b]d[@click=app.quit]␛[31m<U+202E>" in shown(pilot))
        assert is_harmless(pilot)


def everything_painted(pilot: Pilot[int]) -> str:
    """Every row of the transcript, as strips that a terminal would get."""
    transcript = chat(pilot).pane.transcript
    height = transcript.size.height
    painted_rows: list[str] = []
    for top in range(0, transcript.virtual_size.height, height):
        transcript.scroll_to(y=top, animate=False)
        first = top - int(transcript.scroll_y)
        painted_rows += [transcript.render_line(y).text for y in range(first, height)]
    return "\n".join(painted_rows)


def texts() -> list[str]:
    return [base64.b64decode(case["text_base64"]).decode() for case in CORPUS]


def harm_in(painted_text: str) -> list[tuple[str, str]]:
    return [
        (case["name"], harm)
        for case in CORPUS
        for harm in case["must_not_reach_terminal"]
        if harm in painted_text
    ]


async def test_none_of_the_hostile_texts_reaches_a_row_of_the_transcript(desk: Desk) -> None:
    messages = [
        reply_of(
            TextPart(text),
            *((ReasoningPart(text), Notice(text)) if len(text) < 2000 else ()),
            outcome=Finished("stop"),
        )
        for text in texts()
    ]
    conversation = Conversation(messages=messages[:1])
    async with desk.app(conversation=conversation).run_test(size=(120, 40)) as pilot:
        chat(pilot).pane.transcript.show(messages)
        await painted(pilot)
        painted_text = everything_painted(pilot)
        assert harm_in(painted_text) == []
        assert unclean(painted_text) == set()
        missing = [
            (case["name"], word)
            for case in CORPUS
            for word in case["must_show"]
            if word.isascii() and len(word) < 40 and word not in painted_text
        ]
        assert missing == []


async def test_none_of_the_hostile_texts_gets_through_a_stream(desk: Desk) -> None:
    desk.simulator.enqueue(reply(*(f"{text}\n" for text in texts() if len(text) < 2000)))
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await ask(pilot, "hi")
        await answered(pilot)
        painted_text = everything_painted(pilot)
        assert harm_in(painted_text) == []
        assert unclean(painted_text) == set()
