from textual.pilot import Pilot
from textual.widgets import OptionList

from chat_tui.events import Source, SourceRefs, TextDelta
from chat_tui.screens.links import LinkScreen
from chat_tui.screens.sources import SourcesScreen
from tests.app.desk import Desk, ask, chat, notes, shown, transcript_rows, until
from tests.app.pointing import cell, click, keep, keep_browser, kept_text
from tests.app.scripted import scripted
from tests.app.test_palette import run_command

SOURCES = SourceRefs(
    (
        Source("The lens", "https://lens.example/a?b=1", "Rings of\x1b glass.", 0.8713),
        Source("bank.example", "https://evil.example/login"),
        Source("notes.txt"),
        Source("bad", "file:///etc/passwd"),
    )
)


def panel(pilot: Pilot[int]) -> SourcesScreen:
    assert isinstance(pilot.app.screen, SourcesScreen)
    return pilot.app.screen


async def opened(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, SourcesScreen))
    await until(pilot, lambda: "The lens" in shown(pilot))
    await pilot.pause()


async def show_panel(pilot: Pilot[int]) -> None:
    """Open the sources from the block that the cursor goes to first."""
    await pilot.press("tab", "enter")
    await opened(pilot)


async def asked(pilot: Pilot[int]) -> None:
    scripted(chat(pilot)).enqueue(TextDelta("So [1]."), SOURCES)
    await ask(pilot, "hi")


async def test_enter_on_the_sources_shows_them_with_the_passage_of_the_first(desk: Desk) -> None:
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await show_panel(pilot)
        for words in ("1 The lens", "2 bank.example", "3 notes.txt", "Rings of␛ glass."):
            assert words in shown(pilot)
        assert "https://lens.example/a?b=1" in shown(pilot)
        assert "score 0.871" in shown(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, SourcesScreen))
        assert pilot.app.focused is chat(pilot).pane.transcript


async def test_space_opens_the_sources_in_their_place(desk: Desk) -> None:
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await pilot.press("tab", "space")
        assert any("[1] The lens" in row for row in transcript_rows(pilot))


async def test_a_click_on_the_sources_shows_them(desk: Desk) -> None:
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await click(pilot, cell(pilot, "1 The lens"))
        await opened(pilot)


async def test_the_palette_shows_the_sources(desk: Desk) -> None:
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await run_command(pilot, "Sources")
        await opened(pilot)


async def test_the_palette_says_when_there_are_no_sources(desk: Desk) -> None:
    async with desk.app(provider="sim").run_test() as pilot:
        await run_command(pilot, "Sources")
        await until(pilot, lambda: "names its sources" in notes(pilot))


async def test_the_passage_is_that_of_the_source_at_the_cursor(desk: Desk) -> None:
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await show_panel(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "leads to evil.example" in shown(pilot))
        assert "no passage given" in shown(pilot)
        assert "Rings of" not in shown(pilot)


async def test_enter_opens_the_link_of_a_source(desk: Desk) -> None:
    kept = keep_browser(desk)
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await show_panel(pilot)
        await pilot.press("enter")
        assert (await kept_text(pilot, kept)).strip() == "https://lens.example/a?b=1"


async def test_a_title_that_names_another_host_is_asked_about(desk: Desk) -> None:
    kept = keep_browser(desk)
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await show_panel(pilot)
        await pilot.press("down", "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, LinkScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, SourcesScreen))
        assert not kept.exists()


async def test_a_click_in_the_panel_only_goes_to_a_source(desk: Desk) -> None:
    kept = keep_browser(desk)
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await show_panel(pilot)
        await pilot.click(OptionList, offset=(5, 1))
        await until(pilot, lambda: "leads to evil.example" in shown(pilot))
        await pilot.click(OptionList, offset=(5, 0), times=2)
        await until(pilot, lambda: "Rings of" in shown(pilot))
        assert isinstance(pilot.app.screen, SourcesScreen)
        assert not kept.exists()


async def test_what_has_no_address_or_a_bad_one_is_not_opened(desk: Desk) -> None:
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await show_panel(pilot)
        await pilot.press("j", "j", "o")
        await until(pilot, lambda: "no address" in notes(pilot))
        await pilot.press("j")
        await until(pilot, lambda: "is not opened: file:///etc/passwd" in shown(pilot))
        await pilot.press("k", "k")
        await until(pilot, lambda: "leads to evil.example" in shown(pilot))


async def test_y_copies_the_address_of_a_source_and_says_so(desk: Desk) -> None:
    keep(desk, "wl-copy")
    async with desk.app(provider="sim").run_test() as pilot:
        await asked(pilot)
        await show_panel(pilot)
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.clipboard == "https://lens.example/a?b=1")
        await until(pilot, lambda: "copied the address (wl-copy)" in notes(pilot))


async def test_a_long_passage_is_scrolled_by_page(desk: Desk) -> None:
    app = desk.app(provider="sim")
    passage = "\n".join(f"line {n}" for n in range(60))
    scripted(app).enqueue(SourceRefs((Source("The lens", None, passage),)))
    async with app.run_test() as pilot:
        await ask(pilot, "hi")
        await show_panel(pilot)
        assert "line 0" in shown(pilot)
        await pilot.press("pagedown")
        await until(pilot, lambda: "line 0" not in shown(pilot))
        await pilot.press("pageup")
        await until(pilot, lambda: "line 0" in shown(pilot))
