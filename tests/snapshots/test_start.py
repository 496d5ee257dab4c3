import pytest

from tests.app.desk import Desk
from tests.snapshots.compare import Compare


@pytest.mark.parametrize("theme", ["dusk", "dawn", "contrast"])
def test_the_empty_start(desk: Desk, compare: Compare, theme: str) -> None:
    compare(desk.app(app=f'theme = "{theme}"\nprovider = "demo"'), size=(80, 24))
