"""The prompt with the keys of vi: visual mode, `.`, and `u` after any change."""

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets.text_area import Selection

from chat_tui.config.actions import default_keys
from chat_tui.widgets.prompt.prompt import Prompt
from tests.app.desk import Desk, chat, until, write

VI = "vi_keys = true"
TEXT = 'one (two)\n"three" four\nfive'


def prompt_of(pilot: Pilot[int]) -> Prompt:
    return chat(pilot).pane.prompt


async def test_a_dot_does_the_last_change_again_with_what_was_written(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        await write(pilot, "a b c d")
        await pilot.press("escape", "0", "c", "w", "x", "y", "backspace", "escape", "w", ".")
        assert prompt_of(pilot).text == "x x c d"
        await pilot.press("u")
        assert prompt_of(pilot).text == "x b c d"
        await pilot.press("u")
        assert prompt_of(pilot).text == "a b c d"
        await pilot.press("ctrl+r", "ctrl+r")
        assert prompt_of(pilot).text == "x x c d"


async def test_a_dot_repeats_only_what_was_written_after_an_arrow_key(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        await write(pilot, "abc")
        await pilot.press("escape", "0", "i", "x", "right", "y", "escape", "$", ".")
        assert prompt_of(pilot).text == "xaybyc"


async def test_a_count_before_writing_is_undone_in_one_go(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        await write(pilot, "a")
        await pilot.press("escape", "3", "A", "x", "y", "escape")
        assert prompt_of(pilot).text == "axyxyxy"
        await pilot.press("u")
        assert prompt_of(pilot).text == "a"


async def test_visual_mode_marks_what_an_operator_takes_and_is_named(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        prompt, line = prompt_of(pilot), chat(pilot).pane.status
        await write(pilot, "one two")
        await pilot.press("escape", "0", "v", "e")
        await until(pilot, lambda: line.line.startswith("VISUAL"))
        assert prompt.selection == Selection((0, 0), (0, 2))
        await pilot.press("d")
        await until(pilot, lambda: line.line.startswith("NORMAL"))
        assert prompt.text == " two"
        assert prompt.selection.is_empty
        await pilot.press("u")
        assert prompt.text == "one two"
        assert prompt.selection == Selection((0, 0), (0, 0))


async def test_whole_lines_are_marked_while_the_cursor_keeps_its_column(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        prompt, line = prompt_of(pilot), chat(pilot).pane.status
        await write(pilot, "one\ntwo\nthree")
        await pilot.press("escape", "g", "g", "l", "V", "down")
        await until(pilot, lambda: line.line.startswith("VISUAL LINE"))
        assert prompt.selection == Selection((0, 0), (1, 3))
        await pilot.press("escape")
        assert prompt.selection == Selection((1, 1), (1, 1))
        await pilot.press("V", "k", "d")
        assert prompt.text == "three"


async def test_a_click_leaves_visual_mode(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        prompt = prompt_of(pilot)
        await write(pilot, "one two")
        await pilot.press("escape", "0", "v", "e")
        await pilot.click(prompt, offset=(5, 0))
        await pilot.press("x")
        assert prompt.text == "one to"


async def test_what_is_sent_from_visual_mode_is_all_of_it(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        prompt = prompt_of(pilot)
        await write(pilot, "one two")
        await pilot.press("escape", "0", "v", "e", "enter", "v", "e")
        await until(pilot, lambda: bool(chat(pilot).pane.transcript.messages))
        assert chat(pilot).pane.transcript.messages[0].text == "one two"
        assert prompt.text == "ve"


async def test_more_edits_than_are_kept_are_still_undone_with_what_began_them(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        prompt = prompt_of(pilot)
        await write(pilot, "a" * 60)
        await pilot.press("escape", "0", *"x" * (prompt.history.max_checkpoints + 5))
        await pilot.press("c", "w", "b", "escape")
        assert prompt.text == "b"
        await pilot.press("u")
        assert prompt.text == "a" * (60 - prompt.history.max_checkpoints - 5)


COMMANDS = [
    *("x", "3x", "X", "D", "dd", "2dd", "dw", "db", "d0", "d$", "d%", "dj", "dgg", "dG", "J"),
    *("rZ", "~", "3~", ">>", "2>>", "gUU", "g~iw", "gUap", "p", "P", "yyp", "yiwP", "xp"),
    *("di(", "da(", 'di"', 'da"', "diw", "daw", "diW", "dip", "dap"),
    *("vd", "vwd", "Vd", "Vjd", "vjx", "v$U", "viw~", "VjJ", "v>", "verZ", "yiwviwp", "Vp"),
    *("iZ\x1b", "aZ\x1b", "AZ\x1b", "IZ\x1b", "oZ\x1b", "OZ\x1b", "3iZ\x1b", "2oZ\x1b"),
    *("cwZ\x1b", "ci(Z\x1b", 'ca"Z\x1b', "ccZ\x1b", "CZ\x1b", "sZ\x1b", "vecZ\x1b", "VcZ\x1b"),
]


class OnlyThePrompt(App[None]):
    """Keys are sent to it faster than to all of it."""

    def compose(self) -> ComposeResult:
        yield Prompt(default_keys(), vi=True)


async def test_u_after_any_command_restores_the_text() -> None:
    app = OnlyThePrompt()
    async with app.run_test() as pilot:
        prompt = app.query_one(Prompt)
        for keys in COMMANDS:
            prompt.load_text(TEXT)
            prompt.move_cursor((len(keys) % 2, 5))
            await pilot.press("escape", *("escape" if key == "\x1b" else key for key in keys))
            changed = prompt.text
            times = 2 if keys == "xp" else 1 if changed != TEXT else 0
            await pilot.press(*"u" * times)
            assert prompt.text == TEXT, keys
            await pilot.press(*["ctrl+r"] * times)
            assert prompt.text == changed, keys
