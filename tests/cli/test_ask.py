"""`chat-tui ask`, as a process, against a server on a real socket."""

import asyncio
import os
import signal
import sys

import pytest

from chat_tui.events import Finished, Notice, Started, StreamError, TextDelta
from chat_tui.simulator.script import (
    Drop,
    Fail,
    Finish,
    Gate,
    Hold,
    Say,
    Script,
    Think,
    Usage,
)
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store
from tests.cli.conftest import User, ended

HELLO = Script((Say("Hel"), Say("lo."), Finish()))


def _asked(simulator: Simulator) -> list[dict[str, str]]:
    body = simulator.calls[-1].json
    assert isinstance(body, dict)
    messages: list[dict[str, str]] = body["messages"]
    return messages


async def test_the_answer_goes_to_stdout_and_ends_its_line(
    user: User, simulator: Simulator
) -> None:
    simulator.enqueue(HELLO)
    ran = await user.run("ask", "say", "hello")
    assert (ran.code, ran.out, ran.err) == (0, "Hello.\n", "")
    assert _asked(simulator) == [{"role": "user", "content": "say hello"}]


async def test_the_reply_is_saved(user: User, simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    await user.run("ask", "say hello")
    (conversation,) = await user.stored()
    assert [message.text for message in conversation.path()] == ["say hello", "Hello."]
    assert conversation.path()[-1].status == "complete"


async def test_no_save_keeps_nothing(user: User, simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    ran = await user.run("ask", "--no-save", "say hello")
    assert ran.code == 0
    assert await user.stored() == []


async def test_continue_leaves_a_conversation_alone_that_is_open_elsewhere(
    user: User, simulator: Simulator
) -> None:
    simulator.enqueue(HELLO)
    await user.run("ask", "one")
    other = Store(user.data_dir / "conversations.db")
    latest = await other.latest()
    assert latest is not None
    await other.hold([latest])
    ran = await user.run("--continue", "ask", "two")
    assert (ran.code, ran.out) == (2, "")
    assert f"open in another chat-tui (process {os.getpid()})" in ran.err
    assert len(simulator.calls) == 1
    simulator.enqueue(HELLO)
    assert (await user.run("--continue", "ask", "--no-save", "two")).code == 0
    await other.close()
    simulator.enqueue(HELLO)
    assert (await user.run("--continue", "ask", "two")).code == 0


async def test_a_conversation_is_held_while_it_is_gone_on_with(
    user: User, simulator: Simulator
) -> None:
    gate = Gate()
    simulator.enqueue(HELLO, Script((Say("Hel"), Hold(gate), Finish())))
    await user.run("ask", "one")
    process = await user.start("--continue", "ask", "two")
    await gate.reached.wait()
    other = Store(user.data_dir / "conversations.db")
    latest = await other.latest()
    assert latest is not None
    assert (await other.hold([latest]))[latest].pid == process.pid
    gate.open()
    await ended(process)
    assert await other.hold([latest]) == {}
    await other.close()


async def test_stdin_is_added_after_a_blank_line(user: User, simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    ran = await user.run("ask", "sum up", stdin=b"\xef\xbb\xbfone\ntwo\n")
    assert ran.code == 0
    assert _asked(simulator)[-1]["content"] == "sum up\n\none\ntwo"


async def test_continue_goes_on_with_the_latest_conversation(
    user: User, simulator: Simulator
) -> None:
    simulator.enqueue(HELLO, Script((Say("Again."), Finish())))
    await user.run("ask", "-s", "Be brief.", "-m", "large", "one")
    ran = await user.run("--continue", "ask", "two")
    assert ran.out == "Again.\n"
    assert [message["content"] for message in _asked(simulator)] == [
        "Be brief.",
        "one",
        "Hello.",
        "two",
    ]
    body = simulator.calls[-1].json
    assert isinstance(body, dict)
    assert body["model"] == "large"
    assert [len(conversation) for conversation in await user.stored()] == [4]


async def test_json_writes_events_as_they_were_sent(user: User, simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a\x1b[31m"), Finish(), Usage(3, 4))))
    ran = await user.run("ask", "--json", "hi")
    assert ran.code == 0
    started, *_ = ran.events
    assert isinstance(started, Started)
    assert (started.provider, started.model) == ("sim", "small")
    texts = [event.text for event in ran.events if isinstance(event, TextDelta)]
    assert "".join(texts) == "a\x1b[31m"
    last = ran.events[-1]
    assert isinstance(last, Finished)
    assert last.reason == "stop"
    assert last.first_s is not None


async def test_text_is_cleaned_and_reasoning_goes_to_stderr(
    user: User, simulator: Simulator
) -> None:
    simulator.enqueue(Script((Think("hm\x07"), Say("a\x1b"), Say("[31m\u202eb"), Finish())))
    ran = await user.run("ask", "hi")
    assert ran.out == "a␛[31m<U+202E>b\n"
    assert ran.err == "hm␇\n"


async def test_a_reply_cut_at_its_length_ends_with_3(user: User, simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("half"), Finish("length"))))
    ran = await user.run("ask", "hi")
    assert (ran.code, ran.out) == (3, "half\n")
    assert ran.err == "chat-tui: the reply was cut off at the length limit\n"


async def test_a_connection_lost_after_text_ends_with_3(user: User, simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Say("half"), Hold(gate), Drop())))
    process = await user.start("ask", "--json", "hi")
    await gate.reached.wait()
    assert process.stdout is not None
    head = b""
    while b'"half"' not in head:
        head += await process.stdout.readline()
    gate.open()
    ran = await ended(process)
    assert ran.code == 3
    *_, notice, last = ran.events
    assert isinstance(notice, Notice)
    assert isinstance(last, Finished)
    assert last.reason == "incomplete"


async def test_an_error_in_the_stream_ends_with_1_and_keeps_the_text(
    user: User, simulator: Simulator
) -> None:
    simulator.enqueue(Script((Say("half"), Fail("overloaded"))))
    ran = await user.run("ask", "hi")
    assert (ran.code, ran.out) == (1, "half\n")
    assert ran.err.startswith("chat-tui: ")
    assert "overloaded" in ran.err
    (conversation,) = await user.stored()
    assert conversation.path()[-1].text == "half"
    assert conversation.path()[-1].status == "error"


async def test_a_refused_request_ends_with_1(user: User, simulator: Simulator) -> None:
    simulator.enqueue(Script(status=400, body=b'{"error":{"message":"no such model"}}'))
    ran = await user.run("ask", "--json", "hi")
    assert ran.code == 1
    (error,) = [event for event in ran.events if isinstance(event, StreamError)]
    assert (error.kind, error.status) == ("rejected", 400)
    assert ran.events[-1] == error


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
async def test_a_signal_stops_the_reply_and_saves_what_came(
    user: User, simulator: Simulator, number: signal.Signals, code: int
) -> None:
    simulator.enqueue(Script((Say("half"), Hold(Gate()), Say("never"), Finish())))
    process = await user.start("ask", "hi")
    assert process.stdout is not None
    assert await process.stdout.readexactly(4) == b"half"
    process.send_signal(number)
    ran = await ended(process)
    assert (ran.code, ran.out, ran.err) == (code, "\n", "chat-tui: stopped\n")
    await simulator.hangup_seen()
    (conversation,) = await user.stored()
    assert conversation.path()[-1].text == "half"
    assert conversation.path()[-1].status == "cancelled"


async def test_a_signal_before_any_text_ends_the_events_too(
    user: User, simulator: Simulator
) -> None:
    gate = Gate()
    simulator.enqueue(Script((Hold(gate), Say("never"), Finish())))
    process = await user.start("ask", "--json", "hi")
    await gate.reached.wait()
    process.send_signal(signal.SIGINT)
    ran = await ended(process)
    assert ran.code == 130
    last = ran.events[-1]
    assert isinstance(last, Finished)
    assert last.reason == "cancelled"


async def test_a_reader_that_leaves_ends_it_quietly(user: User, simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Say("half"), Hold(gate), Say("more"), Hold(Gate()), Finish())))
    process = await user.start("ask", "hi")
    assert process.stdout is not None
    assert process.stderr is not None
    assert await process.stdout.readexactly(4) == b"half"
    transport = process._transport.get_pipe_transport(1)  # type: ignore[attr-defined]
    transport.close()
    gate.open()
    assert await process.wait() == 3
    assert await process.stderr.read() == b""
    (conversation,) = await user.stored()
    assert conversation.path()[-1].text == "halfmore"


async def test_that_no_picture_came_is_remarked_where_one_was_to_be_saved(
    user: User, simulator: Simulator
) -> None:
    simulator.enqueue(HELLO)
    ran = await user.run("ask", "-o", "pictures", "hi")
    assert (ran.code, ran.out) == (0, "Hello.\n")
    assert ran.err == "chat-tui: no picture came: -o was not used\n"
    assert not (user.home / "pictures").exists()


async def test_without_a_configuration_the_demo_answers(user: User) -> None:
    ran = await user.run("ask", "--no-save", "hi")
    assert ran.code == 0
    assert "imulat" in ran.out


async def test_a_full_disk_behind_stdout_is_told_and_the_reply_saved(
    user: User, simulator: Simulator
) -> None:
    simulator.enqueue(HELLO)
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "chat_tui",
            "ask",
            "hi",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=full,
            stderr=asyncio.subprocess.PIPE,
            env=user.environ,
        )
        ran = await process.communicate()
    finally:
        os.close(full)
    assert process.returncode == 1
    assert ran[1].decode() == "chat-tui: no space left on device\n"
    assert len(await user.stored()) == 1


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"TERM": "xterm"}, "\x1b[2mhm\x1b[22m\r\n"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "hm\r\n"),
        ({"TERM": "dumb"}, "hm\r\n"),
    ],
)
async def test_reasoning_is_dim_where_the_terminal_can(
    user: User, simulator: Simulator, environ: dict[str, str], told: str
) -> None:
    simulator.enqueue(Script((Think("hm"), Say("so"), Finish())))
    ours, theirs = os.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "chat_tui",
            "ask",
            "hi",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=theirs,
            env=user.environ | environ,
        )
        assert (await process.communicate())[0] == b"so\n"
        assert os.read(ours, 1000).decode() == told
    finally:
        os.close(ours)
        os.close(theirs)
