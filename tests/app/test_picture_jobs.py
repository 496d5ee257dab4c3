import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from chat_tui.document.pictures.picture_block import PictureBlock
from chat_tui.document.pictures.picture_slots import PictureSlot, draw_pictures
from chat_tui.simulator.pictures import landscape, previews
from chat_tui.simulator.script import (
    Act,
    Drop,
    Finish,
    Gate,
    Hold,
    Picture,
    Preview,
    Progress,
    Say,
    Script,
)
from tests.app.desk import Desk, answered, ask, chat, say, transcript_rows, until
from tests.streaming.clock import Clock

COARSE, SHARPER, _ = previews("harbour")
PNG = landscape("harbour", cells=2)
IMAGES = 'endpoint = "images"\n'


@pytest.fixture(params=[True, False], ids=["drawn", "words"])
def either_way(request: pytest.FixtureRequest) -> Iterator[bool]:
    draw_pictures(request.param)
    yield request.param
    draw_pictures(False)


@pytest.fixture
def drawn() -> Iterator[None]:
    draw_pictures(True)
    yield
    draw_pictures(False)


def fal(desk: Desk, model: str = "fal-ai/flux/dev", more: str = "") -> str:
    desk.environ["FAL_KEY"] = "id:secret"
    url = desk.simulator.url
    return (
        f'[providers.fal]\nkind = "fal"\nmodel = "{model}"\nrun_url = "{url}/fal/run"\n'
        f'queue_url = "{url}/fal/queue"\n{more}'
    )


def get3w(desk: Desk, model: str = "get3w/flux-dev", more: str = "") -> str:
    desk.environ["GET3W_API_KEY"] = "secret"
    return (
        f'[providers.get3w]\nkind = "get3w"\nmodel = "{model}"\n'
        f'base_url = "{desk.simulator.url}/api/v3"\n{more}'
    )


def gated(*acts: Act) -> tuple[list[Gate], Script]:
    """A reply that stops after each of its acts until the gate there is opened."""
    gates = [Gate() for _ in acts]
    return gates, Script(tuple(part for act, gate in zip(acts, gates, strict=True)
                               for part in (act, Hold(gate))))  # fmt: skip


def slots(pilot: Pilot[int]) -> list[PictureSlot]:
    """The pictures of the last message."""
    rows = chat(pilot).pane.transcript.rows
    if not len(rows):
        return []
    return [
        slot
        for block in rows.view(len(rows) - 1).blocks
        if isinstance(block, PictureBlock)
        for row in range(block.height(rows.width))
        for slot, _, inner in block.picture_at(row, rows.width)
        if inner == 0
    ]


def kept(slot: PictureSlot) -> bytes:
    return Path(slot.picture).read_bytes()


def total(pilot: Pilot[int]) -> int:
    return chat(pilot).pane.transcript.rows.total


def on_screen(pilot: Pilot[int], words: str) -> bool:
    return any(words in row for row in transcript_rows(pilot))


@pytest.mark.usefixtures("drawn")
async def test_previews_take_each_others_place_and_nothing_moves(desk: Desk) -> None:
    gates, script = gated(Preview(COARSE), Preview(SHARPER), Picture(PNG))
    desk.simulator.enqueue(script)
    app = desk.app(sim=IMAGES)
    async with app.run_test(size=(100, 40)) as pilot:
        await say(pilot, "harbour at dusk")
        await until(pilot, lambda: [slot.preview for slot in slots(pilot)] == [COARSE])
        height = total(pilot)
        gates[0].open()
        await until(pilot, lambda: [slot.preview for slot in slots(pilot)] == [SHARPER])
        assert total(pilot) == height
        gates[1].open()
        await until(pilot, lambda: [slot.preview for slot in slots(pilot)] == [None])
        assert [kept(slot) for slot in slots(pilot)] == [PNG]
        assert total(pilot) == height
        gates[2].open()
        await answered(pilot)
        assert total(pilot) == height
        assert on_screen(pilot, "sim-model · 256×256 · ")
    (stored,) = (await desk.stored()).path()[-1:]
    assert COARSE not in repr(stored.parts).encode()


@pytest.mark.usefixtures("drawn")
async def test_room_is_kept_before_the_server_says_anything(desk: Desk) -> None:
    gate = Gate()
    desk.simulator.enqueue(Script((Hold(gate), Picture(PNG))))
    app = desk.app(sim=f'{IMAGES}[providers.sim.parameters]\nsize = "1536x1024"\n')
    async with app.run_test(size=(100, 40)) as pilot:
        await say(pilot, "harbour at dusk")
        await until(pilot, lambda: on_screen(pilot, "generating"))
        shown = [row for row in transcript_rows(pilot) if "│" in row]
        assert len(shown) == 16
        assert {len(row.strip()) for row in shown} == {54}
        gate.open()
        await answered(pilot)


async def test_progress_of_a_stream_is_told_as_it_comes(desk: Desk, either_way: bool) -> None:
    gates, script = gated(Progress(0.4, note="Drawing"), Picture(PNG))
    desk.simulator.enqueue(script)
    app = desk.app(more=fal(desk), provider="fal")
    async with app.run_test(size=(100, 40)) as pilot:
        await say(pilot, "harbour at dusk")
        await until(pilot, lambda: on_screen(pilot, "40 %"))
        assert on_screen(pilot, "Drawing")
        assert on_screen(pilot, "░" if either_way else "◌ generating 40 %")
        assert "generating 40 %" in chat(pilot).pane.status.line
        for gate in gates:
            gate.open()
        await answered(pilot)
        assert on_screen(pilot, "256×256 · seed 6252023 · ")
        assert bool(slots(pilot)) is either_way
        assert not on_screen(pilot, "40 %")


async def test_the_place_in_the_queue_is_told(desk: Desk, either_way: bool) -> None:
    gates, script = gated(Progress(queue_position=3), Progress(note="step 2"), Picture(PNG))
    desk.simulator.enqueue(script)
    table = fal(desk, more='transport = "queue"\n')
    app = desk.app(more=table, provider="fal")
    async with app.run_test(size=(100, 40)) as pilot:
        await say(pilot, "harbour at dusk")
        place = "queued  position 3" if either_way else "queued, position 3"
        await until(pilot, lambda: on_screen(pilot, place))
        gates[0].open()
        await until(pilot, lambda: on_screen(pilot, "step 2"))
        await pilot.press("escape")
        await answered(pilot)
        assert on_screen(pilot, "■ picture cancelled")
        assert not on_screen(pilot, "step 2")
    assert [call.method for call in desk.simulator.calls][-1] == "PUT"


async def test_progress_of_a_task_is_told_and_its_picture_shown(
    desk: Desk, either_way: bool
) -> None:
    gates, script = gated(Progress(), Progress(0.4), Preview(COARSE))
    desk.simulator.enqueue(Script((*script.acts, Picture(PNG), Finish())))
    app = desk.app(more=get3w(desk), provider="get3w")
    async with app.run_test(size=(100, 40)) as pilot:
        await say(pilot, "harbour at dusk")
        await until(pilot, lambda: on_screen(pilot, "queued"))
        gates[0].open()
        await until(pilot, lambda: on_screen(pilot, "40 %"))
        gates[1].open()
        if either_way:
            await until(pilot, lambda: [slot.preview for slot in slots(pilot)] == [COARSE])
        gates[2].open()
        await answered(pilot)
        assert on_screen(pilot, "256×256")


async def test_progress_does_not_stay_above_an_answer_in_words(
    desk: Desk, either_way: bool
) -> None:
    del either_way
    acts = (Progress(0.5), Say("The harbour is quiet."), Finish())
    desk.simulator.enqueue(Script(acts), Script(acts))
    app = desk.app(more=get3w(desk, "openai/gpt-4o-mini"), provider="get3w")
    async with app.run_test(size=(100, 40)) as pilot:
        await ask(pilot, "hi")
        assert on_screen(pilot, "The harbour is quiet.")
        assert not on_screen(pilot, "%")
        assert not on_screen(pilot, "│")


async def test_a_job_that_broke_off_says_that_it_is_not_finished(
    desk: Desk, either_way: bool
) -> None:
    desk.simulator.enqueue(Script((Preview(COARSE), Drop())))
    app = desk.app(sim=IMAGES)
    async with app.run_test(size=(100, 40)) as pilot:
        await ask(pilot, "harbour")
        assert on_screen(pilot, "■ not finished" if either_way else "■ picture not finished")


async def test_seconds_are_counted_while_nothing_comes(desk: Desk, either_way: bool) -> None:
    gates, script = gated(Progress(0.4), Picture(PNG))
    desk.simulator.enqueue(script)
    app = desk.app(more=fal(desk), provider="fal")
    clock = Clock()
    async with app.run_test(size=(100, 40)) as pilot:
        transcript = chat(pilot).pane.transcript
        transcript.rows.clock = clock
        await say(pilot, "harbour at dusk")
        await until(pilot, lambda: on_screen(pilot, "40 %"))
        layouts = app.screen._compositor.size, transcript.virtual_size
        clock.tick(12)
        transcript._ticker.tick()
        words = "40 %  12 s" if either_way else "12 s so far"
        await until(pilot, lambda: on_screen(pilot, words))
        clock.tick(1)
        await until(pilot, lambda: on_screen(pilot, words.replace("12", "13")))  # by itself
        assert (app.screen._compositor.size, transcript.virtual_size) == layouts
        for gate in gates:
            gate.open()
        await answered(pilot)
        transcript._ticker.tick()
        assert transcript._ticker._watched == set()


@pytest.mark.usefixtures("drawn")
async def test_a_marked_picture_is_covered_until_enter(desk: Desk) -> None:
    url = f"data:image/png;base64,{b64encode(PNG).decode()}"
    result = {"images": [{"url": url}], "has_nsfw_concepts": [True]}
    desk.simulator.enqueue(
        Script(body=json.dumps(result).encode(), content_type="application/json")
    )
    app = desk.app(more=fal(desk), provider="fal")
    async with app.run_test(size=(100, 40)) as pilot:
        await ask(pilot, "harbour")
        assert on_screen(pilot, "marked as unsafe")
        assert on_screen(pilot, "Enter shows it")
        assert slots(pilot) == []
        height = total(pilot)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: [kept(slot) for slot in slots(pilot)] == [PNG])
        assert total(pilot) == height
        assert not on_screen(pilot, "Enter shows it")


@pytest.mark.usefixtures("drawn")
async def test_the_next_job_of_a_model_knows_what_the_last_one_took(desk: Desk) -> None:
    gate = Gate()
    desk.simulator.enqueue(
        Script((Preview(COARSE), Picture(PNG))), Script((Preview(COARSE), Hold(gate), Picture(PNG)))
    )
    app = desk.app(sim=IMAGES)
    async with app.run_test(size=(100, 60)) as pilot:
        runs = chat(pilot).pane.session.runs
        assert runs is not None
        await runs.add("sim", "sim-model", 1000.0)
        await ask(pilot, "harbour")
        usual_s = runs.usual_s("sim", "sim-model")
        assert usual_s is not None
        assert 0 < usual_s < 1000  # the median of both
        await say(pilot, "harbour")
        await until(pilot, lambda: on_screen(pilot, "about "))
        assert on_screen(pilot, "min ")
        gate.open()
        await answered(pilot)
