"""Which frames are keepalives."""

import pytest

from chat_tui.net.frames import Frame, is_keepalive


@pytest.mark.parametrize(
    "frame",
    [
        Frame("ping", '{"type": "ping"}'),
        Frame("ping", ""),
        Frame("heartbeat", "1700000000"),
        Frame("message", '{"type":"ping"}'),
        Frame("message", '{ "type" : "ping" }'),
        Frame("message", ""),
        Frame("message", "  "),
    ],
)
def test_a_ping_is_a_keepalive(frame: Frame) -> None:
    assert is_keepalive(frame)


@pytest.mark.parametrize(
    "frame",
    [
        Frame("message", '{"type":"ping","text":"pong"}'),
        Frame("message", '{"text":"ping"}'),
        Frame("message", '"ping"'),
        Frame("message", '{"ping"'),
        Frame("message", '"ping" \ud800'),
        Frame("message", "[DONE]"),
        Frame("done", ""),
        Frame("message", "x" * 100),
    ],
)
def test_anything_else_is_progress(frame: Frame) -> None:
    assert not is_keepalive(frame)
