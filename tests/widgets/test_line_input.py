import pytest
from textual import events

from chat_tui.widgets.line_input import LineInput, one_line
from tests.widgets.host import Host


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two  spaces", "two  spaces"),
        ("a\nb\tc", "a b c"),
        ("\x1b[31m\u202e", "␛[31m<U+202E>"),
    ],
)
def test_a_line_is_clean_and_keeps_its_spaces(text: str, line: str) -> None:
    assert one_line(text) == line


async def test_a_paste_replaces_what_is_selected() -> None:
    field = LineInput()
    async with Host(field).run_test() as pilot:
        field.value = "one two"
        field.focus()
        await pilot.press("end", "shift+left", "shift+left", "shift+left")
        field.post_message(events.Paste("\x07 three\n"))
        await pilot.pause()
        assert field.value == "one ␇ three"


async def test_keys_that_come_all_at_once_act_one_after_the_other() -> None:
    field = LineInput()
    async with Host(field).run_test() as pilot:
        field.value = "before"
        field.focus()
        await pilot.pause()
        for key in ("ctrl+u", "a", "b", "left", "c"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert field.value == "acb"
