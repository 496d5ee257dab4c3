from chat_tui.widgets.key_bar import KeyBar
from chat_tui.widgets.pane.header import PaneHeader
from tests.widgets.host import Host, row


async def test_a_header_has_the_title_at_the_left_and_a_note_at_the_right() -> None:
    header = PaneHeader()
    async with Host(header).run_test(size=(30, 5)):
        assert row(header) == " new conversation             "
        header.show("Lighthouses", "4 messages")
        assert row(header) == " Lighthouses       4 messages "


async def test_a_long_title_leaves_no_room_for_the_note() -> None:
    header = PaneHeader()
    async with Host(header).run_test(size=(20, 5)):
        header.show("Lighthouses of Brittany", "4 messages")
        assert row(header) == " Lighthouses of Brit"


async def test_a_title_is_one_clean_line() -> None:
    header = PaneHeader()
    async with Host(header).run_test(size=(30, 5)):
        header.show("a\nb\x1b[31m")
        assert header.shown_title == "a b␛[31m"


async def test_wide_signs_are_counted_by_cells() -> None:
    header = PaneHeader()
    async with Host(header).run_test(size=(20, 5)):
        header.show("你好", "2 messages")
        assert header.render_line(0).cell_length == 20
        assert row(header).endswith("2 messages ")


async def test_keys_that_do_not_fit_are_left_out_at_the_right() -> None:
    bar = KeyBar([("Enter", "send"), ("F2", "provider"), ("F1", "help")])
    async with Host(bar).run_test(size=(30, 5)):
        assert row(bar) == " Enter send   F2 provider     "
        bar.show([("F1", "help")])
        assert row(bar).split() == ["F1", "help"]
