"""Scripts and gates."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.simulator.script import Comment, Gate, Pause, Say, Script, say


@given(st.text(), st.integers(1, 9))
def test_deltas_join_to_the_text(text: str, delta_chars: int) -> None:
    acts = say(text, delta_chars=delta_chars)
    deltas = [act.text for act in acts if isinstance(act, Say)]
    assert "".join(deltas) == text
    assert all(0 < len(delta) <= delta_chars for delta in deltas)


def test_pauses_stand_between_the_deltas_only() -> None:
    assert say("abcd", delta_chars=2, pause_s=0.5) == (Say("ab"), Pause(0.5), Say("cd"))


def test_a_script_has_either_acts_or_a_body() -> None:
    with pytest.raises(ValueError, match="either acts or a body"):
        Script((Comment(),), body=b"x")


@pytest.mark.parametrize("cut", [0, -1])
def test_a_body_is_not_cut_into_pieces_of_nothing(cut: int) -> None:
    with pytest.raises(ValueError, match="cut"):
        Script(cut=cut)


@pytest.mark.parametrize("status", [0, 101, 199, 600])
def test_a_status_that_ends_no_request_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match="status"):
        Script(status=status)


async def test_a_gate_lets_through_only_once_it_is_open() -> None:
    gate = Gate()
    passing = asyncio.create_task(gate.pass_through())
    await gate.reached.wait()
    assert not passing.done()
    assert not gate.is_open
    gate.open()
    await passing
    assert gate.is_open


async def test_an_open_gate_holds_nobody() -> None:
    gate = Gate()
    gate.open()
    await gate.pass_through()
    assert gate.reached.is_set()
