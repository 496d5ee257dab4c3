import logging
from collections.abc import Callable

import pytest

from chat_tui.app import ChatApp
from tests.app.desk import Desk, until


class Mistake(Exception):
    pass


async def run_and_call(app: ChatApp, what: Callable[[], object]) -> None:
    async with app.run_test() as pilot:
        app.call_later(what)
        await until(pilot, lambda: not app.is_running)


async def test_a_mistake_of_ours_is_reported_without_the_values_of_variables(
    desk: Desk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        secret = "sk-canary-0123456789"
        raise Mistake(len(secret))

    app = desk.app()
    with pytest.raises(Mistake):
        await run_and_call(app, fail)
    said = capsys.readouterr().err
    assert "made a mistake" in said
    assert str(desk.paths.log_file) in "".join(said.split("\n"))
    assert "canary" not in said + caplog.text
    assert caplog.records[-1].levelno == logging.ERROR
    assert "in fail" in caplog.text


async def test_a_mistake_while_a_reply_is_read_is_not_silent(desk: Desk) -> None:
    async def fail() -> None:
        raise Mistake

    app = desk.app()
    with pytest.raises(Mistake):
        await run_and_call(app, lambda: app.pane._start(fail(), "failing"))
