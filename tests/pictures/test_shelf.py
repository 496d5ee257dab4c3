import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from chat_tui.document.pictures.picture_slots import PictureSlot
from chat_tui.pictures.decoding import PictureDecoder
from chat_tui.pictures.drawn import Drawn, Pencil
from chat_tui.pictures.pencils import Surroundings, pencil_for
from chat_tui.pictures.protocol import Protocol
from chat_tui.pictures.shelf import PictureShelf
from tests.builders import loop_turn
from tests.pictures.real_pictures import noisy, picture, saved

AROUND = Surroundings((8, 16), (0, 0, 0), True)


class Watcher:
    """A viewer that can wait until there is something new."""

    def __init__(self) -> None:
        self.seen: list[Drawn] = []
        self._changed = asyncio.Event()

    def pictures_changed(self) -> None:
        self._changed.set()

    def pictures_shown(self) -> Iterable[Drawn]:
        return self.seen

    async def change(self) -> None:
        await self._changed.wait()
        self._changed.clear()


class Setup:
    def __init__(self, shelf: PictureShelf, viewer: Watcher, sent: list[str]) -> None:
        self.shelf = shelf
        self.viewer = viewer
        self.sent = sent

    async def ready(self, slot: PictureSlot, place: str = "here") -> Drawn:
        drawn = self.shelf.rows(slot, place)
        while drawn is None:
            await self.viewer.change()
            drawn = self.shelf.rows(slot, place)
        return drawn

    @property
    def deleted(self) -> set[int]:
        return {
            int(message.split("i=")[1].split(",")[0]) for message in self.sent if "a=d" in message
        }


@asynccontextmanager
async def shelf(
    protocol: Protocol = "halfblock",
    *,
    limit_bytes: int = 1 << 30,
    preview_s: float = 0.0,
    clock: Callable[[], float] | None = None,
) -> AsyncGenerator[Setup, None]:
    sent: list[str] = []

    async def send(messages: Iterable[str]) -> None:
        for message in messages:
            sent.append(message)
            await loop_turn()

    async def pencil() -> Pencil:
        return pencil_for(protocol, lambda: AROUND, send)

    clock = clock or asyncio.get_running_loop().time
    made = PictureShelf(
        pencil, PictureDecoder(), limit_bytes=limit_bytes, preview_s=preview_s, clock=clock
    )
    viewer = Watcher()
    made.watch(viewer)
    try:
        yield Setup(made, viewer, sent)
    finally:
        await made.aclose()


def of(path: str) -> PictureSlot:
    return PictureSlot(path, None, 10, 4)


def preview(data: bytes) -> PictureSlot:
    return PictureSlot("", data, 10, 4)


async def test_a_picture_is_not_ready_at_first_and_then_the_same_each_time(tmp_path: Path) -> None:
    path = saved(tmp_path, picture())
    async with shelf() as setup:
        assert setup.shelf.rows(of(path), "here") is None
        drawn = await setup.ready(of(path))
        assert len(drawn.rows) == 4
        assert setup.shelf.rows(of(path), "elsewhere") is drawn


async def test_a_preview_is_shown_until_what_replaces_it_is_ready(tmp_path: Path) -> None:
    first, second = preview(picture()), preview(picture(colour=(0, 200, 0)))
    last = of(saved(tmp_path, picture(colour=(0, 0, 9))))
    async with shelf() as setup:
        before = await setup.ready(first)
        for slot in (second, last):
            assert setup.shelf.rows(slot, "here") is before
            await setup.viewer.change()
            after = setup.shelf.rows(slot, "here")
            assert after is not None
            assert after is not before
            before = after


async def test_a_preview_of_other_cells_is_not_shown_meanwhile() -> None:
    async with shelf() as setup:
        await setup.ready(preview(picture()))
        assert setup.shelf.rows(PictureSlot("", picture(), 11, 4), "here") is None


async def test_a_preview_that_is_broken_leaves_the_one_before() -> None:
    broken = preview(b"no picture")
    async with shelf() as setup:
        before = await setup.ready(preview(picture()))
        assert setup.shelf.rows(broken, "here") is before
        await setup.viewer.change()
        assert setup.shelf.rows(broken, "here") is before
        assert not setup.shelf._wanted


async def test_a_picture_that_is_broken_says_why(tmp_path: Path) -> None:
    path = saved(tmp_path, b"no picture")
    async with shelf() as setup:
        drawn = await setup.ready(of(path))
        assert drawn.reason == "the picture is not a PNG, JPEG, WebP or GIF file"
        assert setup.shelf.rows(of(path), "here") is drawn


async def test_of_many_previews_only_the_latest_is_decoded() -> None:
    slots = [preview(picture(colour=(number, 0, 0))) for number in range(50)]
    async with shelf() as setup:
        for slot in slots:
            setup.shelf.rows(slot, "here")
        await setup.viewer.change()
        assert setup.shelf.rows(slots[-1], "here") is not None
        assert len(setup.shelf._entries) == 1


async def test_previews_in_one_place_do_not_follow_each_other_too_fast() -> None:
    now_s = 100.0
    first, second = preview(picture()), preview(picture(colour=(0, 200, 0)))
    async with shelf(preview_s=3600, clock=lambda: now_s) as setup:
        before = await setup.ready(first)
        assert setup.shelf.rows(second, "here") is before
        other = await setup.ready(preview(picture(colour=(9, 9, 9))), "there")
        assert other is not before
        assert setup.shelf.rows(second, "here") is before
        now_s += 3601
        setup.shelf.rows(second, "here")
        await setup.viewer.change()
        assert setup.shelf.rows(second, "here") is not before


async def test_a_finished_picture_does_not_wait_for_the_pace_of_previews(tmp_path: Path) -> None:
    last = of(saved(tmp_path, picture()))
    async with shelf(preview_s=3600) as setup:
        before = await setup.ready(preview(picture()))
        setup.shelf.rows(last, "here")
        await setup.viewer.change()
        assert setup.shelf.rows(last, "here") is not before


async def test_a_terminal_is_sent_a_picture_once_before_it_is_shown(tmp_path: Path) -> None:
    path = saved(tmp_path, noisy((80, 64)))
    async with shelf("kitty") as setup:
        drawn = await setup.ready(of(path))
        assert f"a=T,U=1,i={drawn.image_id},c=10,r=4," in setup.sent[0]
        assert "m=0" in setup.sent[-1]
        count = len(setup.sent)
        setup.shelf.rows(of(path), "elsewhere")
        await loop_turn()
        assert len(setup.sent) == count
    assert setup.deleted == {drawn.image_id}, "closing drops it"


async def test_what_is_too_much_goes_and_what_is_seen_stays(tmp_path: Path) -> None:
    paths = [saved(tmp_path, picture(), f"{number}.png") for number in range(4)]
    each = 4 * 80 * 64
    async with shelf("kitty", limit_bytes=2 * each) as setup:
        drawn = await setup.ready(of(paths[0]), "0")
        setup.viewer.seen = [drawn]
        others = [await setup.ready(of(path), path) for path in paths[1:]]
        assert setup.shelf.rows(of(paths[0]), "0") is drawn
        assert set(setup.shelf._leaving) == {each.image_id for each in others[:2]}
    assert setup.deleted == {each.image_id for each in (drawn, *others)}


async def test_for_another_background_everything_is_drawn_anew(tmp_path: Path) -> None:
    path = saved(tmp_path, picture())
    async with shelf() as setup:
        before = await setup.ready(of(path))
        setup.shelf.forget()
        await setup.viewer.change()
        assert setup.shelf.rows(of(path), "here") is None
        assert await setup.ready(of(path)) is not before


async def test_what_is_being_drawn_for_another_background_is_drawn_again(tmp_path: Path) -> None:
    path = saved(tmp_path, picture())
    async with shelf() as setup:
        setup.shelf.rows(of(path), "here")
        while setup.shelf._wanted:
            await loop_turn()
        setup.shelf.forget()
        await setup.viewer.change()
        assert not setup.shelf._entries
        await setup.ready(of(path))


async def test_closing_in_the_middle_of_sending_leaves_no_half_picture(tmp_path: Path) -> None:
    path = saved(tmp_path, noisy((300, 200)))
    async with shelf("kitty") as setup:
        setup.shelf.rows(PictureSlot(path, None, 40, 14), "here")
        while not setup.sent:
            await loop_turn()
    assert setup.deleted == {int(setup.sent[0].split("i=")[1].split(",")[0])}
    assert setup.shelf.rows(of(path), "here") is None


async def test_sixels_cost_what_is_kept_and_are_one_for_each_row(tmp_path: Path) -> None:
    path = saved(tmp_path, noisy((80, 64)))
    async with shelf("sixel") as setup:
        drawn = await setup.ready(of(path))
        assert len(drawn.sixels) == 4
        assert drawn.cost_bytes == sum(map(len, drawn.sixels))
