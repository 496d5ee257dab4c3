import pytest
from textual.pilot import Pilot

from tests.app.desk import Desk, shown, until
from tests.app.test_adding import bare_app
from tests.snapshots.compare import Compare


@pytest.mark.parametrize("theme", ["dusk", "dawn", "contrast"])
def test_the_empty_start(desk: Desk, compare: Compare, theme: str) -> None:
    compare(desk.app(app=f'theme = "{theme}"\nprovider = "demo"'), size=(80, 24))


@pytest.mark.parametrize(("size", "theme"), [((120, 40), "dusk"), ((80, 24), "dawn")])
def test_what_a_first_start_found(
    desk: Desk, compare: Compare, size: tuple[int, int], theme: str
) -> None:
    async def found(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: "Found on this machine" in shown(pilot))

    desk.write_state(f'theme = "{theme}"\n')
    keys = {"FAL_KEY": "never-shown", "GROQ_API_KEY": "never-shown"}
    compare(bare_app(desk, environ=keys), size=size, before=found)
